"""Keras files made by hand, with h5py and zipfile alone, to be read as they are or spoiled first.

The legacy layout is that of keras 2.2.4, engine/saving.py; tests/oracle lets Keras itself load it.
"""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

import h5py
import numpy as np
import pytest

from gru_core.errors import GatescopeError
from gru_core.formats.keras import archive as keras_zip
from gru_core.formats.model import Entry
from tests.formats import entries

GATES = {"gru": 3, "lstm": 4, "rnn": 1}
CLASSES = {"gru": "GRU", "lstm": "LSTM", "rnn": "SimpleRNN"}
# The order in which Keras stacks gates; written here once more, so that a test can find a swap.
ORDER = {
    "gru": ("update", "reset", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
    "rnn": ("hidden",),
}
OURS = {
    "gru": ("reset", "update", "candidate"),
    "lstm": ("input", "forget", "candidate", "output"),
    "rnn": ("hidden",),
}

Arrays = dict[str, np.ndarray]


def arrays(
    cell: str = "gru",
    *,
    inputs: int = 3,
    units: int = 4,
    biases: int | None = None,
    seed: int = 0,
    scale: float = 0.1,
) -> Arrays:
    """kernel, recurrent_kernel and, with one or two biases, bias; every number its own."""
    rng, columns = np.random.default_rng(seed), GATES[cell] * units
    count = (2 if cell == "gru" else 1) if biases is None else biases
    shapes: dict[str, tuple[int, ...]] = {
        "kernel": (inputs, columns),
        "recurrent_kernel": (units, columns),
    }
    if count:
        shapes["bias"] = (2, columns) if count == 2 else (columns,)
    return {
        name: (scale * rng.normal(size=shape)).astype(np.float32) for name, shape in shapes.items()
    }


def node(class_name: str, **config: Any) -> dict[str, Any]:
    """A layer in a config."""
    return {"class_name": class_name, "config": config}


def recurrent(
    cell: str = "gru", *, name: str = "enc", units: int = 4, **config: Any
) -> dict[str, Any]:
    """A recurrent layer as Keras 2 and 3 describe it."""
    own = {"name": name, "units": units, "activation": "tanh", "use_bias": True}
    if cell != "rnn":
        own["recurrent_activation"] = "sigmoid"
    if cell == "gru":
        own["reset_after"] = True
    return node(CLASSES[cell], **{**own, **config})


def sequential(*layers: dict[str, Any], name: str = "model") -> dict[str, Any]:
    """A model of these layers."""
    return node("Sequential", name=name, layers=list(layers))


def variables(parts: Mapping[str, np.ndarray], place: str = "layers/gru/cell") -> Arrays:
    """The arrays of a cell under the names that Keras 3 gives them."""
    return {f"{place}/vars/{at}": array for at, array in enumerate(parts.values())}


def hdf5(fill: Callable[[h5py.File], object], **options: Any) -> bytes:
    """The bytes of an HDF5 file."""
    made = io.BytesIO()
    with h5py.File(made, "w", **options) as file:
        fill(file)
    return made.getvalue()


def weights_h5(datasets: Mapping[str, np.ndarray], names: Mapping[str, str] | None = None) -> bytes:
    """A `.weights.h5` of Keras 3. names: what layers were called, by their groups."""

    def fill(file: h5py.File) -> None:
        for path, array in datasets.items():
            if array.dtype.name == "bfloat16":
                file[path] = array.view(np.dtype("V2"))
                file[path].attrs["dtype"] = "bfloat16"
            else:
                file[path] = array
        for group, name in (names or {}).items():
            file.require_group(f"{group}/vars").attrs["name"] = name

    return hdf5(fill)


def zipped(members: Mapping[str, bytes]) -> bytes:
    return entries.zipped(members.items())


def keras(
    model: object, datasets: Mapping[str, np.ndarray] | bytes, version: object = "3.15.1"
) -> bytes:
    """A `.keras` file."""
    weights = datasets if isinstance(datasets, bytes) else weights_h5(datasets)
    return zipped(
        {
            "metadata.json": json.dumps({"keras_version": version}).encode(),
            "config.json": json.dumps(model).encode(),
            "model.weights.h5": weights,
        }
    )


def one(
    cell: str = "gru", parts: Arrays | None = None, version: str = "3.15.1", **config: Any
) -> bytes:
    """A `.keras` file of one layer."""
    snake = {"gru": "gru", "lstm": "lstm", "rnn": "simple_rnn"}[cell]
    held = arrays(cell) if parts is None else parts
    model = sequential(recurrent(cell, **config))
    return keras(model, variables(held, f"layers/{snake}/cell"), version)


def legacy(
    layers: Mapping[str, Mapping[str, np.ndarray]],
    model: object = None,
    version: str | None = "2.2.4",
) -> bytes:
    """A `.h5` of a whole model, or of weights alone without a model.

    layers: for each the names of its weights, such as enc/kernel:0. version: None as Keras 1.0.
    """

    def fill(file: h5py.File) -> None:
        root = file
        if model is not None:
            file.attrs["model_config"] = json.dumps(model).encode()
            if version:
                file.attrs["keras_version"] = version.encode()
            root = file.create_group("model_weights")
        root.attrs["layer_names"] = np.array([name.encode() for name in layers])
        root.attrs["backend"] = b"tensorflow"
        if version:
            root.attrs["keras_version"] = version.encode()
        for name, weights in layers.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = np.array([one.encode() for one in weights])
            for path, array in weights.items():
                group.create_dataset(path, data=array)

    return hdf5(fill)


def named(parts: Mapping[str, np.ndarray], path: str = "enc/gru_cell", end: str = ":0") -> Arrays:
    """The arrays of a cell under the names that Keras 2 gives them in a legacy file."""
    return {f"{path}/{name}{end}": array for name, array in parts.items()}


def check_arrays(entry: Entry, parts: Arrays, at: tuple[int, int] = (0, 0)) -> None:
    """Compare number by number, without a reshape: a swap or a transpose cannot hide."""
    direction, order = entry.layers[at[0]][at[1]], ORDER[entry.cell]
    kernel, recurrent_kernel = parts["kernel"], parts["recurrent_kernel"]
    units = len(recurrent_kernel)
    rows = parts.get("bias", np.zeros(kernel.shape[1])).reshape(-1, kernel.shape[1])
    for gate, name in enumerate(OURS[entry.cell]):
        for unit in range(units):
            column = order.index(name) * units + unit
            np.testing.assert_array_equal(direction.w_x[gate, unit], kernel[:, column])
            np.testing.assert_array_equal(direction.w_h[gate, unit], recurrent_kernel[:, column])
            assert direction.b_x[gate, unit] == rows[0][column]
            assert direction.b_h[gate, unit] == (rows[1][column] if len(rows) == 2 else 0)


def only(data: bytes) -> Entry:
    """The one layer of a `.keras` file."""
    (entry,) = keras_zip.read(data, "model.keras").entries
    return entry


def refusal(data: bytes) -> str:
    """What is said of a `.keras` file that is not read."""
    with pytest.raises(GatescopeError) as caught:
        keras_zip.read(data, "model.keras")
    return str(caught.value)
