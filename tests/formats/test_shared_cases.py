"""Files that people brought, where they lie beside the clone; tests elsewhere build the kinds."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gru_core.formats import read
from gru_core.formats.answers import answered
from gru_core.formats.opening import open_model
from gru_core.formats.tracing import trace_arrays
from gru_core.formats.whole.tracing import Given, model_of, traced

read_once = cache(open_model)  # reading takes a process, and some files are asked for twice
FOLDER = Path(__file__).parents[3] / "shared" / "cases" / "models"


def cases(folder: Path, *names: str) -> list[dict[str, Any]]:
    """Those of these names. Without the folder there is nothing to test, which is said."""
    listed = folder / "manifest.json"
    if not listed.exists():
        pytest.skip("the files that people brought do not lie beside this clone")
    found = json.loads(listed.read_text())
    wanted = [case for case in found if case["name"].startswith(names)]
    assert {one for one in names if any(case["name"].startswith(one) for case in wanted)} == {
        *names
    }
    return wanted


def opened(folder: Path, case: dict[str, Any]) -> Any:
    (name,) = case["files"]
    return read((folder / name).read_bytes(), name)


def test_first_states_made_of_constants_are_those_of_the_file() -> None:
    for case in cases(FOLDER, "onnx_h0_"):
        file, expected = opened(FOLDER, case), np.load(FOLDER / case["expected"])
        entry = {one.name: one for one in file.entries}.get(case["layer"], file.entries[0])
        made = trace_arrays(answered(entry, {}), expected["x"])["output"]
        np.testing.assert_allclose(made, expected["output"], rtol=0, atol=1e-6)


def test_masked_models_are_equal() -> None:
    for case in cases(FOLDER, "keras_masking_lstm", "keras_embedding_mask"):
        (entry,) = opened(FOLDER, case).entries
        assert "before the first step" not in " ".join(entry.notes)
        expected = np.load(FOLDER / case["expected"])
        mask = expected["tokens"] != 0 if "tokens" in expected else None
        settings = {"padding": "none"} if entry.asks else {}
        if mask is not None and mask.shape != expected["x"].shape[:2]:
            mask = mask.T
        made = trace_arrays(answered(entry, settings), expected["x"], None, mask)["output"]
        np.testing.assert_allclose(made, expected["output"], rtol=0, atol=1e-6)


OPENED = (
    *("pt_last_and_optimal", "onnx_default_export", "torchscript_scripted", "whole_module"),
    *("ckpt_namespace", "ckpt_numpy_scalar", "mixed_proj_and_gru", "mixed_quantized_head"),
    *(
        "mixed_selu",
        "pruned",
        "keras_lambda_ctc",
        "hf_folder",
        "numpy_state_dict",
        "sb3_recurrent_ppo",
    ),
)


def test_what_was_refused_is_opened_and_equal() -> None:
    for case in cases(FOLDER, *OPENED):
        file, expected = read_once(FOLDER / case["files"][0]), np.load(FOLDER / case["expected"])
        entry = {one.name: one for one in file.entries}.get(case["layer"], file.entries[0])
        made = trace_arrays(answered(entry, {}), expected["x"])["output"]
        np.testing.assert_allclose(made, expected["output"], rtol=0, atol=1e-6)


TEXTS = (
    *("text_model", "torchscript_scripted", "whole_module", "ckpt_namespace"),
    *("ckpt_numpy_scalar", "hf_folder", "numpy_state_dict", "keras_embedding_mask"),
)


def test_text_models_take_tokens_and_predict() -> None:
    for case in cases(FOLDER, *TEXTS):
        file, expected = read_once(FOLDER / case["files"][0]), np.load(FOLDER / case["expected"])
        entry = {one.name: one for one in file.entries}.get(case["layer"], file.entries[0])
        given = Given(expected["tokens"].T, tokens=True)
        made, _ = traced(file, entry, model_of(file, entry), {}, given)
        wanted = expected["prediction"].swapaxes(0, 1)
        np.testing.assert_allclose(made["prediction"], wanted, rtol=0, atol=1e-6)
        np.testing.assert_allclose(made["output"], expected["output"], rtol=0, atol=1e-6)


def test_a_stack_runs_from_the_input_of_its_model() -> None:
    for case in cases(FOLDER, "onnx_stack2_bi"):
        file, expected = opened(FOLDER, case), np.load(FOLDER / case["expected"])
        entry = {one.name: one for one in file.entries}[case["layer"]]
        made, _ = traced(file, entry, model_of(file, entry), {}, Given(expected["x"]))
        np.testing.assert_allclose(made["output"], expected["output"], rtol=0, atol=1e-6)
