"""The page of the glossary: the list is there at once, and less of it as somebody types."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from app.learning import glossary as module
from app.learning.glossary import Glossary, Word, glossary
from app.words.say import say
from tests.app.visiting import APP

HOSTILE = Word(
    "gates", "<script>a</script>", "<b onclick=a>", "<i>x</i>", "a='><b>", "<img src=x>", ("<u>",)
)


def page() -> AppTest:
    app = AppTest.from_file(APP / "main.py", default_timeout=30).run()
    return app.switch_page("views/glossary.py").run()


def body(app: AppTest) -> str:
    assert not app.exception
    return "".join(node.proto.body for node in app.main if node.type == "html")


def theirs(app: AppTest) -> list[str]:
    found = re.findall(r"<dt>(.*?)</dt>", body(app))
    return [re.sub(r"<sub>(\w+)</sub>", r"_\1", one) for one in found]


def test_every_word_is_there_before_anybody_searches() -> None:
    app = page()
    assert theirs(app) == [word.theirs for word in glossary().words]
    links = re.findall(r"href='\./\?([^']*)' target='_self'", body(app))
    assert [one.replace("&amp;", "&") for one in links] == [word.see for word in glossary().words]
    for name in glossary().sources:
        assert f"<b>{name}</b>" in body(app)


def test_what_is_typed_leaves_the_words_that_have_it() -> None:
    app = page()
    app.text_input(key="find").set_value("carry").run()
    assert theirs(app) == ["carry state"]
    assert say("views.glossary.count", n=1, all=len(glossary().words)) in body(app)
    assert body(app).count("<h2>") == 2  # its group, and the sources
    app.text_input(key="find").set_value("<b>zyx").run()
    assert theirs(app) == []
    assert "“&lt;b&gt;zyx”" in body(app)
    app.text_input(key="find").set_value("").run()
    assert len(theirs(app)) == len(glossary().words)


def test_nothing_in_a_word_is_taken_for_a_part_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "glossary", lambda: Glossary((HOSTILE,), {"<u>": "<s>"}))
    text = body(page())
    assert "&lt;script&gt;a&lt;/script&gt;" in text
    for mine in ("<script", "<b onclick", "<i>", "<img", "<u>", "<s>", "'><b>"):
        assert mine not in text
