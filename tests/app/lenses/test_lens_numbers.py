"""The numbers of a lens are those of arithmetic done here, number by number, on the weights."""

import math
from typing import Any

import numpy as np
import pytest

from app.lenses.against import against
from app.screen.screen import Screen
from app.words.numbers import number
from gru_core import GRUWeights
from gru_core.arrays import Array
from gru_core.conventions import CHO, CHUNG, SATURATION, SIGMOID_TRACKS, TRACKS, Cell
from gru_core.scenes.own import Own
from gru_core.weights import Weights
from tests.app.lensing import chart, column, looked, row, screen

EXACT = 1e-12
HELD_GATES = "gru.update.0.all_0.25~gru.reset.1.3-5_1.0~gru.candidate.2.4_-0.5"
HELD_STATES = "gru.hidden.1.6_0.75~lstm.cell.0.5-8_1.5~lstm.hidden.2.9_-0.25"


def beside(cell: Cell) -> Any:
    return "rnn" if cell == "rnn" else "lstm"


def before(shown: Screen, cell: Cell, state: str = "hidden") -> Array:
    """A state before the cursor's step."""
    trace, at = shown.traces[cell], shown.step
    initial = trace.initial[1 if state == "cell" else 0]
    return trace[state][at - 1] if at else initial


def products(row_of_weights: Array, values: Array) -> list[float]:
    return [float(w) * float(v) for w, v in zip(row_of_weights, values, strict=True)]


def summed(shown: Screen, weights: Weights, gate: str) -> float:
    """W x + b + U h + d of the cursor's unit, with the reset gate where it acts."""
    at, unit, cell = weights.gates.index(gate), shown.unit, shown.opened
    h, outside, inside = before(shown, cell), [float(weights.b_x[at, unit])], 1.0
    if isinstance(weights, GRUWeights) and gate == "candidate":
        reset = shown.traces[cell]["reset"][shown.step]
        if weights.reset_after:
            inside = float(reset[unit])
        else:
            h = np.array([float(r) * float(each) for r, each in zip(reset, h, strict=True)])
    outside += products(weights.w_x[at, unit], shown.situation.x[shown.step])
    of_state = [*products(weights.w_h[at, unit], h), float(weights.b_h[at, unit])]
    return math.fsum([*outside, *(inside * each for each in of_state)])


def activated(gate: str, total: float) -> float:
    return 1 / (1 + math.exp(-total)) if gate in SIGMOID_TRACKS else math.tanh(total)


# Why one number -------------------------------------------------------------------------------

PLACES = [("crowd", 0, 0), ("crowd", 57, 25), ("cue", 11, 1), ("elnino", 48, 4), ("reader", 6, 216)]
CASES = [
    (cell, gate, notation)
    for cell, gate in (
        *(("gru", gate) for gate in ("reset", "update", "candidate")),
        *(("lstm", gate) for gate in ("input", "forget", "candidate", "output")),
        ("rnn", "hidden"),
    )
    for notation in ((None, CHO) if cell == "gru" else (None,))
]


@pytest.mark.parametrize(("scene", "step", "unit"), PLACES)
@pytest.mark.parametrize(("cell", "gate", "notation"), CASES)
def test_the_terms_sum_to_what_goes_into_the_activation(
    scene: str, step: int, unit: int, cell: Any, gate: str, notation: Any
) -> None:
    """W x + b + U h + d, in both placements of the reset gate."""
    shown = screen(
        *("why", gate), scene=scene, step=step, unit=unit, cell=cell, alongside=beside(cell),
        notation=notation,
    )  # fmt: skip
    weights = shown.situation.weights[cell]
    assert not isinstance(weights, GRUWeights) or weights.reset_after == (notation is None)
    terms, total = chart(shown, "terms"), summed(shown, weights, gate)
    *each, last = column(terms, "product")
    assert terms.rows.names[-1] == "sum"
    assert last == pytest.approx(total, abs=EXACT)
    assert math.fsum(each) == pytest.approx(total, abs=EXACT)
    value = float(shown.traces[cell][gate][step, unit])
    near = EXACT if weights.dtype == np.float64 else 1e-6
    assert row(chart(shown, "curve"), "pre-activation") == pytest.approx(total, abs=EXACT)
    assert (
        chart(shown, "curve").values[1, 0]
        == value
        == pytest.approx(activated(gate, total), abs=near)
    )


def test_every_term_is_its_factors_and_the_smallest_ones_are_summed() -> None:
    shown = screen("why", "candidate", scene="crowd", step=40, unit=9)
    terms, weights = chart(shown, "terms"), shown.situation.weights["gru"]
    named = [each for each in terms.rows.names if each.startswith(("x", "h", "bias"))]
    assert len(named) == 10
    others = weights.input_size + weights.units + 2 - 10
    assert terms.rows.names[10:] == [f"{others} others", "sum"]
    sizes = [abs(row(terms, each)[-1]) for each in named]
    assert sizes == sorted(sizes, reverse=True)
    assert {each[0] for each in named} >= {"x", "h"}
    reset = float(shown.traces["gru"]["reset"][40, 9])
    for each in named:
        weight, value, *between, product = row(terms, each)
        inside = not np.isnan(between[0])
        assert inside == each.startswith(("h", "bias d"))
        assert product == pytest.approx(weight * value * (between[0] if inside else 1), abs=EXACT)
        assert not inside or between[0] == reset
    factors = [list(row(terms, each)[:-1]) for each in terms.rows.names[10:]]
    assert np.isnan(factors).all()


def test_a_single_term_that_is_left_is_one_other() -> None:
    """8 units, an input and two biases are eleven."""
    terms = chart(screen("why", "update", scene="elnino"), "terms")
    assert terms.rows.names[10] == "1 other"


def test_a_term_is_called_what_it_is_of() -> None:
    """The cue lets unit 1 write: its update gate sums to −12 · 1 + 6 = −6."""
    shown = screen("why", "update", scene="cue", step=4, unit=0)
    terms = chart(shown, "terms")
    assert list(row(terms, "x cue")) == [-12, 1, -12]
    assert list(row(terms, "bias b")) == [6, 1, 6]
    assert list(row(terms, "x value")) == [0, 0.8, 0]
    assert looked(shown).words == [
        "z of unit 1 at step 5: first the sum, then σ. The terms sum to −6, and σ(−6) = 0.00247; "
        "the slope there is 0.00247.",
        "GRU, step 5: z of unit 1 is 0.00247, so it keeps "
        "0.25\xa0% of its old state, −0.00012; the "
        "rest comes from n, which is 0.664. h becomes 0.662.",
    ]


def test_two_inputs_of_one_name_are_told_apart() -> None:
    numbers = np.array([[1.0, 2.0, 3.0], [0.5, -1.0, 2.0]])
    own = Own(source="numbers", numbers=numbers, channels=("a", "a", "b"), units=2)
    names = chart(screen("why", scene="own", own=own), "terms").rows.names
    assert {name for name in names if name.startswith("x")} == {"x₁ a", "x₂ a", "x b"}


def test_under_the_write_polarity_every_term_of_the_update_gate_has_the_other_sign() -> None:
    keep, write = (
        screen("why", "update", scene="crowd", step=7, unit=3, notation=notation)
        for notation in (CHO, CHUNG)
    )
    sheets = [chart(shown, "terms") for shown in (keep, write)]
    assert sheets[0].rows == sheets[1].rows
    for name, sign in (("weight", -1), ("value", 1), ("product", -1)):
        one, other = (column(sheet, name) for sheet in sheets)
        np.testing.assert_array_equal(sign * one, other)
    shown_values = [row(chart(shown, "curve"), "z")[0] for shown in (keep, write)]
    assert shown_values[1] == 1 - shown_values[0]


@pytest.mark.parametrize(
    ("cell", "state", "made_of"),
    [
        ("gru", "hidden", {"kept": ("update", "hidden"), "written": (None, "candidate")}),
        ("lstm", "cell", {"kept": ("forget", "cell"), "written": ("input", "candidate")}),
    ],
)
@pytest.mark.parametrize("step", [0, 11])
def test_a_state_is_what_was_kept_and_what_was_written(
    cell: Any, state: str, made_of: Any, step: int
) -> None:
    shown = screen("why", state, scene="crowd", cell=cell, step=step, unit=4)
    terms, trace = chart(shown, "terms"), shown.traces[cell]
    for name, (gate, value) in made_of.items():
        factor = trace[gate][step, 4] if gate else 1 - trace["update"][step, 4]
        there = before(shown, cell, value)[4] if name == "kept" else trace[value][step, 4]
        assert list(row(terms, name)) == [factor, there, factor * there]
    assert row(terms, "sum")[-1] == pytest.approx(trace[state][step, 4], abs=EXACT)


def test_the_output_gate_lets_tanh_of_the_cell_state_out() -> None:
    shown = screen("why", "hidden", scene="crowd", cell="lstm", step=30, unit=8)
    now = {name: float(track[30, 8]) for name, track in shown.traces["lstm"].items()}
    [opened, squashed, product] = row(chart(shown, "terms"), "exposed")
    assert (opened, squashed) == (now["output"], pytest.approx(math.tanh(now["cell"]), abs=EXACT))
    assert product == pytest.approx(now["hidden"], abs=EXACT)


def test_a_gate_that_is_held_says_so_and_what_it_would_have_been() -> None:
    shown = screen("why", "update", "", HELD_GATES, scene="cue", step=7, unit=0)
    said, _ = looked(shown).words
    total = summed(shown, shown.situation.weights["gru"], "update")
    assert total == 6
    assert said == (
        "z of unit 1 at step 8 is held at 0.25. The terms sum to 6, and free it would be σ(6) = "
        "0.998; the slope there is 0.00247."
    )
    assert row(chart(shown, "curve"), "z if it were free") == pytest.approx(activated("update", 6))
    free = screen("why", "update", "", HELD_GATES, scene="cue", step=7, unit=1)
    assert "held" not in looked(free).words[0]


def test_under_the_write_polarity_a_held_gate_is_said_as_written() -> None:
    shown = screen("why", "update", "", HELD_GATES, scene="cue", step=7, unit=0, notation=CHUNG)
    assert (
        "is held at 0.75. The terms sum to −6, and free it would be σ(−6)"
        in (looked(shown).words[0])
    )


def test_a_state_that_is_held_says_so_and_what_it_would_have_been() -> None:
    shown = screen("why", "hidden", "", HELD_STATES, scene="cue", step=6, unit=1)
    kept, written, total = column(chart(shown, "terms"), "product")
    assert looked(shown).words == [
        f"h of unit 2 at step 7 is held at 0.75; free it would be {number(total)}, the sum of "
        "these.",
        "GRU, step 7: h of unit 2 is held at 0.75, whatever it would have been.",
    ]
    assert kept + written == pytest.approx(total, abs=EXACT)
    assert abs(total - 0.75) > 0.1


# Kept and written -----------------------------------------------------------------------------


@pytest.mark.parametrize("scene", ["crowd", "reader"])
@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_kept_and_written_add_up_to_the_state_at_every_step(scene: str, cell: Any) -> None:
    shown = screen("kept", scene=scene, unit=7)
    trace, found = shown.traces[cell], chart(shown, f"{cell}.kept")
    state, symbol = ("cell", "c") if cell == "lstm" else ("hidden", "h")
    now = {name: track[:, 7].astype(np.float64) for name, track in trace.items()}
    old = np.concatenate(([trace.initial[-1][7]], now[state][:-1]))
    keep = now["forget"] if cell == "lstm" else now["update"]
    write = now["input"] if cell == "lstm" else 1 - now["update"]
    near = EXACT if trace.dtype == np.float64 else 1e-6
    kept, written = column(found, "kept"), column(found, "written")
    np.testing.assert_allclose(kept, keep * old, atol=near)
    np.testing.assert_allclose(written, write * now["candidate"], atol=near)
    np.testing.assert_allclose(kept + written, now[state], atol=near)
    np.testing.assert_array_equal(column(found, symbol), now[state])


def test_of_a_held_state_nothing_is_kept_and_all_is_written() -> None:
    shown = screen("kept", "", "", HELD_STATES, scene="cue", unit=0)
    rows = chart(shown, "lstm.kept").values
    np.testing.assert_array_equal(rows[5:9, :3], [[0, 1.5, 1.5]] * 4)
    assert (rows[9, :2] != [0, 1.5]).all()
    np.testing.assert_allclose(rows[:, 0] + rows[:, 1], rows[:, 2], atol=EXACT)


# Saturation -----------------------------------------------------------------------------------


@pytest.mark.parametrize("notation", [None, CHUNG])
@pytest.mark.parametrize("scene", ["pulse", "crowd", "reader"])
def test_shares_near_one_and_near_zero_are_counted(scene: str, notation: Any) -> None:
    shown = screen("saturation", scene=scene, notation=notation)
    low, high = SATURATION
    for cell in ("gru", "lstm"):
        found = chart(shown, f"{cell}.saturation")
        gates = [gate for gate in TRACKS[cell] if gate in SIGMOID_TRACKS]
        units = shown.traces[cell].units
        assert len(found.values) == len(gates) * units
        for at, gate in enumerate(gates):
            track = shown.shown_track(cell, gate, shown.traces[cell][gate])
            for unit in {0, 1, units - 1}:
                values = track[:, unit].tolist()
                shares = [
                    sum(value > high for value in values) / len(values),
                    sum(value < low for value in values) / len(values),
                ]
                assert list(found.values[at * units + unit]) == shares
                assert found.rows.names[at * units + unit].endswith(f"of unit {unit + 1}")
                assert found.rows.order[at * units + unit] == unit


# Against another run --------------------------------------------------------------------------


@pytest.mark.parametrize(("cell", "notation"), [("gru", None), ("gru", CHUNG), ("lstm", None)])
def test_differences_are_those_of_the_two_runs_as_they_are_written(
    cell: Any, notation: Any
) -> None:
    now = screen("why", scene="crowd", cell=cell, unit=5, notation=notation)
    then = screen("why", edits="x.20.1_0.5", scene="crowd", cell=cell, notation=notation)
    found, words = against(now, then.traces, "A")
    both, *differences = found
    assert [each.name for each in differences] == [f"less.{track}" for track in TRACKS[cell]]
    for each, track in zip(differences, TRACKS[cell], strict=True):
        mine, its = (shown.tracks[cell][track].T for shown in (now, then))
        np.testing.assert_allclose(each.values, mine - its, atol=1e-15)
        assert np.abs(each.values).max() > 0
    np.testing.assert_array_equal(
        both.values, np.stack([s.traces[cell]["hidden"][:, 5] for s in (now, then)], axis=1)
    )
    apart = np.abs(now.traces["gru"]["hidden"] - then.traces["gru"]["hidden"])
    step, unit = np.argwhere(apart == apart.max())[0]
    assert words[0] == (
        f"GRU: h differs from A from step 21 on, most at step {step + 1}, unit {unit + 1}: by "
        f"{number(float(apart.max()))}."
    )


def test_equal_runs_are_said_to_be_equal_and_those_that_cannot_be_compared_are_named() -> None:
    shown = screen("why", scene="cue", alongside="rnn")
    same, alone = dict(shown.traces), {"gru": shown.traces["gru"]}
    assert against(shown, same, "A")[1] == [
        "GRU: h is that of A at every step.",
        "Plain RNN: h is that of A at every step.",
    ]
    assert against(shown, alone, "A")[1][1] == "A has no plain RNN: nothing to compare."
    longer = screen("why", scene="crowd", alongside="rnn").traces
    charts, words = against(shown, longer, "A")
    assert charts == []
    assert words == [
        "GRU: A has other sizes, nothing to compare.",
        "Plain RNN: A has other sizes, nothing to compare.",
    ]


# Wirings --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alongside", "said"),
    [
        ("lstm", "GRU: two gates, one state. LSTM: three gates, two states."),
        ("rnn", "GRU: two gates, one state. Plain RNN: no gates, one state."),
        ("none", "GRU: two gates, one state."),
    ],
)
def test_gates_and_states_are_counted_in_words(alongside: Any, said: str) -> None:
    view = looked(screen("wirings", alongside=alongside))
    assert view.words[0] == said
    assert len(view.words) == 1 + len(view.wirings)
    assert list(view.wirings) == ["gru", alongside][: 1 if alongside == "none" else 2]
