"""Files of weights: PyTorch, safetensors, Keras, ONNX and our own NPZ; nothing in them is executed.

`read` finds the reader by content, `child.read_safely` runs it in a process of its own,
`answers.answered` makes an entry ready, `running.run_ready` runs it as its framework does.
"""

from gru_core.formats.sniff import read

__all__ = ["read"]
