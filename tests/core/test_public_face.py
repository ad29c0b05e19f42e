"""What `import gru_core` offers, and what it costs."""

import os
import subprocess
import sys
from pathlib import Path

import gru_core

ROOT = Path(__file__).parents[2]


def test_the_public_names_are_these() -> None:
    assert sorted(gru_core.__all__) == [
        "GRUWeights",
        "Intervention",
        "LSTMWeights",
        "RNNWeights",
        "Trace",
        "run",
    ]
    assert all(hasattr(gru_core, name) for name in gru_core.__all__)
    assert gru_core.__version__ == "0.1.0"


def test_a_numpy_run_does_not_import_torch() -> None:
    program = (
        "import sys, gru_core, gru_core.sweep, gru_core.situation, gru_core.engines.torch_engine\n"
        "gru_core.run(gru_core.RNNWeights([[[1]]], [[[0]]], [[0]], [[0]]), [[1]])\n"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_numpy_has_one_thread_on_the_command_line_unless_somebody_has_chosen() -> None:
    """And a program that imports the core keeps its own."""
    program = "import sys; sys.argv[0] = {!r}; import gru_core, os; print(os.environ.get({!r}))"
    name = "OPENBLAS_NUM_THREADS"
    rest = {key: text for key, text in os.environ.items() if key != name}

    def threads(called: str, **chosen: str) -> str:
        command = [sys.executable, "-c", program.format(called, name)]
        done = subprocess.run(
            command, cwd=ROOT, env=rest | chosen, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert threads("-m") == "1"
    assert threads("-m", OPENBLAS_NUM_THREADS="2") == "2"
    assert threads("own.py") == "None"
