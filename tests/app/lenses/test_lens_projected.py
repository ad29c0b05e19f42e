"""Lenses of an LSTM with a projection: torch.nn.LSTM has the same numbers, or plain loops do."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from app.compute import uploads
from app.lenses import view_of
from app.lenses.base import Chart
from app.screen.screen import Screen, screen_of
from app.screen.two_layers import other
from app.setting.model import Model
from app.setting.setting import Setting
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target
from gru_core.inputs.feed import Feed, fed
from gru_core.scenes.companions import Role
from tests.formats.torch_files import saved

pytestmark = pytest.mark.thorough

INPUTS, UNITS, NUMBERS = 3, 5, 2
X = fed(Feed("noise"), INPUTS, 0).x
EDITED = Target.parse("lstm.w_p.1.4")


@cache
def layer(layers: int = 1, both: bool = False, units: int = UNITS) -> torch.nn.LSTM:
    torch.manual_seed(3)
    module = torch.nn.LSTM(INPUTS, units, layers, proj_size=NUMBERS, bidirectional=both)
    return module.double()


@cache  # a process of its own reads it
def uploaded(module: torch.nn.LSTM) -> uploads.Upload:
    return uploads.model(saved(module.state_dict()), "model.pt")


def setting(module: torch.nn.LSTM | None = None, at: int = 0, **asked: Any) -> Setting:
    upload = uploaded(module or layer())
    uploads.hold(upload, "page")
    model = Model(file=upload.key, at=at)
    found = Setting(scene="model", model=model, alongside="lstm", cell="lstm", step=7)
    return replace(found, **asked)


def charts(shown: Screen) -> dict[str, Chart]:
    return {one.name: one for one in view_of(shown).charts}


def text(shown: Screen) -> str:
    return " ".join(view_of(shown).words)


def given(module: torch.nn.LSTM, x: Array = X) -> Array:
    with torch.inference_mode():
        made: Array = module(torch.tensor(x))[0].numpy()
    return made


def with_an_edit() -> torch.nn.LSTM:
    module = torch.nn.LSTM(INPUTS, UNITS, proj_size=NUMBERS).double()
    module.load_state_dict(layer().state_dict())
    with torch.no_grad():
        module.weight_hr_l0[1, 4] = 2.5
    return module


def by_hand(held: dict[str, float], first: int = 0) -> dict[str, Array]:
    """Every number of the layer, one product after the other, with units held from a step on.

    held: by "track.unit".
    """
    w = {name: value.numpy() for name, value in layer().state_dict().items()}
    bias = w["bias_ih_l0"] + w["bias_hh_l0"]
    h, c = [0.0] * NUMBERS, [0.0] * UNITS
    names = ("input", "forget", "candidate", "output")
    found: dict[str, list[list[float]]] = {one: [] for one in (*names, "cell", "hidden")}

    def put(track: str, t: int, values: list[float]) -> list[float]:
        made = [held.get(f"{track}.{at}", v) if t >= first else v for at, v in enumerate(values)]
        found[track].append(made)
        return made

    for t, x in enumerate(X):
        gates = {}
        for at, name in enumerate(names):
            sums = []
            for row in range(at * UNITS, (at + 1) * UNITS):
                from_x = sum(a * b for a, b in zip(w["weight_ih_l0"][row], x, strict=True))
                from_h = sum(a * b for a, b in zip(w["weight_hh_l0"][row], h, strict=True))
                sums.append(from_x + from_h + bias[row])
            end = np.tanh if name == "candidate" else lambda a: 1 / (1 + np.exp(-a))
            gates[name] = put(name, t, [float(end(one)) for one in sums])
        i, f, g, o = (gates[name] for name in names)
        c = put("cell", t, [f[u] * c[u] + i[u] * g[u] for u in range(UNITS)])
        let_out = [o[u] * np.tanh(c[u]) for u in range(UNITS)]
        h = put("hidden", t, [float(row @ let_out) for row in w["weight_hr_l0"]])
    return {name: np.array(rows) for name, rows in found.items()}


def test_cost_counts_the_numbers_of_the_layer_as_torch_has_them() -> None:
    module = layer()
    parameters = sum(one.numel() for one in module.parameters())
    matrices = sum(one.numel() for name, one in module.named_parameters() if "bias" not in name)
    for unit in (0, 4):
        said = text(screen_of(setting(view="cost", unit=unit)))
        assert "The LSTM on screen is projected to 2 numbers" in said
        assert f"it has {parameters} parameters, 10 of them in P" in said
        assert f"takes {matrices} multiply-adds a step" in said
        assert f"{4 * (INPUTS + NUMBERS)} multiply-adds for i, f, g and o, 4 × (3 + 2)" in said
        assert f"their projections up to there have taken {8 * matrices}." in said
    first = text(screen_of(setting(view="cost", step=0)))
    assert f"all units and their projection take {matrices}." in first


@pytest.mark.parametrize("unit", [1, 4])
def test_unrolled_says_what_there_is_of_a_unit_and_has_the_backward_layer_of_the_file(
    unit: int,
) -> None:
    module = layer(both=True)
    shown = screen_of(setting(module, view="unrolled", of="both", unit=unit))
    backward = charts(shown)["backward"].values
    np.testing.assert_allclose(backward, given(module)[:, NUMBERS:].T, rtol=0, atol=1e-12)
    _, handed_on, *_ = view_of(shown).words
    assert ("and h = " in handed_on) == (unit < NUMBERS)
    h = shown.traces["lstm"]["hidden"]
    if unit < NUMBERS:
        assert f"h = {h[6, unit]:.3g}".replace("-", "−") in handed_on
    there = text(shown)
    assert f"forward h of unit 2 is {h[7, 1]:.3g}".replace("-", "−") in there


@pytest.mark.parametrize("unit", [0, 4])
def test_a_and_b_are_apart_by_what_two_runs_of_torch_are(unit: int) -> None:
    pinned = setting()
    shown = screen_of(
        replace(pinned, view="pinned", pinned=pinned, unit=unit).with_edit(EDITED, 2.5)
    )
    found, now, then = charts(shown), given(with_an_edit()), given(layer())
    np.testing.assert_allclose(found["less.hidden"].values, (now - then).T, rtol=0, atol=1e-12)
    assert found["less.hidden"].rows.order == (0, 1)
    assert found["less.cell"].values.shape == (UNITS, len(X))
    meant = min(unit, NUMBERS - 1)
    both = np.stack([now[:, meant], then[:, meant]], axis=1)
    np.testing.assert_allclose(found["both"].values, both, rtol=0, atol=1e-12)
    said = f"h of unit {meant + 1} is {now[7, meant]:.3g}; in A it is {then[7, meant]:.3g}."
    assert said.replace("-", "−") in text(shown)


def test_another_layer_with_as_many_numbers_of_h_and_other_units_is_not_compared() -> None:
    shown = screen_of(setting(view="pinned", pinned=setting(layer(units=7))))
    assert "LSTM: A has other sizes, nothing to compare." in text(shown)
    assert charts(shown) == {}


@pytest.mark.parametrize("track", ["hidden", "cell", "forget"])
def test_find_has_the_units_and_places_that_loops_find(track: str) -> None:
    values = by_hand({})[track]
    level = float(np.median(np.abs(values[4:6]).min(axis=0))) * 0.99
    shown = screen_of(setting(view="find", of=f"{track}.5-6.{level:.6g}"))
    level = float(f"{level:.6g}")
    signs = [1 if track == "forget" else np.sign(values[4, unit]) for unit in range(len(values.T))]

    def on(step: int, unit: int) -> bool:
        return bool(signs[unit] * values[step, unit] > level)

    units = [u for u in range(len(signs)) if on(4, u) and on(5, u)]
    assert units
    found = charts(shown)
    alone = [sum(on(t, u) for u in units) / len(units) for t in range(len(X))]
    np.testing.assert_allclose(found["together"].values[:, 0], alone, rtol=0, atol=1e-12)
    reaction = found["reaction"]
    inside, outside = values[4:6].mean(axis=0), np.delete(values, [4, 5], axis=0).mean(axis=0)
    assert sorted(reaction.rows.order) == list(range(len(signs)))
    for row, unit in zip(reaction.values, reaction.rows.order, strict=True):
        wanted = [inside[unit], outside[unit], inside[unit] - outside[unit], unit in units]
        np.testing.assert_allclose(row, wanted, rtol=0, atol=1e-12)
    assert f"{len(units)} of {len(signs)} units" in text(shown)


@pytest.mark.parametrize(("track", "unit"), [("hidden", 1), ("cell", 4), ("forget", 3)])
def test_what_is_held_is_apart_from_the_free_run_as_in_loops(track: str, unit: int) -> None:
    held = Intervention("lstm", track, 0.7, unit=unit, first=5)
    for cursor in (0, 4):
        shown = screen_of(setting(view="holding", interventions=(held,), unit=cursor))
        assert shown.problems == ()
        found, now, then = charts(shown), by_hand({f"{track}.{unit}": 0.7}, 5), by_hand({})
        for name, free in then.items():
            apart = (now[name] - free).T
            np.testing.assert_allclose(found[f"less.{name}"].values, apart, rtol=0, atol=1e-12)
        meant = min(cursor, NUMBERS - 1)
        np.testing.assert_allclose(found["both"].values[:, 0], now["hidden"][:, meant], atol=1e-12)


def test_a_hold_that_changes_nothing_says_so_at_a_unit_that_h_has_not() -> None:
    held = Intervention("lstm", "output", 0.7, unit=4, first=5)
    nothing = [(Target.parse(f"lstm.w_p.{number}.4"), 0.0) for number in range(NUMBERS)]
    asked = setting(view="holding", interventions=(held,))
    for target, value in nothing:
        asked = asked.with_edit(target, value)
    words = text(screen_of(asked))
    assert "LSTM: h is that of the original at every step." in words
    assert "Holding o at 0.7 changes nothing that h is made of" in words


def test_a_hold_knows_how_many_numbers_each_track_has() -> None:
    told = view_of(screen_of(setting(view="holding", unit=4))).controls["holding"]
    units = {one["track"]: one["units"] for one in told["tracks"]}
    assert units == dict.fromkeys(by_hand({}), UNITS) | {"hidden": NUMBERS}


def parts(module: torch.nn.LSTM, suffix: str) -> Iterator[torch.Tensor]:
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
    yield from (getattr(module, f"{name}_{suffix}") for name in names)


def beside(shown: Screen, role: Role) -> torch.nn.LSTM:
    """Torch's layer with the weights of the one on screen and of the one drawn beside it."""
    both = role == "backward"
    module = torch.nn.LSTM(
        INPUTS, UNITS, 1 if both else 2, proj_size=NUMBERS, bidirectional=both
    ).double()
    with torch.no_grad():
        for mine, theirs in zip(parts(module, "l0"), parts(layer(), "l0"), strict=True):
            mine.copy_(theirs)
        drawn = other(shown, role)
        arrays = (drawn.w_x, drawn.w_h, drawn.b_x, drawn.b_h, drawn.arrays["w_p"])
        at = "l0_reverse" if both else "l1"
        for name, mine, array in zip("xhbbp", parts(module, at), arrays, strict=True):
            mine.copy_(torch.tensor(array).reshape(mine.shape))
            if name != "b":
                assert 0 < abs(array).max() <= UNITS**-0.5
    return module


@pytest.mark.parametrize("unit", [0, 4])
def test_both_directions_are_those_of_torch_with_the_layer_that_is_drawn(unit: int) -> None:
    joined = {"": np.hstack, "sum": sum, "mean": lambda both: sum(both) / 2, "product": np.prod}
    for of, join in joined.items():
        shown = screen_of(setting(view="directions", of=of, unit=unit))
        halves = np.split(given(beside(shown, "backward")), 2, axis=1)
        found, more = charts(shown), {"axis": 0} if of == "product" else {}
        np.testing.assert_allclose(found["forward"].values, halves[0].T, rtol=0, atol=1e-12)
        np.testing.assert_allclose(found["backward"].values, halves[1].T, rtol=0, atol=1e-12)
        expected = join(halves, **more).T
        np.testing.assert_allclose(found["output"].values, expected, rtol=0, atol=1e-12)
        assert found["output"].title != "Output: sum of both, −2 … 2"  # nothing bounds it
        meant = min(unit, NUMBERS - 1)
        said = f"backward h is {halves[1][7, meant]:.3g}".replace("-", "−")
        assert said in text(shown)


def test_a_second_layer_reads_the_numbers_of_h_as_in_torch() -> None:
    shown = screen_of(setting(view="directions", of="stacked", unit=4))
    found = charts(shown)
    expected = given(beside(shown, "second"))
    np.testing.assert_allclose(found["layer1.hidden"].values, given(layer()).T, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found["layer2.hidden"].values, expected.T, rtol=0, atol=1e-12)
    assert found["layer2.forget"].values.shape == (UNITS, len(X))
    assert any("2 numbers a step" in note for note in view_of(shown).notes)


def test_the_other_layers_of_a_file_are_its_own() -> None:
    module = layer(both=True)
    found = charts(screen_of(setting(module, view="directions")))
    np.testing.assert_allclose(found["output"].values, given(module).T, rtol=0, atol=1e-12)
    module = layer(2)
    found = charts(screen_of(setting(module, view="directions", of="stacked")))
    np.testing.assert_allclose(found["layer2.hidden"].values, given(module).T, rtol=0, atol=1e-12)
