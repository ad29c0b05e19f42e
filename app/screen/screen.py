"""From a setting to everything on screen that has a number: situation, traces, unit orders."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from app.compute.lazy import lazy
from app.compute.runs import difference_of_placement, difference_to_numpy, runs
from app.figures.condensing import Grid, grid_of, too_large, window
from app.screen.baseline import Baseline, baseline_of, own_notation, reader
from app.setting.link import shortened
from app.setting.setting import Setting
from app.words.numbers import number
from app.words.refusal import refusal
from app.words.say import say
from gru_core import Trace
from gru_core.arrays import Array
from gru_core.changes.interventions import Intervention, check_intervention
from gru_core.conventions import BiasCount, Cell, Notation, shown_update, track_kind
from gru_core.errors import GatescopeError, RangeError
from gru_core.formats.reads import Reads
from gru_core.scenes.scene import Masked, Scene
from gru_core.situation import Edit, Situation, apply_edits, value_at

PASSED = "⋯ "  # before the label of a step that masked ones come before
MOST_SAID = 3  # edits that do not fit, each with its reason


@dataclass(frozen=True)
class Screen:
    """One screen: what was asked for, and what the core made of it."""

    setting: Setting
    baseline: Baseline
    situation: Situation  # after the edits
    traces: Mapping[Cell, Trace]
    free: Situation  # the same without interventions
    edits: tuple[Edit, ...]  # those that were applied
    phonemes: tuple[str, ...] | None  # what the Reader says, in its scene
    problems: tuple[str, ...]
    to_numpy: float | None = None  # the largest difference, where another engine has run
    to_own_placement: float | None = None  # and in h, where the notation moves the reset gate

    @property
    def scene(self) -> Scene:
        """The scene, opened."""
        return self.baseline.scene

    @property
    def notation(self) -> Notation:
        """How everything of the GRU is written: the chosen notation, or the scene's own."""
        return self.setting.notation or own_notation(self.scene)

    @lazy
    def tracks(self) -> Mapping[Cell, Mapping[str, Array]]:
        """The tracks of each trace as the notation shows them, each (step, unit)."""
        return {
            cell: {name: self.shown_track(cell, name, track) for name, track in trace.items()}
            for cell, trace in self.traces.items()
        }

    @lazy
    def condensed(self) -> bool:
        """Whether this is too much to send: colours of blocks then, and numbers where one looks."""
        return any(too_large(trace.units, trace.steps) for trace in self.traces.values())

    @property
    def grids(self) -> Mapping[Cell, Grid]:
        """The blocks that each cell's heatmaps are condensed to."""
        return {cell: grid_of(trace.units, trace.steps) for cell, trace in self.traces.items()}

    @property
    def window(self) -> tuple[int, int]:
        """The steps whose numbers are sent, all unless condensed: the first, and the end."""
        steps = len(self.labels)
        return window(self.step, steps) if self.condensed else (0, steps)

    @property
    def opened(self) -> Cell:
        """The cell whose wiring and equations are on show."""
        return self.setting.cell if self.setting.cell in self.traces else "gru"

    @lazy
    def biases(self) -> BiasCount:
        """How many biases a gate's weights show and are counted with, the same for every cell.

        The notation's one, where no second is in use in any of them.
        """
        edited = {str(edit.target).partition(".")[2] for edit in self.edits}
        used = (
            self.notation.biases == 2
            or any(np.any(weights.b_h) for weights in self.base.weights.values())
            or any(target.startswith("b_h.") for target in edited)
        )
        return 2 if used else 1

    def drawn_as(self, cell: Cell, name: str) -> str:
        """The track whose range one is drawn in: its own, or without bounds, `cell`.

        So are states that end in relu, and a hidden state that is projected.
        """
        weights = self.situation.weights[cell]
        projected = name == "hidden" and weights.is_projected
        return "cell" if projected or track_kind(name, weights.state_activation) == "cell" else name

    def order_of(self, cell: Cell, track: str) -> tuple[int, ...]:
        """The rows of a track from top to bottom: units, or numbers of a projected state."""
        weights = self.situation.weights[cell]
        if track == "hidden" and weights.is_projected:
            return tuple(range(weights.hidden_size))
        return self.orders[cell]

    @property
    def projected(self) -> tuple[Cell, ...]:
        """The cells whose hidden state is projected."""
        return tuple(cell for cell, one in self.situation.weights.items() if one.is_projected)

    def shown_track(self, cell: Cell, name: str, track: Array) -> Array:
        """A track of any shape as the notation shows it."""
        if (cell, name) == ("gru", "update"):
            return shown_update(track, self.notation.polarity)
        return track

    @property
    def base(self) -> Situation:
        """The situation before the edits."""
        return self.baseline.base

    @property
    def is_as_prepared(self) -> bool:
        """Whether this is what everybody has of a scene, and is made once for all."""
        return self.setting.is_as_prepared and self.situation is self.base

    @property
    def orders(self) -> Mapping[Cell, tuple[int, ...]]:
        """The units of each cell from top to bottom."""
        return {cell: one.order for cell, one in self.baseline.sorting.items()}

    @lazy
    def masked(self) -> tuple[Masked, ...]:
        """The steps that are drawn as masked; of a condensed screen none are drawn."""
        return () if self.condensed else self.scene.masked

    @lazy
    def labels(self) -> tuple[str, ...]:
        """The name of the input at each step. Where masked ones are not drawn it marks them."""
        assert self.scene.sequence is not None
        labels = self.scene.sequence.labels
        if self.masked or not self.scene.masked:
            return labels
        after = {group.before for group in self.scene.masked}
        return tuple(f"{PASSED}{one}" if at in after else one for at, one in enumerate(labels))

    @property
    def channels(self) -> tuple[str, ...]:
        """The name of each number of the input."""
        assert self.scene.sequence is not None
        return self.scene.sequence.channels

    @lazy
    def step(self) -> int:
        """The cursor's step, counted from 0, inside the sequence."""
        chosen = self.setting.step if self.setting.step is not None else self.scene.cursor.step
        return min(chosen, len(self.labels) - 1)

    @lazy
    def unit(self) -> int:
        """The cursor's unit, counted from 0, inside the largest layer."""
        chosen = self.setting.unit if self.setting.unit is not None else self.scene.cursor.unit
        return min(chosen, max(trace.units for trace in self.traces.values()) - 1)


def screen_of(setting: Setting) -> Screen:
    """Run the cells of a setting. What does not fit is left out and named in `problems`."""
    baseline = baseline_of(setting)
    free, applied, refused = _edited(baseline.base, setting.edits)
    edited, not_held = _with_interventions(free, setting.interventions)
    if setting.place and (refused or not_held):
        not_held = [*not_held, say("screen.screen.waits")]
    try:
        traces = runs(edited, setting.engine)
    except RangeError as error:  # with relu, changed weights can make a state grow without end
        refused = [*refused, say("screen.screen.all_left_out", error=refusal(error))]
        free, edited, applied = baseline.base, baseline.base, ()
        traces = runs(edited, setting.engine)
    to_numpy = difference_to_numpy(edited, traces) if setting.engine != "numpy" else None
    problems = [*baseline.problems, *refused, *not_held, *cursor_problems(setting, baseline)]
    problems += _padded(baseline.scene, edited)
    if setting.engine != "numpy" and to_numpy is None:
        problems.append(say("screen.screen.not_compared"))
    return Screen(
        setting=setting,
        baseline=baseline,
        situation=edited,
        traces=traces,
        free=free,
        edits=applied,
        phonemes=reader().decode(traces["gru"]["hidden"][-1])
        if baseline.scene.reads_words
        else None,
        problems=tuple(problems),
        to_numpy=to_numpy,
        to_own_placement=difference_of_placement(
            edited, traces, own_notation(baseline.scene).placement
        ),
    )


def _padded(scene: Scene, situation: Situation) -> list[str]:
    """That a changed input has steps which the loaded model would leave out."""
    masked = Reads(scene.padding).padded(situation.x)
    if scene.padding is None or not masked.size:
        return []
    step, value = int(masked[0]) + 1, number(scene.padding)
    return [say("screen.screen.padded", step=step, value=value)]


def cursor_problems(setting: Setting, baseline: Baseline) -> list[str]:
    """A sentence for a place of the cursor that the scene does not have."""
    units = max(weights.units for weights in baseline.base.weights.values())
    sizes = {"step": len(baseline.base.x), "unit": units}
    return [
        say(f"screen.screen.no_{name}", place=at + 1, size=size)
        for name, at, size in zip(sizes, (setting.step, setting.unit), sizes.values(), strict=True)
        if at is not None and at >= size
    ]


def plain(setting: Setting) -> Setting:
    """The setting without edits that set a number to what it is in the scene."""
    base = baseline_of(setting).base
    idle = []
    for edit in setting.edits:
        try:
            idle += [edit.target] if value_at(base, edit.target) == edit.value else []
        except GatescopeError:
            continue  # a number that is not on screen
    return setting.without(idle)


def _edited(
    base: Situation, edits: tuple[Edit, ...]
) -> tuple[Situation, tuple[Edit, ...], list[str]]:
    """The situation after the edits that fit, those edits, and a sentence for each other one.

    An edit of a cell that is not on screen waits until it is.
    """
    here = tuple(edit for edit in edits if edit.target.owner in ("x", *base.weights))
    if not here:
        return base, (), []
    try:
        return apply_edits(base, here), here, []
    except GatescopeError:
        return _edited_one_by_one(base, here)


def _with_interventions(
    situation: Situation, interventions: tuple[Intervention, ...]
) -> tuple[Situation, list[str]]:
    """The situation with what can be held there, and a sentence for each other one.

    One in a cell that is not on screen waits until it is.
    """
    held, refused = [], []
    for one in interventions:
        if one.cell not in situation.weights:
            continue
        try:
            check_intervention(one, situation.weights, len(situation.x))
            held.append(one)
        except GatescopeError as error:
            refused.append(say("screen.screen.not_held", error=refusal(error)))
    return (replace(situation, interventions=tuple(held)) if held else situation), refused


def _edited_one_by_one(
    base: Situation, edits: tuple[Edit, ...]
) -> tuple[Situation, tuple[Edit, ...], list[str]]:
    edited, applied, refused = base, [], []
    for edit in edits:
        try:
            edited = apply_edits(edited, [edit])
            applied.append(edit)
        except GatescopeError as error:
            target = shortened(str(edit.target))
            refused.append(say("screen.screen.edit_left_out", target=target, error=refusal(error)))
    more = len(refused) - MOST_SAID
    if more > 0:
        refused[MOST_SAID:] = [say("screen.screen.more_left_out", more=more)]
    return edited, tuple(applied), refused
