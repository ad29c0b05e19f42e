"""The visitor's own scene: what its controls are set to, pasted or uploaded is what is run."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gru_core.initialize import SCHEMES
from gru_core.inputs.sequences import SEQUENCES
from gru_core.inputs.tables import CsvFile, read_csv
from gru_core.scenes.own import TITLE, Own
from tests.app.owning import (
    COLUMN_A_STEP,
    PASTED,
    ROW_A_STEP,
    ROWS,
    SPREADSHEET,
    OwnVisit,
    assert_runs,
)
from tests.app.visiting import Unpack

# Each of them ROWS, and the names of the columns.
FORMATS: dict[str, tuple[str, tuple[str, ...]]] = {
    "spreadsheet": (SPREADSHEET, ()),
    "names": ("heat\train fall\n0.5\t1\n-0.25\t2\n0.75\t-1.5", ("heat", "rain fall")),
    "commas": ("0.5, 1\r\n-0.25, 2\r\n0.75, -1.5", ()),
    "decimal commas": ("0,5;1\n−0,25;2\n0,75;−1,5", ()),
    "spaces": ("  5e-1 1\n -2.5e-1 2\n 7.5e-1 -1.5", ()),
    "JSON": ("[[0.5, 1], [-0.25, 2], [0.75, -1.5]]", ()),
    "printed": ("[[ 0.5   1.  ]\n [-0.25  2.  ]\n [ 0.75 -1.5 ]]", ()),
    "NumPy": ("np.array([[0.5, 1.], [-0.25, 2.], [0.75, -1.5]], dtype=float32)", ()),
}
CSV = b"month,heat,note,rain\n1,0.5,dry,1\n2,-0.25,wet,2\n3,0.75,dry,-1.5\n"


Open = Callable[..., OwnVisit]


@pytest.fixture
def open_own(unpack: Unpack, new_browser: Callable[[], Any]) -> Open:
    """Opens the scene of the visitor's own with these query parameters."""
    return lambda **query: OwnVisit(unpack, new_browser(), {"scene": "own", **query})


# Controls -------------------------------------------------------------------------------------


def test_it_begins_with_a_sine_wave_and_is_in_the_list_of_scenes(open_own: Open) -> None:
    assert_runs(open_own(), Own())
    assert open_own().query == {"scene": "own"}
    scenes = open_own().offered["scene"]["options"]
    assert {"value": "own", "label": TITLE} in scenes


@pytest.mark.parametrize("source", SEQUENCES)
def test_every_generator_runs_at_every_length(open_own: Open, source: str) -> None:
    own = Own(source=source)
    here = open_own().set("selectbox", "own_source", source)
    assert_runs(here, own)
    assert_runs(here.set("number_input", "own_steps", 7), replace(own, steps=7))
    least = int(here.page.number_input(key="own_steps").min or 1)
    assert_runs(here.set("number_input", "own_steps", least), replace(own, steps=least))


def test_the_layer_is_drawn_as_the_controls_say(open_own: Open) -> None:
    here, own = open_own(), Own()
    for units in (1, 5):
        own = replace(own, units=units)
        assert_runs(here.set("number_input", "own_units", units), own)
    for scheme in reversed(SCHEMES):
        own = replace(own, scheme=scheme)
        assert_runs(here.set("selectbox", "own_scheme", scheme), own)
    assert_runs(here.set("number_input", "seed", 7), own, seed=7)
    assert here.query == {"scene": "own", "units": "5", "seed": "7"}


def test_other_cells_are_drawn_for_it_too(open_own: Open) -> None:
    here = open_own(source="noise").choose("alongside", "rnn")
    assert_runs(here, Own(source="noise"), beside="rnn")
    here.choose("match", "parameters")
    assert_runs(here, Own(source="noise"), beside="rnn", match="parameters")


def test_a_text_is_read_one_character_a_step(open_own: Open) -> None:
    own = Own(source="text", text="Übung macht’s")
    here = open_own().set("selectbox", "own_source", "text")
    assert_runs(here, Own(source="text", text="to be or not to be"))
    here.set("text_input", "own_text", "")
    assert here.problems == [
        "The text is empty; a run needs at least one character: type one. Until then a sine wave "
        "stands here."
    ]
    assert_runs(here.set("text_input", "own_text", own.text), own)
    own = replace(own, encoding="embedded")
    assert_runs(here.set("selectbox", "own_encoding", "embedded"), own)
    own = replace(own, size=3)
    assert_runs(here.set("number_input", "own_size", 3), own)
    assert_runs(here.set("number_input", "seed", 3), own, seed=3)
    assert_runs(open_own(**here.query), own, seed=3)


def test_an_alphabet_of_ones_own_gives_each_of_its_characters_a_channel(open_own: Open) -> None:
    here = open_own(source="text", text="cab")
    here.set("text_input", "own_alphabet", "abcd")
    assert_runs(here, Own(source="text", text="cab", alphabet="abcd"))
    assert here.told["x"]["channels"] == ["a", "b", "c", "d"]
    assert_runs(open_own(**here.query), Own(source="text", text="cab", alphabet="abcd"))


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("own_text", "cafe", "The text has 'f' (latin small letter f) at place 3; the alphabet"),
        ("own_alphabet", "ab", "The text has 'c' (latin small letter c) at place 1; the alphabet"),
    ],
)
def test_a_character_outside_the_alphabet_is_refused_and_nothing_changes(
    open_own: Open, field: str, value: str, says: str
) -> None:
    here = open_own(source="text", text="cab", alphabet="abcd")
    before = here.query
    here.set("text_input", field, value)
    (problem,) = here.problems
    assert problem.startswith(says)
    assert here.query == before
    assert here.told["x"]["channels"] == ["a", "b", "c", "d"]


def test_only_what_the_source_uses_is_offered(open_own: Open) -> None:
    here = open_own()

    def offered() -> set[str]:
        page = here.page
        widgets = (*page.selectbox, *page.number_input, *page.text_input, *page.text_area)
        return {widget.key or "" for widget in widgets if (widget.key or "").startswith("own_")}

    always = {"own_source", "own_units", "own_scheme"}
    assert offered() == always | {"own_steps"}
    here.set("selectbox", "own_source", "text")
    assert offered() == always | {"own_text", "own_alphabet", "own_encoding"}
    here.set("selectbox", "own_source", "numbers")
    assert offered() == always | {"own_pasted"}
    here.choose("scene", "cue")
    assert offered() == set()


def test_a_source_that_needs_more_steps_than_there_are_says_so(open_own: Open) -> None:
    here = open_own(steps="1").set("selectbox", "own_source", "copy")
    (problem,) = here.problems
    assert problem.startswith("steps is 1; it needs")
    assert here.page.selectbox(key="own_source").value == "sine"
    assert_runs(here.set("number_input", "own_steps", 3), Own(steps=3))


# Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "names"), FORMATS.values(), ids=FORMATS)
def test_pasted_numbers_are_run(open_own: Open, text: str, names: tuple[str, ...]) -> None:
    here = open_own(source="numbers", units="4").paste(text)
    assert_runs(here, replace(PASTED, channels=names, units=4))
    assert_runs(open_own(**here.query), replace(PASTED, channels=names, units=4))
    columns = replace(PASTED, numbers=ROWS.T, units=4)
    assert_runs(here.press(COLUMN_A_STEP), columns)


@pytest.mark.parametrize("text", ["[0.5, -0.25, 0.75]", "0.5\n-0.25\n0.75", "0.5 -0.25 0.75"])
def test_a_single_row_or_column_is_one_number_a_step(open_own: Open, text: str) -> None:
    here = open_own(source="numbers").paste(text)
    assert_runs(here, replace(PASTED, numbers=ROWS[:, :1]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1,2\nx,3", "Row 2, column 1 is 'x'; it needs a number"),
        ("a\tb\n1\t2\n3\t", "Row 2 below the header, column 2 is empty"),
        ("[[1, 2], [3, NaN]]", "Row 2, column 2 is 'NaN'; it needs a finite number"),
        ("1 2\n3 20000", "Row 2, column 2 is '20000'; numbers from"),
        ("1,2\n3", "Row 2 has 1 number; the row above has 2"),
        ("  ", "There is no text; at least one number is needed"),
        ("__import__('os')", "Row 1, column 1 is \"__import__('os')\"; it needs a number"),
    ],
)
def test_what_is_not_numbers_is_refused_with_its_place_and_changes_nothing(
    open_own: Open, text: str, said: str
) -> None:
    here = open_own(source="numbers").paste(FORMATS["JSON"][0])
    query, can = here.query, here.told["can"]
    for use in (ROW_A_STEP, COLUMN_A_STEP):
        here.paste(text, use)
        (problem,) = here.problems
        assert problem.startswith(said)
        assert (here.query, here.told["can"]) == (query, can)
    # Another choice goes on from what was there, and the sentence is gone.
    assert_runs(here.set("number_input", "own_units", 3), replace(PASTED, units=3))


def test_a_file_is_read_once_and_not_in_every_run(
    open_own: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two megabytes take a second."""
    found: list[bytes] = []

    def read(data: bytes) -> CsvFile:
        found.append(data)
        return read_csv(data)

    monkeypatch.setattr("app.controls.own.read_csv", read)
    content = CSV + b"4,1.0,wet,2\n"
    here = open_own(source="numbers").upload(content)
    here.set("number_input", "own_units", 5)
    here.upload(content)
    assert found == [content]


def test_a_file_s_columns_are_chosen_and_run(open_own: Open) -> None:
    here = open_own(source="numbers").upload(CSV)
    columns = here.page.multiselect(key="own_columns")
    assert (columns.options, columns.value) == (["month", "heat", "note", "rain"], [0])
    here.set("multiselect", "own_columns", [1, 3]).press("use these columns, 3 steps")
    own = replace(PASTED, channels=("heat", "rain"))
    assert_runs(here, own)
    assert_runs(open_own(**here.query), own)
    query = here.query
    here.set("multiselect", "own_columns", [1, 2]).press("use these columns")
    assert here.problems == [
        "Row 1 below the header, column 3 is 'dry'; it needs a number such as -0.25 or 1e-3: "
        "replace it."
    ]
    here.set("multiselect", "own_columns", []).press("use these columns")
    assert here.problems == ["No column is chosen; at least one is needed: choose one."]
    assert here.query == query


def test_a_file_that_is_no_table_says_why(open_own: Open) -> None:
    here = open_own(source="numbers").upload(b"PK\x03\x04")
    assert any("save it as CSV" in text.value for text in here.page.markdown)
    assert len(here.page.multiselect) == 0
