"""What Python packs is what the browser unpacks."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.messages.wire import THOROUGH, pack
from tests.app.node import told

TYPES = {"uint8": "Uint8Array", "int32": "Int32Array", "uint32": "Uint32Array"}
TYPES |= {"float32": "Float32Array", "float64": "Float64Array"}
SHAPES = [(1,), (7,), (3, 5), (1, 1), (4, 3, 2), (41, 4, 20)]


def through(value: dict[str, Any], level: int = THOROUGH) -> Any:
    return told("unpack.js", pack(value, level))


def arrived(value: Any) -> np.ndarray:
    """An array, in as many dimensions as the lists around its rows make."""
    if isinstance(value, list):
        return np.stack([arrived(row) for row in value])
    (dtype,) = (name for name, kind in TYPES.items() if kind == value["type"])
    return np.frombuffer(bytes.fromhex(value["bits"]), dtype)


def identical(one: np.ndarray, other: np.ndarray) -> bool:
    """Same type, same shape and the same bits: NaN and -0.0 too."""
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


def drawn(dtype: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if dtype.startswith("float"):
        return (rng.normal(size=shape) * 10.0 ** rng.integers(-20, 20, shape)).astype(dtype)
    known = np.iinfo(dtype)
    return rng.integers(known.min, known.max, shape, dtype, endpoint=True)


def test_arrays_arrive_bit_for_bit() -> None:
    sent = {
        f"{dtype} {shape}": drawn(dtype, shape, i)
        for dtype in TYPES
        for i, shape in enumerate(SHAPES)
    }
    found = through(sent)
    assert list(found) == list(sent)
    assert [
        name for name, array in sent.items() if not identical(arrived(found[name]), array)
    ] == []


@settings(max_examples=15)  # each starts Node
@given(
    st.lists(
        st.sampled_from(sorted(TYPES)).flatmap(
            lambda dtype: arrays.arrays(dtype, arrays.array_shapes(max_dims=3, max_side=7))
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_arrays_arrive_bit_for_bit(sent: list[np.ndarray]) -> None:
    for one, array in zip(through({"here": sent})["here"], sent, strict=True):
        assert identical(arrived(one), array)


def test_arrays_arrive_wherever_they_stand_among_other_values() -> None:
    step = np.arange(3, dtype=np.int32)
    value = {
        "words": ["é", "−", "</script>", ""],
        "nested": {"list": [1, 2.5, None, True, {"deep": step}], "empty": {}, "none": []},
        "number": np.float64(math.pi),
        "tuple": (1, "two"),
    }
    found = through(value)
    assert found["words"] == value["words"]
    assert identical(arrived(found["nested"]["list"].pop()["deep"]), step)
    assert found["nested"] == {"list": [1, 2.5, None, True], "empty": {}, "none": []}
    assert found["number"] == math.pi
    assert found["tuple"] == [1, "two"]


@pytest.mark.parametrize("level", [1, 2, 6, 9])
def test_numbers_that_are_none_arrive_as_such(level: int) -> None:
    gap = np.array([[1.0, np.nan], [np.inf, -0.0]], dtype=np.float32)
    assert identical(arrived(through({"gap": gap}, level)["gap"]), gap)
