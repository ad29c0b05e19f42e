"""Files that people brought, where they lie beside the clone; tests elsewhere build the kinds."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gru_core.errors import FormatError, RangeError
from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.tracing import trace_arrays

FOLDER = Path(__file__).parents[3] / "shared" / "cases" / "models"


def cases(folder: Path, *names: str) -> list[dict[str, Any]]:
    """Those that are here; without the folder there are none."""
    listed = folder / "manifest.json"
    found = json.loads(listed.read_text()) if listed.exists() else []
    return [case for case in found if case["name"].startswith(names)]


def opened(folder: Path, case: dict[str, Any]) -> Any:
    (name,) = case["files"]
    return read((folder / name).read_bytes(), name)


def test_first_states_made_of_constants_are_refused() -> None:
    for case in cases(FOLDER, "onnx_h0_"):
        with pytest.raises(FormatError, match="is in the file, but computed from its constants by"):
            opened(FOLDER, case)


def test_masked_models_are_refused_or_equal() -> None:
    for case in cases(FOLDER, "keras_masking_lstm", "keras_embedding_mask"):
        (entry,) = opened(FOLDER, case).entries
        assert entry.asks == ("padding",)
        assert "before the first step" not in " ".join(entry.notes)
        with pytest.raises(FormatError, match="is not run"):
            answered(entry, {})
        expected = np.load(FOLDER / case["expected"])
        ready = answered(entry, {"padding": "none"})
        if case["name"] == "keras_masking_lstm":
            with pytest.raises(RangeError, match="by which the model knows"):
                trace_arrays(ready, expected["x"])
        else:
            made = trace_arrays(ready, expected["x"])["output"]
            np.testing.assert_allclose(made, expected["output"], rtol=0, atol=1e-6)
