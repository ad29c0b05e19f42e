"""What the stage's own lists offer, as the content of parts: app/messages/choices.py."""

from typing import Literal, TypedDict

from app.contract.lens import Choice


class Listed(TypedDict):
    """A list, or a row of few choices, with a word of help."""

    name: str
    shown: Literal["list", "row"]
    label: str
    help: str
    options: list[Choice]
