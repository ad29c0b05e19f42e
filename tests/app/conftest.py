"""The other end of the wire, written apart from app/widgets/wire.py and assets/stage/wire.js."""

import json
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest


def _array(raw: bytes, entry: dict[str, Any]) -> np.ndarray:
    dtype = np.dtype(entry["dtype"]).newbyteorder("<")
    piece = raw[entry["offset"] : entry["offset"] + entry["length"]]
    if entry["filter"] == "shuffle":
        planes = np.frombuffer(piece, np.uint8).reshape(dtype.itemsize, -1)
        piece = planes.T.tobytes()
    array = np.frombuffer(piece, dtype).reshape(entry["shape"])
    if entry["filter"] == "delta":
        array = np.add.accumulate(array, axis=0, dtype=np.uint8)
    return array


def _unpack(message: bytes) -> Any:
    raw = zlib.decompress(message)
    (length,) = struct.unpack_from("<I", raw)
    head = json.loads(raw[4 : 4 + length])
    arrays = [_array(raw[4 + length :], entry) for entry in head["arrays"]]

    def restored(value: Any) -> Any:
        if isinstance(value, list):
            return [restored(item) for item in value]
        if isinstance(value, dict):
            if set(value) == {"$array"}:
                return arrays[value["$array"]]
            return {key: restored(item) for key, item in value.items()}
        return value

    return restored(head["body"])


@pytest.fixture(scope="session")
def unpack() -> Callable[[bytes], Any]:
    """Bytes for the stage as the values that the stage reads."""
    return _unpack
