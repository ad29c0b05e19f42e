"""The page that comes first, and what it asks for early."""

from pathlib import Path

from app.serving.index import ASKED, first, needed

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
