"""What is remembered, unrolled here step by step, and how long it lasts, by arithmetic."""

import math
from typing import Any

import numpy as np
import pytest

from app.figures import theme
from app.lenses.base import WITH_START
from app.lenses.sampling import MOST_COLUMNS
from app.screen.baseline import scenes
from app.screen.screen import Screen
from app.words.numbers import number, percent
from gru_core import Trace
from gru_core.arrays import Array
from gru_core.conventions import CHO, CHUNG, TOLERANCE
from gru_core.scenes.own import Own
from tests.app.lensing import chart, looked, screen

EXACT = 1e-12


def factors(trace: Trace) -> tuple[Array, Array]:
    """What every step keeps of the old state, and writes of the candidate."""
    if trace.cell == "lstm":
        return trace["forget"].astype(np.float64), trace["input"].astype(np.float64)
    keep = trace["update"].astype(np.float64)
    return keep, 1 - keep


def unrolled(trace: Trace, step: int) -> Array:
    """The weight of each content in the state after a step, (column, unit), one by one."""
    keep, write = factors(trace)
    found = np.zeros((trace.steps + 1, trace.units))
    for unit in range(trace.units):
        left = 1.0  # of what was written before the steps multiplied so far
        for at in range(step, -1, -1):
            found[at + 1, unit] = write[at, unit] * left
            left *= keep[at, unit]
        found[0, unit] = left
    return found


def layer_shares(trace: Trace, step: int) -> Array:
    """The shares of |weight · content| of all units together, (column,)."""
    first = trace.initial[-1].astype(np.float64)
    contents = np.vstack([first, trace["candidate"].astype(np.float64)])
    sizes = np.abs(unrolled(trace, step) * contents).sum(axis=1)
    return np.asarray(sizes / sizes.sum() if sizes.any() else sizes)


def contents_of(trace: Trace) -> Array:
    """What there is to write, (column, unit): the initial state, then every candidate.

    Of a state that is held its value, which `factors` would have written whole.
    """
    first = trace.initial[-1].astype(np.float64)
    return np.vstack([first, trace["candidate"].astype(np.float64)])


def left_by(trace: Trace, step: int) -> Array:
    """What every column left in the states after a step, (column, unit), one by one."""
    return np.asarray(unrolled(trace, step) * contents_of(trace))


def called(shown: Screen, column: int) -> str:
    label = shown.labels[column - 1]
    said = "" if label == str(column) else f" ({label})"
    return f"step {column}{said}" if column else "the initial state"


def three(values: Array) -> list[int]:
    """The three largest sizes that are half a per cent or more of all, largest first."""
    sizes = np.abs(values)
    order = sorted(range(len(sizes)), key=lambda at: (-sizes[at], at))[:3]
    return [at for at in order if sizes[at] >= 0.005 * sizes.sum()]


def listed(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


# The map --------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["unit", "layer"])
@pytest.mark.parametrize("scene", [name for name in scenes() if name != "elnino"])
def test_a_row_of_the_map_has_the_weights_or_the_shares_of_that_step(scene: str, of: str) -> None:
    shown = screen("memory", of, scene=scene)
    for cell in ("gru", "lstm"):
        trace, found = shown.traces[cell], chart(shown, f"{cell}.map")  # type: ignore[index]
        assert (found.rows.kind, found.columns) == ("steps", WITH_START)
        for step in (0, trace.steps // 2, trace.steps - 1):
            truth = layer_shares(trace, step)
            if of == "unit":
                truth = unrolled(trace, step)[:, shown.unit]
            np.testing.assert_allclose(found.values[step], truth, atol=EXACT)


@pytest.mark.parametrize("notation", [None, CHO, CHUNG])
@pytest.mark.parametrize("scene", scenes())
def test_what_the_steps_left_is_weight_times_candidate_and_adds_up_to_the_state(
    scene: str, notation: Any
) -> None:
    """However z is written, and whatever placement: signed, with the initial state's part."""
    for unit in (0, 3):
        shown = screen("memory", scene=scene, unit=unit, notation=notation)
        for cell, state in (("gru", "hidden"), ("lstm", "cell")):
            trace, found = shown.traces[cell], chart(shown, f"{cell}.left")  # type: ignore[index]
            at = min(unit, trace.units - 1)
            assert found.columns == WITH_START
            near = TOLERANCE[trace.dtype]  # of the run: 1e-12, but for the Reader's 32 bits
            np.testing.assert_allclose(found.values.sum(axis=1), trace[state][:, at], atol=near)
            for step in (0, trace.steps // 2, trace.steps - 1):
                truth = left_by(trace, step)[:, at]
                np.testing.assert_allclose(found.values[step], truth, atol=EXACT)


@pytest.mark.parametrize(
    ("cell", "held"),
    [
        ("gru", "gru.update.all.3-5_1.0~gru.hidden.0.4_0.5"),
        ("gru", "gru.candidate.0.all_-0.25"),
        ("lstm", "lstm.cell.0.4-6_2.5~lstm.forget.0.8_0.0"),
        ("lstm", "lstm.hidden.0.4_0.5~lstm.input.all.all_0.75"),
    ],
)
@pytest.mark.parametrize("edits", ["", "gru.h0.0_0.5~lstm.c0.0_0.5"])
def test_what_the_steps_left_adds_up_to_a_state_that_is_held_too(
    cell: Any, held: str, edits: str
) -> None:
    state = "cell" if cell == "lstm" else "hidden"
    shown = screen("memory", "", edits, held, scene="cue", unit=0)
    found, truth = chart(shown, f"{cell}.left").values, shown.traces[cell][state][:, 0]
    np.testing.assert_allclose(found.sum(axis=1), truth, atol=EXACT)
    for step in np.flatnonzero(shown.traces[cell].held(state)[:, 0]):
        assert np.flatnonzero(found[step]).tolist() == [step + 1], "the held value is all there is"


def test_from_an_initial_state_of_0_nothing_comes() -> None:
    for scene in scenes():
        shown = screen("memory", scene=scene, unit=0)
        for cell in ("gru", "lstm"):
            first = shown.traces[cell].initial[-1][0]  # type: ignore[index]
            assert chart(shown, f"{cell}.left").values[:, 0].any() == bool(first), (scene, cell)


def test_the_colours_of_what_was_left_are_those_of_the_state_and_tell_signs() -> None:
    shown = screen("memory", scene="crowd", unit=25)
    for name, bound in (("gru.left", 1.0), ("lstm.left", 3.0)):
        data = chart(shown, name).figure.data[0]
        assert (data.zmin, data.zmax) == (-bound, bound)
        places, colors = zip(*data.colorscale, strict=True)
        assert colors == theme.DIVERGING
        evenly = np.linspace(-1, 1, len(colors))
        np.testing.assert_allclose(2 * np.array(places) - 1, evenly * np.abs(evenly))


@pytest.mark.parametrize("held", ["", "gru.update.all.3-5_1.0~gru.hidden.0.4_0.5"])
@pytest.mark.parametrize("scene", scenes())
def test_the_weights_of_a_gru_s_state_sum_to_one_at_every_step(scene: str, held: str) -> None:
    for unit in (0, 2):
        found = chart(screen("memory", "unit", "", held, scene=scene, unit=unit), "gru.map")
        np.testing.assert_allclose(found.values.sum(axis=1), 1, atol=EXACT)
        assert (found.values >= 0).all()
        later = np.triu_indices_from(found.values, k=2)
        assert not found.values[later].any(), "nothing was written after its step"


def test_the_weights_of_an_lstm_s_state_need_not_sum_to_one_and_the_page_says_so() -> None:
    shown = screen("memory", scene="crowd", unit=3)
    sums = chart(shown, "lstm.map").values.sum(axis=1)
    assert np.abs(sums - 1).max() > 0.1
    assert any("need not sum to 1; those of the GRU do" in note for note in looked(shown).notes)


def test_the_weights_and_the_contents_make_the_state() -> None:
    """h_t = Σ M[t, k] n_k, for the numbers on the screen."""
    shown = screen("memory", scene="crowd", unit=25)
    trace = shown.traces["gru"]
    contents = np.concatenate((trace.initial[0][25:26], trace["candidate"][:, 25]))
    made = chart(shown, "gru.map").values @ contents
    np.testing.assert_allclose(made, trace["hidden"][:, 25], atol=EXACT)


def test_a_block_of_one_step_is_called_by_that_step() -> None:
    own = Own(source="noise", steps=MOST_COLUMNS + 1, units=3)
    names = chart(screen("memory", scene="own", own=own), "gru.map").columns.names
    assert names[1] == "step 1"
    assert [name for name in names if name.startswith("steps ")] == ["steps 400 to 401"]


def test_a_long_map_has_exact_rows_and_columns_that_are_sums_over_blocks() -> None:
    own = Own(source="noise", steps=1300, units=3, scheme="chrono")
    shown = screen("memory", scene="own", own=own, unit=1)
    found, trace = chart(shown, "gru.map"), shown.traces["gru"]
    assert found.values.shape == (MOST_COLUMNS, MOST_COLUMNS + 1)
    for at in (0, 250, MOST_COLUMNS - 1):
        step = int(found.rows.names[at].split()[1]) - 1
        whole = unrolled(trace, step)[:, 1]
        for column in (1, 100, at + 1, MOST_COLUMNS):
            first, last = map(int, found.columns.names[column].removeprefix("steps ").split(" to "))
            assert found.values[at, column] == pytest.approx(whole[first : last + 1].sum())
        assert found.columns.names[0] == "the initial state"
        assert found.values[at, 0] == pytest.approx(whole[0])
    assert found.rows.names[-1] == "step 1300"
    assert found.columns.names[-1].endswith(" to 1300")
    np.testing.assert_allclose(found.values.sum(axis=1), 1, atol=1e-9)


# In words -------------------------------------------------------------------------------------

PLACES = [("pulse", 19, 3), ("pulse", 7, 1), ("cue", 19, 0), ("slate", 11, 0), ("crowd", 60, 25)]


@pytest.mark.parametrize("notation", [None, CHUNG])
@pytest.mark.parametrize(("scene", "step", "unit"), PLACES)
def test_the_words_name_the_steps_that_left_most_and_the_one_with_most_weight(
    scene: str, step: int, unit: int, notation: Any
) -> None:
    shown = screen("memory", scene=scene, step=step, unit=unit, notation=notation)
    for cell, said in zip(("gru", "lstm"), made_of(shown), strict=True):
        trace = shown.traces[cell]  # type: ignore[index]
        left, weights = left_by(trace, step)[:, unit], unrolled(trace, step)[:, unit]
        name, letter = ("GRU", "h") if cell == "gru" else ("LSTM", "c")
        made, weight = said.split(". ", 1)
        start = f"{name}: {letter} of unit {unit + 1} at {called(shown, step + 1)} is "
        assert made.startswith(f"{start}{number(left.sum())}: ")
        parts = [f"{called(shown, at)} left {number(left[at])}" for at in three(left)]
        others = float(np.delete(left, three(left)).sum())
        if abs(others) >= 0.0005 * np.abs(left).sum():
            parts.append(f"all others {number(others)}")
        assert made.endswith(f": {listed(parts)}")
        most = int(weights.argmax())
        share = percent(weights[most]) if cell == "gru" else number(weights[most])
        assert share in weight
        assert called(shown, most) in weight.lower()


def test_half_the_weight_may_lie_where_nothing_was_left() -> None:
    """Unit 2 of the pulse writes half of every candidate; all but that of step 4 are 0."""
    [said, _] = made_of(screen("memory", scene="pulse", step=7, unit=1))
    assert said == (
        "GRU: h of unit 2 at step 8 is 0.0622: step 4 left 0.0622. "
        "The largest weight there, 50\xa0%, "
        "is that of step 8, whose candidate is 0, so it left nothing."
    )


def test_the_pulse_is_named_with_what_is_left_of_it() -> None:
    """0.96 of the story: σ(6) over the sixteen steps since."""
    [said, _] = made_of(screen("memory", scene="pulse", step=19, unit=3))
    kept = (1 / (1 + math.exp(-6))) ** 16
    assert round(100 * kept) == 96
    assert said == (
        "GRU: h of unit 4 at step 20 is 0.956: step 4 left 0.956. Step 4 has the largest weight "
        "too, 96\xa0%."
    )


def test_an_initial_state_that_is_not_0_is_named_where_it_is_what_is_left() -> None:
    [said, _] = made_of(screen("memory", scene="binary", step=10, unit=2))
    assert said.startswith("GRU: h of unit 3 at step 11 is −0.978: the initial state left −0.989 ")
    assert said.endswith(" The initial state has the largest weight too, 99\xa0%.")


@pytest.mark.parametrize("word", ["recurrent", "knight", "a"])
def test_the_letters_in_the_reader_s_last_state_are_named_with_their_shares(word: str) -> None:
    last = len(word)
    shown = screen("memory", "layer", scene="reader", word=word, step=last)
    assert shown.labels == (*word, "end")
    for cell, said in zip(("gru", "lstm"), made_of(shown), strict=True):
        shares = layer_shares(shown.traces[cell], last)  # type: ignore[index]
        assert shares.sum() == pytest.approx(1)
        who = {"gru": "GRU: of what h", "lstm": "LSTM: of what c"}[cell]
        parts = [f"{percent(shares[at])} by {called(shown, at)}" for at in three(shares)]
        told = listed(parts).replace(" by ", " was left by ", 1)
        assert said == f"{who} of the layer holds at step {last + 1} (end), {told}."


def test_what_holds_nothing_says_so() -> None:
    """Every candidate before the pulse is 0, as is the initial state."""
    assert made_of(screen("memory", "layer", scene="pulse", step=1)) == [
        "GRU: nothing is left in h of the layer at step 2.",
        "LSTM: nothing is left in c of the layer at step 2.",
    ]
    assert made_of(screen("memory", "unit", scene="pulse", step=1, unit=1)) == [
        "GRU: h of unit 2 at step 2 is 0: no step has left anything in it.",
        "LSTM: c of unit 2 at step 2 is 0: no step has left anything in it.",
    ]


# How long it lasts ----------------------------------------------------------------------------


def test_a_half_life_past_all_counting_is_put_in_words() -> None:
    """In this scene z is 1 − 9e-14, whose half-life is 7,406,067,340,647 steps."""
    shown = screen("memory", scene="binary", step=0, unit=2)
    assert 0 < 1 - shown.traces["gru"]["update"][0, 2] < 1e-12
    assert lasting_of(shown, "GRU") == [
        "Half-life of unit 3 at the cursor (GRU): over a million steps."
    ]


def test_the_time_constant_is_compared_in_the_letters_of_the_notation() -> None:
    [said] = lasting_of(screen("memory", scene="pulse", step=7, unit=1, notation=CHUNG), "GRU")
    assert said.endswith("time constant 1.44 steps, where 1/z would say 2.")


def made_of(shown: Screen) -> list[str]:
    """What is said of the states, not of how long they last."""
    return [said for said in looked(shown).words if not said.startswith("Half-life")]


def lasting_of(shown: Screen, cell: str) -> list[str]:
    return [said for said in looked(shown).words if f"({cell}):" in said]


def test_at_a_keep_of_one_half_the_time_constant_is_not_two_steps() -> None:
    """Claim 16."""
    assert lasting_of(screen("memory", scene="pulse", step=7, unit=1), "GRU") == [
        "Half-life of unit 2 at the cursor (GRU): 1 step; time constant 1.44 steps, where "
        "1/(1 − z) would say 2."
    ]
    assert f"{-1 / math.log(0.5):.3g}" == "1.44"


@pytest.mark.parametrize(
    ("keep", "half", "constant", "rough"),
    [(0.9, "6.58", "9.49", "10"), (0.25, "0.5", "0.721", "1.33"), (0.99, "69", "99.5", "100")],
)
def test_half_lives_and_time_constants_are_those_of_the_keep_factor(
    keep: float, half: str, constant: str, rough: str
) -> None:
    shown = screen("memory", "", "", f"gru.update.0.all_{keep}", scene="cue", unit=0)
    assert lasting_of(shown, "GRU") == [
        f"Half-life of unit 1 at the cursor (GRU): {half} steps; time constant {constant} steps, "
        f"where 1/(1 − z) would say {rough}."
    ]
    assert f"{-math.log(2) / math.log(keep):.3g}" == half
    assert f"{-1 / math.log(keep):.3g}" == constant
    assert f"{1 / (1 - keep):.3g}" == rough


@pytest.mark.parametrize(
    ("keep", "said"),
    [(1.0, "infinite: never forgets"), (0.0, "0 steps: all is replaced")],
)
def test_a_gate_fully_open_or_shut_has_no_time_constant(keep: float, said: str) -> None:
    shown = screen("memory", "", "", f"gru.update.0.all_{keep}", scene="cue", unit=0)
    assert lasting_of(shown, "GRU") == [f"Half-life of unit 1 at the cursor (GRU): {said}."]
    lives = chart(shown, "gru.half").values[0]
    assert set(lives.tolist()) == {math.inf if keep else 0.0}
    assert np.isfinite(chart(shown, "gru.half").figure.data[0].z).all()


@pytest.mark.parametrize(("scene", "steps"), [("pulse", 20), ("crowd", 100)])
def test_the_colours_say_what_they_stand_for_and_no_title_does(scene: str, steps: int) -> None:
    """As far as an age can be; a half-life may be longer, and has the last colour then."""
    for one in looked(screen("memory", scene=scene)).charts:
        kind = one.name.partition(".")[2]
        last = {"map": ("0", "1"), "left": ()}.get(kind, ("0", f"{steps} steps or more"))
        assert one.ends == last
        if kind != "left":
            assert one.figure.data[0].zmax == (1 if kind == "map" else steps)
        assert "steps" not in one.title
    for one in looked(screen("memory", "layer", scene=scene)).charts:
        assert one.ends[1] == ("100 %" if one.name.endswith(".map") else f"{steps} steps or more")


@pytest.mark.parametrize("notation", [None, CHUNG])
@pytest.mark.parametrize(("cell", "gate"), [("gru", "update"), ("lstm", "forget")])
def test_ages_and_half_lives_are_those_of_every_unit_at_every_step(
    cell: Any, gate: str, notation: Any
) -> None:
    """Whatever the notation, keep is what is kept."""
    shown = screen("memory", scene="crowd", notation=notation)
    keep = shown.traces[cell][gate]
    age, ages = np.zeros(keep.shape[1]), []
    for now in keep:
        age = now * (age + 1)
        ages.append(age)
    for name, truth in (("age", np.stack(ages)), ("half", np.log(2) / -np.log(keep))):
        found = chart(shown, f"{cell}.{name}")
        assert found.rows.order == tuple(range(32))
        np.testing.assert_allclose(found.values, truth.T, rtol=1e-9)
        assert found.figure.data[0].zmax == 100
