"""Every NPZ file that Gatescope did not write is refused in a sentence that names what is wrong."""

import json
import zipfile

import numpy as np
import pytest

from gru_core.errors import DtypeError, FormatError, GatescopeError, NotFiniteError, ShapeError
from gru_core.formats import limits, npy, npz
from gru_core.formats.answers import answered
from gru_core.formats.model import Direction, Entry
from tests.formats import entries
from tests.formats.entries import (
    make_direction,
    make_entry,
    make_file,
    npy_saying,
    unzipped,
    zipped,
)

W_X = "entry0.layer0.direction0.w_x.npy"
GOOD = npz.write(make_file(), compressed=False)
MEMBERS = unzipped(GOOD)


def changed(change) -> bytes:
    """A file after `change` has worked on its members, by name."""
    members = dict(MEMBERS)
    change(members)
    return zipped(members.items())


def put(name, content) -> bytes:
    """A file with a member added or replaced."""
    return changed(lambda members: members.update({name: content}))


def with_w_x(array) -> bytes:
    return put(W_X, entries.npy(array))


def saying(shape, **more) -> bytes:
    """A file in which the header of w_x says this shape, of three numbers that are there."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}"
    return put(W_X, npy_saying(header, **more))


def with_text(text) -> bytes:
    """A file whose JSON header is this text."""
    return put("gatescope.npy", entries.npy(np.frombuffer(text, np.uint8)))


def with_header(change) -> bytes:
    """A file whose JSON header `change` has worked on."""
    header = json.loads(npy.array("header", MEMBERS["gatescope.npy"]).tobytes())
    change(header)
    return with_text(json.dumps(header).encode())


def with_entry(**fields) -> bytes:
    """A file whose only entry has other fields."""
    return with_header(lambda header: header["entries"][0].update(fields))


def deflated(content) -> bytes:
    return zipped([("gatescope.npy", content)], zipfile.ZIP_DEFLATED)


def sized(data, size) -> bytes:
    """An archive of one member with another size in its header and in the directory."""
    entry = data.index(b"PK\x01\x02")
    said = size.to_bytes(4, "little")
    return data[:22] + said + data[26 : entry + 24] + said + data[entry + 28 :]


def flagged(data) -> bytes:
    """The first member marked as encrypted, in its header and in the directory."""
    entry = data.index(b"PK\x01\x02")
    return data[:6] + b"\x01" + data[7 : entry + 8] + b"\x01" + data[entry + 9 :]


HOSTILE = {
    "cut in half": (GOOD[: len(GOOD) // 2], "cannot be opened"),
    "without its end": (GOOD[:-1], "cannot be opened"),
    "a directory alone": (b"PK\x05\x06" + bytes(18), "holds 0 arrays of NumPy and no header"),
    "a number changed": (GOOD.replace(MEMBERS[W_X][150:160], bytes(10)), "(Bad CRC-32"),
    "a bomb": (deflated(bytes(limits.MAX_EXPANDED + 1)), "unpacks to 64 MB; up to 64 MB are read"),
    "a bomb that says it is small": (sized(deflated(bytes(10**6)), 100), "(Bad CRC-32"),
    "a member said to be larger": (sized(deflated(b"abc"), 10**6), "has 3 bytes; the archive says"),
    "a stored member said to be larger": (
        sized(zipped([("gatescope.npy", b"abc")]), 10**6),
        "'gatescope.npy' has 3 bytes; the archive says 1,000,000",
    ),
    "deflate that is none": (
        deflated(b"abc" * 99).replace(b"gatescope.npyKLJ", b"gatescope.npy\xff\xff\xff"),
        "cannot be unpacked (Error -3",
    ),
    "a member twice": (zipped([*MEMBERS.items(), (W_X, MEMBERS[W_X])]), f"has '{W_X}' twice"),
    "a member above it": (put("../../etc/passwd.npy", b"x"), "which leads out of it"),
    "a member at the root": (put("/etc/passwd.npy", b"x"), "which leads out of it"),
    "a member on a drive": (put("C:\\x.npy", b"x"), "which leads out of it"),
    "a member behind backslashes": (put("a\\..\\b.npy", b"x"), "which leads out of it"),
    "encrypted": (flagged(GOOD), "is encrypted; save the file without a password"),
    "packed otherwise": (
        zipped(MEMBERS.items(), zipfile.ZIP_LZMA),
        "is packed by method 14; stored and deflated members are read",
    ),
    "too many members": (
        zipped((f"{at}.npy", b"") for at in range(limits.MAX_TENSORS + 1)),
        "has more than 10,000 members",
    ),
    "arrays of somebody else": (
        zipped([("kernel.npy", entries.npy(np.zeros(3)))]),
        "a.npz holds 1 arrays of NumPy and no header",
    ),
    "half of a cell of PyTorch": (
        zipped([("weight_ih.npy", entries.npy(np.zeros(3)))]),
        "weight_hh is missing",
    ),
    "a member that is no array": (put("run.py", b"import os"), "holds 'run.py', which is no array"),
    "an array too many": (put("more.npy", entries.npy(np.zeros(1))), "also holds 'more.npy'"),
    "an array missing": (changed(lambda members: members.pop(W_X)), "w_x is missing; the file is"),
    "Python objects": (with_w_x(np.array([{"a": 1}], object)), "w_x holds Python objects"),
    "a header of objects": (
        put("gatescope.npy", entries.npy(np.array([{"a": 1}], object))),
        "gatescope holds Python objects",
    ),
    "texts": (with_w_x(np.array(["a"])), "w_x holds texts"),
    "fields": (with_w_x(np.zeros(2, "f4,f4")), "w_x holds \"[('f0', '<f4'), ('f1', '<f4')]\""),
    "complex numbers": (with_w_x(np.zeros(2, complex)), "w_x holds complex numbers"),
    "whole numbers": (with_w_x(np.zeros((3, 4, 3), int)), "w_x holds int64; it needs float32 or"),
    "half precision": (with_w_x(np.zeros((3, 4, 3), "f2")), "w_x holds float16; it needs float32"),
    "a shape that lies": (saying("(9,)"), "12 bytes of numbers; its shape (9,) of float32 needs"),
    "a huge shape": (saying("(99999999999,)"), "of float32 needs 399,999,999,996"),
    "a shape past all machines": (saying("(9" + "9" * 20 + ",)"), "header that NumPy does not"),
    "nothing of a huge shape": (
        saying("(0, 99999999, 99999999)", numbers=b""),
        "w_x has 0 bytes of numbers; its shape (0, 99999999, 99999999)",
    ),
    "a negative shape": (saying("(-3,)"), "w_x has a header that NumPy does not write"),
    "nine axes": (saying("(3, 1, 1, 1, 1, 1, 1, 1, 1)"), "w_x has 9 axes; up to 8 are read"),
    "code for a shape": (saying("__import__('os').abort()"), "a header that NumPy does not write"),
    "parentheses without end": (saying("(" * 900), "a header that NumPy does not write"),
    "a header too long": (saying("(3,)" + " " * 2000), "a header that NumPy does not write"),
    "a header longer than the file": (saying("(3,)", length=65535), "header that NumPy does not"),
    "a version unknown": (saying("(3,)", version=9), "does not begin as a .npy file does"),
    "no array at all": (put(W_X, b"<html>"), "is a text, such as a CSV file"),
    "a header that is no JSON": (with_text(b"{nonsense"), "the header is not JSON"),
    "a header that is no UTF-8": (with_text(b"\xff\xfe"), "the header is not JSON"),
    "a header too deep": (with_text(b"[" * 50_000 + b"]" * 50_000), "header is nested too deep"),
    "a header of numbers": (
        put("gatescope.npy", entries.npy(np.zeros(3))),
        "the header is float64 of shape (3,); it needs up to 4,000,000 bytes",
    ),
    "a header that is a list": (with_text(b"[1]"), "the header is [1]; it needs an object"),
    "a field twice": (with_text(b'{"version": 1, "version": 2}'), "the header gives a field twice"),
    "another edition": (with_header(lambda header: header.update(version=2)), "version is 2; it"),
    "a field unknown": (with_header(lambda header: header.update(x=1)), "has the field 'x'"),
    "a field missing": (with_header(lambda header: header.pop("notes")), "header has no notes"),
    "no entries": (
        with_header(lambda header: header.update(entries=[])),
        "entries is []; it needs",
    ),
    "the same arrays again": (
        with_header(lambda header: header.update(entries=header["entries"] * 2)),
        "entry1.layer0.direction0.w_x is missing",
    ),
    "a note that is no text": (with_header(lambda header: header.update(notes=[1])), "notes is 1;"),
    "a note too long": (with_header(lambda header: header.update(notes=["x" * 10_001])), "a long "),
    "a cell unknown": (with_entry(cell="mamba"), 'entry 0, cell is "mamba"; choose one of: gru'),
    "another cell": (with_entry(cell="lstm"), "the LSTM with 4 units and 3 inputs needs (4, 4, 3)"),
    "three directions": (with_entry(directions=[3]), "directions is 3; it needs a whole number"),
    "layers without end": (with_entry(directions=[1] * 65), "it needs a list"),
    "a truth for a number": (with_entry(biases=True), "biases is true; it needs a whole number"),
    "an answer unknown": (
        with_entry(says={"reset_after": "no"}),
        'reset_after is "no"; choose one',
    ),
    "a setting unknown": (with_entry(says={"colour": "red"}), "says has the field 'colour'"),
    "a merge unknown": (with_entry(merge="max"), 'merge is "max"; choose one of: concat, sum,'),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(case) -> None:
    data, says = HOSTILE[case]
    with pytest.raises(GatescopeError) as caught:
        npz.read(data, "a.npz")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_named_with_its_index(value) -> None:
    direction = make_direction()
    w_h = direction.w_h.copy()
    w_h[1, 2, 3] = value
    bad = Direction(direction.w_x, w_h, direction.b_x, direction.b_h)
    data = npz.write(make_file(Entry("a", "gru", ((bad,),))))
    with pytest.raises(NotFiniteError, match=r"entry0\.layer0\.direction0\.w_h\[1, 2, 3\] is"):
        npz.read(data, "a.npz")


def test_an_initial_state_of_another_size_and_one_missing_are_refused() -> None:
    data = unzipped(npz.write(make_file(make_entry("lstm", initial=True))))
    name = "entry0.layer0.direction0.c0.npy"
    data[name] = entries.npy(np.zeros(5, np.float32))
    with pytest.raises(ShapeError, match=r"has initial states of the shapes \[\(4,\), \(5,\)\]"):
        npz.read(zipped(data.items()), "a.npz")
    del data[name]
    with pytest.raises(FormatError, match=r"entry0\.layer0\.direction0\.c0 is missing"):
        npz.read(zipped(data.items()), "a.npz")


def test_a_file_too_large_is_not_opened() -> None:
    with pytest.raises(FormatError, match="up to 32 MB are read"):
        npz.read(bytes(limits.MAX_BYTES + 1), "a.npz")
    with pytest.raises(FormatError, match="is empty"):
        npz.read(b"", "a.npz")


def test_dtypes_do_not_mix_unseen() -> None:
    # A file may hold a float64 array beside float32 ones; running it says so.
    data = unzipped(npz.write(make_file()))
    data[W_X] = entries.npy(np.zeros((3, 4, 3)))
    file = npz.read(zipped(data.items()), "a.npz")
    with pytest.raises(DtypeError, match="gru weights mix w_x float64, w_h float32"):
        answered(file.entries[0], {})
