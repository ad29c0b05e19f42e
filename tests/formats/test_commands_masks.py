"""`trace` of sequences of several lengths, masked ones, and of a batch that comes first."""

import re
from pathlib import Path

import numpy as np
import pytest

from gru_core.__main__ import main
from gru_core.formats.answers import answered
from gru_core.formats.reads import Reads
from gru_core.formats.running import run_ready
from tests.formats.entries import make_entry
from tests.formats.test_commands import X, here, traced, write

__all__ = ["here"]


def test_masked_steps_of_a_batch_are_passed_over_and_counted(here, capsys) -> None:
    entry = make_entry(reads=Reads(padding=-2.0))
    write("one.npz", entry)
    batch = np.stack([X, X], axis=1)
    batch[[1, 4], 1] = -2
    batch[2, 0, :2] = -2  # not throughout: a step like any other
    np.save("x.npy", batch)
    arrays = traced("one.npz", "--input", "x.npy")
    note = "note: 2 steps are passed over: the state goes past them unchanged, and gates are nan"
    assert note in capsys.readouterr().out
    assert any(one.startswith(note) for one in arrays["notes"].tolist())
    assert arrays["mask"].T.tolist() == [[True] * 6, [True, False, True, True, False, True]]
    kept = run_ready(answered(entry, {}), batch[[0, 2, 3, 5], 1]).output
    np.testing.assert_array_equal(arrays["output"][[0, 2, 3, 5], 1], kept)
    assert (arrays["output"][[1, 4], 1] == 0).all()


def test_lengths_and_a_mask_say_which_steps_are_padding(here, capsys) -> None:
    entry = make_entry(asks=("padding",))
    write("one.npz", entry)
    np.save("x.npy", np.stack([X, X[::-1]], axis=1))
    mask = np.array([[1, 1], [1, 1], [1, 0], [1, 0], [0, 0], [0, 0]])
    of_lengths = traced("one.npz", "--input", "x.npy", "--lengths", "4", "2")
    assert "said: padding" not in capsys.readouterr().out
    np.testing.assert_array_equal(of_lengths["mask"], mask)
    for given in (mask, mask.T.astype(np.float32), mask.astype(bool)):
        np.save("mask.npy", given)
        of_mask = traced("one.npz", "--input", "x.npy", "--mask", "mask.npy")
        for name in of_lengths.keys() - {"notes"}:
            np.testing.assert_array_equal(of_mask[name], of_lengths[name])
    one = run_ready(answered(make_entry(), {}), X[::-1][:2]).output
    np.testing.assert_array_equal(of_lengths["output"][:2, 1], one)
    np.save("x.npy", X)
    alone = traced("one.npz", "--input", "x.npy", "--lengths", "2")
    assert alone["mask"].tolist() == [True, True, False, False, False, False]
    assert "4 steps are passed over" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--lengths", "3"), "there are 1 lengths; x needs one for each of its 2 sequences"),
        (("--lengths", "3", "7"), "the lengths are 3 to 7; x has 6 steps, so each needs to be 0"),
        (("--lengths", "3", "-1"), "the lengths are -1 to 3"),
        (("--mask", "x.npy"), "the mask holds float32; it needs true for each step that is read"),
        (("--mask", "short.npy"), r"the mask has shape \(5, 2\); x needs \(6, 2\)"),
        (("--mask", "none.npy"), "No such file"),
    ],
)
def test_lengths_and_masks_that_do_not_fit_are_refused(arguments, says, here, capsys) -> None:
    np.save("x.npy", np.stack([X, X], axis=1))
    np.save("short.npy", np.ones((5, 2)))
    write("one.npz", make_entry())
    assert main(["trace", "one.npz", "--input", "x.npy", *arguments, "--out", "o.npz"]) == 2
    assert re.search(says, capsys.readouterr().err)
    assert not Path("o.npz").exists()


def test_a_batch_first_is_turned_and_said(here, capsys) -> None:
    write("one.npz", make_entry())
    batch = np.stack([X, 2 * X], axis=1)
    np.save("x.npy", batch)
    expected = traced("one.npz", "--input", "x.npy")
    assumed = "assumed: x is (step, batch, input): 2 sequences of 6 steps; if it is (batch, step"
    assert assumed in capsys.readouterr().out
    assert any(one.startswith(assumed) for one in expected["notes"].tolist())
    np.save("x.npy", batch.swapaxes(0, 1))
    for more in (("--batch-first",), ("--lengths", "6", "6")):
        arrays = traced("one.npz", "--input", "x.npy", *more)
        np.testing.assert_array_equal(arrays["output"], expected["output"])
        noted = "note: x is read as (batch, step, input)" in capsys.readouterr().out
        assert noted == (more[0] == "--lengths")
    np.save("x.npy", X[np.newaxis])
    arrays = traced("one.npz", "--input", "x.npy")
    np.testing.assert_array_equal(arrays["output"][:, 0], expected["output"][:, 0])
    np.save("x.npy", batch)
    capsys.readouterr()
    traced("one.npz", "--input", "x.npy", "--no-batch-first")
    assert "assumed: x" not in capsys.readouterr().out
