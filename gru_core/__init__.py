"""The numerical core of Gatescope: GRU, LSTM and RNN layers whose every gate can be seen."""

import gru_core.environment  # noqa: F401 - before NumPy
from gru_core.changes.interventions import Intervention
from gru_core.run import run
from gru_core.trace import Trace
from gru_core.weights import GRUWeights, LSTMWeights, RNNWeights

__all__ = ["GRUWeights", "Intervention", "LSTMWeights", "RNNWeights", "Trace", "run"]
__version__ = "0.1.0"
