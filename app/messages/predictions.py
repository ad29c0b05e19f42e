"""What trained networks say at each step: of the sea, beside guesses without one, or of sound."""

from collections.abc import Callable
from typing import Any

import numpy as np

from app import contract
from app.figures import theme
from app.figures.figure import Figure
from app.figures.prediction import NUMBERS, STYLE, TRUTH, number_lines, prediction_lines
from app.screen.baseline import listener, series
from app.screen.predicted import Predicted, is_turned, predicted
from app.screen.screen import Screen
from app.words.names import CELL_NAMES
from app.words.numbers import joined, number, percent, two_decimals
from app.words.say import Fields, say
from gru_core.arrays import Array
from gru_core.conventions import CELLS
from gru_core.scenes.series import CALENDAR, Series

UNIT, PERCENT = "°C", "%"
NAME = "prediction"


def said(screen: Screen) -> bool:
    """Whether there is something that the cells say at each step."""
    return screen.scene.predicts or screen.scene.listens or predicted(screen) is not None


def figure(screen: Screen) -> tuple[Callable[..., Figure], tuple[Any, ...]]:
    """The figure of the prediction, and what it takes."""
    found = predicted(screen)
    if found is not None:
        return number_lines, _lines(screen, found)
    return prediction_lines, _over_truth(screen)


def _over_truth(screen: Screen) -> tuple[Any, ...]:
    """What prediction_lines takes: truth and predictions in °C or per cent, and the labels."""
    if screen.scene.listens:
        return 100 * listener().truth, {"gru": 100 * _music(screen)}, screen.labels, PERCENT
    model = series()
    said = {name: model.degrees(values) for name, values in _predicted(screen, model).items()}
    return model.degrees(model.truth), said, screen.labels, UNIT


def told(screen: Screen) -> contract.Prediction | None:
    """The caption: whose line is which, and their errors; None where nothing is said."""
    found = predicted(screen)
    if found is not None:
        return _said_by_model(screen, found)
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


def _lines(screen: Screen, found: Predicted) -> tuple[Any, ...]:
    """What number_lines takes: the numbers that are largest somewhere, over the steps."""
    shown, steps = _foremost(found), len(screen.labels)
    values = (
        found.values
        if found.by_step
        else np.broadcast_to(found.values, (steps, *found.values.shape))
    )
    # A layer that reads backward is shown from its last step on, and gives them in either order.
    turned = values[::-1] if is_turned(screen) and found.by_step else values
    low, high = float(values.min()), float(values.max())
    if low >= 0 and high <= 1:
        ends = (0.0, 1.0)
    else:
        bound = theme.nice_bound(max(abs(low), abs(high)))
        ends = (-bound, bound)
    names = tuple(found.names[at] for at in shown)
    return turned[:, shown], names, screen.labels, ends


def _foremost(found: Predicted) -> list[int]:
    """The numbers that are drawn: those that are largest at most steps, then at the last one."""
    last = found.at(len(found.values) - 1)
    often = np.bincount(found.values.argmax(axis=-1).ravel(), minlength=len(last))
    order = sorted(range(len(last)), key=lambda at: (-int(often[at]), -float(last[at])))
    return order[: len(NUMBERS)]


def _said_by_model(screen: Screen, found: Predicted) -> contract.Prediction:
    last = found.at(0 if is_turned(screen) and not found.made.prefixes else len(found.values) - 1)
    at, count = int(last.argmax()), len(last)
    lines: list[contract.PredictionLine] = [
        {
            "name": found.names[one],
            "color": color,
            "dash": dash,
            "error": "",
        }
        for one, (color, dash) in zip(_foremost(found), NUMBERS, strict=False)
    ]
    name = found.place.whole.output
    if not found.by_step:
        how = say("messages.predictions.of_all")
    elif found.made.prefixes:
        how = say("messages.predictions.so_far")
    else:
        how = say("messages.predictions.at_steps")
    left = count - len(lines)
    more = [say("messages.predictions.others", n=left)] if left else []
    first: Fields = {"name": found.names[at], "value": number(float(last[at]))}
    guess = say("messages.predictions.says", **first) if count > 1 else ""
    return {
        "part": NAME,
        "name": say("messages.predictions.by_model", head=name),
        "lines": lines,
        "guess": guess,
        "spread": " ".join([how, *more]),
        "label": say("messages.predictions.model_label", steps=len(screen.labels), n=count),
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
