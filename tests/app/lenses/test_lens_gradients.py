"""How far gradients reach: what torch's autograd finds of the same weights, and what is said."""

from typing import Any

import numpy as np
import pytest
import torch

from app.lenses import gradients
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from app.words.numbers import number
from gru_core.conventions import CELLS, CHUNG, gates_from_file
from gru_core.scenes.own import Own
from gru_core.situation import parse_edits
from tests.app.autograd import Autograd, left, norm
from tests.app.lensing import chart, column, looked, message_of, screen

NEAR = 1e-10
NAMES = {"gru": "GRU", "lstm": "LSTM", "rnn": "plain RNN"}
# Drawn weights: no number is zero, and no two are alike.
DRAWN = Own(source="noise", steps=12, units=3)
EDITS = "x.6.0_-0.4~gru.w_h.candidate.0.1_0.7~gru.b_x.update.2_-1.5~lstm.b_x.forget.1_0.5"


# Against autograd -----------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["state", "unit"])
@pytest.mark.parametrize(
    ("scene", "edits", "notation"),
    [("own", "", None), ("own", EDITS, None), ("own", EDITS, CHUNG), ("book", "", None)],
)
def test_every_curve_is_that_of_autograd(scene: str, edits: str, notation: Any, of: str) -> None:
    """Also of the cell that is not on the screen, and of edits that wait for it."""
    edits = f"{edits}~rnn.w_h.hidden.0.1_0.6".lstrip("~")
    shown = screen("gradients", of, edits, scene=scene, own=DRAWN, unit=1, notation=notation)
    unit = 1 if of == "unit" else None
    by_state, by_input = chart(shown, "state"), chart(shown, "input")
    assert set(by_state.columns.names) == {*NAMES.values(), "LSTM by its c"}
    for cell in CELLS:
        truth = Autograd(shown, cell)
        steps = range(len(truth.x))
        hidden = [norm(truth.by_state(step), unit) for step in steps]
        np.testing.assert_allclose(column(by_state, NAMES[cell]), hidden, atol=NEAR)
        inputs = [norm(truth.by_input()[:, step], unit) for step in steps]
        np.testing.assert_allclose(column(by_input, NAMES[cell]), inputs, atol=NEAR)
        assert scene == "book" or min(hidden) > 1e-6
    truth = Autograd(shown, "lstm")
    by_cell = [norm(truth.by_state(step, 1), unit) for step in range(len(truth.x))]
    np.testing.assert_allclose(column(by_state, "LSTM by its c"), by_cell, atol=NEAR)


def test_by_c_the_gradient_is_what_backpropagation_keeps_at_c() -> None:
    """torch's own cell, whose c of step 1 retains its gradient: 0.698 in the crowd, not 0.661."""
    shown = screen("gradients", scene="crowd")
    situation = gradients.beside(shown)
    weights, order = situation.weights["lstm"], gates_from_file("pytorch", "lstm")
    module = torch.nn.LSTMCell(3, 32, dtype=torch.float64)
    for name, part in (("ih", "x"), ("hh", "h")):
        for kind, letter in (("weight", "w"), ("bias", "b")):
            own = getattr(weights, f"{letter}_{part}")[np.argsort(order)]
            parameter = getattr(module, f"{kind}_{name}")
            parameter.data = torch.tensor(own.reshape(parameter.shape))
    hidden, cell = (torch.tensor(state[None]) for state in situation.initials["lstm"])
    first = None
    for row in torch.tensor(situation.x):
        hidden, cell = module(row[None], (hidden, cell))
        if first is None:
            first = cell
    assert first is not None
    rows = [torch.autograd.grad(h, first, retain_graph=True)[0].numpy() for h in hidden[0]]
    by_cell = column(chart(shown, "state"), "LSTM by its c")
    assert by_cell[0] == pytest.approx(np.linalg.norm(rows), rel=1e-10)
    assert by_cell[0] == pytest.approx(0.698, abs=5e-4)
    assert any("“LSTM by its c” varies c, and with it the h" in one for one in looked(shown).notes)


def test_an_edit_changes_the_curves_of_its_cell_and_of_no_other() -> None:
    first, edited = (
        chart(screen("gradients", "", edits, scene="cue"), "state")
        for edits in ("", "rnn.w_h.hidden.0.1_0.6")
    )
    for name in first.columns.names:
        same = np.array_equal(column(first, name), column(edited, name))
        assert same == (name != "plain RNN")


@pytest.mark.parametrize("cell", CELLS)
def test_the_direct_path_is_the_product_of_what_every_step_keeps(cell: Any) -> None:
    """And the other paths are what is left of the whole Jacobian."""
    shown = screen("gradients", scene="cue", cell=cell, alongside="lstm" if cell == "gru" else cell)
    paths, trace, truth = chart(shown, "paths"), shown.traces[cell], Autograd(shown, cell)
    last = len(shown.labels)
    direct, gates = (
        column(paths, name) for name in ("direct path, gates held", "through gates and candidate")
    )
    for step in range(last):
        if cell == "rnn":
            diagonal = np.full(3, float(step == last - 1))
        else:
            keep = trace["update" if cell == "gru" else "forget"]
            diagonal = keep[step + 1 :].prod(axis=0)
        if cell == "lstm":
            diagonal = diagonal * trace["output"][-1] * (1 - np.tanh(trace["cell"][-1]) ** 2)
        assert direct[step] == pytest.approx(np.linalg.norm(diagonal), abs=NEAR)
        whole = truth.by_state(step, 1 if cell == "lstm" else 0).detach().numpy()
        assert gates[step] == pytest.approx(np.linalg.norm(whole - np.diag(diagonal)), abs=NEAR)
        assert column(paths, "all paths")[step] == pytest.approx(np.linalg.norm(whole), abs=NEAR)


def test_no_gradient_passes_a_state_that_is_held() -> None:
    shown = screen("gradients", "", "", "gru.hidden.all.9_0.5", scene="own", own=DRAWN)
    sizes = column(chart(shown, "state"), "GRU")
    assert (sizes[:9] == 0).all()
    assert (sizes[9:] > 0).all()
    assert column(chart(shown, "state"), "LSTM")[8] > 0


# In words -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["cue", "crowd", "pulse"])
def test_the_words_say_what_is_left_at_the_first_step(scene: str) -> None:
    shown = screen("gradients", scene=scene)
    said, sheet = left(shown), chart(shown, "state")
    assert set(said) == set(sheet.columns.names)
    for name in sheet.columns.names:
        assert said[name] == pytest.approx(column(sheet, name)[0], rel=6e-3)
    first = column(sheet, "GRU")
    units = shown.traces["gru"].units
    assert first[-1] == pytest.approx(np.sqrt(units))
    assert f"GRU {number(first[0])} of {number(np.sqrt(units))}" in looked(shown).words[0]


def test_over_99_steps_the_gradient_of_a_gru_survives_and_that_of_a_plain_rnn_vanishes() -> None:
    """Claim 11, against autograd at its first step."""
    shown = screen("gradients", scene="crowd")
    assert (
        looked(shown)
        .words[0]
        .startswith(
            "At step 1, 99 steps back, this is left of the gradient’s size at step 100: GRU "
        )
    )
    found = left(shown)
    for cell in ("gru", "rnn"):
        truth = norm(Autograd(shown, cell).by_state(0), None)  # type: ignore[arg-type]
        assert found[NAMES[cell]] == pytest.approx(truth, rel=6e-3)
    assert found["GRU"] > 1
    assert found["plain RNN"] < 1e-6


def pair(init: str) -> Screen:
    """100 steps of a wave through 32 units: the same matrices, long memories or zero biases."""
    own = Own(source="sine", steps=100, units=32, scheme=init)  # type: ignore[arg-type]
    return screen("gradients", scene="own", own=own)


def test_with_the_same_draw_the_biases_of_the_update_gate_decide_whether_a_gradient_survives() -> (
    None
):
    """Claim 11: with zero biases a GRU's vanishes before the plain RNN's."""
    chrono, xavier = pair("chrono"), pair("xavier")
    gru = [gradients.beside(shown).weights["gru"] for shown in (chrono, xavier)]
    for part in ("w_x", "w_h", "b_h"):
        np.testing.assert_array_equal(getattr(gru[0], part), getattr(gru[1], part))
    np.testing.assert_array_equal(gru[1].b_x, 0)
    assert (gru[0].b_x[[0, 2]] == 0).all()
    long, short = left(chrono), left(xavier)
    assert long["plain RNN"] == short["plain RNN"]
    assert long["GRU"] > 0.5
    assert short["GRU"] < 1e-6 * short["plain RNN"] < 1e-6
    for shown, found in ((chrono, long), (xavier, short)):
        truth = norm(Autograd(shown, "gru").by_state(0), None)
        assert found["GRU"] == pytest.approx(truth, rel=6e-3)


def test_with_every_update_gate_near_zero_the_gradient_of_a_gru_vanishes_too() -> None:
    """Claim 12: what held its pulse to the end holds nothing with update biases at −6."""
    writing = "~".join(f"gru.b_x.update.{unit}_-6.0" for unit in range(4))
    before, after = (screen("gradients", "", edits, scene="pulse") for edits in ("", writing))
    since_the_pulse = [column(chart(shown, "state"), "GRU")[3] for shown in (before, after)]
    assert since_the_pulse[0] > 0.9
    assert since_the_pulse[1] < 1e-30
    # All other weights are of the input, so that only the direct path is left: 17 steps of
    # silence, the pulse at step 4, at which the gates keep even less, and that at step 13.
    z = [1 / (1 + np.exp(-total)) for total in (-6, -18, 6)]
    direct = 2 * z[0] ** 17 * z[1] * z[2]
    assert left(after)["GRU"] == pytest.approx(direct, rel=6e-3)
    assert left(after)["GRU"] < 1e-50
    assert left(after)["LSTM by its c"] == left(before)["LSTM by its c"]


@pytest.mark.parametrize(
    ("cell", "notation", "said"),
    [
        ("gru", None, "the product of z over the steps"),
        ("gru", CHUNG, "the product of 1 − z over the steps"),
        ("lstm", CHUNG, "the product of f over the steps"),
        ("rnn", None, "A plain RNN has no direct path"),
    ],
)
def test_what_the_direct_path_is_made_of_is_said_as_it_is_written(
    cell: Any, notation: Any, said: str
) -> None:
    alongside: Any = "rnn" if cell == "rnn" else "lstm"
    shown = screen("gradients", scene="cue", cell=cell, alongside=alongside, notation=notation)
    [note] = [note for note in looked(shown).notes if said in note]
    assert ("decided by the bias of the update gate" in note) == (cell == "gru")


def test_the_titles_name_the_unit_of_every_cell_whose_gradient_is_drawn() -> None:
    shown = screen("gradients", "unit", scene="crowd", match="parameters", unit=31, cell="lstm")
    sizes = {cell: gradients.beside(shown).weights[cell].units for cell in CELLS}
    assert sizes == {"gru": 32, "lstm": 27, "rnn": 57}
    assert chart(shown, "paths").title == "LSTM, path by path: h of unit 27 at step 100 and each c"
    wide = screen("gradients", "unit", scene="crowd", match="parameters", alongside="rnn", unit=56)
    assert chart(wide, "paths").title == "GRU, path by path: h of unit 32 at step 100 and each h"
    assert chart(wide, "state").title == (
        "How strongly h of unit 27 or 32 or 57 at step 100 depends on each h"
    )


# What it depends on ---------------------------------------------------------------------------


def test_gradients_follow_the_cursor_to_its_step_k_and_the_bias_of_its_unit() -> None:
    for of in ("unit", "state"):
        told = message_of(screen("gradients", of, scene="cue", step=7, unit=2))
        assert told["at"] == {"step": 7, "unit": 2}
        assert told["controls"]["reaching"]["target"] == "gru.b_x.update.2"


def test_an_edit_that_does_not_fit_a_cell_that_is_not_on_screen_is_no_trouble() -> None:
    """A link may have one; where that cell is on screen it is named."""
    edits = parse_edits("rnn.h0.99_0.5~rnn.h0.1_0.25~rnn.w_h.hidden.0.1_0.6").edits
    shown = screen_of(Setting(scene="cue", view="gradients", edits=edits))
    assert shown.problems == ()
    assert looked(shown).charts
    rnn = gradients.beside(shown)
    assert (rnn.initials["rnn"][0][1], rnn.weights["rnn"].w_h[0, 0, 1]) == (0.25, 0.6)


TOO_LONG = "With 48 units and 60 steps this would take too long; "


@pytest.mark.parametrize(
    ("most", "state", "unit"),
    [
        (60 * 48**3, True, True),
        (60 * 48**3 - 1, False, True),
        (60 * 48**2 * gradients.OF_VECTORS - 1, False, False),
    ],
)
def test_what_would_take_too_long_says_so_and_what_to_do_instead(
    monkeypatch: pytest.MonkeyPatch, most: int, state: bool, unit: bool
) -> None:
    monkeypatch.setattr(gradients, "MOST_PRODUCTS", most)
    own = Own(source="noise", steps=60, units=48)
    for of, drawn in (("state", state), ("unit", unit)):
        view = looked(screen("gradients", of, scene="own", own=own))
        assert (len(view.charts), view.chosen) == (4 if drawn else 0, of)
        instead = "with fewer steps or units it is shown here."
        if of == "state" and unit:
            instead = (
                "that of the cursor's unit is shown here, as is this with fewer steps or units."
            )
        assert (view.words == [TOO_LONG + instead]) == (not drawn)


def test_a_large_layer_is_asked_for_a_unit_and_not_for_its_whole_state() -> None:
    """256 units over 1000 steps were a minute's work for every event that came."""
    own = Own(source="noise", steps=1000, units=256)
    assert not looked(screen("gradients", "state", scene="own", own=own)).charts
    assert looked(screen("gradients", "unit", scene="own", own=own)).charts
