"""A PyTorch script that steps a cell by its equations and comes to the same trace.

Nothing of a scene gets into the script but numbers and quoted texts.
"""

import textwrap
from collections.abc import Iterator
from typing import Final

import numpy as np

from gru_core.conventions import STATES
from gru_core.export import script_cells, script_numbers
from gru_core.export.cell_run import CellRun
from gru_core.export.weights import torch_refusal

# How closely the equations and torch.nn must agree, whose order of additions is another one.
_CLOSE: Final = "1e-6"
_PRINTED: Final = 16  # numbers at the end
_NAMES: Final = {"gru": "A GRU", "lstm": "An LSTM", "rnn": "A plain RNN"}
_FIRST: Final = {"gru": "update gate", "lstm": "forget gate", "rnn": "hidden state"}


def script(run: CellRun) -> str:
    """The whole script. See companions for the files that it reads, if any."""
    parts = (
        _head(run),
        *script_numbers.sections(run),
        *script_cells.sections(run),
        _run(run),
        _compared(run),
        _printed(run),
    )
    return "\n".join(parts) + "\n"


def companions(run: CellRun) -> tuple[str, ...]:
    """The files that have to lie beside the script, by name; none for a small scene."""
    return script_numbers.companions(run)


def _head(run: CellRun) -> str:
    name, first = _NAMES[run.cell], _FIRST[run.cell]
    track = first.split()[0]
    lines = [
        f"# {name} of Gatescope in PyTorch, stepped by its equations. After a run trace has every",
        f'# gate by its name, (step, unit): trace["{track}"][-1, 0] is the {first} of the first',
        "# unit at the last step.",
        *(f"# Beside this script has to lie {name!r}." for name in companions(run)),
    ]
    return "\n".join([*lines, *_imports(companions(run)), *_said(run)])


def _imports(files: tuple[str, ...]) -> Iterator[str]:
    yield ""
    if files:
        yield "from pathlib import Path\n"
    if any(name.endswith(".npz") for name in files):
        yield "import numpy as np"
    yield "import torch"
    if any(name.endswith(".safetensors") for name in files):
        yield "from safetensors.torch import load_file"


def _said(run: CellRun) -> Iterator[str]:
    yield f"\nscene = {run.title!r}"
    if run.trace.dtype == np.float32:
        yield "# The numbers of the scene are float32. It is computed in float64, as here, and then"
        yield "# rounded: sums in float32 would depend on their order."
    yield "dtype = torch.float64"


def _run(run: CellRun) -> str:
    states = ", ".join(f'"{state}"' for state in STATES[run.cell])
    held = bool(run.trace.interventions)
    given, passed = ("held", ", holding(t, held)") if held else ("", "")
    return f'''

def run({given}):
    """Every step in turn: each gate and state, (step, unit)."""
    states, steps = initial, []
    for t, now in enumerate(x):
        steps.append(step(now, *states{passed}))
        states = [steps[-1][name] for name in [{states}]]
    return {{name: torch.stack([one[name] for one in steps]) for name in steps[0]}}


trace = run({given})
'''


def _compared(run: CellRun) -> str:
    """The lines that hold the trace to a layer of torch.nn, or a comment why there is none."""
    refusal = torch_refusal(run.weights)
    if refusal:
        said = f"No layer of torch.nn computes the same. {refusal}"
        return textwrap.indent(textwrap.fill(said, 96), "# ") + "\n"
    layer, states = f"torch.nn.{run.cell.upper()}", [f"initial[{i}][None]" for i in range(2)]
    more = ', nonlinearity="relu"' if run.weights.state_activation == "relu" else ""
    more += f", proj_size={run.weights.hidden_size}" if run.weights.is_projected else ""
    start = f"({', '.join(states)})" if run.cell == "lstm" else states[0]
    held = bool(run.trace.interventions)
    says = "It agrees with what is computed when nothing is held." if held else "It agrees."
    return f"""# {layer} takes the same weights. {says}
layer = {layer}({run.weights.input_size}, {run.weights.units}{more}, dtype=dtype)
layer.load_state_dict(weights)
with torch.no_grad():
    output, _ = layer(x, {start})
apart = (output - {"run([])" if held else "trace"}["hidden"]).abs().max().item()
print(f"Largest difference to {layer}: {{apart:.1e}}")
assert apart <= {_CLOSE} * max(1, output.abs().max().item())
"""


def _printed(run: CellRun) -> str:
    few = run.weights.hidden_size <= _PRINTED
    which, units = ("", "") if few else (f", the first {_PRINTED} units", f", :{_PRINTED}")
    return f'print("Last hidden state{which}:", trace["hidden"][-1{units}])'
