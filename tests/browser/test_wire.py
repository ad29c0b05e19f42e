"""What Python packs is what the browser unpacks."""

import math
from base64 import b64encode
from typing import Any

import numpy as np
import pytest

from app.widgets.wire import pack
from tests.browser.driver import Stage

# Typed arrays as [type, shape, numbers], other values as they are.
UNPACK = """
async ([base, text]) => {
  const { unpack } = await import(base + "/assets/stage/wire.js");
  const shape = (value) => {
    if (ArrayBuffer.isView(value)) return [value.length];
    return value.length ? [value.length, ...shape(value[0])] : [0];
  };
  const leaf = (value) => (ArrayBuffer.isView(value) ? value : leaf(value[0]));
  const isArray = (value) => ArrayBuffer.isView(value)
    || (Array.isArray(value) && value.length > 0 && isArray(value[0]));
  const plain = (value) =>
    ArrayBuffer.isView(value) ? [...value].map(String) : value.flatMap(plain);
  const told = (value) => {
    if (isArray(value)) {
      return { type: leaf(value).constructor.name, shape: shape(value), numbers: plain(value) };
    }
    if (Array.isArray(value)) return value.map(told);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, told(item)]));
  };
  return told(await unpack(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))));
}
"""
TYPES = {"uint8": "Uint8Array", "int32": "Int32Array"}
TYPES |= {"float32": "Float32Array", "float64": "Float64Array"}
SHAPES = [(1,), (7,), (3, 5), (1, 1), (4, 3, 2), (41, 4, 20)]


def through(stage: Stage, value: dict[str, Any]) -> Any:
    stage.page.goto(f"{stage.url}/assets/stage/wire.js")
    return stage.page.evaluate(UNPACK, [stage.url, b64encode(pack(value)).decode()])


def drawn(dtype: str, shape: tuple[int, ...], seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    if dtype == "uint8":
        return rng.integers(0, 256, shape).astype(dtype)
    if dtype == "int32":
        return rng.integers(-(2**31), 2**31, shape).astype(dtype)
    return (rng.normal(size=shape) * 10.0 ** rng.integers(-20, 20, shape)).astype(dtype)


@pytest.mark.parametrize("dtype", TYPES)
def test_arrays_arrive_bit_for_bit(stage: Stage, dtype: str) -> None:
    arrays = {str(shape): drawn(dtype, shape, i) for i, shape in enumerate(SHAPES)}
    arrived = through(stage, arrays)
    for name, array in arrays.items():
        assert arrived[name]["type"] == TYPES[dtype]
        assert tuple(arrived[name]["shape"]) == array.shape
        numbers = np.array([float(text) for text in arrived[name]["numbers"]]).astype(dtype)
        assert numbers.tobytes() == array.ravel().tobytes()


def test_arrays_arrive_wherever_they_stand_among_other_values(stage: Stage) -> None:
    step = np.arange(3, dtype=np.int32)
    value = {
        "words": ["é", "−", "</script>", ""],
        "nested": {"list": [1, 2.5, None, True, {"deep": step}], "empty": {}, "none": []},
        "number": np.float64(math.pi),
        "tuple": (1, "two"),
    }
    arrived = through(stage, value)
    assert arrived["words"] == value["words"]
    deep = arrived["nested"]["list"].pop()["deep"]
    assert deep == {"type": "Int32Array", "shape": [3], "numbers": ["0", "1", "2"]}
    assert arrived["nested"] == {"list": [1, 2.5, None, True], "empty": {}, "none": []}
    assert arrived["number"] == math.pi
    assert arrived["tuple"] == [1, "two"]


def test_numbers_that_are_none_arrive_as_such(stage: Stage) -> None:
    gap = np.array([[1.0, np.nan], [np.inf, -0.0]], dtype=np.float32)
    arrived = through(stage, {"gap": gap})
    assert arrived["gap"]["numbers"] == ["1", "NaN", "Infinity", "0"]
