"""Text that may have come from a visitor's file, where Streamlit reads Markdown.

A name in a file must not become a link, nor an image that is fetched from elsewhere.
"""

import re
from typing import Final

_SIGNS: Final = re.compile(r"([!-/:-@\[-`{-~])")  # every sign of ASCII that can mean something


def plain(text: str) -> str:
    """Markdown that shows this text, on one line."""
    return _SIGNS.sub(r"\\\1", " ".join(text.split()))
