"""Arrays of NumPy in pickles, and plain pickles: read like tensors, and nothing is run."""

import pickle
import struct
from collections.abc import Callable

import numpy as np
import pytest
import torch

from gru_core.errors import FormatError
from gru_core.formats import read, sniff
from gru_core.formats.answers import answered
from gru_core.formats.checking import check
from gru_core.formats.running import run_ready
from tests.formats.torch_files import (
    call,
    filled,
    legacy,
    named,
    number,
    program,
    row,
    saved,
    table,
    text,
    with_pickle,
)

X = np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32)
GRU = filled(torch.nn.GRU(3, 4, 2, bidirectional=True))
STATE = GRU.state_dict()
ARRAYS = {name: one.numpy() for name, one in STATE.items()}
ALONE = "PyTorch reads no such file without running what is in it"


def of_protocol(write: Callable[..., bytes], protocol: int) -> Callable[[object], bytes]:
    options = {"protocol": protocol} if write is pickle.dumps else {"pickle_protocol": protocol}
    return lambda content: write(content, **options)


WAYS = {
    f"{name} {protocol}": of_protocol(write, protocol)
    for name, write in (("torch.save", saved), ("pickle", pickle.dumps))
    for protocol in (2, 3, 4, 5)
} | {"old torch.save": legacy}
NAMED_BY_NUMPY_1 = (b"numpy._core.", b"numpy.core.")


def by_numpy_1(content: object) -> bytes:
    """As NumPy 1 names its functions, whose names stand in lines in protocol 2."""
    made = pickle.dumps(content, 2)
    assert NAMED_BY_NUMPY_1[0] in made
    return made.replace(*NAMED_BY_NUMPY_1)


def changed(change: Callable[[np.ndarray], np.ndarray]) -> dict[str, np.ndarray]:
    return {name: change(array) for name, array in ARRAYS.items()}


CONTENTS = {
    "arrays": ARRAYS,
    "columns first": changed(np.asfortranarray),
    "transposed": changed(lambda one: np.ascontiguousarray(one.T).T),
    "turned": changed(lambda one: one[::-1].copy()[::-1]),
    "the other order of bytes": changed(lambda one: one.astype(">f4")),
    "read-only": changed(lambda one: np.frombuffer(one.tobytes(), "f4").reshape(one.shape)),
    "in a dictionary": {"model": ARRAYS, "epoch": 3, "tags": {"a", "b"}, "kinds": frozenset("ab")},
    "beside objects": {"model": ARRAYS, "log": np.array([None, "a"]), "who": np.array(["me"])},
    "tensors": STATE,
    "a module": GRU,
}


def check_is_read(data: bytes, wanted: torch.nn.Module = GRU) -> tuple[str, ...]:
    """Hold what is read, and what the check gives, to the module. Returns the notes."""
    file = read(data, "model.pkl")
    [entry] = file.entries
    with torch.no_grad():
        outputs = wanted(torch.from_numpy(X).to(next(wanted.parameters()).dtype))[0]
    made = run_ready(answered(entry, {}), X).output
    checked = check(data, "model.pkl", entry.name, X, {})
    # A tenth of the smallest difference between two weights of another order.
    for one in (made, checked):
        np.testing.assert_allclose(one, outputs.float().numpy(), rtol=0, atol=1e-6)
    return file.notes


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("content", CONTENTS)
def test_arrays_and_tensors_of_a_pickle_are_read_in_every_way(content: str, way: str) -> None:
    notes = check_is_read(WAYS[way](CONTENTS[content]))
    safe = content == "tensors" and way in ("torch.save 2", "old torch.save")
    assert any(one.startswith(ALONE) for one in notes) is not safe


@pytest.mark.parametrize("content", ["arrays", "columns first", "beside objects"])
def test_arrays_of_numpy_1_are_read(content: str) -> None:
    check_is_read(by_numpy_1(CONTENTS[content]))


def test_arrays_of_no_numbers_are_stepped_over_and_named() -> None:
    notes = check_is_read(saved(CONTENTS["beside objects"]))
    said = "Stepped over, neither read nor run: log (numpy.ndarray), who (numpy.ndarray)."
    assert said in notes


@pytest.mark.parametrize("dtype", [np.float64, np.float16])
@pytest.mark.parametrize("way", ["pickle 2", "pickle 5", "torch.save 2"])
def test_other_precisions_are_kept(dtype: type, way: str) -> None:
    data = WAYS[way](changed(lambda one: one.astype(dtype)))
    weights = read(data, "a.pkl").entries[0].layers[0][0].w_x
    assert weights.dtype == (np.float64 if dtype is np.float64 else np.float32)
    wanted = ARRAYS["weight_ih_l0"].astype(dtype).astype(np.float64).reshape(3, 4, 3)
    np.testing.assert_array_equal(weights, wanted)


def test_a_layer_of_whole_numbers_or_of_objects_is_refused_by_name() -> None:
    with pytest.raises(FormatError, match="weight_ih_l0 holds int64"):
        read(saved(changed(lambda one: one.astype(np.int64))), "a.pt")
    said = "'weight_ih_l0' is an array of NumPy that holds no plain numbers"
    for kind in (object, "U4", np.dtype([("a", "f4")]), "M8[s]"):
        odd = {**ARRAYS, "weight_ih_l0": np.zeros((12, 3), kind)}
        with pytest.raises(FormatError, match=said):
            read(saved(odd), "a.pt")


@pytest.mark.parametrize("cut", range(1, 400, 13))
def test_a_plain_pickle_that_is_cut_off_is_refused(cut: int) -> None:
    for protocol in (2, 4, 5):
        for content in (ARRAYS, STATE):
            with pytest.raises(FormatError):
                read(pickle.dumps(content, protocol)[:-cut], "a.pkl")


def test_a_pickle_without_numbers_is_named_as_what_it_is() -> None:
    with pytest.raises(
        FormatError, match=r"'a\.pkl' is a pickle without tensors or arrays of NumPy"
    ):
        read(pickle.dumps({"a": 1}), "a.pkl")
    with pytest.raises(FormatError, match="its tensors are 'mean'"):
        read(pickle.dumps({"mean": np.ones(3)}), "a.pkl")
    assert sniff.kind_of(pickle.dumps({"a": 1}), "a.pkl") == "pytorch"


def grid(shape: bytes, content: bytes, kind: str = "f4", order: str = "<") -> bytes:
    """An array of NumPy as protocol 2 has it."""
    empty = call(
        named("numpy.core.multiarray._reconstruct"),
        named("numpy.ndarray"),
        row(number(0)),
        text("b"),
    )
    none = b"NNN" + number(-1) + number(-1) + number(0)
    dtype = call(named("numpy.dtype"), text(kind), b"\x89", b"\x88")
    dtype += row(number(3), text(order), none) + b"b"
    return empty + row(number(1), shape, dtype, b"\x89", content) + b"b"


def plain_bytes(content: bytes) -> bytes:
    return call(named("_codecs.encode"), text(content.decode("latin1")), text("latin1"))


TWELVE = plain_bytes(struct.pack("<12f", *range(12)))
HOSTILE = {
    "a shape too large": (grid(row(number(13)), TWELVE), "needs 52 bytes, and 48 are there"),
    "a shape too small": (grid(row(number(11)), TWELVE), "needs 44 bytes, and 48 are there"),
    "a shape below zero": (grid(row(number(-12)), TWELVE), "in a way that NumPy does not write"),
    "zero times much": (
        grid(row(number(0), number(2**40), number(2**40)), plain_bytes(b"")),
        "needs 0 bytes, and 0 are there",
    ),
    "no bytes": (grid(row(number(12)), b"N"), "needs 48 bytes, and 0 are there"),
    "a list for numbers": (grid(row(number(12)), b"]"), "needs 48 bytes, and 0 are there"),
    "signs that are no bytes": (
        grid(
            row(number(3), number(1)), call(named("_codecs.encode"), text("€" * 12), text("latin1"))
        ),
        "bytes with a sign that is none",
    ),
    "a shape that is none": (grid(b"N", TWELVE), "in a way that NumPy does not write"),
    "axes of nothing": (
        call(
            named("numpy.core.numeric._frombuffer"),
            *(TWELVE, call(named("numpy.dtype"), text("f4")), row(number(12)), text("K")),
            row(number(7)),
        ),
        "in a way that NumPy does not write",
    ),
    "a file of memory": (
        call(named("numpy.memmap"), text("/etc/passwd")),
        "would run numpy.memmap",
    ),
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.parametrize("way", [lambda one: with_pickle(program(one)), program], ids=["zip", "p"])
def test_an_array_that_says_two_things_is_refused(case: str, way: Callable[..., bytes]) -> None:
    made, said = HOSTILE[case]
    other = grid(row(number(3), number(1)), plain_bytes(bytes(12)))
    with pytest.raises(FormatError, match=said):
        read(way(table(weight_ih_l0=made, weight_hh_l0=other)), "a.pt")


def stored(content: bytes) -> bytes:
    """A storage as pickle.dump has it."""
    held = b"B" + struct.pack("<I", len(content)) + content
    return call(named("torch.storage._load_from_bytes"), held)


def test_a_storage_within_is_read_by_the_same_rules() -> None:
    cases = {
        "no file of torch.save": (stored(b"\x80\x02N."), "none of torch.save"),
        "no storage": (stored(legacy({"a": 1})), "a storage that cannot be understood"),
        "code": (
            stored(legacy_of(call(named("posix.system"), text("true")))),
            "would run posix.system",
        ),
        "a storage in a storage": (
            stored(legacy_of(stored(b""))),
            r"would run torch.storage._load_from_bytes",
        ),
    }
    for made, said in cases.values():
        with pytest.raises(FormatError, match=said):
            read(program(table(weight_hh_l0=made)), "a.pkl")


def legacy_of(content: bytes, **system: bytes) -> bytes:
    magic = program(number(0x1950A86A20F9469CFC6C)) + program(number(1001))
    said = program(table(little_endian=b"\x88", **system))
    return magic + said + program(content) + program(b"]")


def test_a_storage_read_again_and_again_costs_its_instructions_each_time() -> None:
    inner = legacy_with_storage(b"(" + b"N" * 60_000 + b"t")
    content = b"B" + struct.pack("<I", len(inner)) + inner + b"q\x01"
    made = named("torch.storage._load_from_bytes") + b"q\x00" + row(content) + b"R"
    again = b"h\x00h\x01\x85R"
    for count, said in ((1, "holds no recurrent layer|without tensors"), (5, "more than 250,000")):
        with pytest.raises(FormatError, match=said):
            read(program(b"](" + made + again * count + b"e"), "a.pkl")


def legacy_with_storage(more: bytes) -> bytes:
    """A file of torch.save with one number, and something else in what it says of the computer."""
    old = legacy(torch.ones(1).untyped_storage())
    [_, *rest] = old.split(b"little_endian", 1)
    assert rest
    magic = program(number(0x1950A86A20F9469CFC6C)) + program(number(1001))
    behind = old[old.index(b"\x80\x02", old.index(b"little_endian")) :]
    return magic + program(table(little_endian=b"\x88", more=more)) + behind


def test_a_pickle_can_be_chosen_on_the_page() -> None:
    from app.controls.model import ENDINGS

    assert {"pkl", "pickle", "pt"} <= {*ENDINGS}
