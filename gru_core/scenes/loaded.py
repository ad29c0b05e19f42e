"""A scene made of a loaded model: one of its layers in one direction, and what that layer reads."""

from dataclasses import replace
from typing import Final

import numpy as np

from gru_core.arrays import Array
from gru_core.errors import RangeError
from gru_core.formats.reads import Mask
from gru_core.formats.running import BACKWARD, FORWARD, Ready, run_ready
from gru_core.inputs.sequences import Sequence
from gru_core.scenes.scene import Masked, Scene
from gru_core.scenes.stories import Story
from gru_core.weights import GRUWeights, Weights

NAME: Final = "model"
TITLE: Final = "Your own model"
# A run of every track is kept, beside one of a layer drawn to compare it with: as many as in a
# scene of one's own, 512 units over 10,000 steps. Runs of the layers below are made and dropped.
MOST_NUMBERS: Final = 5_200_000  # steps × units
MOST_INPUTS: Final = 100_000  # a cell is drawn beside it, with as many
MOST_BELOW: Final = 2 * MOST_NUMBERS  # steps × units of all layers and directions that feed it

_STORY: Final = (
    "A layer of your model, every gate of it. What you see is what its framework computes of the "
    "input x on show: change that or a weight and see what follows."
)
_ATTEMPT: Final = "Choose a number that surprises you and ask why it is what it is."


def model_scene(
    ready: Ready,
    sequence: Sequence,
    layer: int = 0,
    backward: bool = False,
    seed: int = 0,
    left: tuple[Masked, ...] = (),
    before: tuple[str, ...] = (),
) -> Scene:
    """The scene of one layer of a model in one direction, reading what it reads in the model.

    sequence: what the model is fed with; a layer further up reads the states of those below. A
    backward layer is shown in the order in which it reads: its first step is the last of the
    sequence. Steps that the model passes over are left out: its state goes past them unchanged.
    seed: of the cell that is drawn beside it. left: what was left out before. before: sentences on
    what stands before the layer and is not computed. Errors: those of run_ready; RangeError.
    """
    weights = _weights(ready, layer, backward)
    _check_size(ready, layer, len(sequence.x), weights.units)
    masked = left or masked_steps(ready, sequence, backward)
    sequence = read_alone(ready, sequence)
    read = _read(ready, sequence, layer).astype(weights.dtype)
    labels, channels = sequence.labels, sequence.channels
    if layer:
        channels = _units_below(ready, layer)
    if backward:
        read, labels = read[::-1], labels[::-1]
    initial = ready.initials[layer][_at(ready, layer, backward)]
    return Scene(
        *(NAME, TITLE, Story.plain(" ".join((_STORY, *map(_plain, before))), _ATTEMPT)),
        sequence=replace(sequence, x=read, labels=labels, channels=channels, target=None),
        units=weights.units,
        seed=seed,
        reset_after=weights.reset_after if isinstance(weights, GRUWeights) else True,
        weights={ready.cell: weights},
        initials={ready.cell: initial} if initial else {},
        companions=_companions(ready, layer, backward),
        padding=ready.reads.padding if layer == 0 else None,
        masked=masked,
    )


def _plain(sentence: str) -> str:
    """A sentence that may have braces, which are fields in a story."""
    return sentence.replace("{", "{{").replace("}", "}}")


def masked_steps(ready: Ready, sequence: Sequence, backward: bool) -> tuple[Masked, ...]:
    """The steps that the model passes over, in the order in which they are reached."""
    mask = ready.reads.mask(sequence.x.astype(ready.first.dtype))
    return masked_of(mask, sequence.labels, backward)


def masked_of(mask: Mask, labels: tuple[str, ...], backward: bool) -> tuple[Masked, ...]:
    """The steps that a mask, (step,), leaves out; labels: of all steps."""
    if backward:
        mask, labels = mask[::-1], labels[::-1]
    found: dict[int, list[str]] = {}
    for before, read, label in zip(np.cumsum(mask), mask, labels, strict=True):
        if not read:
            found.setdefault(int(before), []).append(label)
    return tuple(Masked(before, tuple(names)) for before, names in found.items())


def read_alone(ready: Ready, sequence: Sequence) -> Sequence:
    """The steps that the model reads, alone.

    Errors: RangeError where it reads none.
    """
    mask = ready.reads.mask(sequence.x.astype(ready.first.dtype))
    if mask.all():
        return sequence
    if not mask.any():
        raise RangeError("Every step of the input is padding, which the model leaves out.")
    return left_out(sequence, mask)


def left_out(sequence: Sequence, mask: Mask) -> Sequence:
    """The steps of a mask, (step,), alone."""
    if mask.all():
        return sequence
    labels = tuple(sequence.labels[at] for at in np.flatnonzero(mask))
    target = None if sequence.target is None else sequence.target[mask]
    return replace(sequence, x=sequence.x[mask], labels=labels, target=target)


def _check_size(ready: Ready, layer: int, steps: int, units: int) -> None:
    if ready.first.input_size > MOST_INPUTS:
        raise RangeError(
            "The layer takes {input_size:,} inputs; layers of up to {most_inputs:,} can be "
            "shown: choose a smaller one.",
            input_size=ready.first.input_size,
            most_inputs=MOST_INPUTS,
        )
    if steps * units > MOST_NUMBERS:
        raise RangeError(
            "{steps:,} steps of {units} units are too many for one picture; up to "
            "{most_numbers:,} steps can be shown: feed it fewer.",
            steps=steps,
            units=units,
            most_numbers=MOST_NUMBERS // units,
        )
    below = sum(one.units for directions in ready.directions[:layer] for one in directions)
    if steps * below > MOST_BELOW:
        raise RangeError(
            "{steps:,} steps are too many for the {below:,} units below layer {layer}; up to "
            "{most_below:,} steps can be run: feed it fewer.",
            steps=steps,
            below=below,
            layer=layer + 1,
            most_below=MOST_BELOW // below,
        )


def _companions(ready: Ready, layer: int, backward: bool) -> dict[str, Weights]:
    """The other direction of a layer, and the layer above it where that reads its states alone.

    Not of what begins elsewhere than at zero: companions begin there.
    """
    found: dict[str, Weights] = {}
    directions, starts = ready.directions[layer], ready.initials[layer]
    if len(directions) == 2 and not backward and not starts[1]:
        found["backward"] = directions[1]
    above = layer + 1
    if len(directions) == 1 and above < len(ready.layers) and not ready.initials[above][0]:
        found["second"] = ready.directions[above][0]
    return found


def _weights(ready: Ready, layer: int, backward: bool) -> Weights:
    if not 0 <= layer < len(ready.layers):
        raise RangeError(
            "There is no layer {layer}; the model has {count}: choose another.",
            layer=layer + 1,
            count=len(ready.layers),
        )
    return ready.directions[layer][_at(ready, layer, backward)]


def _at(ready: Ready, layer: int, backward: bool) -> int:
    """Where a direction stands among those of its layer."""
    directions = ready.directions[layer]
    if len(directions) == 2:
        return int(backward)
    if backward != ready.backward:
        which = "backward" if ready.backward else "forward"
        raise RangeError(
            "Layer {layer} reads {which} only; choose that.",
            layer=layer + 1,
            which=which,
        )
    return 0


def _read(ready: Ready, sequence: Sequence, layer: int) -> Array:
    """What a layer reads: the input, or the joined states of the layer below, (step, input)."""
    if layer == 0:
        return sequence.x
    below = replace(ready, layers=ready.layers[:layer], initials=ready.initials[:layer])
    ran = run_ready(replace(below, reading_order=False), sequence.x)
    return ran.output


def _units_below(ready: Ready, layer: int) -> tuple[str, ...]:
    """Names for the inputs of a layer that reads states."""
    below = ready.directions[layer - 1]
    if len(below) == 1 or ready.merge != "concat":
        return tuple(f"h{unit + 1}" for unit in range(below[0].hidden_size))
    marks = dict(zip((FORWARD, BACKWARD), ("→", "←"), strict=True))
    return tuple(
        f"h{marks[name]}{unit + 1}"
        for name, weights in zip((FORWARD, BACKWARD), below, strict=True)
        for unit in range(weights.hidden_size)
    )
