"""How far a layer of another program comes from a cell's trace, in sentences."""

import warnings
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from gru_core.arrays import Array
from gru_core.export.cell_run import CellRun
from gru_core.export.weights import onnx_bytes, torch_refusal
from gru_core.formats.state_dict import names
from gru_core.words import Said

# What the order of additions may make of the largest number, by bytes of a number.
CLOSE: Final[Mapping[int, float]] = MappingProxyType({4: 1e-5, 8: 1e-9})


def sentences(run: CellRun) -> Iterator[str]:
    """What was compared with whom, and how far apart it came; or why nothing was."""
    refusal = torch_refusal(run.weights)
    if run.trace.interventions:
        yield "Not compared: what is held here no layer of another program can hold."
    elif not refusal:
        yield from _compared(run, "PyTorch", _by_torch(run), CLOSE[run.trace.dtype.itemsize])
    elif run.weights.is_projected:
        yield refusal
        yield "Not compared: no other program here computes a projection."
    elif find_spec("onnxruntime") and find_spec("onnx"):
        yield refusal
        yield from _compared(run, "onnxruntime", _by_onnxruntime(run), CLOSE[4])
    else:
        yield refusal
        yield "Not compared: onnxruntime, which could compute it, is not installed."


def _compared(run: CellRun, who: str, theirs: Array, close: float) -> Iterator[str]:
    apart = np.abs(theirs.astype(np.float64) - run.trace["hidden"])
    bound = close * max(1.0, float(np.abs(theirs).max()))
    yield Said(
        "{who} {version} computed the hidden states with a layer of its own, from the same "
        "weights, input and first state. {same:,} of {all:,} numbers are the same to {bound:.0e}; "
        "the largest difference is {apart:.1e}.",
        who=who,
        version=version("torch" if who == "PyTorch" else who),
        same=int((apart <= bound).sum()),
        all=apart.size,
        bound=bound,
        apart=float(apart.max()),
    )
    yield "Such a layer shows no gates; each hidden state is made of all of them."
    if not (apart <= bound).all():
        yield (
            "That is more than one rounding: either something is wrong, or the layer makes small "
            "differences large, as some do over many steps. Compare it step by step."
        )


def _by_torch(run: CellRun) -> Array:
    """The hidden states that torch.nn comes to in float64, (step, unit)."""
    import torch

    weights = run.weights
    kinds: dict[str, Any] = {"gru": torch.nn.GRU, "lstm": torch.nn.LSTM, "rnn": torch.nn.RNN}
    more: dict[str, Any] = {}
    if weights.cell == "rnn":
        more["nonlinearity"] = weights.state_activation
    if weights.is_projected:
        more["proj_size"] = weights.hidden_size
    layer = kinds[weights.cell](weights.input_size, weights.units, dtype=torch.float64, **more)
    layer.load_state_dict({n: torch.tensor(t) for n, t in names.state_dict([weights]).items()})
    states = [torch.tensor(state, dtype=torch.float64)[None] for state in run.trace.initial]
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that a projection is run without oneDNN
        x = torch.tensor(_read(run, run.trace.x), dtype=torch.float64)
        output: Array = layer(x, tuple(states) if len(states) > 1 else states[0])[0].numpy()
    return _read(run, output)


def _by_onnxruntime(run: CellRun) -> Array:
    """The hidden states that onnxruntime comes to in float32, (step, unit)."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx_bytes(run), options)
    x = _read(run, run.trace.x).astype(np.float32)[:, np.newaxis]
    [output] = session.run(["y"], {"x": x})
    return _read(run, np.asarray(output)[:, 0])


def _read(run: CellRun, steps: Array) -> Array:
    """Steps as the layer reads them, or what it gives for them on the axis of the input."""
    return steps[::-1].copy() if run.trace.backward else steps
