"""The equations of a script: what gates end in, what is held, and one step of the cell."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from gru_core.changes.interventions import Intervention
from gru_core.conventions import HARD_SLOPES, SIGMOID_TRACKS, TRACKS
from gru_core.ends import PARAMETERS, SURE, end_of
from gru_core.export.cell_run import CellRun
from gru_core.export.script_step import step_text

# By family, with the parameters of gru_core.ends as fields.
_FUNCTIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "sigmoid": "torch.sigmoid(a)",
        "tanh": "torch.tanh(a)",
        "relu": "torch.relu(a)",
        "relu6": "torch.nn.functional.relu6(a)",
        "elu": "torch.nn.functional.elu(a, {alpha})",
        "selu": "torch.selu(a)",
        "linear": "a",
        "softsign": "torch.nn.functional.softsign(a)",
        "softplus": f"torch.nn.functional.softplus(a, threshold={SURE:g})",
        "leaky_relu": "torch.nn.functional.leaky_relu(a, {alpha})",
        "thresholded_relu": "torch.nn.functional.threshold(a, {alpha}, 0)",
        "scaled_tanh": "{alpha} * torch.tanh({beta} * a)",
        "affine": "{alpha} * a + {beta}",
        "hard_sigmoid": "({alpha} * a + 0.5).clamp(0, 1)",
        "hard_sigmoid_sixth": f"({HARD_SLOPES['hard_sigmoid_sixth']!r} * a + 0.5).clamp(0, 1)",
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
    yield "\n\n" + step_text(run.weights, holds=bool(run.trace.interventions))


def _function(name: str, activation: str, says: str) -> str:
    end = end_of(activation)
    assert end is not None, activation
    given = dict(zip(PARAMETERS, map(repr, end.parameters), strict=False))
    written = _FUNCTIONS[end.family].format(**given)
    return f'\n\ndef {name}(a):\n    """{says}"""\n    return {written}'


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
