"""What is remembered, unrolled here step by step, and how long it lasts, by arithmetic."""

import math
from typing import Any

import numpy as np
import pytest

from app.opening import scenes
from app.shown import Shown
from app.widgets.lenses.base import WITH_START
from app.widgets.lenses.places import MOST_COLUMNS
from gru_core import Trace
from gru_core.arrays import Array
from gru_core.conventions import CHUNG
from gru_core.own import Own
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


def in_words(shown: Shown, shares: Array) -> str:
    """The largest three shares of half a per cent or more, largest first."""
    order = sorted(range(len(shares)), key=lambda at: (-shares[at], at))[:3]
    found = []
    for at in order:
        if shares[at] < 0.005:
            continue
        where = "from the initial state"
        if at:
            label = shown.labels[at - 1]
            said = "" if label == str(at) else f", when the input was {label}"
            where = f"written at step {at}{said}"
        found.append(f"{100 * shares[at]:.0f} % {where}")
    return ", ".join(found)


# The map --------------------------------------------------------------------------------------


@pytest.mark.parametrize("of", ["unit", "layer"])
@pytest.mark.parametrize("scene", [name for name in scenes() if name != "elnino"])
def test_a_row_of_the_map_says_when_the_state_of_that_step_was_written(scene: str, of: str) -> None:
    shown = screen("memory", of, scene=scene)
    for cell in ("gru", "lstm"):
        trace, found = shown.traces[cell], chart(shown, f"{cell}.map")  # type: ignore[index]
        assert (found.rows.kind, found.columns) == ("steps", WITH_START)
        for step in (0, trace.steps // 2, trace.steps - 1):
            truth = layer_shares(trace, step)
            if of == "unit":
                truth = unrolled(trace, step)[:, shown.unit]
            np.testing.assert_allclose(found.values[step], truth, atol=EXACT)


@pytest.mark.parametrize("held", ["", "gru.update.all.3-5_1.0~gru.hidden.0.4_0.5"])
@pytest.mark.parametrize("scene", scenes())
def test_the_shares_of_a_gru_s_state_sum_to_one_at_every_step(scene: str, held: str) -> None:
    for unit in (0, 2):
        found = chart(screen("memory", "unit", "", held, scene=scene, unit=unit), "gru.map")
        np.testing.assert_allclose(found.values.sum(axis=1), 1, atol=EXACT)
        assert (found.values >= 0).all()
        later = np.triu_indices_from(found.values, k=2)
        assert not found.values[later].any(), "nothing was written after its step"


def test_the_shares_of_an_lstm_s_state_need_not_sum_to_one_and_the_page_says_so() -> None:
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


@pytest.mark.parametrize(("scene", "step", "unit"), PLACES)
def test_the_words_name_the_steps_at_which_most_was_written_and_their_shares(
    scene: str, step: int, unit: int
) -> None:
    shown = screen("memory", scene=scene, step=step, unit=unit)
    gru, lstm = looked(shown).words
    label = shown.labels[step]
    where = f"step {step + 1}" + ("" if label == str(step + 1) else f" ({label})")
    ours = in_words(shown, unrolled(shown.traces["gru"], step)[:, unit])
    assert gru == f"GRU, h of unit {unit + 1} at {where}: {ours}."
    its = in_words(shown, unrolled(shown.traces["lstm"], step)[:, unit])
    assert lstm == (
        f"LSTM, c of unit {unit + 1} at {where} holds, of what was written: {its}."
        if its
        else f"LSTM: nothing is left in c of unit {unit + 1} at {where}."
    )


def test_the_pulse_is_named_with_what_is_left_of_it() -> None:
    """0.96 of the story: σ(6) over the sixteen steps since."""
    [said, _] = looked(screen("memory", scene="pulse", step=19, unit=3)).words
    kept = (1 / (1 + math.exp(-6))) ** 16
    assert round(100 * kept) == 96
    assert said == "GRU, h of unit 4 at step 20: 96 % written at step 4."


@pytest.mark.parametrize("word", ["recurrent", "knight", "a"])
def test_the_letters_in_the_reader_s_last_state_are_named_with_their_shares(word: str) -> None:
    last = len(word)
    shown = screen("memory", "layer", scene="reader", word=word, step=last)
    assert shown.labels == (*word, "end")
    for cell, said in zip(("gru", "lstm"), looked(shown).words, strict=True):
        shares = layer_shares(shown.traces[cell], last)  # type: ignore[index]
        assert shares.sum() == pytest.approx(1)
        who = {"gru": "GRU, h", "lstm": "LSTM, c"}[cell]
        assert said == (f"{who} of the layer at step {last + 1} (end): {in_words(shown, shares)}.")
        assert "when the input was" in said


def test_what_holds_nothing_says_that_nothing_is_left() -> None:
    """Every candidate before the pulse is 0, as is the initial state."""
    shown = screen("memory", "layer", scene="pulse", step=1)
    assert looked(shown).words == [
        "GRU: nothing is left in h of the layer at step 2.",
        "LSTM: nothing is left in c of the layer at step 2.",
    ]


# How long it lasts ----------------------------------------------------------------------------


def notes_of(shown: Shown, cell: str) -> list[str]:
    return [note for note in looked(shown).notes if f"({cell}):" in note]


def test_at_a_keep_of_one_half_the_time_constant_is_not_two_steps() -> None:
    """Claim 16."""
    assert notes_of(screen("memory", scene="pulse", step=7, unit=1), "GRU") == [
        "Half-life of unit 2 at the cursor (GRU): 1 step; time constant 1.44 steps, where "
        "1/(1 − keep) would say 2."
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
    assert notes_of(shown, "GRU") == [
        f"Half-life of unit 1 at the cursor (GRU): {half} steps; time constant {constant} steps, "
        f"where 1/(1 − keep) would say {rough}."
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
    assert notes_of(shown, "GRU") == [f"Half-life of unit 1 at the cursor (GRU): {said}."]
    lives = chart(shown, "gru.half").values[0]
    assert set(lives.tolist()) == {math.inf if keep else 0.0}
    assert np.isfinite(chart(shown, "gru.half").figure.data[0].z).all()


@pytest.mark.parametrize(("scene", "steps"), [("pulse", 20), ("crowd", 100)])
def test_the_colours_say_what_they_stand_for_and_no_title_does(scene: str, steps: int) -> None:
    """As far as an age can be; a half-life may be longer, and has the last colour then."""
    for one in looked(screen("memory", scene=scene)).charts:
        last = "100 %" if one.name.endswith(".map") else f"{steps} steps or more"
        assert one.ends == ("0", last)
        assert one.figure.data[0].zmax == (1 if one.name.endswith(".map") else steps)
        assert "steps" not in one.title


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
