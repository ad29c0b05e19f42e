"""Text from a file is shown as it is, whatever Markdown would make of it."""

import pytest

from app.controls.markdown import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("layer 1", "layer 1"),
        ("![x](http://elsewhere/x.png)", r"\!\[x\]\(http\:\/\/elsewhere\/x\.png\)"),
        (":red[*a*] $x$ <b>", r"\:red\[\*a\*\] \$x\$ \<b\>"),
        ("# one\n\n    two", r"\# one two"),
        ("größer · 9", "größer · 9"),
    ],
)
def test_every_sign_that_can_mean_something_is_taken_as_it_is(text: str, shown: str) -> None:
    assert plain(text) == shown
