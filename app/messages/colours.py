"""Numbers as bytes along their colour scale: to be painted, never to be read as numbers."""

import numpy as np

from app.figures.condensing import as_bytes
from gru_core.conventions import track_range


def colour_bytes(numbers: np.ndarray, track: str, levels: int = 256) -> np.ndarray:
    """0..255 over the fixed range of a track, as one of so many evenly spaced levels."""
    return as_bytes(numbers, track_range(track), levels)
