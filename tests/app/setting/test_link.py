"""A link opens the setting it was made from; what it cannot say is named, never dropped."""

from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.screen.baseline import MODEL, OWN, scenes
from app.setting import link, parameters
from app.setting.setting import ALONGSIDE, FORMS, MATCH, SORT, TYPES, Setting
from gru_core import conventions
from gru_core.changes.targets import AXES, parts_of
from gru_core.conventions import CELLS, GATES
from gru_core.engines import ENGINES
from gru_core.initialize import SCHEMES
from gru_core.inputs.text_input import ENCODINGS, MAX_SIZE
from gru_core.scenes.files import MAX_UNITS
from gru_core.scenes.own import MAX_STEPS, SOURCES, Own
from gru_core.situation import Edit, Target

NAMES = tuple(scenes())
WORDS = st.text("abcdefghijklmnopqrstuvwxyzé -'", max_size=40)


NOTATIONS = [
    conventions.notation_of(placement, polarity, biases)
    for placement in conventions.PLACEMENTS
    for polarity in conventions.POLARITIES
    for biases in conventions.BIAS_COUNTS
]


@st.composite
def owns(draw: st.DrawFn) -> Own:
    """Any scene of the visitor's own, with numbers where it is made of them."""
    source = draw(st.sampled_from(SOURCES))
    more: dict[str, Any] = {}
    if source == "numbers":
        rows, columns = draw(st.integers(1, 6)), draw(st.integers(1, 3))
        numbers = st.floats(-10_000, 10_000).map(lambda x: x + 0.0)
        cells = draw(st.lists(numbers, min_size=rows * columns, max_size=rows * columns))
        more["numbers"] = np.reshape(cells, (rows, columns))
        more["channels"] = draw(st.sampled_from([(), ("año", "b c", "ς")[:columns]]))
    return Own(
        source=source,
        steps=draw(st.integers(3, MAX_STEPS)),
        units=draw(st.integers(1, MAX_UNITS)),
        scheme=draw(st.sampled_from(SCHEMES)),
        text=draw(st.text(max_size=40)),
        alphabet=draw(st.text(max_size=40)),
        encoding=draw(st.sampled_from(ENCODINGS)),
        size=draw(st.integers(1, MAX_SIZE)),
        **more,
    )


@st.composite
def targets(draw: st.DrawFn) -> Target:
    """Any cell of any array, inside or outside a scene."""
    owner = draw(st.sampled_from(("x", *CELLS)))
    part = draw(st.sampled_from(parts_of(owner)))
    index = tuple(
        draw(st.integers(0, len(GATES[owner]) - 1 if axis == "gate" else 999_999_999))
        for axis in AXES[part]
    )
    return Target(owner, part, index)


def edit_lists(max_size: int) -> st.SearchStrategy[tuple[Edit, ...]]:
    values = st.floats(-1e15, 1e15)
    edit = st.builds(Edit, targets(), values)
    return st.lists(edit, max_size=max_size, unique_by=lambda e: e.target).map(tuple)


def settings(max_edits: int = 5) -> st.SearchStrategy[Setting]:
    return st.builds(
        Setting,
        scene=st.sampled_from(NAMES),
        word=WORDS,
        alongside=st.sampled_from(ALONGSIDE),
        match=st.sampled_from(MATCH),
        seed=st.none() | st.integers(0, parameters.LARGEST_SEED),
        sort=st.none() | st.sampled_from(SORT),
        notation=st.none() | st.sampled_from(NOTATIONS),
        engine=st.sampled_from(ENGINES),
        cell=st.sampled_from(CELLS),
        form=st.sampled_from(FORMS),
        type=st.sampled_from(TYPES),
        edits=edit_lists(max_edits),
        step=st.none() | st.integers(0, parameters.LARGEST_INDEX - 1),
        unit=st.none() | st.integers(0, parameters.LARGEST_INDEX - 1),
    )


def through_a_browser(query: dict[str, str]) -> dict[str, str]:
    """The parameters as an address writes and reads them."""
    return dict(parse_qsl(urlencode(query), keep_blank_values=True))


def opened(**query: str) -> tuple[Setting, list[str]]:
    return link.decode(query, NAMES)


# Round trips ----------------------------------------------------------------------------------


@given(setting=settings())
def test_a_link_opens_the_setting_it_was_made_from(setting: Setting) -> None:
    query, left_out = link.encode(setting)
    assert left_out == 0
    assert link.decode(through_a_browser(query), NAMES) == (setting, [])


@given(own=owns(), setting=settings())
def test_a_link_opens_the_visitor_s_own_scene(own: Own, setting: Setting) -> None:
    setting = replace(setting, scene=OWN, own=own)
    query, _ = link.encode(setting)
    assume(link.own_fits(own))
    assert link.decode(through_a_browser(query), NAMES) == (setting, [])


def test_numbers_too_many_for_a_link_are_left_out_and_the_rest_still_opens() -> None:
    own = Own(source="numbers", numbers=np.arange(3000.0)[:, None], units=5)
    assert not link.own_fits(own)
    query, _ = link.encode(Setting(scene=OWN, own=own))
    assert query == {"scene": OWN, "source": "numbers", "units": "5"}
    reopened, rejected = link.decode(query, NAMES)
    assert rejected == []
    assert reopened.own == Own(source="numbers", units=5)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"x": "1,2_3"}, "The link says x=“1,2_3”; it must be rows of numbers; Row 2 has 1"),
        ({"x": "1,nan"}, "The link says x=“1,nan”; it must be rows of numbers; Row 1, column 2"),
        ({"steps": "10001"}, "it must be a whole number from 1 to 10000"),
        ({"source": "rain"}, "it must be one of pulse, copy"),
        ({"source": "adding", "steps": "1"}, "The link's own scene was left out: steps is 1"),
    ],
)
def test_a_bad_scene_of_one_s_own_is_named(query: dict[str, str], said: str) -> None:
    setting, rejected = link.decode({"scene": OWN, **query}, NAMES)
    assert setting.scene == OWN
    assert len(rejected) == 1
    assert said in rejected[0]


@pytest.mark.parametrize(
    ("field", "value", "query"),
    [
        ("notation", conventions.CHUNG, {"notation": "chung"}),
        ("notation", conventions.notation_of("after", "write", 1), {"notation": "after.write.1"}),
        ("engine", "torch", {"engine": "torch"}),
        ("cell", "lstm", {"cell": "lstm"}),
        ("form", "joined", {"form": "joined"}),
        ("type", "large", {"type": "large"}),
        ("scene", "cue", {"scene": "cue"}),
        ("word", "gate", {"word": "gate"}),
        ("alongside", "none", {"with": "none"}),
        ("match", "parameters", {"match": "parameters"}),
        ("seed", 0, {"seed": "0"}),
        *(("sort", sort, {"sort": sort}) for sort in SORT),
        ("step", 0, {"t": "1"}),
        ("unit", 216, {"u": "217"}),
    ],
)
def test_each_field_alone_is_one_parameter(field: str, value: Any, query: dict[str, str]) -> None:
    setting = replace(Setting(), **{field: value})
    assert link.encode(setting) == (query, 0)
    assert link.decode(query, NAMES) == (setting, [])


def test_the_default_setting_has_an_empty_link() -> None:
    assert link.encode(Setting()) == ({}, 0)
    assert link.decode({}, NAMES) == (Setting(), [])


def test_edits_stand_in_the_link_as_text_that_an_address_leaves_alone() -> None:
    edits = (Edit(Target.parse("x.4.0"), 0.5), Edit(Target.parse("gru.w_h.update.1.2"), -1e-7))
    query, _ = link.encode(Setting(edits=edits))
    assert query["e"].startswith("x.4.0_0.5~gru.w_h.update.1.2_-1e-07")
    assert urlencode(query) == f"e={query['e']}"


# Bad links ------------------------------------------------------------------------------------

HUGE = "9" * 5000
BAD = [
    *[("scene", text) for text in ("", "Pulse", "nothing", HUGE)],
    *[("with", text) for text in ("", "gpu", "LSTM", HUGE)],
    *[("match", text) for text in ("", "size", HUGE)],
    *[("type", text) for text in ("", "huge", "1.8", HUGE)],
    *[("sort", text) for text in ("", "name", HUGE)],
    *[("seed", text) for text in ("", "-1", "1.5", "1e3", "٣", " 1", "²", "4294967296", HUGE)],
    *[("t", text) for text in ("", "0", "-1", "1000001", "step", HUGE)],
    *[("u", text) for text in ("", "0", "1.0", "1000001", HUGE)],
    *[(name, "0" * 12 + "9" * 30) for name in ("seed", "t", "u")],
    *[(name, "0" * 12 + HUGE) for name in ("seed", "t", "u")],
    ("word", "a" * 101),
    ("word", HUGE),
]


@pytest.mark.parametrize(("name", "text"), BAD, ids=lambda text: f"{text[:20]}")
def test_a_bad_value_is_named_and_the_default_kept(name: str, text: str) -> None:
    setting, rejected = opened(**{name: text})
    assert setting == Setting()
    (sentence,) = rejected
    assert name in sentence
    assert link.shortened(text) in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 250


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"with": "gpu"}, "The link says with=“gpu”; it must be one of lstm, rnn, none."),
        (
            {"seed": "-1"},
            "The link says seed=“-1”; it must be a whole number from 0 to 4294967295.",
        ),
        ({"t": "0"}, "The link says t=“0”; it must be a whole number from 1 to 1000000."),
        (
            {"scene": "pulze"},
            "The link names the scene “pulze”; it must be one of "
            f"{', '.join((*NAMES, OWN, MODEL))}.",
        ),
        ({"sead": "1"}, "The link's “sead” is not something this page knows; it was left out."),
    ],
)
def test_the_sentence_says_what_was_got_and_what_is_needed(
    query: dict[str, str], sentence: str
) -> None:
    assert link.decode(query, NAMES) == (Setting(), [sentence])


def test_one_bad_value_costs_only_itself() -> None:
    setting, rejected = opened(scene="cue", seed="x", t="7", e="x.1.0_0.5~x.2.0_half~x.3.0_1.0~")
    assert setting.scene == "cue"
    assert setting.step == 6
    assert [str(edit) for edit in setting.edits] == ["x.1.0_0.5", "x.3.0_1.0"]
    assert len(rejected) == 2
    assert "seed" in rejected[0]
    assert "“x.2.0_half”" in rejected[1]


@pytest.mark.parametrize(
    "text",
    [
        *("x", "x.1.0", "x.1.0_", "_", "_1", "x.1.0_nan", "x.1.0_inf", "x.1.0_1e16", "x.1_1"),
        *("gru.c0.0_1", "gpu.h0.0_1", "gru.w_x.nothing.0.0_1", "x.1.0_1_1", "x.-1.0_1", "é.1.0_1"),
        *("x.1.0_" + "9" * 400, "x." + "9" * 400 + ".0_1", "x.1.0_0x1", "x.1.0_1,5", "x.1.0_1e999"),
    ],
    ids=lambda text: text[:20],
)
def test_a_bad_edit_is_quoted_with_its_reason(text: str) -> None:
    setting, rejected = opened(e=f"{text}~")
    assert setting == Setting()
    (sentence,) = rejected
    assert sentence.startswith(f"The link's edit {link.shortened(text)} was left out: ")
    assert len(sentence) < 400


def test_parameters_that_embed_the_page_are_left_alone() -> None:
    assert opened(embed="true", embed_options="dark_theme") == (Setting(), [])


def test_every_unknown_name_is_named_shortened() -> None:
    _, rejected = opened(**{"page": "2", "edits": "1", "x" * 500: "1"})
    assert ["“page”" in rejected[0], "“edits”" in rejected[1]] == [True, True]
    assert f"“{'x' * 39}…”" in rejected[2]
    assert len(rejected) == 3


@given(
    query=st.dictionaries(
        st.sampled_from(["scene", "word", "with", "match", "seed", "sort", "t", "u", "e"])
        | st.text(),
        st.text() | st.text("0123456789-+._~eExgru"),
        max_size=6,
    )
)
@example(query={"seed": "0" * 12 + HUGE})
def test_no_link_raises_and_what_it_opens_has_a_link(query: dict[str, str]) -> None:
    setting, rejected = link.decode(query, NAMES)
    assert all(sentence.endswith(".") for sentence in rejected)
    assert link.decode(link.encode(setting)[0], NAMES) == (setting, [])


@given(text=st.text())
def test_a_quoted_text_has_at_most_40_characters(text: str) -> None:
    quoted = link.shortened(text)
    assert (quoted[0], quoted[-1]) == ("“", "”")
    assert len(quoted) <= 42
    if len(text) <= 40:
        assert quoted == f"“{text}”"
    else:
        assert quoted == f"“{text[:39]}…”"


# Long links -----------------------------------------------------------------------------------


@cache
def many_edits(count: int) -> tuple[Edit, ...]:
    return tuple(Edit(Target.parse(f"x.{step}.0"), (step + 1) / 7) for step in range(count))


@pytest.mark.parametrize("count", [0, 1, 10, 50, 100, 1000, 3000])
def test_a_long_list_of_edits_leaves_the_link_short_enough_and_counts_the_rest(count: int) -> None:
    setting = Setting(scene="crowd", word="abc", seed=1, edits=many_edits(count), step=5, unit=1)
    query, left_out = link.encode(setting)
    assert len(urlencode(query)) <= link.LONGEST_LINK
    reopened, rejected = link.decode(through_a_browser(query), NAMES)
    assert rejected == []
    assert reopened == replace(setting, edits=setting.edits[: count - left_out])
    # Nothing is left out for which there was room.
    if left_out:
        nearly = replace(setting, edits=setting.edits[: count - left_out + 1])
        assert link.encode(nearly)[1] == 1


def test_a_long_list_that_fits_is_put_into_blocks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """How many fit is looked for only where not all do: each try writes them all."""
    written = []
    monkeypatch.setattr(
        link, "compact", lambda cells: written.append(True) or [f"{len(list(cells))}"]
    )
    assert link.encode(Setting(edits=many_edits(99)))[0] == {"e": "99~"}
    assert len(written) == 1


@given(setting=settings(max_edits=40), word=st.text("aé字-", max_size=100))
def test_no_link_is_too_long_as_an_address_writes_it(setting: Setting, word: str) -> None:
    more = tuple(
        edit for edit in many_edits(400) if edit.target not in {e.target for e in setting.edits}
    )
    query, _ = link.encode(replace(setting, word=word, edits=(*setting.edits, *more)))
    assert len(urlencode(query)) <= link.LONGEST_LINK


@given(data=st.data())
def test_a_link_cut_on_its_way_never_opens_numbers_it_did_not_say(data: st.DataObject) -> None:
    edits = many_edits(300)
    query, left_out = link.encode(Setting(edits=edits))
    assume(len(query["e"]) > link.SAFE_LINK)
    cut = data.draw(st.integers(link.SAFE_LINK + 1, len(query["e"]) - 1))
    reopened, rejected = opened(e=query["e"][:cut])
    assert reopened.edits == edits[: len(reopened.edits)]
    assert len(reopened.edits) < len(edits) - left_out
    # Only a cut exactly between two edits cannot be told from a whole link.
    assert rejected or query["e"][cut - 1] == "~"
