"""The equations of a script: one step of each cell, as gru_core.cells has it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from gru_core.conventions import HARD_SLOPES, SIGMOID_TRACKS, TRACKS
from gru_core.export.cell_run import CellRun
from gru_core.interventions import Intervention
from gru_core.weights import GRUWeights

_AFTER: Final = (
    "x_r, x_z, x_n = (W @ x + b).chunk(3)",
    "h_r, h_z, h_n = (U @ h + d).chunk(3)",
    "r = <reset: gate(x_r + h_r)>",
    "z = <update: gate(x_z + h_z)>",
    "n = <candidate: squash(x_n + r * h_n)>  # the reset gate acts after the product",
    "h = <hidden: z * h + (1 - z) * n>  # an update gate near 1 keeps",
    'return {"reset": r, "update": z, "candidate": n, "hidden": h}',
)
_BEFORE: Final = (
    "x_r, x_z, x_n = (W @ x + b + d).chunk(3)",
    "U_r, U_z, U_n = U.chunk(3)",
    "r = <reset: gate(x_r + U_r @ h)>",
    "z = <update: gate(x_z + U_z @ h)>",
    "n = <candidate: squash(x_n + U_n @ (r * h))>  # the reset gate acts before the product",
    "h = <hidden: z * h + (1 - z) * n>  # an update gate near 1 keeps",
    'return {"reset": r, "update": z, "candidate": n, "hidden": h}',
)
_LSTM: Final = (
    "a_i, a_f, a_g, a_o = (W @ x + b + U @ h + d).chunk(4)",
    "i = <input: gate(a_i)>",
    "f = <forget: gate(a_f)>",
    "g = <candidate: squash(a_g)>",
    "o = <output: gate(a_o)>",
    "c = <cell: f * c + i * g>",
    "h = <hidden: o * squash(c)>",
    'return {"input": i, "forget": f, "candidate": g, "output": o, "cell": c, "hidden": h}',
)
_RNN: Final = (
    "h = <hidden: squash(W @ x + b + U @ h + d)>",
    'return {"hidden": h}',
)

_FUNCTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sigmoid": "torch.sigmoid(a)",
        "tanh": "torch.tanh(a)",
        "relu": "torch.relu(a)",
        **{name: f"({slope!r} * a + 0.5).clamp(0, 1)" for name, slope in HARD_SLOPES.items()},
    }
)

_HOLDING: Final = '''

def holding(t, held):
    """What puts in the values that are held at step t. Of several on one number the last wins."""

    def hold(track, computed):
        for name, units, first, last, value in held:
            if name == track and first <= t <= last:
                computed = computed.clone()
                computed[units] = value
        return computed

    return hold
'''


def sections(run: CellRun) -> Iterator[str]:
    """What the gates and the state end in, what is held, and one step."""
    if SIGMOID_TRACKS.intersection(TRACKS[run.cell]):
        yield _function("gate", run.weights.gate_activation, "What every gate ends in.")
    says = f"What the {'state' if run.cell == 'rnn' else 'candidate'} ends in."
    yield _function("squash", run.weights.state_activation, says)
    if run.trace.interventions:
        yield from _held(run)
    yield _step(run)


def _function(name: str, activation: str, says: str) -> str:
    return f'\n\ndef {name}(a):\n    """{says}"""\n    return {_FUNCTIONS[activation]}'


def _held(run: CellRun) -> Iterator[str]:
    last = run.trace.steps - 1
    yield "\n\n# What is held: the track, its units, the first step and the last, and the value."
    yield "# Units and steps are counted from 0."
    yield "held = ["
    yield from (f"    {_entry(one, last)}," for one in run.trace.interventions)
    yield "]"
    yield _HOLDING.rstrip("\n")


def _entry(held: Intervention, last: int) -> str:
    units = "slice(None)" if held.unit is None else str(held.unit)
    end = last if held.last is None else held.last
    return f'("{held.track}", {units}, {held.first}, {end}, {held.value!r})'


def _step(run: CellRun) -> str:
    holds = bool(run.trace.interventions)
    states = "h, c" if run.cell == "lstm" else "h"
    lines = [_line(line, holds) for line in _equations(run)]
    name = run.cell.upper()
    says = f'"""One step of the {name}: every gate and state. x: (input,), {states}: (unit,)."""'
    head = f"def step(x, {states}{', hold' if holds else ''}):"
    return "\n".join(["\n", head, *(f"    {line}" for line in (says, *lines))])


def _equations(run: CellRun) -> tuple[str, ...]:
    if isinstance(run.weights, GRUWeights):
        return _AFTER if run.weights.reset_after else _BEFORE
    return {"lstm": _LSTM, "rnn": _RNN}[run.cell]


def _line(line: str, holds: bool) -> str:
    """One line of equations. <track: value> is what may be held."""
    start, mark, rest = line.partition("<")
    if not mark:
        return line
    track, _, rest = rest.partition(": ")
    value, _, end = rest.rpartition(">")
    return f'{start}hold("{track}", {value}){end}' if holds else f"{start}{value}{end}"
