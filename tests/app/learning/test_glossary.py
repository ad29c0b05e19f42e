"""The glossary: links open what they say, searches know both languages, mistakes are named."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

from app.learning.glossary import FILE, GROUPS, Word, glossary, read
from app.screen.baseline import scenes
from app.screen.screen import Screen, screen_of
from app.setting import link
from gru_core.analysis import half_life
from gru_core.errors import TextError

WORDS = glossary().words
each_word = pytest.mark.parametrize("word", WORDS, ids=lambda word: word.theirs)


def opened(word: Word) -> Screen:
    setting, rejected = link.decode(dict(parse_qsl(word.see, keep_blank_values=True)), scenes())
    assert rejected == []
    return screen_of(setting)


def shown(theirs: str) -> Screen:
    [word] = [word for word in WORDS if word.theirs == theirs]
    return opened(word)


# The list -------------------------------------------------------------------------------------


def test_there_are_words_of_every_kind_and_none_twice() -> None:
    assert {word.group for word in WORDS} == set(GROUPS)
    assert len({word.theirs for word in WORDS}) == len(WORDS) >= 50


def test_words_of_a_group_stand_together() -> None:
    groups = [word.group for word in WORDS]
    assert groups == sorted(groups, key=GROUPS.index)


@each_word
def test_a_link_opens_without_a_word_of_trouble_and_says_nothing_that_is_so_anyway(
    word: Word,
) -> None:
    screen = opened(word)
    assert screen.problems == ()
    named = {"scene": screen.setting.scene} | link.encode(screen.setting)[0]
    assert dict(parse_qsl(word.see)) == named


@each_word
def test_what_is_said_are_sentences(word: Word) -> None:
    for text in (word.says, word.look):
        assert re.fullmatch(r"[“−A-Za-zΓ]\S* .*\.", text), text
        assert "  " not in text
        assert ".." not in text


def test_every_source_is_used_and_said_in_full() -> None:
    used = {found.partition(", ")[0] for word in WORDS for found in word.found}
    assert used == set(glossary().sources)
    assert all(text.endswith(".") for text in glossary().sources.values())


# What is said of numbers ----------------------------------------------------------------------


def gru(theirs: str, track: str) -> np.ndarray:
    screen = shown(theirs)
    return screen.tracks["gru"][track]


def test_what_is_said_of_gates_is_so() -> None:
    assert gru("Γ_u", "update")[3, 3] > 0.99  # it writes there
    book = shown("Γ_r, relevance gate")
    assert book.traces["gru"]["reset"][0, 1] == pytest.approx(0.4)
    assert book.situation.initials["gru"][0][1] == 0.5
    product = shown("∘, *, ×, Hadamard product")
    assert product.traces["gru"]["reset"][0, 0] == pytest.approx(0.2)
    assert product.situation.initials["gru"][0][0] == 0.6
    kept = shown("forget gate, said of the update gate")
    assert kept.traces["gru"]["update"][7, 1] == pytest.approx(0.5)
    coupled = shown("coupled gates, CIFG").traces["lstm"]
    np.testing.assert_allclose(coupled["forget"] + coupled["input"], 1, atol=1e-12)
    held = shown("q, said of a gate").traces["lstm"]
    assert held["output"][9, 3] < 0.05
    assert held["cell"][9, 3] > 0.9
    assert abs(held["hidden"][9, 3]) < 0.05


def test_a_reset_gate_at_zero_changes_nothing_in_its_scene() -> None:
    screen = shown("forget gate, said of the reset gate")
    assert np.all(screen.traces["gru"]["reset"] == 0)
    free = screen_of(link.decode({"scene": "pulse"}, scenes())[0])
    np.testing.assert_array_equal(screen.traces["gru"]["hidden"], free.traces["gru"]["hidden"])


def test_what_is_said_of_states_is_so() -> None:
    fresh = shown("candidate hidden state").traces["gru"]
    assert fresh["update"][3, 0] < 1e-6
    assert fresh["hidden"][3, 0] == pytest.approx(fresh["candidate"][3, 0], abs=1e-6)
    refused = shown("new memory").traces["gru"]
    assert refused["candidate"][12, 3] < -0.99
    assert refused["hidden"][12, 3] > 0.9
    cell = shown("long-term memory").traces["lstm"]["cell"][:, 1]
    np.testing.assert_allclose(cell[5:10], cell[4:9] / 2, rtol=0.01)


def test_what_is_said_of_sizes_and_of_what_is_held_is_so() -> None:
    crowd = shown("units, hidden_size, hidden units").traces["gru"]
    assert (crowd.steps, crowd.units) == (100, 32)
    leaky = shown("leaky unit").traces["gru"]
    assert np.all(leaky["reset"] == 1)
    expected = 0.9 * leaky.previous("hidden") + 0.1 * leaky["candidate"]
    np.testing.assert_allclose(leaky["hidden"], expected, atol=1e-12)
    carousel = shown("constant error carousel, CEC").traces["lstm"]
    assert np.all(carousel["forget"] == 1)
    assert np.all(carousel["cell"][4:12] > 0.9)


def test_what_is_said_of_times_is_so() -> None:
    keep = shown("time constant, characteristic forgetting time").traces["gru"]["update"][7, 1]
    assert keep == pytest.approx(0.5)
    assert float(half_life(np.array([keep]))[0]) == pytest.approx(1)
    assert -1 / np.log(keep) == pytest.approx(1.44, abs=0.005)


def test_placement_changes_h_where_the_note_is_pointed_at() -> None:
    moved = shown("reset_after, linear_before_reset").to_own_placement
    assert moved is not None
    assert moved > 0


# Searching ------------------------------------------------------------------------------------


def found(text: str) -> list[str]:
    return [word.theirs for word in glossary().found(text)]


@pytest.mark.parametrize(
    ("typed", "theirs"),
    [
        ("u", "u"),
        ("gamma", "Γ_u"),
        ("Γu", "Γ_u"),
        ("h'", "h′, current memory content"),
        ("current mem", "h′, current memory content"),
        ("weight_hh", "weight_ih, weight_hh"),
        ("W_R", "W_F and W_R"),
        ("[x, h]", "[h, x] and [x, h]"),
        ("CANDIDATE", "new gate, n"),  # ours
        ("update gate", "Γ_u"),  # ours
        ("h̃", "h̃, candidate activation"),
        ("onnx peep", "peephole"),
        ("carry", "carry state"),
    ],
)
def test_a_word_is_found_by_theirs_and_by_ours(typed: str, theirs: str) -> None:
    assert theirs in found(typed)
    assert len(found(typed)) < len(WORDS)


def test_a_letter_is_that_letter_and_not_the_beginning_of_a_word() -> None:
    assert "carry state" in found("c")  # c, the cell state
    assert "Γ_r, relevance gate" not in found("c")  # although candidate begins so
    assert found("q") == ["q, said of a gate"]


def test_nothing_typed_finds_everything_and_nonsense_nothing() -> None:
    assert found("") == found("  ,’ ") == [word.theirs for word in WORDS]
    assert found("zyx") == []


# Mistakes -------------------------------------------------------------------------------------

SOUND = """
[sources]
Olah = "Understanding LSTM Networks."
[[words]]
group = "gates"
theirs = "u"
ours = "z"
says = "It is."
see = "scene=pulse"
look = "There."
found = ["Olah, 3"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "words.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    [word] = read(written(tmp_path, SOUND)).words
    assert word.found == ("Olah, 3",)
    assert FILE.name == "words.toml"


@pytest.mark.parametrize(
    ("was", "instead", "said"),
    [
        ('group = "gates"', 'group = "doors"', 'words[0].group is "doors"; choose one of: gates,'),
        ('ours = "z"\n', "", "words[0] has no ours; it needs: group,"),
        ('ours = "z"', 'ours = " "', "words[0].ours is"),
        ('ours = "z"', "ours = 3", "words[0].ours is"),
        ('look = "There."', 'look = "There."\nlok = ""', "words[0] has the field 'lok'"),
        ('"Olah, 3"', '"Nobody"', 'words[0].found is "Nobody"; choose one of: Olah.'),
        ('found = ["Olah, 3"]', 'found = "Olah"', "words[0].found is"),
        ("[[words]]", "[words]", ""),
        ("[sources]", "[sourses]", "the glossary has the field 'sourses'"),
        ('theirs = "u"', "theirs = u", "Invalid value"),
    ],
)
def test_a_mistake_names_the_file_the_field_and_what_is_needed(
    tmp_path: Path, was: str, instead: str, said: str
) -> None:
    assert was in SOUND
    path = written(tmp_path, SOUND.replace(was, instead))
    if not said:  # a single word may stand as a table
        assert len(read(path).words) == 1
        return
    with pytest.raises(TextError) as caught:
        read(path)
    assert str(caught.value).startswith("words.toml: ")
    assert said in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TextError, match=r"none\.toml"):
        read(tmp_path / "none.toml")
