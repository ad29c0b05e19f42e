"""Tensors beside a layer that may be its learned first state: a state dict does not say."""

import re
from collections.abc import Collection, Iterator
from math import prod
from typing import Final

from gru_core.errors import shown
from gru_core.formats.state_dict.groups import Group
from gru_core.formats.state_dict.stored import FLOATS, Tensors
from gru_core.words import Said

# What such a parameter is called: h0, h_0, c0, hx, init_hidden, initial_state, hidden_init, …
_NAME: Final = re.compile(
    r"(?i)(.*_)?([hc]_?0|[hc]x|[hc]_?init|(hidden|cell|state)(_?(0|init|state|param))?"
    r"|init(ial)?_?([hc](idden)?|cell|states?|hidden_?states?|cell_?states?)(_?0)?)(_.*)?"
)
_LISTED: Final = 4


def first_states(group: Group, sizes: Collection[int], tensors: Tensors) -> tuple[str, ...]:
    """A note on the tensors that are named and shaped as first states of a layer.

    sizes: how many numbers a state of it has.
    """
    found = list(_found(group, sizes, tensors))
    if not found:
        return ()
    listed = ", ".join(f"{shown(name)} {tensors[name].shape}" for name in found[:_LISTED])
    return (
        Said(
            "The file also has {tensors}, named and shaped as a learned first state; it does not "
            "say whether the model starts from that. Here a run starts from zeros, or from the "
            "state you give.",
            tensors=listed,
        ),
    )


def _found(group: Group, sizes: Collection[int], tensors: Tensors) -> Iterator[str]:
    """Of the module that the layer is in, or one around it."""
    count = group.layers * group.directions
    around = group.prefix.rstrip(".").rpartition(".")[0]
    places = {group.prefix.rstrip("."), around}
    while around:
        around = around.rpartition(".")[0]
        places.add(around)
    for name, stored in tensors.items():
        place, _, last = name.rpartition(".")
        if place not in places or stored.kind not in FLOATS or not _NAME.fullmatch(last):
            continue
        size = stored.shape[-1] if stored.shape else 0
        if size in sizes and prod(stored.shape) in (size, count * size):
            yield name
