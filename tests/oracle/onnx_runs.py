"""An ONNX model run here and by onnxruntime, on one sequence."""

import numpy as np
import onnxruntime

from gru_core.formats.answers import answered
from gru_core.formats.onnx import file as onnx_file
from gru_core.formats.running import run_ready

CLOSE = 1e-5


def sequence(steps=20, inputs=3, seed=9):
    return np.random.default_rng(seed).normal(size=(steps, inputs)).astype(np.float32)


def ours(data, x, name=None):
    """The output of the entry of this name, or of the only one."""
    entries = {entry.name: entry for entry in onnx_file.read(data, "a.onnx").entries}
    return run_ready(answered(entries[name or next(iter(entries))], {}), x).output


def session(data):
    options = onnxruntime.SessionOptions()
    options.log_severity_level, options.intra_op_num_threads = 4, 1
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def theirs(data, x, **others):
    """The first output of the whole model in onnxruntime, as (step, direction·unit)."""
    fed = {"X": x[:, np.newaxis], **others}
    y = session(data).run(None, fed)[0]  # (step, direction, batch of 1, unit)
    return y[:, :, 0].reshape(len(x), -1)
