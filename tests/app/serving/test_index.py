"""The page that comes first, and what it asks for early."""

import base64
import re
from pathlib import Path

from app.serving.index import ASKED, TOLD, first, needed, painted

PAGE = '<html><head><script src="./static/js/index.A.js"></script></head></html>'


def test_parts_are_asked_for_with_all_that_they_import_less_what_the_page_names(
    tmp_path: Path,
) -> None:
    for name, text in {
        "index.A.js": 'import"./base.B.js"',
        "Part.C-1.js": 'import{a as b}from"./one.D.js";import"./index.A.js";',
        "one.D.js": 'import"./two.E.js";import("./later.F.js")',
        "two.E.js": 'import"./one.D.js"',
        "later.F.js": "",
        "Part.of.another.G.js": "",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = needed(PAGE, tmp_path, ("Part", "Gone"))
    assert found == [f"./static/js/{name}" for name in ("Part.C-1.js", "one.D.js", "two.E.js")]


def test_addresses_stand_in_the_head_in_their_order_and_escaped() -> None:
    page = first(PAGE, ['./a"><script>.js'], ["./b.js"])
    assert "<script>." not in page
    places = [page.index(one) for one in (*ASKED, "./a&quot;&gt;", "./b.js", "</head>")]
    assert places == sorted(places)


def test_the_first_message_stands_in_the_page_as_letters_that_end_nothing() -> None:
    opening = bytes(range(256))
    papers = {"light": {"text-color": "#111"}, "dark": {"text-color": "#eee"}}
    page = painted("<head></head><body></body>", "./stage.js", opening, papers)
    told = re.search(rf'id="{TOLD}">([^<]*)<', page)
    assert told is not None
    assert base64.b64decode(told[1]) == opening
    assert page.index(told[0]) < page.index('<script type="module" async src="./stage.js">')
    assert page.index("#111") < page.index("dark") < page.index("#eee") < page.index("</head>")


def test_a_long_first_message_is_asked_for_beside_the_page() -> None:
    page = painted(
        "<head></head><body></body>", "./stage.js", './opening?a="&b', {"light": {}, "dark": {}}
    )
    address = "./opening?a=&quot;&amp;b"
    assert f'<link rel="preload" as="fetch" crossorigin href="{address}">' in page
    assert f'id="{TOLD}" data-from="{address}"></script>' in page
