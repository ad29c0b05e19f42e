"""What a loaded model says of what is on screen: from the states of its layer on to its head."""

from dataclasses import dataclass, replace

import numpy as np

from app.screen.screen import Screen
from gru_core.arrays import Array
from gru_core.errors import GatescopeError
from gru_core.formats.running import BACKWARD, FORWARD, run_ready
from gru_core.formats.whole.continuing import Continued, Place, continued

MOST_NUMBERS = 5_000_000  # of a prediction: steps × numbers


@dataclass(frozen=True, eq=False)
class Predicted:
    """What the model says, and how it comes to it."""

    values: Array  # (step, number), or (number,) where a step by itself has none
    names: tuple[str, ...]  # of its numbers
    place: Place
    made: Continued

    @property
    def by_step(self) -> bool:
        """Whether each step has a prediction."""
        return self.values.ndim == 2

    def at(self, step: int) -> Array:
        """The numbers at a step, (number,)."""
        return self.values[min(step, len(self.values) - 1)] if self.by_step else self.values


def predicted(screen: Screen) -> Predicted | None:
    """The prediction with everything that is changed on screen; None where the file shows none.

    The states of a layer are none: they are on screen as they are.
    """
    place, loaded = screen.baseline.place, screen.baseline.loaded
    if place is None or loaded is None or not place.whole.output or place.whole.gives_states:
        return None
    try:
        made = continued(place, _hidden(screen, place))
    except GatescopeError:  # with relu a state may grow past all numbers
        return None
    values = made.of(place.whole.output)
    if values is None or not 0 < values.size <= MOST_NUMBERS:
        return None
    if values.ndim == 2 and not place.whole.keeps_steps(place.entry):
        return None  # a prediction at steps that are not those on screen
    # Backward layers are shown in the order in which they read.
    labels = place.whole.labels
    count = values.shape[-1]
    names = labels if len(labels) == count else _words(place, count)
    return Predicted(values, names, place, made)


def is_backward(screen: Screen) -> bool:
    """Whether the layer on screen is shown from its last step to its first."""
    place, loaded = screen.baseline.place, screen.baseline.loaded
    if place is None or loaded is None:
        return False
    ready = place.ready(place.entry)
    return loaded.place[1] if len(ready.directions[place.at]) == 2 else ready.backward


def is_turned(screen: Screen) -> bool:
    """Whether steps on screen run against those of what the model gives.

    A backward layer of Keras or ONNX may leave its output in the order in which it has read.
    """
    place = screen.baseline.place
    if place is None or not is_backward(screen):
        return False
    ready = place.ready(place.entry)
    return len(ready.directions[place.at]) == 2 or not ready.reading_order


def _words(place: Place, count: int) -> tuple[str, ...]:
    """The tokens, where the model says one; else numbers."""
    words = place.whole.vocabulary
    return words if len(words) == count else tuple(str(at) for at in range(count))


def _hidden(screen: Screen, place: Place) -> dict[str, Array]:
    """The states of the layer in every direction, in the order of the steps."""
    ready = place.ready(place.entry)
    (cell,) = screen.scene.weights
    own = screen.traces[cell]["hidden"]
    backward = is_backward(screen)
    way = BACKWARD if backward else FORWARD
    found = {way: own[::-1] if backward else own}
    if len(ready.directions[place.at]) == 2:
        x = screen.situation.x[::-1] if backward else screen.situation.x
        alone = replace(
            ready,
            layers=(ready.layers[place.at],),
            initials=(ready.initials[place.at],),
        )
        other = FORWARD if backward else BACKWARD
        found[other] = run_ready(alone, np.ascontiguousarray(x)).layers[0][other]["hidden"]
    return found
