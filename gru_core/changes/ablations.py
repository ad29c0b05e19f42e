"""Cells with a gate taken away, as interventions on every unit and step: what each gate is for.

A gate is taken away by holding it where it has no effect; the weights stay as they are.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from gru_core.changes.interventions import Intervention
from gru_core.conventions import Cell
from gru_core.errors import unknown_name

# A half-life of 6.6 steps: -ln 2 / ln 0.9.
DEFAULT_KEEP: Final = 0.9

# The cell, and the value of each gate that is held; None for the constant that the caller gives.
ABLATIONS: Final[Mapping[str, tuple[Cell, Mapping[str, float | None]]]] = MappingProxyType(
    {
        "reset only": ("gru", MappingProxyType({"update": 0.0})),
        "update only": ("gru", MappingProxyType({"reset": 1.0})),
        "leaky": ("gru", MappingProxyType({"reset": 1.0, "update": None})),
        "no input gate": ("lstm", MappingProxyType({"input": 1.0})),
        "no forget gate": ("lstm", MappingProxyType({"forget": 1.0})),
        "no output gate": ("lstm", MappingProxyType({"output": 1.0})),
    }
)


def ablation(name: str, keep: float = DEFAULT_KEEP) -> tuple[Intervention, ...]:
    """The interventions that make a cell the one of this name. keep: read by "leaky" only.

    GRU: "reset only", z = 0 (keep), so h' = n: nothing is carried over but through the candidate.
    "update only", r = 1: the candidate always sees all of the past, as in the light GRU
    (Ravanelli et al. 2018, which also changes the candidate's tanh). "leaky", r = 1 and
    z = keep: h' = keep h + (1 - keep) tanh(W x + b + U h + d), units that leak at a constant rate
    (Jaeger et al. 2007); at keep = 0 it is the plain RNN with the candidate's weights.
    LSTM: "no input gate", i = 1; "no forget gate", f = 1, the cell of 1997; "no output gate",
    o = 1: the NIG, NFG and NOG of Greff et al. 2017. Their coupled gates (f = 1 - i) are not held
    at any number and are not here.
    Errors: UnknownNameError for the name, RangeError for keep.
    """
    if name not in ABLATIONS:
        raise unknown_name("ablation", name, ABLATIONS)
    cell, gates = ABLATIONS[name]
    return tuple(
        Intervention(cell, gate, keep if value is None else value) for gate, value in gates.items()
    )
