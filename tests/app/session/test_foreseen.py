"""What the page foresees of a change is what the session makes of it.

The page's side, assets/stage/compute/folding.js, runs in Node.
"""

import json
import random
from typing import Any

import numpy as np
import pytest

from app.figures.weights import segments
from app.lenses.holding import view
from app.messages.changed import brief
from app.screen.baseline import baseline_of
from app.screen.page import Page
from app.screen.screen import screen_of
from app.session.state import Session, take_in
from app.setting.setting import History, Setting
from gru_core.conventions import NOTATIONS, TRACKS, BiasCount, shown_sign
from gru_core.situation import Situation, Target, value_at
from tests.app.node import told

LONG = 60  # events of a case
KINDS = (
    *("commit", "commit", "type", "draw", "revert", "hold", "hold"),
    *("undo", "undo", "redo", "free", "reset", "fill"),
    *("paste", "paste", "paste", "ablate"),
)


# With a text that is no number, and a way that is of one part alone.
FILLED = (
    *({"way": "value", "text": text} for text in ("0.5", "−1", "0", "x", "1e9")),
    {"way": "identity"},
    {"way": "guess"},
)
# Rectangles of numbers, and what only the server reads or refuses.
PASTED = (
    *("0.5", "0.5\t-1\n0.25\t2", "1\n2\n3\n", "1 2  3", "−1\t.5\r\n2.\t+1e-1\r\n", "1 2\n3 4"),
    *("1\t2\t3\t4\t5\t6", "1\n2\n3\n4", "1\n2\n3\n4\n5", " 1 2\n3 4 ", "0\t0\t0\n0\t0\t0"),
    *(
        "[[1, 2], [3, 4]]",
        "1,5\n2,5",
        "1;2",
        "a\tb\n1\t2",
        "1\t\n2\t3",
        "1\n\n2",
        '"1"\t2',
        "x",
        "",
    ),
    *("1 \t2", "1e9\t2", "1\t2\n3", "1\u00a02", "\ufeff1\t2", "nan\t1", "\t1", "1\n \n"),
    "\t".join(["0.5"] * 600),
)
LEFT = ("paste", "ablate", "undo", "redo")  # what only the server knows, and the way back from it
ABLATED = ("reset only", "update only", "leaky", "no input gate", "everything")


def places(setting: Setting) -> list[str]:
    """Parts of gates that can be filled, and what is none."""
    parts = ["w_x", "w_h", "b_x", "all", *(["b_h"] if biases_of(setting) == 2 else [])]
    gates = ("gru.update", "gru.candidate", "lstm.forget", "lstm.reset", "rnn.hidden")
    return [f"{gate}.{part}" for gate in gates for part in parts]


def biases_of(setting: Setting) -> BiasCount:
    return 1 if setting.notation is None else setting.notation.biases


def targets(base: Situation, biases: BiasCount) -> list[Target]:
    """A number of every kind that is on show."""
    found = [Target("x", "x", (2, 0)), Target("x", "x", (3, 0)), Target("gru", "h0", (1,))]
    for cell, weights in base.weights.items():
        for gate in range(len(weights.gates)):
            found += [
                Target(cell, "b_x", (gate, 1)),
                *([Target(cell, "b_h", (gate, 2))] if biases == 2 else []),
                Target(cell, "w_x", (gate, 0, 0)),
                Target(cell, "w_h", (gate, 1, 0)),
            ]
    return [*found, Target("lstm", "c0", (0,))]


def several(kind: str, target: str, setting: Setting, rng: random.Random) -> dict[str, Any]:
    """What an event says that changes many numbers at once."""
    if kind == "fill":
        return {**rng.choice(FILLED), "place": rng.choice(places(setting))}
    if kind == "paste":
        return {"target": target, "text": rng.choice(PASTED)}
    return {"name": rng.choice(ABLATED)}


def events(setting: Setting, rng: random.Random) -> list[dict[str, Any]]:
    """What somebody may do, one after the other."""
    base = baseline_of(setting).base
    known = targets(base, biases_of(setting))
    texts = ("0.5", " −1.25", ".75", "3.", "1e-2", "+2", "x", "", "1,5", "nan", "1e9", "1_0")

    def held() -> dict[str, Any]:
        cell = rng.choice(["gru", "lstm"])
        first = rng.randrange(3)
        last = rng.choice([None, first, 5])
        track = rng.choice(TRACKS[cell])  # type: ignore[index]
        unit = rng.choice([None, 0, 2])
        return {"cell": cell, "track": track, "unit": unit, "first": first, "last": last}

    def value(target: Target) -> float:
        own = value_at(base, target)
        sign = shown_sign(target.owner, target.gate, setting.polarity)
        return rng.choice([sign * own, 0.0, round(rng.uniform(-3, 3), 3), 1e5])

    def made() -> dict[str, Any]:
        target = rng.choice(known)
        kind = rng.choice(KINDS)
        match kind:
            case "commit":
                return {"kind": kind, "target": str(target), "value": value(target)}
            case "type":
                return {"kind": kind, "target": str(target), "text": rng.choice(texts)}
            case "draw":
                drawn = [round(rng.uniform(-1, 1), 2) for _ in range(rng.randint(1, 5))]
                return {"kind": kind, "channel": 0, "first": rng.randrange(4), "values": drawn}
            case "revert":
                return {"kind": kind, "target": str(target)}
            case "fill" | "paste" | "ablate":
                return {"kind": kind, **several(kind, str(target), setting, rng)}
            case "hold":
                live = rng.random() < 0.3
                return {"kind": kind, "at": held(), "value": rng.choice([0.0, 0.25]), "live": live}
            case _:
                return {"kind": kind}

    return [made() for _ in range(LONG)]


def made_of(setting: Setting, done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What is changed and held after each event, as the server tells it."""
    here = Session(history=History(setting))
    found = []
    for seq, event in enumerate(done, start=1):
        take_in(here, {"client": "test", "events": [{"seq": seq, **event}]})
        short = brief(here.history.present, setting, Page())
        assert short is not None
        found.append({"edits": short["edits"], "held": short["held"]})
    return found


def facts(setting: Setting, done: list[dict[str, Any]]) -> dict[str, Any]:
    """What the page knows of the screen, and what is done on it."""
    base = baseline_of(setting).base
    before = {}
    every = [Target("x", "x", at) for at in np.ndindex(base.x.shape)]  # type: ignore[arg-type]
    for cell, weights in base.weights.items():
        for part in ("w_x", "w_h", "b_x", "b_h"):
            every += [Target(cell, part, at) for at in np.ndindex(getattr(weights, part).shape)]  # type: ignore[arg-type]
    for target in [*targets(base, biases_of(setting)), *every]:
        sign = shown_sign(target.owner, target.gate, setting.polarity)
        before[str(target)] = sign * value_at(base, target) + 0.0
    return {
        "events": done,
        "before": before,
        "panels": [
            {
                "cell": cell,
                "units": weights.units,
                "order": baseline_of(setting).sorting[cell].order,
                "segments": [vars(one) for one in segments(weights, biases_of(setting))],
            }
            for cell, weights in base.weights.items()
        ],
        "steps": len(base.x),
        "polarity": setting.polarity,
        "biases": biases_of(setting),
        "cell": "gru",
        "ablations": view(screen_of(setting)).controls["holding"]["ablations"],
    }


def plain(changes: dict[str, Any]) -> dict[str, Any]:
    """Less how a place is named, which the page leaves to the server."""
    held = [{k: v for k, v in one.items() if k != "place"} for one in changes["held"]]
    return {"edits": list(changes["edits"]), "held": held}


@pytest.mark.parametrize(
    ("scene", "notation"), [("pulse", "pytorch"), ("pulse", "cho"), ("slate", "pytorch")]
)
def test_what_is_foreseen_is_what_comes(scene: str, notation: str) -> None:
    setting = Setting(scene=scene, sort="similarity", notation=NOTATIONS[notation])
    cases = [events(setting, random.Random(seed)) for seed in range(40)]
    answers = [made_of(setting, done) for done in cases]
    given = [
        {**facts(setting, done), "answers": answered}
        for done, answered in zip(cases, answers, strict=True)
    ]
    foreseen = told("foreseen.js", json.dumps(given).encode())
    pasted = 0
    for done, pages, server in zip(cases, foreseen, answers, strict=True):
        before: dict[str, Any] = {"edits": [], "held": []}
        for event, page, after in zip(done, pages, server, strict=True):
            where = (event, done.index(event))
            if page is None:
                assert event["kind"] in LEFT or plain(after) == plain(before), where
            else:
                assert plain(page) == plain(after), where
                pasted += event["kind"] == "paste"
            before = after
    assert pasted > 50  # of some 400
