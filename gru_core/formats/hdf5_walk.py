"""Meeting every object of an HDF5 file once, and refusing what leads out of it or in circles."""

from typing import Any, Final

from gru_core.errors import FormatError, shown
from gru_core.formats import limits

MAX_PATH: Final = 2000  # characters: the names of all groups on the way to an object
# What an error of a damaged file ends with.
AGAIN: Final = "it is damaged or not from Keras: save the model again."

Handle = Any  # h5py has no types


def walk(root: Handle) -> tuple[dict[str, Handle], dict[str, Handle]]:
    """Every group and every dataset by its path. root: the file. Errors: FormatError."""
    from h5py import h5g, h5o  # type: ignore[import-untyped]

    groups: dict[str, Handle] = {"": h5g.open(root, b"/")}
    datasets: dict[str, Handle] = {}
    seen, todo = {h5o.get_info(groups[""]).addr}, [("", 0)]
    while todo:
        path, depth = todo.pop()
        if depth > limits.MAX_DEPTH:
            raise FormatError(
                f"The groups of the file are nested more than {limits.MAX_DEPTH} deep; {AGAIN}"
            )
        for name in _names(path, groups[path], limits.MAX_TENSORS - len(seen)):
            inside = _joined(path, name)
            handle = h5o.open(groups[path], name)
            address = h5o.get_info(handle).addr
            if address in seen:
                raise FormatError(f"{shown(inside)} is another name of something else; {AGAIN}")
            seen.add(address)
            if isinstance(handle, h5g.GroupID):
                groups[inside] = handle
                todo.append((inside, depth + 1))
            else:
                datasets[inside] = _checked(inside, handle)
    return groups, datasets


def _names(path: str, group: Handle, most: int) -> list[bytes]:
    """The names in a group. Errors: FormatError if one is a link, or if there are more."""
    from h5py import h5l

    found: list[tuple[bytes, int]] = []

    def note(name: bytes, info: Handle) -> bool | None:
        found.append((name, info.type))
        return True if len(found) > most else None  # True ends the iteration

    group.links.iterate(note, info=True)
    if len(found) > most:
        raise FormatError(
            f"The file has more than {limits.MAX_TENSORS:,} groups and datasets; {AGAIN}"
        )
    for name, kind in found:
        if kind != h5l.TYPE_HARD:
            raise FormatError(
                f"{shown(_joined(path, name))} is a link to another place or file; links are not "
                "followed: save the model with Keras itself."
            )
    return [name for name, _ in found]


def _joined(path: str, name: bytes) -> str:
    joined = f"{path}/{name.decode('utf-8', 'backslashreplace')}".lstrip("/")
    if len(joined) > MAX_PATH:
        raise FormatError(
            f"{shown(joined)} has a name of {len(joined)} characters; up to {MAX_PATH} are read: "
            "give the layers shorter names."
        )
    return joined


def _checked(path: str, handle: Handle) -> Handle:
    """The handle of a dataset whose numbers are in this file. Errors: FormatError."""
    from h5py import h5d

    if not isinstance(handle, h5d.DatasetID):
        raise FormatError(f"{shown(path)} is neither a group nor a dataset; {AGAIN}")
    layout = handle.get_create_plist()
    if layout.get_layout() == h5d.VIRTUAL or layout.get_external_count():
        raise FormatError(
            f"{shown(path)} keeps its numbers in another file or dataset; that is not followed: "
            "save the model with Keras itself."
        )
    return handle
