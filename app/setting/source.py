"""Where a scene comes from, as a value: a prepared one, the visitor's own, a loaded model."""

from dataclasses import dataclass
from typing import TypeAlias

from app.setting.model import Model
from gru_core.scenes.loaded import NAME as MODEL
from gru_core.scenes.own import NAME as OWN
from gru_core.scenes.own import Own

__all__ = ["MADE_HERE", "MODEL", "OWN", "Model", "Own", "Prepared", "Source", "name_of"]

MADE_HERE = (OWN, MODEL)  # the names that links give to what a visitor brings


@dataclass(frozen=True)
class Prepared:
    """A scene of a file, by its name. word: what it reads, empty for its own or for none."""

    name: str
    word: str = ""


# A new kind of source is a class here; `match` on it is then checked wherever sources differ.
Source: TypeAlias = Prepared | Own | Model


def name_of(source: Source) -> str:
    """What a link and the menu call it."""
    match source:
        case Prepared(name=name):
            return name
        case Own():
            return OWN
        case Model():
            return MODEL
