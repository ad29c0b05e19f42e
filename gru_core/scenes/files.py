"""Scenes as JSON files, one each, and the index that orders them: read strictly.

Everything in a file is counted from 0. In the words of a story steps and units count from 1, as
on screen.
"""

from collections.abc import Mapping
from dataclasses import replace
from inspect import signature
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeGuard, cast

import numpy as np

from gru_core import checks, fields
from gru_core.arrays import Array
from gru_core.changes.targets import AXES as TARGET_AXES
from gru_core.changes.targets import Target
from gru_core.conventions import CELLS, GATES, STATES, Cell
from gru_core.errors import GatescopeError, ShapeError, TextError
from gru_core.initialize import SCHEMES, Scheme
from gru_core.inputs.sequences import SEQUENCES, Sequence
from gru_core.scenes.reader import normalize
from gru_core.scenes.scene import INITIALS, MODELS, Cursor, Model, Scene
from gru_core.scenes.stories import BESIDE, NEEDED, Story, read_story
from gru_core.weights import (
    AXES,
    PARTS,
    WEIGHTS,
    GRUWeights,
    Weights,
)

INDEX: Final = "index.json"
WORDS: Final = ("name", "title", *NEEDED)
SIZED: Final = (*WORDS, "input", "units")
CHOICES: Final = (
    *("seed", "scheme", "gain", "reset_after", "weights", "initials", "cursor", "unit_names"),
    *("handle", *BESIDE),
)
_UNKNOWN: Final[Mapping[str, int]] = MappingProxyType({})
# As many units as a screen has rows to spare for, and more than any scene needs.
MAX_UNITS: Final = 512
# More than any model reads; how many steps there are is known only once the model is.
MAX_STEPS: Final = 1000
MAX_SEED: Final = 2**32 - 1


def load_scenes(folder: Path) -> tuple[Scene, ...]:
    """Every scene of a folder, in the order of its index.json.

    Errors: TextError naming the file and the field.
    """
    index = fields.load(folder / INDEX)
    if not isinstance(index, list) or not all(isinstance(name, str) for name in index):
        raise TextError(
            "{index}: is {kind}; it needs a list of scene names.",
            index=INDEX,
            kind=fields.kind(index),
        )
    unlisted = {path.stem for path in folder.glob("*.json")} - {*index, Path(INDEX).stem}
    if unlisted:
        raise TextError(
            "{index}: does not list {unlisted}; add a place.",
            index=INDEX,
            unlisted=", ".join(sorted(unlisted)),
        )
    return tuple(load_scene(folder / f"{name}.json") for name in index)


def load_scene(path: Path) -> Scene:
    """Read one scene. Errors: TextError naming the file and the field."""
    content = fields.load(path)
    try:
        scene = _model_scene(content) if _has_model(content) else _sized_scene(content)
        if scene.name != path.stem:
            raise TextError(
                "name is {name!r}; links use it, so it needs to be {stem}.",
                name=scene.name,
                stem=path.stem,
            )
    except GatescopeError as error:
        raise TextError(
            "{name}: {error}",
            name=path.name,
            error=error,
        ) from error
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
    return Scene(
        *_words(record),
        cursor,
        _handle(record),
        reset_after=model != "listener",  # as it was trained; the others are PyTorch's
        model=model,
        word=word,
    )


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
        raise TextError(
            "handle is of {owner!r}; it needs to be of x or gru, always there.",
            owner=target.owner,
        )
    for axis, at in zip(TARGET_AXES[target.part], target.index, strict=True):
        if at >= sizes.get(axis, at + 1):
            raise TextError(
                "handle is {target}, {axis} {at}; this scene has {sizes}, counted from 0.",
                target=target,
                axis=axis,
                at=at,
                sizes=sizes[axis],
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
            raise TextError(
                "{where}.options.{name} is {kind}; it needs a number.",
                where=where,
                name=name,
                kind=fields.kind(option),
            )
    made = generate(np.random.default_rng(seed), **options)
    if "channels" not in record:
        return made
    channels = fields.texts(f"{where}.channels", record["channels"], made.x.shape[1], "channel")
    return replace(made, channels=channels)


def _side_by_side(parts: list[Sequence]) -> Sequence:
    steps = [len(part.x) for part in parts]
    if len(set(steps)) > 1:
        raise TextError(
            "input has generators of {steps} steps; they need equally many: set their "
            "options.steps.",
            steps=", ".join(map(str, steps)),
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
        raise ShapeError(
            "{where} has shape {shape}; this scene needs {needed}.",
            where=where,
            shape=array.shape,
            needed=shape,
        )
    return array
