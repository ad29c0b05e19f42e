"""A layer to go with another one: reading from the end, or reading what the first one gives."""

from dataclasses import replace
from typing import Final, Literal, TypeAlias, get_args

import numpy as np

from gru_core.conventions import CELLS
from gru_core.errors import unknown_name
from gru_core.initialize import initialize
from gru_core.scenes.scene import Scene
from gru_core.weights import GRUWeights, LSTMWeights, Weights

# backward: reads the same input from the last step to the first; second: reads the states of the
# layer that it is beside.
Role: TypeAlias = Literal["backward", "second"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)


def has_own(scene: Scene, cell: str, role: Role) -> bool:
    """Whether the scene brings this layer itself, as a loaded model may."""
    return cell in scene.weights and role in scene.companions


def companion(
    scene: Scene, beside: Weights, role: Role, steps: int, seed: int | None = None
) -> Weights:
    """A layer of the same cell, units, precision and reset placement as `beside`.

    A drawn one ends in sigmoid and tanh, whatever that one does. An LSTM with a projection is drawn
    as PyTorch draws it, by no scheme: its h has as many numbers as that of `beside`.

    The scene's own if it has one, else drawn as the scene draws its own: by its scheme, with its
    gain, biases zero but for chrono, of which `steps` is the longest memory. Each role of each cell
    has a stream of its own, the one of np.random.SeedSequence(seed, spawn_key=(place in ROLES,
    place in CELLS)): it shares no number with those of scenes.situation, whose keys have one entry,
    and does not depend on any weight.
    seed: by default the scene's. Errors: UnknownNameError.
    """
    if role not in ROLES:
        raise unknown_name("role", role, ROLES)
    if has_own(scene, beside.cell, role):
        own = scene.companions[role]
        if isinstance(own, GRUWeights) and isinstance(beside, GRUWeights):
            return replace(own, reset_after=beside.reset_after)
        return own
    cell, place = beside.cell, (ROLES.index(role), CELLS.index(beside.cell))
    stream = np.random.SeedSequence(scene.seed if seed is None else seed, spawn_key=place)
    reads = beside.input_size if role == "backward" else beside.hidden_size
    if isinstance(beside, LSTMWeights) and beside.is_projected:
        return _projected(beside, reads, np.random.default_rng(stream))
    layer = initialize(
        cell,
        reads,
        beside.units,
        np.random.default_rng(stream),
        # Chrono sets the bias of a gate that keeps; a plain RNN has none.
        "xavier" if (cell, scene.scheme) == ("rnn", "chrono") else scene.scheme,
        max_time=max(steps, 3),
        dtype=beside.dtype,
    )
    if isinstance(layer, GRUWeights) and isinstance(beside, GRUWeights):
        layer = replace(layer, reset_after=beside.reset_after)
    # As in a scene: a plain RNN with large weights would be chaotic.
    gain = layer.dtype.type(1.0 if cell == "rnn" else scene.gain)
    return replace(layer, w_x=layer.w_x * gain, w_h=layer.w_h * gain)


def _projected(beside: LSTMWeights, reads: int, generator: np.random.Generator) -> LSTMWeights:
    """An LSTM of the sizes of one with a projection, but for what it reads; biases zero.

    Every other number is uniform within ±1/√units (torch.nn.LSTM.reset_parameters).
    """
    bound = 1 / np.sqrt(beside.units)
    shapes = [(*beside.w_h.shape[:2], reads), beside.w_h.shape, (beside.hidden_size, beside.units)]
    drawn = (generator.uniform(-bound, bound, shape) for shape in shapes)
    w_x, w_h, w_p = (array.astype(beside.dtype) for array in drawn)
    nothing = np.zeros_like(beside.b_x)
    return LSTMWeights(w_x, w_h, nothing, nothing, w_p=w_p)
