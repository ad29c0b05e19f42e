"""Numbers are read as they were written, or refused with the place and the reason."""

import json
import re
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from gru_core.errors import (
    EmptySequenceError,
    GatescopeError,
    NotFiniteError,
    RangeError,
    ShapeError,
    TextError,
)
from gru_core.inputs.tables import MAX_ROWS, Table, expect_shape, parse_numbers, read_csv

tables = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=6),
    elements=st.floats(-1e4, 1e4),
)
# Seconds, on a machine that does other things too; what is not linear in the text takes minutes.
QUICK = 10
# What a table is made of, in any order.
pieces = st.text("0123456789.,;+-−eE[]() \t\n\"'anriyx…", max_size=60) | st.text()


def in_full(write, array) -> str:
    with np.printoptions(floatmode="unique", precision=17, threshold=10**9):
        return write(array)


def lines(array, separator) -> str:
    return "\n".join(separator.join(map(repr, row)) for row in array.tolist())


def attempt(read, source):
    """What was read and no refusal, or nothing and the sentence; other errors are raised."""
    try:
        return read(source), ""
    except GatescopeError as error:
        return None, str(error)


# Each keeps every digit.
WRITERS = {
    "str of NumPy": lambda a: in_full(str, a),
    "repr of NumPy": lambda a: in_full(repr, a),
    "repr of NumPy on one line": lambda a: in_full(repr, a).replace("\n", " "),
    "array call with its module": lambda a: f"np.{in_full(repr, a)}",
    "list of NumPy numbers": lambda a: repr([list(row) for row in a]),
    "JSON": lambda a: json.dumps(a.tolist()),
    "JSON over lines": lambda a: json.dumps(a.tolist(), indent=2),
    "CSV": lambda a: lines(a, ","),
    "CSV with spaces": lambda a: lines(a, ", "),
    "CSV from Windows": lambda a: lines(a, ",").replace("\n", "\r\n") + "\r\n",
    "semicolons": lambda a: lines(a, ";"),
    "tabs": lambda a: lines(a, "\t"),
    "spaces": lambda a: lines(a, "   "),
    "typographic minus": lambda a: lines(a, " ").replace("-", "−"),
    "blank lines around": lambda a: f"\n \n{lines(a, ' ')}\n\n",
}


@given(tables, st.sampled_from(sorted(WRITERS)))
def test_numbers_come_back_to_the_bit_from_every_format(array, writer) -> None:
    table = parse_numbers(WRITERS[writer](array))
    np.testing.assert_array_equal(table.values, array)
    assert np.array_equal(np.signbit(table.values), np.signbit(array))
    assert table.columns == ()


@given(tables)
def test_a_file_with_names_comes_back_to_the_bit(array) -> None:
    names = [f"signal {i}" for i in range(array.shape[1])]
    text = f"{','.join(names)}\n{lines(array, ',')}"
    read = read_csv(text.encode())
    assert read.numeric_columns() == tuple(range(array.shape[1]))
    for table in (read.take(read.numeric_columns()), parse_numbers(text)):
        np.testing.assert_array_equal(table.values, array)
        assert table.columns == tuple(names)


@given(arrays(np.float32, (3, 2), elements=st.floats(-1e4, 1e4, width=32)))
def test_float32_comes_back_with_its_dtype_in_the_text(array) -> None:
    text = in_full(repr, array)
    assert "dtype=float32" in text
    np.testing.assert_array_equal(parse_numbers(text).values.astype(np.float32), array)


@given(arrays(np.float64, st.integers(1, 9), elements=st.floats(-1e4, 1e4)))
def test_a_flat_list_is_a_column_as_are_numbers_on_lines(array) -> None:
    written = (in_full(str, array), in_full(repr, array), json.dumps(array.tolist()))
    for text in (*written, "\n".join(map(repr, array.tolist()))):
        np.testing.assert_array_equal(parse_numbers(text).values, array[:, np.newaxis])


@given(tables.filter(lambda array: array.shape[1] > 1))
def test_decimal_commas_are_read_as_meant_or_refused(array) -> None:
    for separator in (";", "\t"):
        table, refusal = attempt(parse_numbers, lines(array, separator).replace(".", ","))
        if table is None:
            assert "may mark decimals or thousands" in refusal
        else:
            np.testing.assert_array_equal(table.values, array)


@given(pieces)
def test_any_text_gives_finite_numbers_or_our_own_error(text) -> None:
    table, refusal = attempt(parse_numbers, text)
    if table is None:
        assert refusal.endswith(".")
    else:
        assert np.isfinite(table.values).all()
        assert table.values.size > 0
        assert len(table.columns) in (0, table.values.shape[1])


@given(st.binary() | pieces.map(lambda text: text.encode("utf-8", "replace")))
def test_any_file_gives_columns_or_our_own_error(data) -> None:
    read, refusal = attempt(read_csv, data)
    if read is None:
        assert refusal.endswith(".")
        return
    assert all((column.values is None) == bool(column.problem) for column in read.columns)
    if chosen := read.numeric_columns():
        assert np.isfinite(read.take(chosen).values).all()
        assert read.take(chosen).values.shape == (read.rows, len(chosen))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[[ 0.1 -2.  ] [ 3. 1e-3]]", [[0.1, -2], [3, 0.001]]),
        ("[[ 0.1 -2.  ]\n [ 3.   1e-3]]", [[0.1, -2], [3, 0.001]]),
        ("array([[1., 2.],\n       [3., 4.]], dtype=float32)", [[1, 2], [3, 4]]),
        ("tensor([[1., -2.]], dtype=torch.float64)", [[1, -2]]),
        ("[\n  [1, 2],\n  [3, 4],\n]", [[1, 2], [3, 4]]),
        ("[np.float64(0.5), np.int64(-2)]", [[0.5], [-2]]),
        ("1,5;2,5", [[1.5, 2.5]]),
        ("0,500;1,250", [[0.5, 1.25]]),  # no thousands begin with 0
        ('"1,5","2,5"', [[1.5, 2.5]]),
        ("1 2\n3 4", [[1, 2], [3, 4]]),
        ("1,0\n0,1", [[1, 0], [0, 1]]),
        ("+.5 5. 1E2 −1e−3", [[0.5, 5, 100, -0.001]]),
        ("\ufeff7", [[7]]),
        ("10000 -10000", [[10000, -10000]]),
    ],
)
def test_what_people_paste_is_understood(text, values) -> None:
    assert parse_numbers(text).values.tolist() == values


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a,b\n1,2", ("a", "b")),
        ("a\tb c\n1\t2", ("a", "b c")),
        ('"x; y";"z"\n1;2', ("x; y", "z")),
        ("Mean temperature\n1\n2", ("Mean temperature",)),
        (",a\n0,1", ("column 1", "a")),
        ("a,a\n1,2", ("a", "a")),
        (f"{'n' * 90},b\n1,2", (f"{'n' * 59}…", "b")),
    ],
)
def test_a_first_row_of_names_is_the_header(text, columns) -> None:
    assert parse_numbers(text).columns == columns


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("", EmptySequenceError, "There is no text; at least one number is needed"),
        (" \n\t\n", EmptySequenceError, "There is no text"),
        ("[]", EmptySequenceError, "There are no numbers; at least one is needed"),
        ("[[], []]", ShapeError, "Row 1 is empty; each row needs numbers"),
        ("1 2\n3 x", TextError, "Row 2, column 2 is 'x'; it needs a number such as -0.25 or 1e-3"),
        ("a b\n1 2", TextError, "Row 1, column 1 is 'a'; it needs a number"),
        ("a,b\n1,c", TextError, "Row 1 below the header, column 2 is 'c'"),
        ("a,5\n1,2", TextError, "Row 1, column 1 is 'a'"),
        ("5kg\n6", TextError, "Row 1, column 1 is '5kg'"),
        ("2024-05-01\n6", TextError, "Row 1, column 1 is '2024-05-01'"),
        ("1\xa0000\n2", TextError, r"Row 1, column 1 is '1\xa0000'"),
        ("1_000", TextError, "Row 1, column 1 is '1_000'"),
        ("٣", TextError, "Row 1, column 1 is '٣'"),
        ("0x10", TextError, "Row 1, column 1 is '0x10'"),
        ("__import__('os')", TextError, '''Row 1, column 1 is "__import__('os')"'''),
        (f"{'7' * 300}x", TextError, f"'{'7' * 27}...{'7' * 27}x'"),
        ('["1", 2]', TextError, """Row 1, column 1 is '"1"'; it needs a number"""),
        ("[true]", TextError, "Row 1, column 1 is 'true'"),
        ("[[1, {}]]", ShapeError, "Row 1 holds an object; a row needs numbers only"),
        ("1,,2", TextError, "Row 1, column 2 is empty; each place needs a number: fill it in."),
        ("1\t2\n\t4", TextError, "Row 2, column 1 is empty"),
        ("1\t2\n3\t", TextError, "Row 2, column 2 is empty"),
        ("1;2;", TextError, "Row 1, column 3 is empty"),
        ("[1, 2, ]", TextError, "Row 3, column 1 is empty"),
        ("1\n\n2", ShapeError, "Row 2 is empty; each row needs numbers: fill or delete it."),
        ("1 nan", NotFiniteError, "Row 1, column 2 is 'nan'; it needs a finite number"),
        ("[1, NaN]", NotFiniteError, "Row 2, column 1 is 'NaN'"),
        ("[[1, -Infinity]]", NotFiniteError, "Row 1, column 2 is '-Infinity'"),
        ("[[1. inf]]", NotFiniteError, "Row 1, column 2 is 'inf'"),
        ("[null]", NotFiniteError, "Row 1, column 1 is 'null'"),
        ("NA\n1", NotFiniteError, "Row 1, column 1 is 'NA'"),
        ("nan,inf\n1,2", NotFiniteError, "Row 1, column 1 is 'nan'"),
        ("1 2 3\n4 5 6\n7 8", ShapeError, "Row 3 has 2 numbers; the rows above have 3: make all"),
        ("1 2\n3", ShapeError, "Row 2 has 1 number; the row above has 2"),
        ("a,b\n1,2\n3", ShapeError, "Row 2 below the header has 1 number; the header has 2 names"),
        ("[[1, 2], [3]]", ShapeError, "Row 2 has 1 number; the row above has 2"),
        ("[[1], 2]", ShapeError, "Row 2 is no list and row 1 is a list; all rows need to be alike"),
        ("[1, [2]]", ShapeError, "Row 2 is a list and row 1 is no list"),
        ("[[[1]]]", ShapeError, "Row 1 holds a list; a row needs numbers only"),
        ("[[[1.]\n  [2.]]]", ShapeError, "The brackets are nested three deep"),
        ("1e5", RangeError, "column 1 is '1e5'; numbers from -10,000 to 10,000 are accepted"),
        ("[1e999]", RangeError, "Row 1, column 1 is '1e999'"),
        ("10000.5", RangeError, "'10000.5'"),
        ("[[1. ... 2.]]", TextError, "where NumPy or another program left numbers out"),
        ("1 2\n... ...", TextError, "Row 2, column 1 is ..., where NumPy or another program left"),
        ("1,500;2,500", TextError, "'1,500', where the comma may mark decimals or thousands"),
        ("1.5;2,5", TextError, "column 2 is '2,5', with a comma, and other numbers have points"),
        ("1.000,5;2", TextError, "Row 1, column 1 is '1.000,5'; it needs a number"),
        ("0,05\n0,25", TextError, "Row 1 is '0,05', which may be one number or two"),
        ('1,"2', TextError, "What begins in line 1 has quotation marks that do not pair"),
        ('1,2\n"3" 4,5', TextError, "What begins in line 2 has quotation marks"),
        ('{"a": [1]}', TextError, "The text is an object in braces; it needs a list"),
        ("[1, 2", TextError, "A bracket is not closed; each [ needs its ]"),
        ("[1, 2] 3", TextError, "'3' stands after the last bracket; one list is needed"),
        ("[[1] x [2]]", TextError, "'x' stands around rows"),
        ("[[1], , [2]]", TextError, "', ,' stands around rows"),
        ("[[1], [2] [3]]", TextError, "',' stands around rows"),
        ("array([1, 2]", TextError, "'array([1, 2]' is not one whole array"),
        ("array([1, 2]).T", TextError, "'array([1, 2]).T' is not one whole array"),
        ("1\0", TextError, "The text holds characters that belong to no text"),
        ("\ud800", TextError, "The text holds characters that belong to no text"),
    ],
)
def test_what_is_not_a_table_of_numbers_is_refused_with_its_place(text, error, says) -> None:
    with pytest.raises(error, match=re.escape(says)):
        parse_numbers(text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1\n" * 10_001, "There are more than 10,000 rows; up to 10,000 are read"),
        ("1,2\n" * 10_001, "There are more than 10,000 rows"),
        (f"[{'1,' * 900_000}1]", "There are more than 10,000 rows"),
        ("1 " * 513, "Row 1 has 513 columns; up to 512 are read"),
        ("1," * 999_000, "Row 1 has 999,001 columns"),
        ("1" * 2_000_001, "The text has 2,000,001 characters; up to 2,000,000 are read"),
        ("1" * 1_999_999, "Row 1, column 1 is '1111"),
        ("[" * 1_999_999, "The brackets are nested three deep"),
        ("[1," * 600_000, "The brackets are nested three deep"),
        ("np.float64(" * 180_000, "Row 1, column 1 is 'np.float64("),
        ("[" + "np.float64(" * 180_000, "A bracket is not closed"),
        ("array([" + "] " * 900_000, "is not one whole array"),
        ('"' + "a," * 900_000, "has a cell of more than 131,072 characters"),
        ("\n" * 1_900_000 + "x", "Row 1, column 1 is 'x'"),
        ("x" + "\n" * 1_900_000, "Row 1, column 1 is 'x'"),
        ("1" + "\n" * 1_900_000 + "x", "There are more than 10,000 rows"),
    ],
    ids=lambda value: value[:12],
)
def test_too_much_is_refused_quickly(text, says) -> None:
    started = time.perf_counter()
    with pytest.raises(GatescopeError, match=says.replace("(", "\\(")):
        parse_numbers(text)
    assert time.perf_counter() - started < QUICK


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", EmptySequenceError, "There is no text"),
        (b"\x00" * 100, TextError, "characters that belong to no text"),
        (b"\x89PNG\r\n\x1a\n", TextError, "The file is not UTF-8 text; it needs to be: save it"),
        ("é,b\n1,2".encode("latin-1"), TextError, "The file is not UTF-8 text"),
        (b"\xff\xfea", TextError, "The file is not UTF-8 text"),
        (b"PK\x03\x04" + b"\0" * 100, TextError, "The file is an archive, such as a spreadsheet"),
        (b"1" * 2_000_001, RangeError, "The file has 2,000,001 bytes; up to 2,000,000 are read"),
        (b"x" * 1_000_000, TextError, "line 1 has a cell of more than 131,072 characters"),
        (
            b'a,b\n1,"' + b"x" * 1_000_000,
            TextError,
            "What begins in line 2 has a cell of more than",
        ),
        (b'a,b\n1,2\n3,"4', TextError, "What begins in line 3 has quotation marks that do not"),
        (b"a,b\n1,2\n3", ShapeError, "Row 2 below the header has 1 cell; the header has 2 names"),
        (b"1,x\n\n2,y", ShapeError, "Row 2 is empty"),
        (b"1,2\n" * 10_001, RangeError, "There are more than 10,000 rows"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_a_file_that_cannot_be_read_is_refused_quickly(data, error, says) -> None:
    started = time.perf_counter()
    with pytest.raises(error, match=says):
        read_csv(data)
    assert time.perf_counter() - started < QUICK


def test_text_in_one_column_does_not_stop_the_others() -> None:
    read = read_csv(b"date,warm,note,cold\n2024-01-01,1.5,,-2\n2024-01-02,2,dry,-3\n")
    assert (read.rows, read.has_header) == (2, True)
    assert read.numeric_columns() == (1, 3)
    assert [column.name for column in read.columns] == ["date", "warm", "note", "cold"]
    assert read.columns[0].problem.startswith("Row 1 below the header, column 1 is '2024-01-01'")
    assert read.columns[2].problem.startswith("Row 1 below the header, column 3 is empty")
    table = read.take([3, 1])
    assert table.columns == ("cold", "warm")
    assert table.values.tolist() == [[-2, 1.5], [-3, 2]]


def test_the_first_row_that_is_not_a_number_is_named() -> None:
    read = read_csv(b"1,2\n3,4\n5,nan\n7,x")
    assert read.columns[1].problem.startswith("Row 3, column 2 is 'nan'; it needs a finite number")
    assert [column.name for column in read.columns] == ["column 1", "column 2"]


@pytest.mark.parametrize(
    ("chosen", "error", "says"),
    [
        ((), EmptySequenceError, "No column is chosen"),
        ((0,), TextError, "Row 1 below the header, column 1 is 'k'"),
        ((1, 2), RangeError, "There is no column 2; the file has 2, counted from 0: use 0 to 1"),
        ((-1,), RangeError, "There is no column -1"),
    ],
)
def test_columns_that_cannot_be_taken_are_refused(chosen, error, says) -> None:
    with pytest.raises(error, match=says):
        read_csv(b"a,b\nk,2").take(chosen)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        "température;note\n1,5;a, b\n-2;c\n",
        "température\tnote\n1.5\ta, b\n-2\tc\n",
        'température,note\n1.5,"a, b"\n-2,"c\nd"\n',
        "température,note\r\n1.5,a;b\r\n-2,c\r\n",
        "température note\n1.5 a\n-2  c\n",
    ],
)
def test_separators_and_encodings_are_found_out(text, encoding) -> None:
    read = read_csv(text.encode(encoding))
    assert [column.name for column in read.columns] == ["température", "note"]
    assert read.take([0]).values.tolist() == [[1.5], [-2]]
    assert read.columns[1].values is None


def test_commas_of_the_whole_file_decide_what_they_mean() -> None:
    unclear = read_csv(b"a;b\n1,500;x\n2,500;y")
    assert "decimals or thousands" in unclear.columns[0].problem
    clear = read_csv(b"a;b\n1,500;0,5\n2,500;2")
    assert clear.take([0, 1]).values.tolist() == [[1.5, 0.5], [2.5, 2]]


def test_a_full_table_and_its_header_fit() -> None:
    text = "a,b\n" + "1,2\n" * MAX_ROWS
    assert parse_numbers(text).values.shape == (MAX_ROWS, 2)
    assert read_csv(text.encode()).rows == MAX_ROWS


def test_a_table_cannot_be_changed_and_can_be_turned() -> None:
    table = parse_numbers("a,b,c\n1,2,3")
    with pytest.raises(ValueError, match="read-only"):
        table.values[0, 0] = 5
    assert table.transposed().values.tolist() == [[1], [2], [3]]
    assert table.transposed().columns == ()


def test_a_shape_is_given_back_or_both_sizes_are_named() -> None:
    table = Table(np.arange(6.0).reshape(3, 2))
    assert expect_shape(table, (3, 2), "the update gate's U") is table.values
    with pytest.raises(ShapeError) as raised:
        expect_shape(table, (4, 4), "the update gate's U")
    assert str(raised.value) == (
        "The matrix has 3 rows and 2 columns; the update gate's U needs 4 rows and 4 columns."
    )


@pytest.mark.parametrize("text", ["1 2 3", "1\n2\n3"])
def test_a_vector_may_be_a_row_or_a_column(text) -> None:
    assert expect_shape(parse_numbers(text), (3,), "h0").tolist() == [1, 2, 3]


@pytest.mark.parametrize("text", ["1 2 3 4", "1 2\n3 4"])
def test_a_vector_of_another_length_is_refused(text) -> None:
    with pytest.raises(ShapeError, match="the state h0 needs 3 numbers in one row or one column"):
        expect_shape(parse_numbers(text), (3,), "the state h0")
