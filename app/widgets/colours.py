"""Numbers as bytes along their colour scale: to be painted, never to be read as numbers."""

import numpy as np

from gru_core.conventions import track_range


def colour_bytes(numbers: np.ndarray, track: str, levels: int = 256) -> np.ndarray:
    """0..255 over the fixed range of a track, as one of so many evenly spaced levels."""
    low, high = track_range(track)
    share = (np.asarray(numbers, np.float32) - low) * np.float32((levels - 1) / (high - low))
    level = np.clip(np.rint(share), 0, levels - 1)
    found: np.ndarray = np.rint(level * np.float32(255 / (levels - 1))).astype(np.uint8)
    return found
