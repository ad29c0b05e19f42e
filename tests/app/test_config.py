"""Each option in .streamlit/config.toml exists in this Streamlit and says why it is set."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit import config

FILE = Path(__file__).parents[2] / ".streamlit" / "config.toml"
TEXT = FILE.read_text(encoding="utf-8")


def options(table: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from options(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}"


def unexplained(text: str) -> list[str]:
    """The option lines which do not stand directly below a comment."""
    lines = text.splitlines()
    return [
        line
        for above, line in zip(["", *lines], lines, strict=False)
        if "=" in line and not line.startswith("#") and not above.startswith("#")
    ]


@pytest.mark.parametrize("name", list(options(tomllib.loads(TEXT))))
def test_option_exists_in_the_pinned_streamlit(name: str) -> None:
    assert name in config.get_config_options(), f"Streamlit knows no option {name}"


def test_every_option_has_its_reason_directly_above_it() -> None:
    assert unexplained(TEXT) == []


def test_an_option_without_a_reason_is_noticed() -> None:
    assert unexplained("[server]\nheadless = true\n# why\nport = 1\n") == ["headless = true"]


def test_no_option_repeats_a_default() -> None:
    known = config.get_config_options()
    # `headless` is true by itself only where there is no display.
    same = [
        name
        for name in options(tomllib.loads(TEXT))
        if name != "server.headless" and known[name].default_val == _value(name)
    ]
    assert same == []


def _value(name: str) -> object:
    value: Any = tomllib.loads(TEXT)
    for part in name.split("."):
        value = value[part]
    return value
