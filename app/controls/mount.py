"""Registers what browsers draw themselves, the stage and the quiz, and puts it on a page."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import streamlit as st

from app.serving.bundle import QUIZ, STAGE, TICKS, entry

KEY = "stage"
HEALTH = ("_stcore/health", "livez", "readyz")
# Pages beside the first one, by their addresses: main.py has them too.
BESIDE = ("learn", "claims", "glossary", "quiz")
# It comes from the top-level assets folder (app/server.py); this stub only fetches it.
# A component cannot be told its data before it is registered, so the address is in the text: seen
# from Streamlit's own script, since a proxy may have put anything before what the server knows.
STUB = """
export default function (component) {
  const { src } = document.querySelector('script[src*="/static/js/"]');
  const module = import(new URL("../../assets/ENTRY", src));
  let leave = null, left = false;
  module.then((drawn) => { leave = left ? null : drawn.DRAWN(component); });
  return () => { left = true; leave?.(); };
}
"""


def assets_url() -> str:
    """The path under which the assets folder is served, behind any base path of the server."""
    return _under_base("assets")


def numbers_url() -> str:
    """Where numbers are fetched; assets/stage/core/served.js finds the path from its own."""
    return _under_base("numbers")


def events_url() -> str:
    """Where a page reports what is done on it."""
    return _under_base("events")


def short_url() -> str:
    """Where a page asks for a short link; one is `s/NAME` beside it."""
    return _under_base("short")


def opened_url() -> str:
    """Where short links lead, with their names behind it."""
    return _under_base("s")


def health_urls() -> list[str]:
    """Where proxies and whoever minds this process ask whether it is well."""
    return [_under_base(name) for name in HEALTH]


def first_url() -> str:
    """The path of the first page."""
    return _under_base("")


def opening_url() -> str:
    """Where the first message of a link is, if it is long."""
    return _under_base("opening")


def beside_urls() -> list[str]:
    """The paths of the pages beside the first one."""
    return [_under_base(name) for name in BESIDE]


def _under_base(name: str) -> str:
    base = st.get_option("server.baseUrlPath").strip("/")
    return f"/{base}/{name}" if base else f"/{name}"


def mount(data: bytes, on_event: Callable[[], None]) -> Any:
    """Draw the stage. data: a message packed by wire.pack. on_event runs before the next run."""
    component = st.components.v2.component("gatescope_stage", js=_stub(), isolate_styles=False)
    return component(key=KEY, data=data, on_event_change=on_event)


def mount_choices(place: str, key: str, width: int | Literal["stretch"] = "stretch") -> None:
    """Make room for the stage's own lists. place: which ones, as app/messages/choices.py has it."""
    component = st.components.v2.component(
        "gatescope_choices", js=_stub(drawn="lists"), isolate_styles=False
    )
    component(key=key, data={"place": f"choices.{place}"}, width=width)


def _stub(name: str = STAGE, drawn: str = "default") -> str:
    """What fetches a bundle and calls one of its functions."""
    return STUB.replace("ENTRY", entry(name)).replace("DRAWN", drawn)


def mount_ticks(steps: Mapping[str, int], words: Mapping[str, str]) -> None:
    """Mark how far a visitor is with each lesson. steps: how many each has; words: what is said."""
    component = st.components.v2.component("gatescope_ticks", js=_stub(TICKS), isolate_styles=False)
    component(key="ticks", data={"steps": dict(steps), "words": dict(words)})


def mount_quiz(data: bytes) -> None:
    """Draw the quiz. data: a message packed by wire.pack. What it keeps, the browser keeps."""
    component = st.components.v2.component("gatescope_quiz", js=_stub(QUIZ), isolate_styles=False)
    component(key="quiz", data=data)
