"""Scenes: a prepared input and weights with the story they tell, one JSON file each.

Everything in a file is counted from 0. In the words of a story steps and units count from 1, as
on screen. A scene is data: `situation` turns it into what is run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal, TypeAlias, TypeGuard, cast, get_args

import numpy as np

from gru_core import checks, fields
from gru_core.arrays import Array
from gru_core.changes.targets import AXES as TARGET_AXES
from gru_core.changes.targets import Target
from gru_core.conventions import CELLS, GATES, STATES, Cell
from gru_core.errors import GatescopeError, ShapeError, TextError, unknown_name
from gru_core.initialize import SCHEMES, Scheme, initialize
from gru_core.inputs.sequences import SEQUENCES, Sequence
from gru_core.scenes.reader import Reader, normalize
from gru_core.scenes.series import Series
from gru_core.scenes.stories import BESIDE, NEEDED, Story, read_story
from gru_core.situation import Situation
from gru_core.weights import (
    AXES,
    MATCHES,
    PARTS,
    WEIGHTS,
    GRUWeights,
    Match,
    Weights,
    match_units,
)

# What brings a scene its input and weights: the Reader at work on a word, or the Series.
Model: TypeAlias = Literal["reader", "series"]
MODELS: Final[tuple[Model, ...]] = get_args(Model)

# As many units as a screen has rows to spare for, and more than any scene needs.
MAX_UNITS: Final = 512
# More than any model reads; how many steps there are is known only once the model is.
MAX_STEPS: Final = 1000
MAX_SEED: Final = 2**32 - 1

INDEX: Final = "index.json"
WORDS: Final = ("name", "title", *NEEDED)
SIZED: Final = (*WORDS, "input", "units")
CHOICES: Final = (
    *("seed", "scheme", "gain", "reset_after", "weights", "initials", "cursor", "unit_names"),
    *("handle", *BESIDE),
)
_UNKNOWN: Final[Mapping[str, int]] = MappingProxyType({})
# What files and links call the state before the first step.
INITIALS: Final[Mapping[str, str]] = MappingProxyType({"hidden": "h0", "cell": "c0"})


@dataclass(frozen=True)
class Cursor:
    """Where to look first, counted from 0."""

    step: int = 0
    unit: int = 0


@dataclass(frozen=True, eq=False)
class Scene:
    """One prepared situation and what to see in it. Compared by identity.

    A scene with a `model` has neither sequence nor weights until `opened` or `with_series` gives
    it both.
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
    model: Model | None = None
    word: str | None = None  # only with the model "reader"

    def opened(self, reader: Reader, word: str | None = None) -> "Scene":
        """The scene with the Reader at work on a word, by default the scene's own.

        Errors: TextError for what is not a word, or for a scene that the Reader is not in.
        """
        if self.model != "reader" or self.word is None:
            raise TextError(
                f"the scene {self.name} has no model that reads; only such a scene takes a word."
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
                f"the scene {self.name} has no model of a series; only such a scene takes one."
            )
        return replace(
            self,
            sequence=series.sequence,
            units=series.weights["gru"].units,
            weights=series.weights,
        )


def situation(
    scene: Scene,
    cells: tuple[Cell, ...] = ("gru", "lstm"),
    match: Match = "units",
    seed: int | None = None,
    reader: Reader | None = None,
    series: Series | None = None,
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
    if scene.sequence is None and scene.model == "reader" and reader is not None:
        scene = scene.opened(reader)
    if scene.sequence is None and scene.model == "series" and series is not None:
        scene = scene.with_series(series)
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
        raise TextError(f"the scene {scene.name} needs its model; open it with the {model} first.")
    return scene.sequence


def _fits(states: tuple[Array, ...], weights: Weights) -> bool:
    return len(states[0]) == weights.units


def _weights(scene: Scene, cells: tuple[Cell, ...], match: Match, seed: int) -> dict[Cell, Weights]:
    streams = dict(zip(CELLS, np.random.SeedSequence(seed).spawn(len(CELLS)), strict=True))
    found: dict[Cell, Weights] = {}
    for cell in cells:  # the GRU first: it decides the others' sizes and precision
        matched = match == "parameters" and cell != "gru" and scene.model != "series"
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


def load_scenes(folder: Path) -> tuple[Scene, ...]:
    """Every scene of a folder, in the order of its index.json.

    Errors: TextError naming the file and the field.
    """
    index = fields.load(folder / INDEX)
    if not isinstance(index, list) or not all(isinstance(name, str) for name in index):
        raise TextError(f"{INDEX}: is {fields.kind(index)}; it needs a list of scene names.")
    unlisted = {path.stem for path in folder.glob("*.json")} - {*index, Path(INDEX).stem}
    if unlisted:
        raise TextError(f"{INDEX}: does not list {', '.join(sorted(unlisted))}; add a place.")
    return tuple(load_scene(folder / f"{name}.json") for name in index)


def load_scene(path: Path) -> Scene:
    """Read one scene. Errors: TextError naming the file and the field."""
    content = fields.load(path)
    try:
        scene = _model_scene(content) if _has_model(content) else _sized_scene(content)
        if scene.name != path.stem:
            raise TextError(f"name is {scene.name!r}; links use it, so it needs to be {path.stem}.")
    except GatescopeError as error:
        raise TextError(f"{path.name}: {error}") from error
    return scene


def _has_model(content: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(content, dict) and "model" in content


def _model_scene(content: dict[str, Any]) -> Scene:
    model = cast("Model", fields.choice("model", content["model"], MODELS))
    own = ("word",) if model == "reader" else ()
    may = ("cursor", "handle", *BESIDE)
    record = fields.record("the scene", content, (*WORDS, "model", *own), may)
    word = normalize(fields.text("word", record["word"])) if own else None
    cursor = _cursor(record.get("cursor", {}), len(word) + 1 if word else MAX_STEPS, MAX_UNITS)
    return Scene(*_words(record), cursor, _handle(record), model=model, word=word)


def _sized_scene(content: object) -> Scene:
    record = fields.record("the scene", content, SIZED, CHOICES)
    sequence = _input(record["input"])
    steps, inputs = sequence.x.shape
    units = fields.whole("units", record["units"], 1, MAX_UNITS)
    reset_after = fields.flag("reset_after", record.get("reset_after", True))
    weights = fields.record("weights", record.get("weights", {}), optional=CELLS)
    initials = fields.record("initials", record.get("initials", {}), optional=CELLS)
    return Scene(
        *_words(record),
        cursor=_cursor(record.get("cursor", {}), steps, units),
        handle=_handle(record, {"step": steps, "input": inputs, "unit": units}),
        sequence=sequence,
        units=units,
        seed=fields.whole("seed", record.get("seed", 0), 0, MAX_SEED),
        scheme=cast("Scheme", fields.choice("scheme", record.get("scheme", "xavier"), SCHEMES)),
        gain=fields.positive("gain", record.get("gain", 1)),
        reset_after=reset_after,
        weights=MappingProxyType(
            {c: _given(c, weights[c], units, inputs, reset_after) for c in CELLS if c in weights}
        ),
        initials=MappingProxyType(
            {c: _states(c, initials[c], units) for c in CELLS if c in initials}
        ),
        unit_names=fields.texts("unit_names", record["unit_names"], units, "unit")
        if "unit_names" in record
        else (),
    )


def _words(record: Mapping[str, Any]) -> tuple[str, str, Story]:
    return (
        fields.text("name", record["name"]),
        fields.text("title", record["title"]),
        read_story(record),
    )


def _cursor(value: object, steps: int, units: int) -> Cursor:
    record = fields.record("cursor", value, optional=("step", "unit"))
    return Cursor(
        step=fields.whole("cursor.step", record.get("step", 0), 0, steps - 1),
        unit=fields.whole("cursor.unit", record.get("unit", 0), 0, units - 1),
    )


def _handle(record: Mapping[str, Any], sizes: Mapping[str, int] = _UNKNOWN) -> Target | None:
    """A number of the input or the GRU, in the text form of links.

    sizes: by axis, where the file tells them.
    """
    if "handle" not in record:
        return None
    target = Target.parse(fields.text("handle", record["handle"]))
    if target.owner not in ("x", "gru"):
        raise TextError(f"handle is of {target.owner!r}; it needs to be of x or gru, always there.")
    for axis, at in zip(TARGET_AXES[target.part], target.index, strict=True):
        if at >= sizes.get(axis, at + 1):
            raise TextError(
                f"handle is {target}, {axis} {at}; this scene has {sizes[axis]}, counted from 0."
            )
    return target


def _input(value: object) -> Sequence:
    """Values, or generated channels: one generator, or a list of them put side by side."""
    if isinstance(value, dict) and "values" in value:
        record = fields.record("input", value, ("values", "channels"), ("labels",))
        x = checks.sequence("input.values", record["values"], None, None)
        channels = fields.texts("input.channels", record["channels"], x.shape[1], "channel")
        if "labels" not in record:
            return Sequence(x, _step_numbers(len(x)), channels)
        return Sequence(x, fields.texts("input.labels", record["labels"], len(x), "step"), channels)
    if isinstance(value, list) and value:
        return _side_by_side([_generated(f"input[{i}]", item) for i, item in enumerate(value)])
    return _generated("input", value)


def _generated(where: str, value: object) -> Sequence:
    record = fields.record(where, value, ("generator",), ("seed", "options", "channels"))
    generate = SEQUENCES[fields.choice(f"{where}.generator", record["generator"], SEQUENCES)]
    seed = fields.whole(f"{where}.seed", record.get("seed", 0), 0, MAX_SEED)
    known = list(signature(generate).parameters)[1:]  # the first is the generator of chance
    options = fields.record(f"{where}.options", record.get("options", {}), optional=known)
    for name, option in options.items():
        if isinstance(option, bool) or not isinstance(option, int | float):
            raise TextError(f"{where}.options.{name} is {fields.kind(option)}; it needs a number.")
    made = generate(np.random.default_rng(seed), **options)
    if "channels" not in record:
        return made
    channels = fields.texts(f"{where}.channels", record["channels"], made.x.shape[1], "channel")
    return replace(made, channels=channels)


def _side_by_side(parts: list[Sequence]) -> Sequence:
    steps = [len(part.x) for part in parts]
    if len(set(steps)) > 1:
        raise TextError(
            f"input has generators of {', '.join(map(str, steps))} steps; they need equally many: "
            "set their options.steps."
        )
    channels = tuple(channel for part in parts for channel in part.channels)
    return Sequence(np.hstack([part.x for part in parts]), _step_numbers(steps[0]), channels)


def _step_numbers(steps: int) -> tuple[str, ...]:
    """1, 2, …: labels are words for the screen, where steps count from 1."""
    return tuple(str(step) for step in range(1, steps + 1))


def _given(cell: Cell, value: object, units: int, inputs: int, reset_after: bool) -> Weights:
    """Weights in a file: parts and gates that are left out are zero."""
    record = fields.record(f"weights.{cell}", value, optional=PARTS)
    sizes = {"gate": len(GATES[cell]), "unit": units, "input": inputs}
    arrays: dict[str, Any] = {}
    for part in PARTS:
        shape = tuple(sizes[axis] for axis in AXES[part])
        arrays[part] = _stacked(f"weights.{cell}.{part}", record.get(part, {}), cell, shape)
    if cell == "gru":
        return GRUWeights(**arrays, reset_after=reset_after)
    return WEIGHTS[cell](**arrays)


def _stacked(where: str, value: object, cell: Cell, shape: tuple[int, ...]) -> Array:
    """One part, (gate, ...): a list over all gates, or an object of gates by name."""
    if not isinstance(value, dict):
        return _shaped(where, value, shape)
    gates = fields.record(where, value, optional=GATES[cell])
    part = np.zeros(shape)
    for i, gate in enumerate(GATES[cell]):
        if gate in gates:
            part[i] = _shaped(f"{where}.{gate}", gates[gate], shape[1:])
    return part


def _states(cell: Cell, value: object, units: int) -> tuple[Array, ...]:
    names = tuple(INITIALS[state] for state in STATES[cell])
    record = fields.record(f"initials.{cell}", value, names)
    return tuple(_shaped(f"initials.{cell}.{name}", record[name], (units,)) for name in names)


def _shaped(where: str, value: Any, shape: tuple[int, ...]) -> Array:
    array = checks.floats(where, value)
    if array.shape != shape:
        raise ShapeError(f"{where} has shape {array.shape}; this scene needs {shape}.")
    return array
