"""Objects of classes that are nobody's here: described by name and content, never made.

A whole model, a checkpoint with its arguments and a TorchScript archive hold such objects beside
tensors. The class is a text, the content what the pickle would give it; nothing is looked up.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# What is there to run something else is refused by name, and not stepped over: a file that asks for
# it is none of weights. That nothing is run does not depend on this list.
HARMFUL: Final = re.compile(
    r"(posix|nt|os|sys|subprocess|shutil|socket|importlib|runpy|pty|ctypes|code|codeop|timeit|pip"
    r"|pickle|_pickle|marshal|webbrowser|multiprocessing|threading|_thread|asyncio|signal|commands"
    r"|platform|pdb|cProfile|profile|trace|zipimport|tempfile|urllib|http|requests)(\..*)?"
    r"|builtins\.(?!(frozenset|slice|range|object|list|dict|tuple|int|float|bool|str|bytes)$).*"
    r"|torch\.(load|hub\..*|jit\.(?!_pickle\.).*|serialization\..*|storage\._load_from_bytes|ops\..*)"
    r"|numpy\.(load|fromfile|memmap|testing\..*|distutils\..*|f2py\..*)"
)
# A recurrent layer of PyTorch itself, in TorchScript too.
_RECURRENT: Final = re.compile(
    r"(__torch__\.)?torch\.nn\.modules\.rnn\.(___torch_mangle_\d+\.)?(GRU|LSTM|RNN)(Cell)?"
)
_ACTIVATIONS: Final = {"RNN_TANH": "tanh", "RNN_RELU": "relu", "tanh": "tanh", "relu": "relu"}
_SCRIPT: Final = "__torch__."  # so do the classes of a TorchScript archive begin
_AGAIN: Final = "_flat_weights"  # the tensors of a layer once more, in TorchScript
_HOOKS: Final = ("_forward_hooks", "_forward_pre_hooks")
_MODULE: Final = ("_parameters", "_buffers", "_modules")


@dataclass(eq=False, slots=True)
class Object:
    """One object. Compared by identity."""

    name: str  # of its class, or of the function that would make it
    state: dict[Any, Any] = field(default_factory=dict)  # its attributes by name
    items: dict[Any, Any] = field(default_factory=dict)  # of one that is a dictionary besides

    @property
    def is_layer(self) -> bool:
        """Whether its class is a recurrent layer of PyTorch itself."""
        return _RECURRENT.fullmatch(self.name) is not None

    @property
    def activation(self) -> str | None:
        """What a plain RNN ends in, where the object says it."""
        said = self.state.get("mode", self.state.get("nonlinearity"))
        return _ACTIVATIONS.get(said) if isinstance(said, str) else None

    @property
    def is_hooked(self) -> bool:
        """Whether functions are called before or after it that may change what it computes."""
        return any(_held(self.state.get(part)) for part in _HOOKS)

    @property
    def modules(self) -> Mapping[Any, Any] | None:
        """The modules in it by name, where it is a module."""
        if self.name.startswith(_SCRIPT):
            held = self.state.items()
            return {key: one for key, one in held if is_script(one)}
        parts = [_held(self.state.get(part)) for part in _MODULE]
        return parts[2] if all(isinstance(part, dict) for part in parts) else None

    def content(self) -> Iterator[tuple[Any, Any]]:
        """What it holds by key: of a module its tensors and modules, as its state dict has them."""
        if not all(isinstance(_held(self.state.get(part)), dict) for part in _MODULE):
            held = (*self.state.items(), *self.items.items())
            yield from (pair for pair in held if pair[0] != _AGAIN)
            return
        for part in _MODULE:
            yield from _held(self.state[part]).items()


def is_script(value: Any) -> bool:
    """Whether it is a module of a TorchScript archive."""
    return isinstance(value, Object) and value.name.startswith(_SCRIPT)


def _held(value: Any) -> Any:
    """The content of a dictionary, also of one that is an object of a class of its own."""
    return value.items if isinstance(value, Object) else value


def given(state: Any) -> Mapping[Any, Any]:
    """The attributes in what a pickle sets an object's state to: a dictionary, or two of them."""
    parts = state if isinstance(state, tuple) and len(state) == 2 else (state,)
    found: dict[Any, Any] = {}
    for part in parts:
        if type(part) is dict:
            found |= part
    return found
