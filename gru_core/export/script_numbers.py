"""The numbers of a script: written in it as lists while they are few, else read from files."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from gru_core.arrays import Array
from gru_core.conventions import GATES, STATES, gates_from_file
from gru_core.export.cell_run import CellRun
from gru_core.export.exact import exact_texts
from gru_core.export.weights import torch_refusal
from gru_core.formats.state_dict.names import NAMES, in_file_order
from gru_core.scenes.scene import INITIALS
from gru_core.weights import PROJECTION, Weights

MOST_INLINE: Final = 2000  # numbers of the weights, and of the input with the initial states
MOST_WORDS: Final = 20_000  # characters of labels and channels
WIDTH: Final = 100  # characters of a line
SAFETENSORS, WEIGHTS, TRACE = ".safetensors", ".weights.npz", ".npz"
_ROWS: Final = ".flatten(0, 1)"
_AROUND: Final = 48  # of them for `"weight_ih_l0": torch.tensor(` and what ends it


def companions(run: CellRun) -> tuple[str, ...]:
    """The files that the script reads, by name."""
    endings = read_endings(run.weights, run.trace.steps, (*run.labels, *run.channels))
    return tuple(f"{run.stem}{ending}" for ending in endings)


def read_endings(weights: Weights, steps: int, words: Iterable[str]) -> tuple[str, ...]:
    """The endings of the files that a script of these weights reads. words: labels, channels."""
    kept = WEIGHTS if torch_refusal(weights) else SAFETENSORS
    short = _is_short(weights, steps, words)
    return (*([] if _are_few(weights) else [kept]), *([] if short else [TRACE]))


def sections(run: CellRun) -> Iterator[str]:
    """The input, the states before the first step, and the weights."""
    reads = read_endings(run.weights, run.trace.steps, (*run.labels, *run.channels))
    yield from _read_input(run) if TRACE in reads else _input(run)
    gates = f", the rows of {', '.join(GATES[run.cell])} in turn" if run.cell != "rnn" else ""
    yield f"\n# The weights under their names in PyTorch{gates}."
    yield from _weights(run) if _are_few(run.weights) else _read_weights(run)
    yield "# And as the equations take them, with an axis of the gates."
    gates_units = f"({len(GATES[run.cell])}, {run.weights.units})"
    for part in run.weights.arrays:
        shape = ", ".join(run.weights.axes[part])
        apart = "" if part == PROJECTION else f".unflatten(0, {gates_units})"
        yield f'{part} = weights["{NAMES[part]}_l0"]{apart}  # ({shape})'


def _are_few(weights: Weights) -> bool:
    return weights.parameter_count() <= MOST_INLINE


def _is_short(weights: Weights, steps: int, words: Iterable[str]) -> bool:
    states = sum(map(weights.size, STATES[weights.cell]))
    numbers = steps * weights.input_size + states
    return numbers <= MOST_INLINE and sum(map(len, words)) <= MOST_WORDS


def _input(run: CellRun) -> Iterator[str]:
    yield "\n# The input, (step, input), and what its steps and its numbers are called."
    yield f"x = {_tensor(run.trace.x)}"
    steps = len(run.labels)
    counted = f"[str(step) for step in range(1, {steps + 1})]"
    yield f"labels = {counted if run.counted else _list(map(repr, run.labels))}"
    yield f"channels = {_list(map(repr, run.channels))}"
    yield f"\n# Before the first step: {' and '.join(_states(run))}."
    states = (
        _tensor(state) if state.any() else f"torch.zeros({len(state)}, dtype=dtype)"
        for state in run.trace.initial
    )
    yield "\n".join(["initial = [", *(f"    {state}," for state in states), "]"])


def _read_input(run: CellRun) -> Iterator[str]:
    yield "\n# The input, (step, input), what its steps and its numbers are called, and before the"
    yield f"# first step {' and '.join(_states(run))}."
    names = list(INITIALS.values())[: len(run.trace.initial)]
    yield f"with np.load(Path(__file__).with_name({run.stem + TRACE!r})) as file:"
    yield '    x = torch.tensor(file["x"], dtype=dtype)'
    yield '    labels, channels = file["labels"].tolist(), file["channels"].tolist()'
    states = ", ".join(f'torch.tensor(file["{run.cell}.{name}"], dtype=dtype)' for name in names)
    yield f"    initial = [{states}]"


def _weights(run: CellRun) -> Iterator[str]:
    yield "weights = {"
    for part in run.weights.arrays:
        yield f'    "{NAMES[part]}_l0": {_tensor(in_file_order(run.weights, part), 4)},'
    yield "}"


def _read_weights(run: CellRun) -> Iterator[str]:
    if not torch_refusal(run.weights):
        yield f"weights = load_file(Path(__file__).with_name({run.stem + SAFETENSORS!r}))"
        yield "weights = {name: tensor.to(dtype) for name, tensor in weights.items()}"
        return
    yield f"with np.load(Path(__file__).with_name({run.stem + WEIGHTS!r})) as file:"
    yield "    weights = {"
    for part in run.weights.arrays:
        array = f'file["entry0.layer0.direction0.{part}"]'
        array, rows = (array, "") if part == PROJECTION else (array + _reordered(run), _ROWS)
        yield f'        "{NAMES[part]}_l0": torch.tensor({array}, dtype=dtype){rows},'
    yield "    }"


def _reordered(run: CellRun) -> str:
    """From the order of our gates to that of PyTorch, which happens to be the same."""
    order = np.argsort(gates_from_file("pytorch", run.cell)).tolist()
    return "" if order == sorted(order) else f"[{order}]"


def _states(run: CellRun) -> tuple[str, ...]:
    return tuple(f"the {state} state" for state in STATES[run.cell])


def _tensor(values: Array, indent: int = 0) -> str:
    """A tensor of one axis or two, exactly, as lists."""
    if values.ndim == 1:
        body = _list(_literals(values), indent)
    else:
        rows = [_list(_literals(row), indent + 4, around=2) for row in values]
        body = _list(rows, indent, each=values.shape[1] > 1)
    return f"torch.tensor({body}, dtype=dtype)"


def _literals(values: Array) -> list[str]:
    """A text for each number of a vector, which a program reads in 64 bits as the same number."""
    return exact_texts(values.astype(np.float64))


def _list(
    texts: Iterable[str], indent: int = 0, *, each: bool = False, around: int = _AROUND
) -> str:
    """A list of these texts, on one line or broken between them. each: one a line.

    around: characters of the line before and behind.
    """
    pieces, margin = [f"{text}," for text in texts], " " * indent
    whole = " ".join(pieces).removesuffix(",")
    if not each and len(whole) < WIDTH - indent - around:
        return f"[{whole}]"
    lines = pieces if each else list(_filled(pieces, WIDTH - indent - 4))
    return "\n".join(["[", *(f"{margin}    {line}" for line in lines), f"{margin}]"])


def _filled(pieces: Iterable[str], width: int) -> Iterator[str]:
    """Lines of as many pieces as fit into a width, one at least."""
    line = ""
    for piece in pieces:
        if line and len(line) + 1 + len(piece) > width:
            yield line
            line = ""
        line = f"{line} {piece}" if line else piece
    if line:
        yield line
