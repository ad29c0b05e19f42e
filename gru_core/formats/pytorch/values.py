"""What a pickle of torch.save is made of, as descriptions: nothing here is a tensor yet.

`CALLS` is the list of everything that such a pickle may ask for; each makes a description of what
PyTorch would make, or refuses.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from gru_core.errors import FormatError, shown
from gru_core.formats.limits import MAX_EXPANDED, RAISED

# The kinds of numbers of PyTorch, each with its bytes, and what it calls storages of them.
KINDS: Final[Mapping[str, int]] = MappingProxyType(
    {"float16": 2, "bfloat16": 2, "float32": 4, "float64": 8}
    | {"uint8": 1, "int8": 1, "int16": 2, "int32": 4, "int64": 8, "bool": 1}
    | {"uint16": 2, "uint32": 4, "uint64": 8, "complex32": 4, "complex64": 8, "complex128": 16}
    | {"float8_e4m3fn": 1, "float8_e5m2": 1, "float8_e4m3fnuz": 1, "float8_e5m2fnuz": 1}
    | {"float8_e8m0fnu": 1, "qint8": 1, "quint8": 1, "qint32": 4}
)
STORAGES: Final[Mapping[str, str]] = MappingProxyType(
    {"Half": "float16", "BFloat16": "bfloat16", "Float": "float32", "Double": "float64"}
    | {"Byte": "uint8", "Char": "int8", "Short": "int16", "Int": "int32", "Long": "int64"}
    | {"Bool": "bool", "ComplexFloat": "complex64", "ComplexDouble": "complex128"}
    | {"QInt8": "qint8", "QUInt8": "quint8", "QInt32": "qint32", "Untyped": "uint8"}
)
LONGEST_KEY: Final = 8  # parts of a tuple


@dataclass(frozen=True, slots=True)
class Global:
    """A function or a class that the pickle names; it is never looked up."""

    name: str  # with its module


@dataclass(frozen=True, slots=True)
class Storage:
    """Numbers in a row, which stand elsewhere in the file."""

    key: str
    kind: str  # of KINDS
    count: int

    @property
    def size(self) -> int:
        """In bytes."""
        return self.count * KINDS[self.kind]


@dataclass(frozen=True, slots=True)
class View:
    """A tensor: some numbers of a storage."""

    storage: Storage
    offset: int  # in numbers, as the strides
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    kind: str  # of KINDS


@dataclass(frozen=True, slots=True)
class Special:
    """A tensor that is not simply some numbers of a storage."""

    what: str


@dataclass(frozen=True, slots=True)
class Other:
    """Something that holds no tensor, such as a device or a set."""

    what: str


@dataclass(frozen=True, slots=True, eq=False)
class Bytes:
    """Bytes that a pickle of protocol 2 has as a text, a sign for each; made when wanted."""

    text: str

    def __len__(self) -> int:
        return len(self.text)

    def encoded(self) -> bytes:
        """Errors: FormatError for a sign that is no byte."""
        try:
            return self.text.encode("latin1")
        except UnicodeEncodeError:
            raise FormatError(
                "The file's pickle has bytes with a sign that is none: it is damaged, save it "
                "again."
            ) from None


def storage_kind(found: Any) -> str | None:
    """The kind of numbers that a class of storages holds; None for anything else."""
    if not isinstance(found, Global) or not found.name.endswith("Storage"):
        return None
    module, _, name = found.name.removesuffix("Storage").rpartition(".")
    known = module in ("torch", "torch.cuda") or found.name == "torch.storage.UntypedStorage"
    return STORAGES.get(name) if known else None


def _tensor(*args: Any) -> View:
    """torch._utils._rebuild_tensor_v2(storage, offset, size, stride, grad, hooks, metadata)."""
    storage, offset, shape, strides, _, hooks, *metadata = args
    if not isinstance(storage, Storage) or len(metadata) > 1 or hooks != {} or any(metadata):
        raise FormatError(
            "The file's pickle makes a tensor of more than a storage (hooks, or a sign to be "
            "flipped), which is not read: save plain tensors, such as tensor.clone()."
        )
    return _view(storage, offset, shape, strides, storage.kind)


def _plain_tensor(*args: Any) -> View:
    """torch._utils._rebuild_tensor(storage, offset, size, stride), of the oldest files."""
    return _tensor(*args, False, {})


def _tensor_of_kind(*args: Any) -> View:
    """torch._utils._rebuild_tensor_v3, of an untyped storage: the kind stands before metadata."""
    *first, kind = args[:7]
    if not isinstance(kind, Global) or kind.name.removeprefix("torch.") not in KINDS:
        raise FormatError(
            "The file's pickle makes a tensor of a kind that is not known; torch.save "
            "writes none like it: save it again."
        )
    view = _tensor(*first, *args[7:])
    name = kind.name.removeprefix("torch.")
    return _view(view.storage, view.offset, view.shape, view.strides, name)


def _view(storage: Storage, offset: Any, shape: Any, strides: Any, kind: str) -> View:
    """A view that stays inside of its storage, and is not too large when it is laid out."""
    whole = (offset, *_sizes(shape), *_sizes(strides))
    if len(shape) != len(strides) or not all(type(n) is int and 0 <= n < 2**62 for n in whole):
        raise FormatError(
            "The file's pickle makes a tensor whose sizes are no whole numbers; "
            "torch.save writes none like it: save it again."
        )
    ends = offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True)) + 1
    if prod(shape) and ends * KINDS[kind] > storage.size:
        raise FormatError(
            "A tensor of the shape {shape} needs {ends:,} bytes of storage {key}, which has "
            "{size:,}: the file is damaged, save it again.",
            shape=shown(shape),
            ends=ends * KINDS[kind],
            key=shown(storage.key),
            size=storage.size,
        )
    _check_size(shape, KINDS[kind])
    return View(storage, offset, shape, strides, kind)


def _sizes(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, tuple) or len(value) > 32:
        raise FormatError(
            "The file's pickle makes a tensor without a shape; torch.save writes none "
            "like it: save it again."
        )
    return value


def _check_size(shape: tuple[Any, ...], size: int) -> None:
    # A stride of 0 makes any number of a single one.
    total = prod(shape) * size
    if total > MAX_EXPANDED:
        raise FormatError(
            "A tensor of the shape {shape} has {total:,.0f} MB when it is laid out; up to "
            "{max_expanded:,.0f} MB are read, unless {raised}: save the recurrent layers alone.",
            shape=shown(shape),
            total=total / 1e6,
            max_expanded=MAX_EXPANDED / 1e6,
            raised=RAISED,
        )


def _parameter(data: Any, _grad: Any, hooks: Any) -> View:
    if not isinstance(data, View) or hooks != {}:
        raise FormatError(
            "The file's pickle makes a parameter of something that is no tensor; "
            "torch.save writes none like it: save it again."
        )
    return data


def _parameter_with_state(data: Any, grad: Any, hooks: Any, _state: Any) -> View:
    """A parameter with attributes that somebody gave it, such as no_weight_decay."""
    return _parameter(data, grad, hooks)


def _ordered(*args: Any) -> dict[Any, Any]:
    """collections.OrderedDict(), in old files with its content as a list of pairs."""
    pairs = args[0] if args else []
    if len(args) > 1 or not isinstance(pairs, list):
        raise FormatError(
            "The file's pickle makes a dictionary of something that is no list; "
            "torch.save writes none like it: save it again."
        )
    return {check_key(key): value for key, value in pairs}


def _size(sizes: Any) -> tuple[Any, ...]:
    return _sizes(sizes)


def check_key(key: Any) -> Any:
    """The key of a dictionary. Errors: FormatError, also for tuples in tuples, whose hash has no
    bound.
    """
    if _is_plain(key) or (
        type(key) is tuple and len(key) <= LONGEST_KEY and all(map(_is_plain, key))
    ):
        return key
    raise FormatError(
        "A dictionary or a set of the file has a key that is no text, no number and no tuple of up "
        "to {most} of these; such keys are not read: save model.state_dict() alone.",
        most=LONGEST_KEY,
    )


def _is_plain(key: Any) -> bool:
    return key is None or isinstance(key, str | bytes | int | float)


def _set(items: Any) -> Other:
    if not isinstance(items, list):
        raise FormatError(
            "The file's pickle makes a set of something that is no list; torch.save "
            "writes none like it: save it again."
        )
    for item in items:
        check_key(item)
    return Other("a set")


def _counter(counts: Any) -> Other:
    if not isinstance(counts, dict):
        raise FormatError(
            "The file's pickle counts something that is no dictionary; torch.save writes "
            "none like it: save it again."
        )
    return Other("a Counter")


def _bytes(text: Any, encoding: Any) -> Bytes:
    # Other encodings can take time or memory without bound.
    if not isinstance(text, str) or encoding != "latin1":
        raise FormatError(
            "The file's pickle makes bytes of something that is no text; torch.save "
            "writes none like it: save it again."
        )
    return Bytes(text)


def _plain(what: str) -> Callable[..., Other]:
    """For what takes texts and numbers only."""

    def made(*args: Any) -> Other:
        for arg in args:
            check_key(arg)
        return Other(what)

    return made


def _special(what: str) -> Callable[..., Special]:
    return lambda *_: Special(what)


_OWN: Final = "a tensor of a class of its own"
_ELSEWHERE: Final = "a tensor of another device"
# PyTorch's loader has a few more: they make memory of any size, or set attributes of any name.
Call: TypeAlias = Callable[..., object]
CALLS: Final[Mapping[str, Call]] = MappingProxyType(
    {
        "collections.OrderedDict": _ordered,
        "collections.Counter": _counter,
        "torch._utils._rebuild_tensor": _plain_tensor,
        "torch._utils._rebuild_tensor_v2": _tensor,
        "torch._utils._rebuild_tensor_v3": _tensor_of_kind,
        "torch._utils._rebuild_parameter": _parameter,
        "torch._utils._rebuild_parameter_with_state": _parameter_with_state,
        "torch._tensor._rebuild_from_type_v2": _special(_OWN),
        "torch._utils._rebuild_wrapper_subclass": _special(_OWN),
        "torch._utils._rebuild_device_tensor_from_numpy": _special(_ELSEWHERE),
        "torch._utils._rebuild_device_tensor_from_cpu_tensor": _special(_ELSEWHERE),
        "torch._utils._rebuild_qtensor": _special("quantized numbers"),
        "torch._utils._rebuild_sparse_tensor": _special("a sparse tensor"),
        "torch._utils._rebuild_meta_tensor_no_storage": _special("no numbers (a meta tensor)"),
        "torch.serialization._get_layout": _plain("a layout"),
        "torch.Size": _size,
        "torch.device": _plain("a device"),
        "builtins.set": _set,
        "builtins.complex": _plain("a complex number"),
        "_codecs.encode": _bytes,
    }
)
# What may be named without being called.
NAMED: Final = frozenset(
    {
        *(f"torch.{kind}" for kind in KINDS),
        *("torch.per_tensor_affine", "torch.per_tensor_symmetric", "torch.per_channel_affine"),
        *("torch.per_channel_symmetric", "torch.per_channel_affine_float_qparams"),
    }
)
