"""What `import gru_core` offers, and what it costs."""

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
