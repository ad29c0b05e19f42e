"""A scene: a prepared input and weights with the story they tell, and what of it is run.

Steps and units are counted from 0; in the words of a story from 1, as on screen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from gru_core.arrays import Array
from gru_core.changes.targets import Target
from gru_core.conventions import CELLS, STATES, Cell
from gru_core.errors import TextError, unknown_name
from gru_core.initialize import Scheme, initialize
from gru_core.inputs.sequences import Sequence
from gru_core.scenes.listener import Listener
from gru_core.scenes.reader import Reader
from gru_core.scenes.series import Series
from gru_core.scenes.stories import Story
from gru_core.situation import Situation
from gru_core.weights import (
    MATCHES,
    GRUWeights,
    Match,
    Weights,
    match_units,
)

# What brings a scene its input and weights: the Reader at work on a word, the Series, the Listener.
Model: TypeAlias = Literal["reader", "series", "listener"]
MODELS: Final[tuple[Model, ...]] = get_args(Model)


# What files and links call the state before the first step.
INITIALS: Final[Mapping[str, str]] = MappingProxyType({"hidden": "h0", "cell": "c0"})


@dataclass(frozen=True)
class Cursor:
    """Where to look first, counted from 0."""

    step: int = 0
    unit: int = 0


@dataclass(frozen=True)
class Masked:
    """Steps of the input, one after the other, that a loaded model passes over."""

    before: int  # the step of the scene that comes next, counted from 0; after all, how many it has
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Scene:
    """One prepared situation and what to see in it. Compared by identity.

    A scene with a `model` has neither sequence nor weights until `opened`, `with_series` or
    `with_listener` gives it both.
    """

    name: str
    title: str
    story: Story
    cursor: Cursor = Cursor()
    handle: Target | None = None  # the number that is there to be dragged first
    sequence: Sequence | None = None
    units: int = 0
    seed: int = 0
    scheme: Scheme = "xavier"
    gain: float = 1.0  # what drawn w_x and w_h of the gated cells are multiplied by
    reset_after: bool = True
    weights: Mapping[Cell, Weights] = field(default_factory=dict)  # given; others are drawn
    initials: Mapping[Cell, tuple[Array, ...]] = field(default_factory=dict)  # given; others zero
    unit_names: tuple[str, ...] = ()
    # By gru_core.scenes.companions.Role, layers that belong to the one given; others are drawn.
    companions: Mapping[str, Weights] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # on the loaded model, for a file that its numbers go into
    padding: float | None = None  # a step of x that is this throughout is none to the loaded model
    masked: tuple[Masked, ...] = ()  # what the loaded model passes over, and the scene has not
    model: Model | None = None
    word: str | None = None  # only with the model "reader"

    @property
    def reads_words(self) -> bool:
        """Whether the Reader works in it."""
        return self.model == "reader"

    @property
    def predicts(self) -> bool:
        """Whether its cells are those of the Series, which say what comes next."""
        return self.model == "series"

    @property
    def listens(self) -> bool:
        """Whether its GRU is that of the Listener, which tells music from speech."""
        return self.model == "listener"

    def opened(self, reader: Reader, word: str | None = None) -> "Scene":
        """The scene with the Reader at work on a word, by default the scene's own.

        Errors: TextError for what is not a word, or for a scene that the Reader is not in.
        """
        if self.model != "reader" or self.word is None:
            raise TextError(
                "the scene {name} has no model that reads; only such a scene takes a word.",
                name=self.name,
            )
        word = self.word if word is None else word
        return replace(
            self,
            word=word,
            sequence=reader.encode(word),
            units=reader.weights.units,
            weights=MappingProxyType({"gru": reader.weights}),
        )

    def with_series(self, series: Series) -> "Scene":
        """The scene with the months of the Series and its trained GRU, LSTM and RNN.

        Errors: TextError for a scene that the Series is not in.
        """
        if self.model != "series":
            raise TextError(
                "the scene {name} has no model of a series; only such a scene takes one.",
                name=self.name,
            )
        return replace(
            self,
            sequence=series.sequence,
            units=series.weights["gru"].units,
            weights=series.weights,
        )

    def with_listener(self, listener: Listener) -> "Scene":
        """The scene with what the Listener hears and its trained GRU.

        Errors: TextError for a scene that the Listener is not in.
        """
        if not self.listens:
            raise TextError(
                "the scene {name} has no model that listens; only such a scene takes one.",
                name=self.name,
            )
        return replace(
            self,
            sequence=listener.clip.sequence,
            units=listener.weights.units,
            weights=MappingProxyType({"gru": listener.weights}),
        )


def situation(
    scene: Scene,
    cells: tuple[Cell, ...] = ("gru", "lstm"),
    match: Match = "units",
    seed: int | None = None,
    reader: Reader | None = None,
    series: Series | None = None,
    listener: Listener | None = None,
) -> Situation:
    """What the scene runs: the input, and weights and initial states of the GRU and `cells`.

    A cell without weights in the scene is drawn from the seed, by default the scene's. Each cell
    draws from a stream of its own, so adding or resizing one leaves the others as they are.
    match: "parameters" gives the LSTM and the RNN as many units as bring their parameter count
    nearest to the GRU's, drawn and from zeros, even where the scene gives weights. Not so the
    networks of the Series: they were trained with as many parameters, and at either match they are
    what they were trained as.
    """
    if match not in MATCHES:
        raise unknown_name("match", match, MATCHES)
    if scene.sequence is None and scene.reads_words and reader is not None:
        scene = scene.opened(reader)
    if scene.sequence is None and scene.predicts and series is not None:
        scene = scene.with_series(series)
    if scene.sequence is None and scene.listens and listener is not None:
        scene = scene.with_listener(listener)
    for cell in cells:
        if cell not in CELLS:
            raise unknown_name("cell", cell, CELLS)
    wanted = tuple(cell for cell in CELLS if cell == "gru" or cell in cells)
    weights = _weights(scene, wanted, match, scene.seed if seed is None else seed)
    fitting = {c: s for c, s in scene.initials.items() if c in weights and _fits(s, weights[c])}
    return Situation(_sequence(scene).x, weights, fitting)


def _sequence(scene: Scene) -> Sequence:
    if scene.sequence is None:
        model = (scene.model or "").capitalize()
        raise TextError(
            "the scene {name} needs its model; open it with the {model} first.",
            name=scene.name,
            model=model,
        )
    return scene.sequence


def _fits(states: tuple[Array, ...], weights: Weights) -> bool:
    return [len(state) for state in states] == [weights.size(n) for n in STATES[weights.cell]]


def _weights(scene: Scene, cells: tuple[Cell, ...], match: Match, seed: int) -> dict[Cell, Weights]:
    streams = dict(zip(CELLS, np.random.SeedSequence(seed).spawn(len(CELLS)), strict=True))
    found: dict[Cell, Weights] = {}
    for cell in cells:  # the GRU first: it decides the others' sizes and precision
        matched = match == "parameters" and cell != "gru" and not scene.predicts
        if cell in scene.weights and not matched:
            found[cell] = scene.weights[cell]
        else:
            units = _matched_units(cell, found["gru"]) if matched else scene.units
            found[cell] = _drawn(scene, cell, units, np.random.default_rng(streams[cell]))
    return found


def _matched_units(cell: Cell, gru: Weights) -> int:
    return match_units(cell, gru.input_size, gru.parameter_count())


def _drawn(scene: Scene, cell: Cell, units: int, rng: np.random.Generator) -> Weights:
    steps, inputs = _sequence(scene).x.shape
    # Chrono sets the bias of a gate that keeps; a plain RNN has none.
    scheme = "xavier" if (cell, scene.scheme) == ("rnn", "chrono") else scene.scheme
    dtype = _sequence(scene).x.dtype
    layer = initialize(cell, inputs, units, rng, scheme, max_time=max(steps, 3), dtype=dtype)
    if isinstance(layer, GRUWeights):
        layer = replace(layer, reset_after=scene.reset_after)
    # A plain RNN with large weights is chaotic: what it shows would depend on rounding.
    gain = layer.dtype.type(1.0 if cell == "rnn" else scene.gain)
    return replace(layer, w_x=layer.w_x * gain, w_h=layer.w_h * gain)
