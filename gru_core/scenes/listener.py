"""A detector in use: the GRU by which Opus, the codec of most calls, tells music from speech.

50 times a second a first layer makes 32 numbers of the sound, the GRU reads them, and a last layer
says from its state how probable music is. Opus then codes the sound as music or as speech.
`scripts/listen_opus.py` built the file; `assets/models/MANIFEST` says where its numbers come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only
from gru_core.cells.activations import sigmoid
from gru_core.errors import ShapeError
from gru_core.inputs.sequences import Sequence
from gru_core.scenes.shipped import shipped
from gru_core.weights import GRUWeights

# What is on screen, and another recording, to try on it what was found on the first.
CLIPS: Final = ("shown", "unseen")
LAYERS: Final = ("first_w", "first_b", "gru_w_x", "gru_w_h", "gru_b", "out_w", "out_b")
ARRAYS: Final = (
    *LAYERS,
    *(f"{clip}_{what}" for clip in CLIPS for what in ("features", "opus", "speech")),
)
UNIT: Final = 1 / 128  # of the layers' numbers, which Opus keeps in one byte each
SECONDS: Final = 0.02  # a step
MUSIC: Final = 0.5  # more is taken for music


@dataclass(frozen=True, eq=False)
class Clip:
    """A stretch of sound: speech, then music. Compared by identity."""

    sequence: Sequence  # x: (step, 32), what the first layer makes of it; target: 1 is music
    music_from: int  # the step at which the music begins
    opus: Array  # (step,): how probable music is, as Opus itself has said


@dataclass(frozen=True, eq=False)
class Listener:
    """The trained GRU of Opus, what it hears, and what is said from its state."""

    weights: GRUWeights
    w: Array  # (unit,), of the last layer
    b: float
    clips: Mapping[str, Clip]  # by CLIPS

    @property
    def clip(self) -> Clip:
        """What is on screen."""
        return self.clips[CLIPS[0]]

    def music(self, hidden: npt.ArrayLike) -> Array:
        """How probable music is after each step, (step,). hidden: (step, unit).

        Errors: ShapeError.
        """
        h = checks.floats("hidden", hidden)
        if h.ndim != 2 or h.shape[1] != len(self.w):
            raise ShapeError(
                "hidden has shape {shape}; the listener needs (step, {count}): pass the hidden "
                "track of its run.",
                shape=h.shape,
                count=len(self.w),
            )
        return read_only(sigmoid(h @ self.w + self.b))

    def wrong(self, music: npt.ArrayLike) -> float:
        """The part of the steps at which speech is taken for music, or music for speech."""
        return float(np.mean(self._taken(music) != (self.truth > MUSIC)))

    def turns(self, music: npt.ArrayLike) -> int:
        """How often the decision changes from one step to the next."""
        return int(np.count_nonzero(np.diff(self._taken(music))))

    def late(self, music: npt.ArrayLike) -> int:
        """Steps from the beginning of the music to the first that is taken for music.

        As many as there are, if none is.
        """
        taken = self._taken(music)[self.clip.music_from :]
        return int(taken.argmax()) if taken.any() else len(taken)

    @property
    def truth(self) -> Array:
        """1 where there is music, 0 where there is speech, (step,)."""
        assert self.clip.sequence.target is not None
        return self.clip.sequence.target

    def _taken(self, music: npt.ArrayLike) -> np.ndarray:
        values = checks.floats("music", music)
        if values.shape != self.truth.shape:
            raise ShapeError(
                "music has shape {shape}; the listener needs {needed}, one value for each step: "
                "pass what music gives for the whole run.",
                shape=values.shape,
                needed=self.truth.shape,
            )
        taken: np.ndarray = values > MUSIC
        return taken


def load_listener(path: Path) -> Listener:
    """The Listener of a file from scripts/listen_opus.py.

    Errors: UnknownNameError when arrays are missing, ShapeError when something does not fit.
    """
    found = shipped(path, ARRAYS, "scripts/listen_opus.py")
    arrays = {name: np.asarray(array, dtype=np.float64) for name, array in found.items()}
    scaled = {name: read_only(arrays[name] * UNIT) for name in LAYERS}
    bias = scaled["gru_b"]
    # One bias a gate, and the reset gate before the product: Cho et al.'s cell.
    weights = GRUWeights(
        scaled["gru_w_x"], scaled["gru_w_h"], bias, np.zeros_like(bias), reset_after=False
    )
    return Listener(
        weights=weights,
        w=read_only(scaled["out_w"][:, 0]),
        b=float(scaled["out_b"][0]),
        clips={clip: _clip(clip, arrays, scaled) for clip in CLIPS},
    )


def _clip(name: str, arrays: Mapping[str, Array], scaled: Mapping[str, Array]) -> Clip:
    features, first = arrays[f"{name}_features"], scaled["first_w"]
    if features.ndim != 2 or features.shape[1] != len(first):
        raise ShapeError(
            "{name}_features has shape {shape}; it needs (step, {count}).",
            name=name,
            shape=features.shape,
            count=len(first),
        )
    x = np.tanh(features @ first + scaled["first_b"])
    steps, spoken = len(x), int(arrays[f"{name}_speech"][0])
    target = np.where(np.arange(steps) < spoken, 0.0, 1.0)
    labels = tuple(f"{SECONDS * (step + 1):.2f} s" for step in range(steps))
    channels = tuple(f"sound {at + 1}" for at in range(x.shape[1]))
    sequence = Sequence(read_only(x), labels, channels, target=read_only(target))
    return Clip(sequence, spoken, read_only(arrays[f"{name}_opus"]))
