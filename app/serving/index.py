"""The page that a browser asks for first: Streamlit's, which is told where its server is and asks
early for what the stage needs.

Without that each thing is asked for when the one before has come, which a far line makes long.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TypeAlias

# A page beside the first one, opened by its address, looks for its server below that address too,
# and is refused four times. It is told: its server is where it lies itself, behind any prefix.
BACKEND = "BACKEND_BASE_URL: new URL('.', location.href).href"
# While a line is cut Streamlit would lay a dialog over the page, under which nothing can be
# touched. But stepping and changing go on, and the stage says what has to wait. (A page that has
# never had a line does not know of this yet, and has the dialog.)
OPEN = "HOST_CONFIG: { blockErrorDialogs: true }"
# Parts of Streamlit that our first screen has, by the beginnings of their files' names. The stage
# comes in the first one; the others may follow it.
STAGE = ("BidiComponent",)
AROUND = ("Html", "purify.es", "PageLink", "Selectbox", "Button")
Papers: TypeAlias = Mapping[str, Mapping[str, str]]
TOLD = "gs-first"  # as assets/stage/core/early.js has it
# What Streamlit asks its server before it opens a line to it.
ASKED = ("./_stcore/health", "./_stcore/host-config")
# What a part of Streamlit imports at once.
IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.@~-]+\.js)"')


def beside(page: str) -> str:
    """Streamlit's page for an address beside the first one."""
    return page.replace("<head>", f"<head>{_knowing(BACKEND, OPEN)}", 1)


def first(page: str, modules: Sequence[str], later: Sequence[str] = ()) -> str:
    """Streamlit's page for the first address.

    modules: addresses, seen from there, to be fetched with those of the page itself; `later` may
    wait for everything else.
    """
    links = [f'<link rel="preload" as="fetch" crossorigin href="{one}">' for one in ASKED]
    links += [f'<link rel="modulepreload" href="{escape(one)}">' for one in modules]
    links += [
        f'<link rel="modulepreload" fetchpriority="low" href="{escape(one)}">' for one in later
    ]
    return page.replace("</head>", f"{_knowing(OPEN)}{''.join(links)}</head>", 1)


def _knowing(*facts: str) -> str:
    """What Streamlit's scripts look for when they begin."""
    return f"<script>window.__streamlit = {{ {', '.join(facts)} }};</script>"


def painted(page: str, stage: str, opening: bytes | str, papers: Papers) -> str:
    """The same with the first message, from which the stage is painted before Streamlit runs.

    stage: its address. opening: the message, or the address of a long one, so that nothing of the
    page waits for it. papers: colours and letters of the light and of the dark one, as CSS.
    """
    light, dark = (
        "".join(f"--st-{name}:{value};" for name, value in papers[one].items())
        for one in ("light", "dark")
    )
    style = f".gs-early{{{light}}}@media(prefers-color-scheme:dark){{.gs-early{{{dark}}}}}"
    soon = f'<link rel="modulepreload" href="{escape(stage)}"><style>{style}</style>'
    if isinstance(opening, str):
        soon += f'<link rel="preload" as="fetch" crossorigin href="{escape(opening)}">'
        kept = f' data-from="{escape(opening)}">'
    else:  # Base64 ends no element, and a script of this type is not run
        kept = f">{base64.b64encode(opening).decode()}"
    told = f'<script type="text/plain" id="{TOLD}"{kept}</script>'
    begun = f'{told}<script type="module" async src="{escape(stage)}"></script>'
    return page.replace("<head>", f"<head>{soon}", 1).replace("</body>", f"{begun}</body>", 1)


def needed(page: str, scripts: Path, parts: Sequence[str]) -> list[str]:
    """The addresses of parts of Streamlit with all that they import, less what the page names."""
    found: dict[str, None] = {}
    waiting = [name for part in parts for name in _called(scripts, part)]
    while waiting:
        name = waiting.pop(0)
        if name in found or f"/{name}" in page or not (scripts / name).is_file():
            continue
        found[name] = None
        waiting += IMPORTED.findall((scripts / name).read_text(encoding="utf-8"))
    return [f"./static/js/{name}" for name in found]


def _called(scripts: Path, part: str) -> Iterator[str]:
    """The files of a part: its name and a digest. None if a Streamlit of tomorrow has no such."""
    for path in sorted(scripts.glob(f"{part}.*.js")):
        if re.fullmatch(r"[\w-]+", path.name[len(part) + 1 : -3]):
            yield path.name
