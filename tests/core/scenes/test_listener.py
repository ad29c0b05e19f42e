"""The Listener is what its file says: Opus's own layers, and what its gates do on two stretches."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from gru_core import GRUWeights, run
from gru_core.changes.interventions import Intervention
from gru_core.errors import GatescopeError
from gru_core.scenes.listener import ARRAYS, CLIPS, Listener, load_listener
from gru_core.scenes.quoted import Quoted, Source
from gru_core.scenes.scene import situation
from gru_core.trace import Trace
from scripts import listen_opus
from tests.core.opened_scenes import ASSETS, BY_NAME

MODEL = ASSETS / "models" / "listener.npz"
DOCUMENT = Path(__file__).parents[3] / "docs" / "speech.md"
PARTS = ("w_x", "w_h", "b_x")  # its b_h are zero
DETECTOR = 16  # the unit whose gate tells music from speech
both_clips = pytest.mark.parametrize("clip", CLIPS)


def states(listener: Listener, clip: str = "shown", *held: Intervention) -> Trace:
    return run(listener.weights, listener.clips[clip].sequence.x, interventions=held)


def heard(listener: Listener, clip: str, *held: Intervention) -> tuple[float, int, int]:
    """The part that is taken wrongly, changes of the decision, steps until music is heard."""
    found = listener.clips[clip]
    taken = listener.music(states(listener, clip, *held)["hidden"]) > 0.5
    wrong = float((taken != (np.arange(len(taken)) >= found.music_from)).mean())
    return wrong, int((taken[1:] != taken[:-1]).sum()), int(taken[found.music_from :].argmax())


def area(values: np.ndarray, music: np.ndarray) -> float:
    """The chance that a step of music has the larger value than one of speech."""
    yes, no = values[music][:, np.newaxis], values[~music]
    return float((yes > no).mean() + (yes == no).mean() / 2)


# The network ----------------------------------------------------------------------------------


@both_clips
def test_what_is_said_is_what_opus_itself_has_said(listener: Listener, clip: str) -> None:
    music = listener.music(states(listener, clip)["hidden"])
    np.testing.assert_allclose(music, listener.clips[clip].opus, atol=1e-6, rtol=0)


def test_its_states_are_those_of_the_equations_in_torch(listener: Listener) -> None:
    """With the reset gate before the product, as torch.nn.GRU cannot have it."""
    w_x, w_h, b = (torch.tensor(np.array(getattr(listener.weights, p))) for p in PARTS)
    h, found = torch.zeros(24, dtype=torch.float64), []
    for x in torch.tensor(np.array(listener.clip.sequence.x)):
        r, z = torch.sigmoid(w_x[:2] @ x + w_h[:2] @ h + b[:2])
        n = torch.tanh(w_x[2] @ x + w_h[2] @ (r * h) + b[2])
        h = z * h + (1 - z) * n
        found.append(h.numpy())
    np.testing.assert_allclose(states(listener)["hidden"], found, atol=1e-12, rtol=0)


def test_its_numbers_are_bytes_and_its_reset_gate_is_before_the_product(
    listener: Listener,
) -> None:
    weights = listener.weights
    assert isinstance(weights, GRUWeights)
    assert not weights.reset_after
    assert (weights.units, weights.input_size) == (24, 32)
    for part in PARTS:
        in_128ths = getattr(weights, part) * 128
        assert (in_128ths == in_128ths.round()).all()
        assert (np.abs(in_128ths) <= 128).all()
    assert not weights.b_h.any()


def test_the_licence_of_opus_is_beside_its_weights() -> None:
    manifest = (MODEL.parent / "MANIFEST").read_text(encoding="utf-8")
    assert hashlib.sha256(MODEL.read_bytes()).hexdigest() in manifest
    assert f"{listen_opus.DATA_SHA256}  src/mlp_data.c" in manifest
    licence = (MODEL.parent / "LICENSE-opus.txt").read_text(encoding="utf-8")
    assert "Redistribution and use in source and binary forms" in licence
    assert MODEL.stat().st_size < 300_000


# What it hears --------------------------------------------------------------------------------


@both_clips
def test_six_seconds_are_speech_and_then_music(listener: Listener, clip: str) -> None:
    found = listener.clips[clip]
    assert (len(found.sequence.labels), found.sequence.labels[-1]) == (300, "6.00 s")
    assert found.sequence.target is not None
    assert np.flatnonzero(found.sequence.target).tolist() == list(range(found.music_from, 300))


@both_clips
def test_the_document_has_what_its_gates_do(listener: Listener, clip: str) -> None:
    half, deaf, open_r = (
        Intervention("gru", track, value)
        for track, value in (("update", 0.5), ("reset", 0.0), ("reset", 1.0))
    )
    free, music = heard(listener, clip), np.arange(300) >= listener.clips[clip].music_from
    z = states(listener, clip)["update"][:, DETECTOR]
    column = [
        f"{100 * free[0]:.0f} %",
        str(free[2]),
        f"{area(z, music):.2f}",
        f"{100 * heard(listener, clip, half)[0]:.0f} %",
        str(heard(listener, clip, deaf)[1]),
        f"{100 * heard(listener, clip, open_r)[0]:.0f} %",
    ]
    assert free[1] == 1
    assert heard(listener, clip, open_r)[1] == 0
    rows = re.findall(r"^\| [^|]+ \| ([\d. %]+) \| ([\d. %]+) \|$", DOCUMENT.read_text(), re.M)
    assert [row[CLIPS.index(clip)] for row in rows] == column


def test_unit_17_is_the_one_whose_gate_tells_music_best_and_does_so_elsewhere(
    listener: Listener,
) -> None:
    """Found on what is shown; held to it on the stretch that is not."""
    areas = {}
    for clip in CLIPS:
        music = np.arange(300) >= listener.clips[clip].music_from
        areas[clip] = [area(gate, music) for gate in states(listener, clip)["update"].T]
    assert int(np.argmax(areas["shown"])) == DETECTOR
    assert areas["unseen"][DETECTOR] > 0.95


# Mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mistake", "message"),
    [
        (
            lambda one: one.music(np.zeros((3, 8))),
            "hidden has shape (3, 8); the listener needs (st",
        ),
        (lambda one: one.wrong(np.zeros(3)), "music has shape (3,); the listener needs (300,)"),
        (lambda one: BY_NAME["pulse"].with_listener(one), "the scene pulse has no model that lis"),
        (lambda _: situation(BY_NAME["speech"]), "the scene speech needs its model; open it with"),
        (
            lambda one: Quoted(situation(BY_NAME["speech"], listener=one)).value(
                Source.parse("listener.wrong"), "keep"
            ),
            "this scene has no listener to quote from.",
        ),
        (lambda _: Source.parse("listener.music"), "'listener.music' is nothing to quote; it ne"),
        (lambda _: Source.parse("listener.loud"), "'listener.loud' is nothing to quote; it nee"),
    ],
)
def test_a_mistake_is_named(
    listener: Listener, mistake: Callable[[Listener], object], message: str
) -> None:
    with pytest.raises(GatescopeError, match=re.escape(message)):
        mistake(listener)


def changed(folder: Path, change: Callable[[dict[str, np.ndarray]], object]) -> Path:
    with np.load(MODEL, allow_pickle=False) as file:
        arrays = {name: file[name] for name in ARRAYS}
    change(arrays)
    np.savez(folder / "odd.npz", **arrays)  # type: ignore[arg-type]
    return folder / "odd.npz"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda a: a.pop("out_w"), "odd.npz has no out_w: build it with scripts/listen_opus.py."),
        (
            lambda a: a.update(shown_features=np.zeros((9, 4))),
            "shown_features has shape (9, 4); it needs (step, 25).",
        ),
    ],
)
def test_a_file_that_does_not_fit_is_refused(
    tmp_path: Path, change: Callable[[dict[str, np.ndarray]], object], message: str
) -> None:
    with pytest.raises(GatescopeError, match=re.escape(message)):
        load_listener(changed(tmp_path, change))
