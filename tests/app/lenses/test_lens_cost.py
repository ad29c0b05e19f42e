"""What cells cost: PyTorch's own modules are counted, and a clock of the test's own tells time."""

import itertools
import re
import threading
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
import torch

from app.compute import timing as measuring
from app.compute.timing import Measured, Measuring
from app.lenses import LENSES, times
from app.lenses.base import Chart, View
from app.messages.stage import message
from app.screen.page import Page
from app.screen.screen import Screen, screen_of
from app.setting.setting import Setting
from gru_core.analysis.cost import SIZES
from gru_core.conventions import CELLS, NOTATIONS, Cell
from gru_core.situation import parse_edits
from tests.app.visiting import Visit

MODULES = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}
DAY = date(2031, 5, 3)
PATIENCE = 30.0  # seconds for a thread of a busy machine


def screen(of: str = "", **setting: Any) -> Screen:
    """A screen of `cue`: 2 inputs, 3 units."""
    return screen_of(Setting(**{"scene": "cue", **setting}, view="cost", of=of))


def looked(shown: Screen) -> View:
    return LENSES["cost"].view(shown)


def chart(view: View, name: str) -> Chart:
    [found] = [one for one in view.charts if one.name == name]
    return found


def column(found: Chart, cell: Cell) -> list[float]:
    names = {"gru": "GRU", "lstm": "LSTM", "rnn": "plain RNN"}
    return found.values[:, list(found.columns.names).index(names[cell])].tolist()


def counted(cell: Cell, inputs: int, units: int, biases: int = 2, layers: int = 1) -> int:
    """The numbers in PyTorch's module; with fewer biases, less those of the others."""
    module = MODULES[cell](inputs, units, num_layers=layers)
    kept = ("weight", "bias_ih", "bias_hh")[: 1 + biases]
    return sum(p.numel() for name, p in module.named_parameters() if name.startswith(kept))


# Counts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("notation", "biases"), [("pytorch", 2), ("chung", 1)])
@pytest.mark.parametrize("cell", CELLS)
def test_parameters_are_those_of_pytorch_at_every_size(
    cell: Cell, notation: str, biases: int
) -> None:
    view = looked(screen(notation=NOTATIONS[notation]))
    sizes = [3, *SIZES]
    found = chart(view, "parameters")
    assert list(found.rows.names) == [f"{size} units" for size in sizes]
    assert column(found, cell) == [counted(cell, 2, size, biases) for size in sizes]
    assert column(chart(view, "products"), cell) == [counted(cell, 2, size, 0) for size in sizes]


def test_the_present_counts_are_said_with_their_ratios(visit: Callable[..., Visit]) -> None:
    """Claim 9, by its link."""
    here = visit(scene="cue", view="cost")
    assert here.told["lens"]["words"] == [
        "With 2 inputs and 3 units, a plain RNN has 21 parameters, a GRU 63 (3 times as many) and "
        "an LSTM 84 (4 times as many).",
        "Counted with two biases a gate, as in PyTorch. With one bias, as in many textbooks: 18 in "
        "the plain RNN, 54 in the GRU and 72 in the LSTM.",
        "Multiply-adds of one step: 15 in the plain RNN, 45 in the GRU and 60 in the LSTM.",
        "GRU, step 5: unit 1 takes 15 "
        "multiply-adds for r, z and n, 3 × (2 + 3); all units up to there have taken 225.",
    ]
    assert [counted(cell, 2, 3) for cell in ("rnn", "gru", "lstm")] == [21, 63, 84]
    assert not here.told["lens"]["waiting"]


def test_one_bias_in_the_notation_is_one_in_the_count() -> None:
    words = looked(screen(notation=NOTATIONS["cho"])).words
    assert "a plain RNN has 18 parameters, a GRU 54 (3 times as many) and an LSTM 72" in words[0]
    assert words[1].startswith("Counted with one bias, as in many textbooks. With two biases a ")


def test_the_second_bias_of_a_candidate_is_named_where_it_is_not_counted() -> None:
    said = "Not counted is the second bias of the candidate"
    after = NOTATIONS["pytorch"].__class__("your own", "after", "keep", 1)
    assert any(said in note for note in looked(screen(notation=after)).notes)
    for notation in ("pytorch", "cho"):
        assert not any(said in n for n in looked(screen(notation=NOTATIONS[notation])).notes)


def test_the_size_on_screen_is_a_row_only_once() -> None:
    view = looked(screen(scene="crowd"))
    assert list(chart(view, "parameters").rows.names) == [f"{size} units" for size in SIZES]
    assert view.words[0].startswith("With 3 inputs and 32 units, a plain RNN has ")


def test_the_published_counts_are_those_of_the_core_and_of_pytorch() -> None:
    view = looked(screen("published"))
    found = chart(view, "published")
    expected = [counted(cell, 600, 600, 1, layers=2) for cell in ("rnn", "gru", "lstm")]
    assert found.values[:, 0].tolist() == expected == [1_441_200, 4_323_600, 5_764_800]
    assert found.values[1:, 1].tolist() == [4_323_600, 5_764_800]
    assert np.isnan(found.values[0, 1])
    [said] = view.words
    assert "Counted here: 4,323,600 in the GRU and 5,764,800 in the LSTM." in said
    assert "Published: 4,323,600 and 5,764,800." in said


# Times ----------------------------------------------------------------------------------------


class Ticks:
    """A clock of which each run takes what it is told, in turn; every reading is counted."""

    def __init__(self, *seconds: float) -> None:
        self.seconds, self.now, self.readings = itertools.cycle(seconds), 0.0, 0

    def __call__(self) -> float:
        if self.readings % 2:
            self.now += next(self.seconds)
        self.readings += 1
        return self.now


class Gate:
    """A rest after each size that lasts until it is let through."""

    def __init__(self) -> None:
        self.here, self.on = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, _seconds: float) -> None:
        self.here.release()
        assert self.on.acquire(timeout=PATIENCE)

    def wait(self) -> None:
        assert self.here.acquire(timeout=PATIENCE)


def done(measurement: Measuring) -> Measured:
    """What is found in the end."""
    end = time.monotonic() + PATIENCE
    while (found := measurement.ask()).waiting:
        assert time.monotonic() < end, "the measurement does not end"
        time.sleep(0.005)
    return found


def measured(*seconds: float, sizes: tuple[int, ...] = (2, 4)) -> Measuring:
    """A measurement with a clock that says these times in turn: GRU, LSTM, RNN, the second GRU."""
    clock = Ticks(*[measuring.STEPS * second for second in seconds])
    return Measuring(sizes, clock, lambda _: None, lambda: DAY)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Callable[[Measuring], None]:
    """Puts a measurement in the place of this server's."""
    return lambda measurement: monkeypatch.setattr(times, "THIS_SERVER", measurement)


Put = Callable[[Measuring], None]


def test_times_of_a_step_are_shown_with_the_sizes_where_they_differ_by_more_than_chance(
    server: Put,
) -> None:
    """Every run of two sizes, of equal units and of equal parameters: 15 rounds of four layers."""
    rounds = measuring.REPEATS
    slow, fast = [5e-6, 4e-6, 1e-6, 5e-6] * rounds, [3e-6, 4.5e-6, 1e-6, 3e-6] * rounds
    measurement = measured(*slow, *fast, *fast, *fast)
    done(measurement)
    server(measurement)
    view = looked(screen("time"))
    assert not view.waiting
    assert view.words == [
        "Measured on this server on 3 May 2031. With 4 units, the measured size nearest to 3, a "
        "step takes 1 µs in the plain RNN, 3 µs in the GRU and 4.5 µs in the LSTM.",
        "With the same units, the GRU is faster than the LSTM at 4 units; it is slower at 2 units.",
        "With the same number of parameters, the GRU is faster than the LSTM at every size.",
    ]
    assert column(chart(view, "times"), "gru") == [5, 3]
    assert column(chart(view, "times"), "lstm") == [4, 4.5]
    assert chart(view, "ratios").values.tolist() == [[0.8, 1.5], [1.5, 1.5]]
    same = chart(view, "ratios").figure.data[0]
    assert same.marker.symbol == ("x", "circle")


def test_what_two_equal_layers_differ_by_is_no_difference(server: Put) -> None:
    """The second GRU took 1.2 times as long as the first at one size: so may anything else."""
    rounds = measuring.REPEATS
    noisy, near, far = ([4e-6, lstm, 1e-6, twin] * rounds for lstm, twin in (
        (4.4e-6, 4.8e-6), (3.5e-6, 4e-6), (6e-6, 4e-6)
    ))  # fmt: skip
    measurement = measured(*noisy, *near, *far, *far)
    done(measurement)
    server(measurement)
    view = looked(screen("time"))
    assert view.words[1:] == [
        "With the same units, the GRU is faster than the LSTM at 4 units; no difference can be "
        "told at 2 units.",
        "With the same number of parameters, the GRU is faster than the LSTM at 4 units; no "
        "difference can be told at 2 units.",
    ]
    assert any("and did so by up to 20\xa0%: times of GRU and LSTM that" in n for n in view.notes)
    figure = chart(view, "ratios").figure
    assert [line.marker.symbol for line in figure.data] == [("circle-open", "circle")] * 2
    [band] = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (band.y0, band.y1) == pytest.approx((1 / 1.2, 1.2))
    low, high = figure.layout.yaxis.range
    assert low < band.y0 < band.y1 < high
    assert chart(view, "ratios").key[-1][1:] == ("square", "no difference")


@pytest.mark.parametrize(
    ("gru", "said"),
    [
        (3.0, "the GRU is faster than the LSTM at every size."),
        (4.0, "no difference from the LSTM can be told at any size."),
        (5.0, "the GRU is slower than the LSTM at every size."),
    ],
)
def test_no_size_and_every_size_are_said_as_such(server: Put, gru: float, said: str) -> None:
    measurement = measured(gru, 4.0, 1.0, gru)
    done(measurement)
    server(measurement)
    assert [words.endswith(said) for words in looked(screen("time")).words[1:]] == [True, True]


def test_only_who_looks_at_times_begins_the_measurement(server: Put) -> None:
    clock = Ticks(1.0)
    measurement = Measuring((2,), clock, lambda _: None, lambda: DAY)
    server(measurement)
    looked(screen())
    looked(screen("published"))
    assert clock.readings == 0
    looked(screen("time"))
    done(measurement)
    assert clock.readings == 2 * 2 * (len(CELLS) + 1) * measuring.REPEATS


def test_while_it_is_measured_it_says_how_far_it_is(
    server: Put, visit: Callable[..., Visit]
) -> None:
    """The page comes at once each time, and asks again."""
    gate = Gate()
    measurement = Measuring((2, 4, 8), Ticks(1e-3), gate, lambda: DAY)
    server(measurement)
    here = visit(scene="cue", view="cost", of="time")
    assert here.told["lens"]["waiting"]
    for known in (1, 2, 3):
        gate.wait()
        here.send({"kind": "ask"})
        assert here.told["lens"]["words"] == [f"Measured {known} of 3 sizes …"]
        assert here.told["lens"]["waiting"]
        assert len(here.browser["lens.times"]["sheet"]["values"]) == known
        gate.on.release()
    done(measurement)
    here.send({"kind": "ask"})
    assert not here.told["lens"]["waiting"]
    assert here.told["lens"]["words"][0].startswith("Measured on this server on 3 May 2031. ")


def test_it_is_measured_once_whoever_asks_by_a_thread_that_stops_no_server() -> None:
    gate, clock = Gate(), Ticks(1.0)
    measurement = Measuring((2,), clock, gate, lambda: DAY)
    asking = [threading.Thread(target=measurement.ask) for _ in range(8)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(PATIENCE)
    gate.wait()
    [thread] = [one for one in threading.enumerate() if one.name == "measuring the cells"]
    assert thread.daemon
    gate.on.release()
    first = done(measurement)
    assert measurement.ask() is first
    assert clock.readings == 2 * 2 * (len(CELLS) + 1) * measuring.REPEATS


def test_what_goes_wrong_while_measuring_is_said(
    server: Put, caplog: pytest.LogCaptureFixture
) -> None:
    """What was measured before is still shown, and the error is in the server's log."""
    clock = Ticks(1.0)

    def broken() -> float:
        if clock.readings == 2 * 2 * (len(CELLS) + 1) * measuring.REPEATS + 5:
            raise OSError("the clock has stopped.")
        return clock()

    measurement = Measuring((2, 4, 8), broken, lambda _: None, lambda: DAY)
    done(measurement)
    server(measurement)
    view = looked(screen("time"))
    assert view.words == [
        "The measurement has failed: OSError: the clock has stopped. Look again in a minute: it "
        "then goes on."
    ]
    assert not view.waiting
    assert [len(one.values) for one in view.charts] == [1, 1]
    assert "Measuring the cells has failed." in caplog.text


def test_after_a_failure_it_goes_on_but_not_at_once_again(server: Put) -> None:
    """The first size is not measured twice; who asks meanwhile begins nothing."""
    a_size = 2 * 2 * (len(CELLS) + 1) * measuring.REPEATS
    clock, time_of_day, failures = Ticks(1e-3), [1000.0], []

    def broken() -> float:
        if clock.readings == a_size and len(failures) < 2:
            failures.append(time_of_day[0])
            raise OSError("the clock has stopped")
        return clock()

    measurement = Measuring((2, 4), broken, lambda _: None, lambda: DAY, lambda: time_of_day[0])
    server(measurement)
    assert done(measurement).problem
    for later in (0.0, measuring.AGAIN - 1):
        time_of_day[0] = 1000 + later
        assert looked(screen("time")).words[0].startswith("The measurement has failed")
    assert failures == [1000]
    time_of_day[0] = 1000 + measuring.AGAIN
    assert done(measurement).problem, "it is tried anew, and fails once more"
    assert failures == [1000, 1000 + measuring.AGAIN]
    time_of_day[0] += measuring.AGAIN
    found = done(measurement)
    assert (found.problem, found.day) == ("", DAY)
    assert [one.size for one in found.same_units] == [2, 4]
    assert clock.readings == 2 * a_size
    assert looked(screen("time")).words[0].startswith("Measured on this server on 3 May 2031.")


def test_a_clock_that_cannot_tell_is_said_to_be_too_coarse(server: Put) -> None:
    measurement = measured(0.0)
    done(measurement)
    server(measurement)
    view = looked(screen("time"))
    said = "The measurement has failed: RuntimeError: the clock of this server is too coarse. "
    assert [words.startswith(said) for words in view.words] == [True]
    assert list(view.charts) == []


def test_cells_of_equally_many_parameters_are_measured_too() -> None:
    found = done(measured(1.0, sizes=(16,)))
    [units], [parameters] = found.same_units, found.same_parameters
    assert units.units == dict.fromkeys(CELLS, 16)
    assert parameters.units["gru"] == 16 > parameters.units["lstm"]


def test_time_that_a_thread_waits_for_others_does_not_count() -> None:
    before = measuring.PROCESSOR()
    time.sleep(0.2)
    assert measuring.PROCESSOR() - before < 0.1


# Biases ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("alongside", ["lstm", "rnn"])
@pytest.mark.parametrize("notation", ["pytorch", "cho", "chung"])
@pytest.mark.parametrize(
    ("scene", "edits"),
    [("reader", ""), ("cue", ""), ("cue", "gru.b_h.reset.0_0.5"), ("crowd", "{}.b_h.{}.0_0.5")],
)
def test_every_cell_of_a_screen_is_counted_with_as_many_biases(
    scene: str, edits: str, notation: str, alongside: Any
) -> None:
    """The Reader has a second one in use, where the notation may have one; so may an edit."""
    gate = {"lstm": "output", "rnn": "hidden"}[alongside]
    edit = parse_edits(edits.format(alongside, gate)).edits
    shown = screen(scene=scene, notation=NOTATIONS[notation], alongside=alongside, edits=edit)
    told = message(shown, Page())[0]
    said = [panel["note"].split(" · ")[1] for panel in told["panels"]]
    counts = [int(re.sub(r"\D", "", count)) for count in said]
    layers = shown.situation.weights
    biases = 2 if notation == "pytorch" or edits or scene == "reader" else 1
    assert counts == [
        counted(cell, layer.input_size, layer.units, biases) for cell, layer in layers.items()
    ]
    assert f"{counts[0]:,}" in looked(shown).words[0]
