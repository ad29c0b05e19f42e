"""Whatever stands around recurrent nodes: what is computed of it, onnxruntime computes too."""

import itertools

import numpy as np
import pytest

from gru_core.errors import GatescopeError
from gru_core.formats import npz, read
from gru_core.formats.answers import answered
from gru_core.formats.tracing import trace_arrays
from gru_core.formats.whole.tracing import PREDICTION, Given, model_of, traced
from tests.formats.tries import tries
from tests.oracle.onnx_graphs import random_graph

pytestmark = pytest.mark.thorough

CLOSE = {"rtol": 1e-3, "atol": 1e-3}  # numbers up to 100 in float32, one after the other
EACH = 20  # graphs in a test


def is_close(made, wanted) -> bool:
    return made.shape == wanted.shape and np.allclose(made, wanted, **CLOSE)


def is_said(made, wanted) -> bool:
    """Whether a prediction has the numbers of an output, whose axes may stand in another order."""
    made, wanted = made.squeeze(), wanted.squeeze()
    if made.size != wanted.size:
        return False
    if made.ndim == wanted.ndim + 1:  # an output with steps and sequences as one axis
        flat = [one.reshape(-1, made.shape[-1]) for one in (made, made.swapaxes(0, 1))]
        return any(is_close(one, way) for one in flat for way in (wanted, wanted.T))
    orders = itertools.permutations(range(wanted.ndim))
    return made.ndim == wanted.ndim and any(is_close(made, wanted.transpose(one)) for one in orders)


def problems(file, graph, x, output) -> list[str]:
    """What differs where the model is given x, (step, batch, input)."""
    found = []
    for layer in graph.layers:
        entry = next((one for one in file.entries if one.name == layer.name), None)
        whole = None if entry is None else model_of(file, entry)
        if entry is None or whole is None:
            continue
        try:
            arrays, _ = traced(file, entry, whole, {}, Given(x, own=False))
        except GatescopeError as error:
            found.append(f"{layer.name}: {error}")
            continue
        for name, wanted in (("x", layer.x), ("output", layer.y)):
            if not is_close(arrays[name], wanted):
                found.append(f"{name} of {layer.name}")
        if PREDICTION in arrays and not is_said(arrays[PREDICTION], graph.values[output]):
            found.append(f"prediction of {layer.name}")
    return found


@pytest.mark.parametrize("first", range(0, max(tries(140), EACH), EACH))
def test_what_is_computed_of_a_graph_is_what_onnxruntime_computes(first) -> None:
    followed = 0
    for seed in range(first, first + EACH):
        graph, x, data, output = random_graph(seed)
        if not graph.layers:
            continue
        file = npz.parse(npz.write(read(data, "a.onnx")), "a.npz")
        for entry in file.entries:
            layer = next(one for one in graph.layers if one.name == entry.name)
            made = trace_arrays(answered(entry, {}), layer.x)["output"]
            assert is_close(made, layer.y), f"{entry.name} alone, seed {seed}"
            followed += model_of(file, entry) is not None
        # Which axis has the steps the layers say that read them: the file does not.
        both = [problems(file, graph, one, output) for one in (x, x.swapaxes(0, 1))]
        assert [] in both, f"seed {seed}: {both}"
    assert followed > EACH // 4  # or nothing would be compared
