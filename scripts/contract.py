"""Write the types of app/contract.py for the browser: `python -m scripts.contract`."""

import argparse
import collections.abc
import types
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Literal,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from app import contract

TARGET = Path(__file__).parents[1] / "assets" / "stage" / "contract.d.ts"
HEAD = """\
// What server and browser say to each other, written from app/contract.py by
// `python -m scripts.contract`. Change it there.

import type { Numbers } from "./types";
"""
PLAIN = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    type(None): "null",
    Any: "any",
}
LISTS = (list, tuple, collections.abc.Sequence)
MAPPINGS = (dict, collections.abc.Mapping)


def written() -> str:
    """Every type of the contract, in its order, as TypeScript declares it."""
    found = [HEAD]
    for name, value in vars(contract).items():
        if is_typeddict(value) and value.__module__.startswith(f"{contract.__name__}."):
            found.append(interface(value))
        elif name in ("Included", "Event"):
            found.append(f"export type {name} = {typed(value)};\n")
    return "\n".join(found)


def interface(made: Any) -> str:
    """A TypedDict as an interface, its docstring as a comment."""
    hints = get_type_hints(made, include_extras=True)
    fields = [
        f"  {name}{'' if name in made.__required_keys__ else '?'}: {typed(hint)};"
        for name, hint in hints.items()
    ]
    said = (f"// {line.strip()}".rstrip() for line in (made.__doc__ or "").strip().splitlines())
    return "\n".join([*said, f"export interface {made.__name__} {{", *fields, "}", ""])


def typed(hint: Any) -> str:
    """A Python type as TypeScript writes it. Errors: TypeError for one that has no such form."""
    if hint in PLAIN:
        return PLAIN[hint]
    if is_typeddict(hint):
        name: str = hint.__name__
        return name
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return str(inner[1])
    if origin is Literal:
        return " | ".join(f'"{one}"' for one in inner)
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(typed(one) for one in inner))
    if origin is tuple and Ellipsis not in inner:
        return f"[{', '.join(map(typed, inner))}]"
    if origin in LISTS:
        element = typed(inner[0])
        return f"({element})[]" if "|" in element else f"{element}[]"
    if origin in MAPPINGS:
        return f"Record<string, {typed(inner[1])}>"
    if str(origin).endswith("NotRequired"):
        return typed(inner[0])
    raise TypeError(f"{hint} has no form in TypeScript; use a type that has, or Annotated.")


def main() -> None:
    """Write the file, or with --check only say whether it is as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 for a drift")
    if not parser.parse_args().check:
        TARGET.write_text(written(), encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != written():
        raise SystemExit(f"{TARGET.name} is not what app/contract.py says: run me without --check.")


if __name__ == "__main__":
    main()
