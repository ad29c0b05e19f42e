"""Meeting every object of an HDF5 file once, and refusing what leads out of it or in circles."""

from typing import Any, Final, NamedTuple

from gru_core.errors import FormatError, shown
from gru_core.formats import limits
from gru_core.formats.hdf5.headers import (
    EXTERNAL,
    GROUP,
    LAYOUT,
    VIRTUAL,
    layout_class,
    messages,
)

MAX_PATH: Final = 2000  # characters: the names of all groups on the way to an object
# What an error of a damaged file ends with.

Handle = Any  # h5py has no types


class Link(NamedTuple):
    """One name in a group."""

    name: bytes
    kind: int
    address: int  # of the object's header, for a link that is none to another place


def walk(data: bytes, root: Handle) -> tuple[dict[str, Handle], dict[str, Handle]]:
    """Every group and every dataset by its path. root: the file. Errors: FormatError."""
    from h5py import h5d, h5g, h5o  # type: ignore[import-untyped]

    groups: dict[str, Handle] = {"": h5g.open(root, b"/")}
    datasets: dict[str, Handle] = {}
    seen, todo = {h5o.get_info(groups[""]).addr}, [("", 0)]
    while todo:
        path, depth = todo.pop()
        if depth > limits.MAX_DEPTH:
            raise FormatError(
                "The groups of the file are nested more than {max_depth} deep; it is damaged or "
                "not from Keras: save the model again.",
                max_depth=limits.MAX_DEPTH,
            )
        for link in _links(path, groups[path], limits.MAX_TENSORS - len(seen)):
            inside = _joined(path, link.name)
            if link.address in seen:
                raise FormatError(
                    "{inside} is another name of something else; it is damaged or not from Keras: "
                    "save the model again.",
                    inside=shown(inside),
                )
            seen.add(link.address)
            _check_header(inside, data, link.address)
            handle = h5o.open(groups[path], link.name)
            if isinstance(handle, h5g.GroupID):
                groups[inside] = handle
                todo.append((inside, depth + 1))
            elif isinstance(handle, h5d.DatasetID):
                datasets[inside] = handle
            else:
                raise _neither(inside)
    return groups, datasets


def _links(path: str, group: Handle, most: int) -> list[Link]:
    """The names in a group. Errors: FormatError if one leads elsewhere, or if there are more."""
    from h5py import h5l

    found: list[Link] = []

    def note(name: bytes, info: Handle) -> bool | None:
        found.append(Link(name, info.type, info.u))
        return True if len(found) > most else None  # True ends the iteration

    group.links.iterate(note, info=True)
    if len(found) > most:
        raise FormatError(
            "The file has more than {max_tensors:,} groups and datasets; it is damaged or not from "
            "Keras: save the model again.",
            max_tensors=limits.MAX_TENSORS,
        )
    for link in found:
        if link.kind != h5l.TYPE_HARD:
            raise FormatError(
                "{joined} is a link to another place or file; links are not followed: save the "
                "model with Keras itself.",
                joined=shown(_joined(path, link.name)),
            )
    return found


def _joined(path: str, name: bytes) -> str:
    joined = f"{path}/{name.decode('utf-8', 'backslashreplace')}".lstrip("/")
    if len(joined) > MAX_PATH:
        raise FormatError(
            "{joined} has a name of {count} characters; up to {max_path} are read: give the "
            "layers shorter names.",
            joined=shown(joined),
            count=len(joined),
            max_path=MAX_PATH,
        )
    return joined


def _check_header(path: str, data: bytes, address: int) -> None:
    """Raise FormatError for what is no group and no dataset with its numbers in this file.

    Before it is opened, since libhdf5 begins to follow a dataset of other datasets at once.
    """
    kinds = set()
    for message in messages(data, address):
        kinds.add(message.kind)
        virtual = message.kind == LAYOUT and layout_class(message.body) == VIRTUAL
        if virtual or message.kind == EXTERNAL:
            raise FormatError(
                "{path} keeps its numbers in another file or dataset; that is not followed: "
                "save the model with Keras itself.",
                path=shown(path),
            )
    if not kinds & {LAYOUT, *GROUP}:
        raise _neither(path)


def _neither(path: str) -> FormatError:
    return FormatError(
        "{path} is neither a group nor a dataset; it is damaged or not from Keras: save the model "
        "again.",
        path=shown(path),
    )
