"""Read a pickle without running it: a stack of descriptions, a list of what may be.

A pickle is a program for a stack machine. This one knows the instructions that torch.save and
pickle.dump write for weights, and calls nothing. Where an object of any class would be made there
is a description of it: its class is a text.
"""

import io
import pickletools
import struct
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from gru_core.errors import FormatError, shown
from gru_core.formats.pytorch.arrays import ARRAYS, Dtype, Grid
from gru_core.formats.pytorch.objects import HARMFUL, Object, given
from gru_core.formats.pytorch.values import (
    CALLS,
    NAMED,
    Bytes,
    Global,
    Other,
    Special,
    Storage,
    View,
    check_key,
    storage_kind,
)
from gru_core.words import Said

MAX_STEPS: Final = 250_000  # instructions: those of some 6,000 tensors
PROTOCOL: Final = 2  # the one that torch.save writes and its loader takes
_NEWEST: Final = 5
# Instructions that put down what stands behind them. The last two lines are of protocols 3 to 5.
_CONSTANTS: Final = frozenset(
    {"BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT", "BINUNICODE", "SHORT_BINSTRING"}
    | {"SHORT_BINUNICODE", "BINUNICODE8", "SHORT_BINBYTES", "BINBYTES", "BINBYTES8"}
    | {"BYTEARRAY8"}
)
_MAKES: Final[Mapping[str, Callable[[], object]]] = MappingProxyType(
    {"NONE": lambda: None, "NEWTRUE": lambda: True, "NEWFALSE": lambda: False}
    | {"EMPTY_DICT": dict, "EMPTY_LIST": list, "EMPTY_TUPLE": tuple}
    | {"EMPTY_SET": lambda: Other("a set")}
)
# What a damaged pickle raises here or in pickletools.
_DAMAGED: Final = (
    *(ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError),
    *(struct.error, EOFError),
)
_COPIED: Final = (tuple, list, dict)
_STORED: Final = "torch.storage._load_from_bytes"  # as pickle.dump has a storage
_TAGS: Final = "torch.jit._pickle."  # by which TorchScript says of what type a list or a table is


class Source(io.BytesIO):
    """The bytes that pickles are read from."""

    def readline(self, size: int | None = -1) -> bytes:
        """A line, which is a name. pickletools would take a backslash for more than it is."""
        line = super().readline(size)
        if b"\\" in line:
            raise ValueError(Said("{line} is no name", line=shown(line)))
        return line


class Outline:
    """What the pickles of one file describe. `special` counts tensors that are no plain ones.

    `foreign` are the names of classes and functions that are not PyTorch's own.
    inside: what reads a storage that stands in the pickle as bytes; None where none may.
    """

    def __init__(self, inside: Callable[["Outline", bytes], Storage] | None = None) -> None:
        self.storages: dict[str, Storage] = {}
        self.special = 0
        self.foreign: set[str] = set()
        self._stack: list[Any] = []
        self._below: list[list[Any]] = []  # stacks under the marks
        self._memo: dict[int, Any] = {}
        self._steps = 0
        self.newest = PROTOCOL  # of the protocols of its pickles
        self._inside = inside

    def read(self, file: Source) -> Any:
        """What the next pickle of a file describes; the file is left behind it.

        Errors: FormatError for what is damaged, and for everything that would be run.
        """
        self._stack, self._below, self._memo = [], [], {}
        try:
            for opcode, argument, _ in pickletools.genops(file):
                self._spend(1)
                if opcode.name == "STOP":
                    return self._stack.pop()
                self._step(opcode.name, argument)
        except FormatError:
            raise
        except _DAMAGED as error:
            raise FormatError(
                "The file's pickle is damaged ({reason}); torch.save writes none like it:"
                " save it again.",
                reason=shown(str(error)),
            ) from None
        raise FormatError(
            "The file's pickle has no end; torch.save writes none like it: save it again."
        )

    def _spend(self, steps: int) -> None:
        self._steps += steps
        if self._steps > MAX_STEPS:
            raise FormatError(
                "The file's pickle has more than {max_steps:,} instructions; weights need far "
                "fewer: save model.state_dict() alone.",
                max_steps=MAX_STEPS,
            )

    def _step(self, name: str, argument: Any) -> None:
        if name in _CONSTANTS:
            self._stack.append(argument)
        elif name in _MAKES:
            self._stack.append(_MAKES[name]())
        elif name in _STEPS:
            _STEPS[name](self, argument)
        else:
            raise FormatError(
                "The file's pickle has the instruction {name}; torch.save writes none "
                "like it: save it again.",
                name=name,
            )

    def _begin(self, protocol: int) -> None:
        self.newest = max(self.newest, protocol)
        if protocol > _NEWEST:
            raise FormatError(
                "The file's pickle is of protocol {protocol}; those up to {known} are read: save "
                "it again, without pickle_protocol.",
                protocol=protocol,
                known=_NEWEST,
            )

    def _find(self, argument: str) -> None:
        """Protocol 2 gives the names of Python 2."""
        module, _, name = argument.partition(" ")
        self._named(*NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name)))

    def _find_on_stack(self, _: Any) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._named(str(module), str(name))

    def _named(self, module: str, name: str) -> None:
        found = Global(f"{module}.{name}")
        own = found.name in CALLS or found.name in NAMED or storage_kind(found)
        if not own and not (self._inside and found.name == _STORED):
            if HARMFUL.fullmatch(found.name):
                raise refused(found.name)
            self.foreign.add(found.name)
        self._stack.append(found)

    def _call(self, _: Any) -> None:
        arguments, function = self._stack.pop(), self._stack.pop()
        if not isinstance(function, Global) or not isinstance(arguments, tuple):
            raise FormatError(
                "The file's pickle calls what it has made itself; torch.save writes none "
                "like it: save it again."
            )
        if function.name == _STORED and self._inside:
            self._stack.append(self._storage_within(*arguments))
            return
        if function.name in ARRAYS:
            self._stack.append(ARRAYS[function.name](*arguments))
            return
        if function.name in self.foreign:
            tagged = function.name.startswith(_TAGS) and arguments
            own = Object(_class_of(function.name, arguments))
            self._stack.append(arguments[0] if tagged else own)
            return
        if function.name not in CALLS:
            raise refused(function.name)
        # The same list may be handed over again and again, and is copied each time.
        self._spend(sum(len(one) for one in arguments if isinstance(one, _COPIED)))
        made = CALLS[function.name](*arguments)
        self.special += isinstance(made, Special)
        self._stack.append(made)

    def _storage_within(self, content: Any) -> Storage:
        """A storage that pickle.dump has written as the bytes of a file of torch.save."""
        held = content.encoded() if isinstance(content, Bytes) else content
        if self._inside is None or not isinstance(held, bytes):
            raise refused(_STORED)
        return self._inside(self, held)

    def spend_as(self, other: "Outline") -> None:
        """Count on where another has begun, as its own part."""
        self._steps = other._steps

    def _instance(self, argument: str) -> None:
        raise refused(argument.replace(" ", "."))

    def _new(self, _: Any) -> None:
        self._stack.pop()
        made = self._stack.pop()
        if not isinstance(made, Global) or made.name not in self.foreign:
            raise refused(made.name if isinstance(made, Global) else type(made).__name__)
        self._stack.append(Object(made.name))

    def _new_with_names(self, _: Any) -> None:
        """NEWOBJ_EX has arguments by name besides."""
        self._stack.pop()
        self._new(_)

    def _set_state(self, _: Any) -> None:
        """The attributes of an OrderedDict, which are not its content, are let go."""
        state = self._stack.pop()
        if isinstance(self._stack[-1], Dtype | Grid):
            self._stack[-1].set_state(state)
            return
        if isinstance(self._stack[-1], Object):
            attributes = given(state)
            self._spend(len(attributes))
            self._stack[-1].state |= attributes
            return
        if type(self._stack[-1]) is not dict or type(state) is not dict:
            raise FormatError(
                "The file's pickle sets the state of something that is no dictionary; "
                "torch.save writes none like it: save it again."
            )

    def _refer(self, _: Any) -> None:
        """The persistent id of torch.save: ("storage", class, key, device, count[, None])."""
        identity = self._stack.pop()
        if isinstance(identity, tuple) and identity[:1] == ("module",) and len(identity) > 1:
            self._stack.append(identity[1])  # a class with its source, which old files have
            return
        what, kind, key, _device, count, *view = identity
        name = storage_kind(kind)
        plain = isinstance(key, str) and type(count) is int and 0 <= count < 2**48
        if what != "storage" or name is None or not plain or view not in ([], [None]):
            raise FormatError(
                "The file's pickle has a storage that cannot be understood; torch.save "
                "writes none like it: save it again."
            )
        made = Storage(key, name, count)
        if self.storages.setdefault(key, made) != made:
            raise FormatError(
                "The file's pickle says two things of the storage {key}; torch.save "
                "writes none like it: save it again.",
                key=shown(key),
            )
        self._stack.append(made)

    def _mark(self, _: Any) -> None:
        self._below.append(self._stack)
        self._stack = []

    def _since_mark(self) -> list[Any]:
        items, self._stack = self._stack, self._below.pop()
        return items

    def _tuple(self, _: Any) -> None:
        items = tuple(self._since_mark())
        self._stack.append(items)

    def _append(self, _: Any) -> None:
        self._extend([self._stack.pop()])

    def _appends(self, _: Any) -> None:
        self._extend(self._since_mark())

    def _extend(self, items: list[Any]) -> None:
        if isinstance(self._stack[-1], Object):
            return  # of a list of a class of its own
        if type(self._stack[-1]) is not list:
            raise FormatError(
                "The file's pickle appends to something that is no list; torch.save "
                "writes none like it: save it again."
            )
        self._stack[-1].extend(items)

    def _set_item(self, _: Any) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set([key, value])

    def _set_items(self, _: Any) -> None:
        self._set(self._since_mark())

    def _set(self, items: list[Any]) -> None:
        held = self._stack[-1]
        if isinstance(held, Object):
            held = held.items
        if type(held) is not dict or len(items) % 2:
            raise FormatError(
                "The file's pickle sets items of something that is no dictionary; "
                "torch.save writes none like it: save it again."
            )
        for key, value in zip(items[::2], items[1::2], strict=True):
            if not isinstance(key, View | Grid | Object):  # as an optimizer has its parameters
                held[check_key(key)] = value

    def _add_items(self, _: Any) -> None:
        """What is in a set is not kept."""
        for item in self._since_mark():
            _check_member(item)
        if not isinstance(self._stack[-1], Other):
            raise FormatError(
                "The file's pickle adds to something that is no set; it is damaged: save it again."
            )

    def _frozen_set(self, _: Any) -> None:
        for item in self._since_mark():
            _check_member(item)
        self._stack.append(Other("a set"))

    def _recall(self, at: int) -> None:
        self._stack.append(self._memo[at])

    def _remember(self, at: int) -> None:
        self._memo[at] = self._stack[-1]

    def _remember_next(self, _: Any) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _pass(self, _: Any) -> None:
        """A frame says only how the pickle is cut into pieces."""


def _last(count: int) -> Callable[[Outline, Any], None]:
    """Put the last few of the stack into a tuple."""

    def step(self: Outline, _: Any) -> None:
        items = [self._stack.pop() for _ in range(count)]
        self._stack.append(tuple(reversed(items)))

    return step


_STEPS: Final[Mapping[str, Callable[[Outline, Any], None]]] = MappingProxyType(
    {
        "PROTO": Outline._begin,
        "GLOBAL": Outline._find,
        "REDUCE": Outline._call,
        "BUILD": Outline._set_state,
        "BINPERSID": Outline._refer,
        "NEWOBJ": Outline._new,
        "NEWOBJ_EX": Outline._new_with_names,
        "INST": Outline._instance,
        "MARK": Outline._mark,
        "TUPLE": Outline._tuple,
        "TUPLE1": _last(1),
        "TUPLE2": _last(2),
        "TUPLE3": _last(3),
        "APPEND": Outline._append,
        "APPENDS": Outline._appends,
        "SETITEM": Outline._set_item,
        "SETITEMS": Outline._set_items,
        "BINGET": Outline._recall,
        "LONG_BINGET": Outline._recall,
        "BINPUT": Outline._remember,
        "LONG_BINPUT": Outline._remember,
        # Of protocol 4.
        "ADDITEMS": Outline._add_items,
        "FROZENSET": Outline._frozen_set,
        "STACK_GLOBAL": Outline._find_on_stack,
        "MEMOIZE": Outline._remember_next,
        "FRAME": Outline._pass,
    }
)


def _check_member(item: Any) -> None:
    if not isinstance(item, Object | Global | Other | View | Grid):
        check_key(item)


def _class_of(name: str, arguments: tuple[Any, ...]) -> str:
    """Whose object a call makes: copyreg has functions that make those of any class."""
    first = arguments[0] if arguments else None
    return first.name if name.startswith("copyreg.") and isinstance(first, Global) else name


def refused(name: str) -> FormatError:
    """An error for a function or a class that is not on the list."""
    return FormatError(
        "The file would run {name}; nothing is run, and a file that asks for this is not read: "
        "save model.state_dict() from where it comes from.",
        name=shown(name)[1:-1],
    )
