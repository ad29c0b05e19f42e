"""Weights that a state dict does not hold itself, but what they are computed from.

PyTorch computes them anew before each run, and so they are read: as what it computes, under the
name that the layer gives them. What is computed in any other way is left for others to refuse.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from gru_core.errors import shown
from gru_core.formats.state_dict.names import NAMES, TENSOR
from gru_core.formats.state_dict.stored import Stored, Tensors, floats
from gru_core.words import Said, listed

if TYPE_CHECKING:
    from torch import Tensor

Way: TypeAlias = Literal["norm", "pruned", "dropped"]
# What a weight of each way is computed from: what follows its name. PyTorch parametrizes weights in
# other ways too, but a norm alone keeps two tensors of such shapes.
SOURCES: Final[tuple[tuple[Way, tuple[str, ...]], ...]] = (
    ("norm", ("_g", "_v")),
    ("norm", (".original0", ".original1")),
    ("pruned", ("_orig", "_mask")),
    ("dropped", ("_raw",)),
)
SAID: Final[Mapping[Way, str]] = {
    "norm": "It is normed: {names} are computed as g · v / ‖v‖ of what the file has for them.",
    "pruned": "It is pruned: {names} are the numbers of the file times their mask.",
    "dropped": "It was trained with weight drop: {names} are those before anything is dropped, as "
    "the model uses them once it is trained.",
}
_PARAMETRIZED: Final = "parametrizations."
_INNER: Final = "module."  # where weight drop keeps the layer that it wraps
_EXACT: Final = ("float32", "float64")  # of half precision PyTorch rounds in between
_LISTED: Final = 4
_KEY: Final = re.compile(
    rf"(?P<before>(?:.+\.)?)(?P<key>(?:{'|'.join(NAMES.values())})(?:_l[0-9]+(?:_reverse)?)?)"
)


@dataclass(frozen=True)
class Made:
    """How one weight is computed."""

    way: Way
    of: tuple[str, ...]  # the tensors of the file, in the order of SOURCES


@dataclass(frozen=True, eq=False)
class Computed:
    """The tensors of a file with those that are computed in place of what they are made of."""

    tensors: Tensors
    made: Mapping[str, Made]  # by the name of a tensor that is computed

    def sources(self, name: str) -> tuple[str, ...]:
        """The tensors of the file that one comes from: itself where it is not computed."""
        return self.made[name].of if name in self.made else (name,)

    def notes(self, names: tuple[str, ...]) -> Iterator[str]:
        """What is to be said of the layer with these tensors."""
        for way, said in SAID.items():
            own = [one for one in names if one in self.made and self.made[one].way == way]
            if own:
                keys = [shown(one.rpartition(".")[2]) for one in own]
                yield Said(said, names=listed(keys, _LISTED))


def computed(tensors: Tensors) -> Computed:
    """Every weight whose way is known, in place of what it is computed from."""
    made = dict(_found(tensors))
    gone = {source for one in made.values() for source in one.of}
    kept = {name: stored for name, stored in tensors.items() if name not in gone}
    for name, one in made.items():
        of = [tensors[source] for source in one.of]
        kept[name] = Stored(of[-1].shape, of[-1].kind, partial(_numbers, one.way, of))
    return Computed(kept, made)


def tensor_of(made: Made, of: "list[Tensor]") -> "Tensor":
    """The weight as PyTorch itself computes it of its own tensors."""
    import torch

    if made.way == "norm":
        g, v = of
        weight: Tensor = torch._weight_norm(v, g, _axis(tuple(g.shape), tuple(v.shape)))
        return weight
    return of[0] * of[1] if made.way == "pruned" else of[0]


def _found(tensors: Tensors) -> Iterator[tuple[str, Made]]:
    for name in tensors:
        for way, (first, *others) in SOURCES:
            match = _KEY.fullmatch(name.removesuffix(first)) if name.endswith(first) else None
            of = (name, *(name.removesuffix(first) + one for one in others))
            if match is None or not all(one in tensors for one in of):
                continue
            before = match["before"].removesuffix(_PARAMETRIZED if first[0] == "." else "")
            if first[0] == "." and before == match["before"]:
                continue
            if way == "dropped" and _has_layer(tensors, before + _INNER):
                before += _INNER
            weight = before + match["key"]
            axes = 2 if match["key"].startswith("weight") else 1
            there = tensors.get(weight)  # of weight drop, the weight with something dropped
            replaced = there is None or (way == "dropped" and _alike(there, tensors[name]))
            if replaced and len(tensors[of[-1]].shape) == axes and _fit(way, of, tensors):
                yield weight, Made(way, of)


def _has_layer(tensors: Tensors, prefix: str) -> bool:
    return any(
        name.startswith(prefix) and TENSOR.fullmatch(name.removeprefix(prefix)) for name in tensors
    )


def _fit(way: Way, of: tuple[str, ...], tensors: Tensors) -> bool:
    first, last = tensors[of[0]], tensors[of[-1]]
    if first.kind != last.kind or first.kind not in _EXACT:
        return False
    if way != "norm":
        return _alike(first, last)
    return first.shape in ((), (last.shape[0], *[1] * (len(last.shape) - 1)), (1, last.shape[-1]))


def _alike(first: Stored, last: Stored) -> bool:
    return (first.shape, first.kind) == (last.shape, last.kind)


def _axis(g: tuple[int, ...], v: tuple[int, ...]) -> int:
    """Which axis keeps its numbers apart in a norm, -1 for none. g, v: the shapes of both."""
    if not g:
        return -1
    return 0 if g[0] == v[0] else 1


def _numbers(way: Way, of: list[Stored]) -> npt.NDArray[Any]:
    arrays = [floats(one.kind, one.raw()) for one in of]
    if way == "dropped":
        return arrays[0]
    if way == "pruned":
        masked: npt.NDArray[Any] = arrays[0] * arrays[1]
        return masked
    g, v = (array.astype(np.float64) for array in arrays)
    axis = _axis(g.shape, v.shape)
    around = None if axis < 0 else tuple(at for at in range(v.ndim) if at != axis)
    with np.errstate(all="ignore"):  # what is not finite is named where it is taken
        norm = np.sqrt((v * v).sum(axis=around, keepdims=axis >= 0))
        normed: npt.NDArray[Any] = (v * (g / norm)).astype(arrays[1].dtype)
    return normed
