"""What trained networks say at each step: of the sea, beside guesses without one, or of sound."""

from typing import Any

import numpy as np

from app import contract
from app.figures.prediction import STYLE, TRUTH
from app.screen.baseline import listener, series
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import joined, percent, two_decimals
from app.words.say import Fields, say
from gru_core.arrays import Array
from gru_core.conventions import CELLS
from gru_core.scenes.series import CALENDAR, Series

UNIT, PERCENT = "°C", "%"
NAME = "prediction"


def said(screen: Screen) -> bool:
    """Whether there is something that the cells say at each step."""
    return screen.scene.predicts or screen.scene.listens


def figure(screen: Screen) -> tuple[Any, ...]:
    """What prediction_lines takes: truth and predictions in °C or per cent, and the labels."""
    if screen.scene.listens:
        return 100 * listener().truth, {"gru": 100 * _music(screen)}, screen.labels, PERCENT
    model = series()
    said = {name: model.degrees(values) for name, values in _predicted(screen, model).items()}
    return model.degrees(model.truth), said, screen.labels, UNIT


def told(screen: Screen) -> contract.Prediction | None:
    """The caption: whose line is which, and their errors; None where nothing is said."""
    if screen.scene.listens:
        return _heard(screen)
    if not screen.scene.predicts:
        return None
    model = series()
    lines = [_truth(say("messages.predictions.truth"))]
    for name, values in _predicted(screen, model).items():
        color, dash = STYLE[name]
        says = CELL_NAMES.get(name) or say("messages.predictions.calendar")
        error = _degrees(model.rmse(values))
        lines.append({"name": says, "color": color, "dash": dash, "error": error})
    return {
        "part": NAME,
        "name": say("messages.predictions.name"),
        "lines": lines,
        "guess": say("messages.predictions.guess", error=_degrees(model.rmse(model.baseline))),
        "spread": spread(model),
        "label": say("messages.predictions.label", steps=len(screen.labels)),
    }


def _truth(name: str) -> contract.PredictionLine:
    return {"name": name, "color": TRUTH, "dash": "solid", "error": ""}


def _music(screen: Screen) -> Array:
    return listener().music(screen.traces["gru"]["hidden"])


def _heard(screen: Screen) -> contract.Prediction:
    model, music = listener(), _music(screen)
    color, dash = STYLE["gru"]
    error = say("messages.predictions.wrong", wrong=percent(model.wrong(music)))
    return {
        "part": NAME,
        "name": say("messages.predictions.music"),
        "lines": [
            _truth(say("messages.predictions.heard")),
            {"name": CELL_NAMES["gru"], "color": color, "dash": dash, "error": error},
        ],
        "guess": say("messages.predictions.turns", n=model.turns(music)),
        "spread": say("messages.predictions.half"),
        "label": say("messages.predictions.music_label", steps=len(screen.labels)),
    }


def spread(model: Series) -> str:
    """What other starts of the same training came to, and where the one on screen stands."""
    count = len(model.seeds["gru"])
    ranges = [
        say(
            "messages.predictions.range",
            cell=CELL_NAMES[cell],
            least=two_decimals(min(found)),
            most=two_decimals(max(found)),
            unit=UNIT,
        )
        for cell, found in model.seeds.items()
    ]
    worst = [
        CELL_NAMES[cell]
        for cell, found in model.seeds.items()
        if max(found) == found[model.seed - 1]
    ]
    wins = {
        cell: [
            str(seed)
            for seed in range(1, count + 1)
            if min(CELLS, key=lambda one: model.seeds[one][seed - 1]) == cell
        ]
        for cell in CELLS
    }
    best = [
        say(
            "messages.predictions.best",
            n=len(seeds),
            cell=CELL_NAMES[cell],
            seeds=joined(seeds),
        )
        for cell, seeds in wins.items()
        if seeds
    ]
    said: Fields = {
        "count": count,
        "ranges": joined(ranges),
        "seed": model.seed,
        "best": joined(best),
    }
    if worst:
        return say("messages.predictions.spread_worst", worst=joined(worst), **said)
    return say("messages.predictions.spread", **said)


def _predicted(screen: Screen, model: Series) -> dict[str, Array]:
    """By STYLE, standardized: what each cell predicts, and the better of the two guesses."""
    said: dict[str, Array] = {}
    for cell, trace in screen.traces.items():
        said[cell] = model.predict(trace["hidden"], cell)
    return {**said, CALENDAR: model.calendar}


def _degrees(value: float) -> str:
    return f"{two_decimals(float(np.round(value, 2)))} {UNIT}"
