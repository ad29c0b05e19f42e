"""A layer with a projection on the stage: every number of it, and what the stage cannot show."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from app.compute import uploads
from app.controls.matrix import arrays, shape_of
from app.controls.matrix import pasted as matrix_pasted
from app.controls.model import summary
from app.lenses import LENSES, view_of
from app.messages.cell_numbers import inside_content, vector_content
from app.messages.numbers import matrix
from app.messages.stage import message
from app.messages.sweeping import sweep_message
from app.screen import plane as kept_plane
from app.screen.at_hand import in_place_of
from app.screen.baseline import baseline_of
from app.screen.page import Grab, Page
from app.screen.predicted import predicted
from app.screen.screen import Screen, screen_of
from app.session.many import filled, gate_place, pasted
from app.setting.model import Model
from app.setting.setting import Setting
from gru_core.analysis.inside import inside
from gru_core.changes.interventions import Intervention
from gru_core.changes.targets import Target
from gru_core.errors import GatescopeError
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.running import run_ready
from gru_core.inputs.feed import Feed, fed
from gru_core.run import run
from gru_core.situation import Edit, apply_edits, format_edits, parse_edits
from tests.app.computing import Batch, check, edits_of, held_in, holds_of, with_functions
from tests.app.node import in_node
from tests.formats.torch_files import saved

pytestmark = pytest.mark.thorough

X = fed(Feed("noise"), 3, 0).x


@cache
def projected(
    layers: int = 1, both: bool = False, dtype: torch.dtype = torch.float64
) -> torch.nn.Module:
    torch.manual_seed(3)
    return torch.nn.LSTM(3, 5, layers, proj_size=2, bidirectional=both).to(dtype)


@cache  # a process of its own reads it
def uploaded(module: torch.nn.Module) -> uploads.Upload:
    return uploads.model(saved(module.state_dict()), "model.pt")


def opened(module: torch.nn.Module, **asked) -> Setting:
    upload = uploaded(module)
    uploads.hold(upload, "page")
    return Setting(scene="model", model=Model(file=upload.key, **asked), alongside="lstm")


def screen(**setting) -> Screen:
    return screen_of(replace(opened(projected()), **setting))


def output(module: torch.nn.Module, x: np.ndarray) -> np.ndarray:
    with torch.inference_mode():
        return module(torch.tensor(x))[0].numpy()


def test_every_gate_and_state_on_the_stage_is_that_of_torch() -> None:
    shown, expected = screen(), output(projected(), X)
    assert shown.problems == ()
    np.testing.assert_allclose(shown.traces["lstm"]["hidden"], expected, rtol=0, atol=1e-12)
    [entry] = read(saved(projected().state_dict()), "model.pt").entries
    truth = run_ready(answered(entry, {}), X).layers[0]["forward"]
    for name, track in truth.items():
        drawn = matrix(shown, f"lstm.{name}")
        np.testing.assert_array_equal(drawn, track.T.astype(np.float32))
    weights = shown.situation.weights["lstm"]
    joined = matrix(shown, "lstm.weights.forget")
    np.testing.assert_array_equal(joined[:, 3:5], weights.w_h[1].astype(np.float32))
    np.testing.assert_array_equal(joined[:, 5], weights.b_x[1].astype(np.float32))
    lines = matrix(shown, "lstm.lines", 4)
    assert np.isnan(lines[:, -1]).all()  # there is no fifth number of h
    np.testing.assert_array_equal(lines[:, -2], truth["cell"][:, 4].astype(np.float32))


def test_the_message_says_how_many_rows_each_plot_has() -> None:
    told, _ = message(screen(), Page())
    panel = next(one for one in told["panels"] if one["cell"] == "lstm")
    sizes = {track["track"]: track["units"] for track in panel["tracks"]}
    assert sizes == dict.fromkeys(screen().traces["lstm"], 5) | {"hidden": 2}
    assert {one["part"]: one["units"] for one in panel["initials"]} == {"h0": 2, "c0": 5}
    assert "5 units · h projected to 2 numbers · 150 parameters" in panel["note"]
    assert [one["size"] for one in panel["segments"]] == [3, 2, 1, 1]
    assert told["core"] is not None
    scales = {track["track"]: track["scale"] for track in panel["tracks"]}
    assert scales["hidden"] == scales["cell"]  # it goes beyond ±1


def test_the_projection_stands_among_the_weights_with_a_row_for_each_number() -> None:
    shown = screen()
    w_p = shown.situation.weights["lstm"].w_p
    told, sent = message(shown, Page())
    panel = next(one for one in told["panels"] if one["cell"] == "lstm")
    assert (panel["projection"]["symbol"], panel["shown"][-1]) == ("P", "projection")
    assert all(one["projection"] is None for one in told["panels"] if one["cell"] != "lstm")
    (drawn,) = told["included"]["lstm.weights.projection"]["data"]
    np.testing.assert_array_equal(drawn["z"], w_p.astype(np.float32))
    assert told["included"]["lstm.weights.projection"]["layout"]["xaxis"]["ticktext"][2] == "3"
    np.testing.assert_array_equal(matrix(shown, "lstm.weights.projection"), w_p.astype(np.float32))
    with pytest.raises(GatescopeError):
        matrix(shown, "gru.weights.projection")
    assert "lstm.weights.projection" in sent


def test_a_number_of_the_projection_is_edited_pasted_and_kept_in_the_link() -> None:
    setting, target = opened(projected()), Target.parse("lstm.w_p.1.4")
    edited = setting.with_edit(target, 2.5)
    shown = screen_of(edited)
    module = torch.nn.LSTM(3, 5, proj_size=2).double()
    module.load_state_dict(projected().state_dict())
    with torch.no_grad():
        module.weight_hr_l0[1, 4] = 2.5
    np.testing.assert_allclose(
        shown.traces["lstm"]["hidden"], output(module, X), rtol=0, atol=1e-12
    )
    told, _ = message(shown, Page())
    was = projected().weight_hr_l0[1, 4].item()
    assert told["edits"] == [{"target": "lstm.w_p.1.4", "value": 2.5, "was": pytest.approx(was)}]
    assert parse_edits(format_edits(edited.edits)).edits == edited.edits
    numbers, _ = pasted(setting, Target.parse("lstm.w_p.0.3"), "1 2\n3 4")
    assert [(str(one.target), one.value) for one in numbers] == [
        ("lstm.w_p.0.3", 1), ("lstm.w_p.0.4", 2), ("lstm.w_p.1.3", 3), ("lstm.w_p.1.4", 4),
    ]  # fmt: skip
    with pytest.raises(GatescopeError, match="there is room for 2 rows and 1 column"):
        pasted(setting, Target.parse("lstm.w_p.0.4"), "1 2\n3 4")
    of_a_model = baseline_of(setting).base
    place = ("lstm", "w_p", None)
    assert shape_of(of_a_model, place) == (2, 5)
    assert shape_of(of_a_model, ("lstm", "h0", None)) == (2,)
    text = "\n".join(["1 2 3 4 5", "6 7 8 9 10"])
    whole = matrix_pasted(text, setting, of_a_model, place)
    assert [str(one.target) for one in whole][-1] == "lstm.w_p.1.4"
    assert place not in arrays(baseline_of(Setting(scene="cue", alongside="lstm")).base)


def test_a_cell_without_a_projection_has_no_such_number() -> None:
    edit = Edit(Target.parse("lstm.w_p.0.0"), 1.0)
    (problem,) = screen_of(Setting(scene="cue", alongside="lstm", edits=(edit,))).problems
    assert "w_p" in problem
    with pytest.raises(GatescopeError, match="w_p"):
        Target.parse("gru.w_p.0.0")


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("ends", [("sigmoid", "tanh"), ("hard_sigmoid", "elu")])
def test_the_page_computes_what_the_core_computes(dtype, ends) -> None:
    """As it is, changed in every part, held, and both; every number of units without one of h."""
    setting = opened(projected(dtype=dtype))
    shown = screen_of(setting)
    edited = setting.with_edits(edits_of(shown))
    held = replace(setting, interventions=holds_of(shown))
    both = replace(edited, interventions=held.interventions)
    screens = (screen_of(one) for one in (setting, edited, held, both))
    batch = Batch((shown, *screens))
    assert check([batch], in_node) > 0
    other = with_functions(shown, *ends)
    assert check([Batch((other, held_in(other)))], in_node) > 0


@pytest.mark.parametrize("at", [0, 1])
def test_a_layer_further_up_reads_both_projected_states(at) -> None:
    module = projected(2, both=True)
    setting = opened(module, at=at)
    shown = screen_of(setting)
    if at:
        assert shown.channels == ("h→1", "h→2", "h←1", "h←2")
        expected = output(module, X)[:, :2]
        np.testing.assert_allclose(shown.traces["lstm"]["hidden"], expected, rtol=0, atol=1e-12)
    behind = screen_of(replace(setting, model=replace(setting.model, backward=True)))
    if at:
        ours = behind.traces["lstm"]["hidden"][::-1]
        np.testing.assert_allclose(ours, output(module, X)[:, 2:], rtol=0, atol=1e-12)


@pytest.mark.parametrize("view", LENSES)
def test_every_lens_is_shown_at_every_unit_and_none_in_the_place_of_another(view) -> None:
    for cell in ("gru", "lstm"):
        for unit in (0, 4):
            shown = screen(view=view, cell=cell, unit=unit)
            told, _ = message(shown, Page())
            assert told["lens"]["view"] == view
            numbered = view in {"unrolled", "find", "holding", "pinned", "directions"}
            said = [one for one in view_of(shown).notes if "h has 2 numbers here" in one]
            assert len(said) == (numbered and cell == "lstm")


def test_a_sentence_says_what_a_unit_lets_out_and_not_what_h_is() -> None:
    shown = screen(view="kept", unit=4, step=7)
    trace = shown.traces["lstm"]
    let_out = trace["output"][7, 4] * np.tanh(trace["cell"][7, 4])
    words = " ".join(view_of(shown).words)
    assert f"lets out {let_out:.3g}".replace("-", "−") in words


@pytest.mark.parametrize(
    "target",
    ["x.4.1", "lstm.h0.1", "lstm.c0.4", "lstm.w_h.forget.4.1", "lstm.b_x.output.0", "lstm.w_p.1.3"],
)
def test_a_drag_shows_what_a_run_with_each_value_gives(target) -> None:
    shown, one = screen(), Target.parse(target)
    for unit in (0, 4):
        told = sweep_message(shown, Grab(one, 7, unit, True))
        assert told is not None
        assert told["tracks"]["lstm.hidden"].shape[1] == 2
        assert told["tracks"]["lstm.cell"].shape[1] == 5
        assert ("lstm.hidden" in told["exact"]) == (unit < 2)
        for at, value in enumerate(told["values"]):
            edited = apply_edits(shown.situation, [Edit(one, float(value))])
            trace = run(edited.weights["lstm"], edited.x, edited.initials["lstm"])
            for name, exact in told["exact"].items():
                if name.startswith("lstm."):
                    assert abs(trace[name.removeprefix("lstm.")][7, unit] - exact[at]) < 1e-9


def test_the_equations_say_the_projection_with_its_numbers() -> None:
    shown = screen(cell="lstm", unit=1, step=7)
    told, sent = message(shown, Page())
    *_, (let_out, projection) = [step["lines"] for step in told["inner"]["substeps"]]
    assert (let_out["left"], projection["left"][0]["v"]) == ([], "h")
    assert projection["symbols"][0]["v"] == "P"
    assert told["inner"]["projected"]
    assert {"lstm.inside", "lstm.vectors"} <= set(sent)
    drawn = vector_content(shown, "lstm")["vectors"]
    let_out = shown.traces["lstm"]["output"] * np.tanh(shown.traces["lstm"]["cell"])
    np.testing.assert_allclose(drawn["let_out"] / 127.5 - 1, let_out, rtol=0, atol=2 / 63)
    content = inside_content(shown, "lstm")
    trace, weights = shown.traces["lstm"], shown.situation.weights["lstm"]
    series, every = content["series"], trace["output"] * np.tanh(trace["cell"])
    np.testing.assert_allclose(series["let_out"], every.T, rtol=0, atol=1e-7)
    np.testing.assert_allclose(series["hidden.sum"][:2], (every @ weights.w_p.T).T, atol=1e-7)
    np.testing.assert_allclose(series["hidden"][:2], trace["hidden"].T, rtol=0, atol=1e-7)
    assert np.isnan(series["hidden"][2:]).all()
    for gate in weights.gates:
        np.testing.assert_allclose(series[gate], trace[gate].T, rtol=0, atol=1e-7)


@pytest.mark.parametrize("unit", [1, 4])
def test_every_number_has_its_terms_or_is_said_not_to_be_there(unit) -> None:
    for track in screen().traces["lstm"]:
        shown = screen(view="why", cell="lstm", of=track, unit=unit, step=7)
        view = view_of(shown)
        assert view.chosen == track
        if track == "hidden" and unit == 4:
            assert view.words == ["h has 2 numbers here, being projected: there is no number 5."]
            continue
        (chart, *_) = view.charts
        total = chart.values[-1, ~np.isnan(chart.values[-1])][-1]
        if track == "hidden":
            assert abs(total - shown.traces["lstm"]["hidden"][7, 1]) < 1e-9
            assert "what unit 3 lets out" in chart.rows.names


@pytest.mark.parametrize(("of", "unit"), [("state", 0), ("unit", 1), ("unit", 4)])
def test_gradients_are_those_of_autograd(of, unit) -> None:
    shown = screen(view="gradients", cell="lstm", of=of, unit=unit)
    view = view_of(shown)
    x = torch.tensor(X, requires_grad=True)
    last = projected()(x)[0][-1]
    number = min(unit, 1)  # h has two
    rows = range(2) if of == "state" else [number]
    slopes = [torch.autograd.grad(last[row], x, retain_graph=True)[0] for row in rows]
    expected = torch.stack(slopes).square().sum(dim=(0, 2)).sqrt()
    (chart,) = [one for one in view.charts if one.name == "input"]
    found = chart.values[:, list(chart.columns.names).index("LSTM")]
    np.testing.assert_allclose(found, expected, rtol=1e-7)
    assert any("h is projected to 2 numbers" in note for note in view.notes)
    assert any("and at the end what P makes of it" in note for note in view.notes)


def test_the_plane_of_states_is_of_two_numbers_of_h_with_what_stays() -> None:
    for unit, asked in ((0, "unit2"), (4, "unit1")):
        shown = screen(view="phase", cell="lstm", of=asked, unit=unit, step=7)
        view = view_of(shown)
        assert [one.value for one in view.choices] in (
            ["unit2", "components"],
            ["unit1", "components"],
        )
        portrait = view.charts[0]
        hidden = shown.traces["lstm"]["hidden"]
        order = [0, 1] if unit == 0 else [1, 0]
        np.testing.assert_array_equal(portrait.values[1:], hidden[:, order])
        assert any("All other numbers of h and all cell states" in one for one in view.notes)
        weights = shown.situation.weights["lstm"]
        found = kept_plane.fixed(shown)
        while found is None:
            found = kept_plane.fixed(shown)
        assert found.problem == ""
        for point in found.points.points:
            trace = run(weights, X[7:8], tuple(weights.parts_of(point.state)))
            after = np.concatenate((trace["hidden"][0], trace["cell"][0]))
            np.testing.assert_allclose(after, point.state, rtol=0, atol=1e-9)
    view = view_of(screen(view="phase", cell="lstm", of="unit4"))
    assert "h has 2 numbers here, being projected: there is no number 4." in view.words


def test_what_is_held_is_in_the_equations() -> None:
    held = Intervention("lstm", "hidden", 0.7, unit=1, first=5)
    shown = screen(cell="lstm", unit=1, step=7, interventions=(held,))
    numbers = inside(shown.situation.weights["lstm"], shown.traces["lstm"], 1)
    assert numbers["hidden.held"][5:].all()
    assert (numbers["hidden"][5:] == 0.7).all()
    np.testing.assert_allclose(numbers["hidden.free"], numbers["hidden.sum"], rtol=0, atol=1e-12)
    last = inside(shown.situation.weights["lstm"], shown.traces["lstm"], 4)
    assert not last["hidden.held"].any()


def test_an_edit_and_a_hold_beyond_the_projected_state_are_refused_by_name() -> None:
    edit = screen(edits=(Edit(Target.parse("lstm.h0.4"), 0.5),))
    assert any("lstm.h0" in problem and "use 0 to 1" in problem for problem in edit.problems)


def test_arrays_are_filled_but_not_drawn() -> None:
    setting = opened(projected())
    edits, _ = filled(setting, ("lstm", "forget", "w_h"), "value", 0.5, 0)
    assert len(edits) == 10
    for place in (("lstm", "forget", "w_h"), ("lstm", "projection", "w_p")):
        with pytest.raises(GatescopeError, match="not for a layer with a projection"):
            filled(setting, place, "random", 0, 0)


def test_the_projection_is_filled_with_a_value_or_as_the_unit_matrix() -> None:
    setting, place = opened(projected()), gate_place("lstm.projection.w_p")
    for way, expected in (("value", np.full((2, 5), 0.5)), ("identity", np.eye(2, 5))):
        edits, said = filled(setting, place, way, 0.5, 0)
        shown = screen_of(setting.with_edits(edits))
        np.testing.assert_array_equal(shown.situation.weights["lstm"].w_p, expected)
        module = torch.nn.LSTM(3, 5, proj_size=2).double()
        weights = {**projected().state_dict(), "weight_hr_l0": torch.tensor(expected)}
        module.load_state_dict(weights)
        hidden = shown.traces["lstm"]["hidden"]
        np.testing.assert_allclose(hidden, output(module, X), rtol=0, atol=1e-12)
        assert said == "Filled the projection of the LSTM: 10 numbers."
    for other in (("lstm", "projection", "w_h"), ("gru", "projection", "w_p")):
        with pytest.raises(GatescopeError, match="no such weights"):
            filled(setting, other, "value", 0.5, 0)
    with pytest.raises(GatescopeError, match="no such weights"):
        gate_place("x.projection.w_p")
    large = opened(torch.nn.LSTM(3, 400, proj_size=40), steps=20)
    with pytest.raises(GatescopeError, match="16,000 numbers"):
        filled(large, place, "value", 0.5, 0)


def test_a_layer_with_too_many_numbers_is_not_drawn_and_says_so() -> None:
    setting = opened(torch.nn.LSTM(3, 500, proj_size=20))
    (problem,) = screen_of(setting).problems
    assert "500 units over 48 steps are too many. Feed it fewer steps." in problem
    few = screen_of(replace(setting, model=replace(setting.model, steps=20)))
    assert few.problems == ()
    assert few.traces["lstm"]["hidden"].shape == (20, 20)


def test_another_checkpoint_with_another_projection_is_another_layer() -> None:
    model = opened(projected(), at=0, steps=12).model
    other = uploads.model(saved(torch.nn.LSTM(3, 5).state_dict()), "b.pt")
    assert in_place_of(model, other.key).layer == ""
    assert in_place_of(model, model.file).layer == "(top)"


def test_a_prediction_is_made_of_the_projected_state() -> None:
    model = torch.nn.ModuleDict({"lstm": projected(), "head": torch.nn.Linear(2, 4).double()})
    shown = screen_of(opened(model, answers=(("head", "head"), ("head_reads", "steps"))))
    found = predicted(shown)
    with torch.inference_mode():
        expected = model["head"](model["lstm"](torch.tensor(X))[0]).numpy()
    np.testing.assert_allclose(found.values, expected, rtol=0, atol=1e-9)


def test_a_layer_is_listed_with_its_projection() -> None:
    [entry] = read(saved(projected(2).state_dict()), "model.pt").entries
    assert summary(entry) == "LSTM of 5 units, 3 inputs, projected to 2 numbers, 2 layers"
