"""Layers to test with: every gate has weights of its own, so that a swap cannot hide."""

from collections.abc import Callable

import numpy as np
import pytest

from gru_core.conventions import GATES
from gru_core.scenes.listener import Listener, load_listener
from gru_core.scenes.reader import Reader, load_reader
from gru_core.scenes.series import Series, load_series
from gru_core.weights import WEIGHTS, Weights
from tests.core.opened_scenes import ASSETS

# A cell, and for the GRU where the reset gate acts.
LAYERS = ("gru", "gru before", "lstm", "rnn")


def make_layer(
    kind: str = "gru",
    inputs: int = 3,
    units: int = 4,
    scale: float = 0.5,
    seed: int = 0,
    **activations: str,
) -> Weights:
    """A layer with normal weights and biases. kind: one of LAYERS."""
    cell, _, before = kind.partition(" ")
    rng, gates = np.random.default_rng(seed), len(GATES[cell])
    shapes = ((gates, units, inputs), (gates, units, units), (gates, units), (gates, units))
    parts = [scale * rng.normal(size=shape) for shape in shapes]
    return WEIGHTS[cell](*parts, **({"reset_after": False} if before else {}), **activations)


@pytest.fixture(name="make_layer")
def make_layer_fixture() -> Callable[..., Weights]:
    return make_layer


@pytest.fixture(params=LAYERS)
def layer(request: pytest.FixtureRequest) -> Weights:
    """Three inputs, four units."""
    return make_layer(request.param)


@pytest.fixture
def gru() -> Weights:
    """Three inputs, four units, reset after."""
    return make_layer("gru")


@pytest.fixture
def x() -> np.ndarray:
    """Seven steps of three inputs."""
    return np.random.default_rng(1).normal(size=(7, 3))


@pytest.fixture
def start(layer: Weights) -> tuple[np.ndarray, ...]:
    """Initial states for `layer`."""
    rng = np.random.default_rng(2)
    return tuple(rng.normal(size=4) for _ in range(2 if layer.cell == "lstm" else 1))


@pytest.fixture(scope="session")
def reader() -> Reader:
    return load_reader(ASSETS / "models" / "reader.npz")


@pytest.fixture(scope="session")
def series() -> Series:
    return load_series(ASSETS / "models" / "series.npz", ASSETS / "series" / "elnino.csv")


@pytest.fixture(scope="session")
def listener() -> Listener:
    return load_listener(ASSETS / "models" / "listener.npz")
