"""A message is restored exactly by a decoder that shares no code with the one that packs it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from app.messages.wire import pack

Unpack = Callable[[bytes], Any]

BROWSER = Path(__file__).parents[3] / "assets" / "stage" / "core" / "wire.js"
# The arrays that the other end knows, read from its own table.
KNOWN = re.findall(r"^  (\w+): \w+Array,$", BROWSER.read_text(encoding="utf-8"), re.MULTILINE)
SHAPES = arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=7)


def identical(one: np.ndarray, other: np.ndarray) -> bool:
    """Same type, same shape and the same bits: NaN and -0.0 too."""
    return (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())


def test_the_browser_knows_the_arrays_that_figures_and_sweeps_are_made_of() -> None:
    assert {"uint8", "float32", "float64"} <= set(KNOWN)


@given(data=st.data(), dtype=st.sampled_from(KNOWN))
def test_an_array_is_restored_bit_for_bit(unpack: Unpack, data: st.DataObject, dtype: str) -> None:
    array = data.draw(arrays.arrays(dtype, SHAPES))
    assert identical(unpack(pack({"here": array}))["here"], array)


@pytest.mark.parametrize("dtype", KNOWN)
def test_views_are_restored_in_the_order_in_which_they_are_read(unpack: Unpack, dtype: str) -> None:
    solid = np.arange(2 * 6 * 5).reshape(2, 6, 5).astype(dtype)
    views = {
        "transposed": solid.T,
        "Fortran": np.asfortranarray(solid),
        "strided": solid[:, ::2, 1::3],
        "reversed": solid[:, ::-1],
        "broadcast": np.broadcast_to(solid[0, 0], (3, 5)),
        "one column": solid[0, :, :1],
        "read-only": solid[0, 0].view(),
    }
    views["read-only"].flags.writeable = False
    before = {name: view.copy() for name, view in views.items()}
    restored = unpack(pack(views))
    assert list(restored) == list(views)
    for name, view in views.items():
        np.testing.assert_array_equal(restored[name], view, err_msg=name, strict=True)
        np.testing.assert_array_equal(view, before[name], err_msg=name, strict=True)


@pytest.mark.parametrize("step", [0, 1, 127, 128, 255])
def test_uint8_differences_wrap_around(unpack: Unpack, step: int) -> None:
    array = (np.arange(40) * step).astype(np.uint8).reshape(20, 2)
    assert identical(unpack(pack({"a": array}))["a"], array)


def test_several_arrays_keep_their_places_and_types(unpack: Unpack) -> None:
    value = {
        "tracks": [np.arange(3, dtype=np.float32), {"deep": np.arange(4, dtype=np.uint8)}],
        "exact": {"x": np.linspace(0, 1, 5), "y": np.zeros((0, 2))},
    }
    restored = unpack(pack(value))
    assert identical(restored["tracks"][0], value["tracks"][0])
    assert identical(restored["tracks"][1]["deep"], value["tracks"][1]["deep"])
    assert identical(restored["exact"]["x"], value["exact"]["x"])
    assert restored["exact"]["y"].shape == (0, 2)


KEYS = st.text(max_size=8).filter(lambda key: key[:1] != "$")
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


@given(value=st.dictionaries(KEYS, JSON, max_size=4))
def test_everything_else_is_restored_as_it_was(unpack: Unpack, value: dict[str, Any]) -> None:
    assert unpack(pack(value)) == value


def test_numpy_scalars_become_plain_numbers(unpack: Unpack) -> None:
    value = {"a": np.float64(0.1), "b": np.int64(7), "c": np.bool_(True), "d": np.float32(0.5)}
    assert unpack(pack(value)) == {"a": 0.1, "b": 7, "c": True, "d": 0.5}


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), np.float64("-inf")])
def test_a_number_outside_an_array_must_be_finite(bad: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        pack({"value": [bad]})


def test_the_same_message_gives_the_same_bytes() -> None:
    value = {"x": np.linspace(0, 1, 50, dtype=np.float32), "name": "σ"}
    assert pack(value) == pack({key: np.copy(x) if key == "x" else x for key, x in value.items()})


def test_smooth_arrays_are_packed_smaller_than_their_bytes() -> None:
    # What the two filters are for: a slowly changing heatmap and its sweep.
    wave = np.tanh(np.sin(np.arange(3200) / 40)).astype(np.float32).reshape(32, 100)
    levels = np.stack([np.rint(127 + 100 * k / 41 * wave) for k in range(41)]).astype(np.uint8)
    assert len(pack({"z": wave})) < 0.8 * wave.nbytes
    assert len(pack({"z": levels})) < 0.2 * levels.nbytes
