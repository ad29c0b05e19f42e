"""How far gradients reach: by distance from one state back to every state and input before it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import numpy as np

from app.compute.runs import run_key, run_of
from app.compute.store import Shelf
from app.contract import Controls, Reaching
from app.figures import theme
from app.figures.figure import Figure
from app.figures.gradient import Line, gradient_lines, share_lines
from app.figures.prediction import CELL_STYLE
from app.lenses.base import Axis, Chart, Choice, Lens, View, chosen_of
from app.lenses.naming import subscript, unit_of
from app.lenses.reach import offers, words
from app.screen.neighbours import compared
from app.screen.screen import Screen
from app.words.names import CELL_NAMES, activation_named, letter_of
from app.words.numbers import whole
from app.words.say import say
from gru_core.conventions import CELLS, KEEP_GATE, STATES, Cell, shown_sign
from gru_core.errors import GatescopeError
from gru_core.gradients import Gradients, gradient_by_distance
from gru_core.scenes.scene import situation
from gru_core.situation import Edit, Situation, Target, apply_edits, value_at

CHOICES = ("state", "unit")
SIZES_KEPT = 5  # arrays of one run's gradients
# Products of numbers for each cell, of which three take about two seconds on one core. Those of one
# unit are of vectors, and each takes as long as so many within a product of matrices.
MOST_PRODUCTS = 8e9
OF_VECTORS = 20
PATHS = {
    "all": Line("#D55E00", "solid", 3.0),
    "direct": Line("#0072B2", "dash"),
    "gates": Line("#009E73", "dot"),
}

_known: Shelf[Gradients] = Shelf("gradients")  # by the run: the cursor's step is no part of them


def view(screen: Screen) -> View:
    """The three cells beside each other, and the paths of the opened one."""
    choices = [Choice(name, say(f"lenses.gradients.choices.{name}")) for name in CHOICES]
    of, asks = chosen_of(screen.setting.of, choices), say("lenses.gradients.asks")
    every = beside(screen)
    follows = ("step", "unit")  # k is the step at the cursor, the bias that of its unit
    if _products(every, of) > MOST_PRODUCTS:
        said = _too_large(every, of)
        return View([], choices, of, asks, words=[said], follows=follows)
    found = {cell: _gradients(screen, every, cell, of) for cell in every.weights}
    controls: Controls = {"reaching": _reaching(screen)}
    charts = [
        _by_state(screen, found),
        _by_path(screen, found[screen.opened], screen.opened),
        _direct_share(screen, found),
        _by_input(screen, found),
    ]
    return View(
        *(charts, choices, of, asks, _notes(screen, of), _words(screen, every, found)),
        follows=follows,
        offers=offers(screen, found),
        controls=controls,
    )


def _reaching(screen: Screen) -> Reaching:
    """The bias of the gate that keeps, of the cursor's unit: it decides how much is left.

    A plain RNN has no such gate.
    """
    cell = screen.opened
    if cell not in KEEP_GATE:
        return {"target": "", "value": 0.0}
    gate = KEEP_GATE[cell]
    unit = unit_of(screen, screen.situation.weights[cell].units)
    target = Target.parse(f"{cell}.b_x.{gate}.{unit}")
    sign = shown_sign(cell, gate, screen.notation.polarity)
    return {"target": str(target), "value": float(sign * value_at(screen.base, target)) + 0.0}


def _words(screen: Screen, every: Situation, found: dict[Cell, Gradients]) -> list[str]:
    return [*words(screen, every, found), *compared(screen, found)]


def beside(screen: Screen) -> Situation:
    """The screen with every cell, those that are not on it as the scene has them."""
    missing = tuple(cell for cell in CELLS if cell not in screen.situation.weights)
    setting, base = screen.setting, screen.base
    more = situation(screen.scene, ("gru", *missing), setting.match, setting.seed)
    whole = Situation(
        base.x,
        {**base.weights, **{cell: more.weights[cell] for cell in missing}},
        {**base.initials, **{cell: more.initials[cell] for cell in missing}},
    )
    waiting = [edit for edit in screen.setting.edits if edit.target.owner in missing]
    return _with_those_that_fit(apply_edits(whole, screen.edits), waiting)


def _with_those_that_fit(situation: Situation, edits: list[Edit]) -> Situation:
    """After edits of cells that are not on screen; on screen, those that do not fit are named."""
    try:
        return apply_edits(situation, edits)
    except GatescopeError:
        for edit in edits:
            with suppress(GatescopeError):
                situation = apply_edits(situation, [edit])
        return situation


def _gradients(screen: Screen, every: Situation, cell: Cell, of: str) -> Gradients:
    weights = every.weights[cell]
    trace = screen.traces[cell] if cell in screen.traces else run_of(every, cell)
    unit = unit_of(screen, weights.hidden_size) if of == "unit" else None
    # What is held on screen is in the traces there, and in nothing beside them.
    at = screen.situation if cell in screen.traces else every
    key = (screen.setting.engine, run_key(at, cell), unit)
    size = SIZES_KEPT * 8 * (trace.steps + 1)
    return _known.get(key, size, lambda: gradient_by_distance(weights, trace, unit=unit))


def _by_state(screen: Screen, found: dict[Cell, Gradients]) -> Chart:
    """Of each cell by its h, and of the LSTM by the c that it remembers in."""
    curves = {CELL_NAMES[cell]: one["hidden"][1:] for cell, one in found.items()}
    styles = [Line(*CELL_STYLE[cell]) for cell in found]
    if "lstm" in found:
        curves[say("lenses.reach.by_cell")] = found["lstm"]["cell"][1:]
        own = theme.QUANTITIES["cell"]
        styles.append(Line(own.color, own.dash))
    title = say("lenses.gradients.by_state", last=_last(screen, *found.values()))
    return _chart(screen, "state", title, _slope(screen, "h"), curves, styles)


def _by_input(screen: Screen, found: dict[Cell, Gradients]) -> Chart:
    curves = {CELL_NAMES[cell]: one["input"] for cell, one in found.items()}
    styles = [Line(*CELL_STYLE[cell]) for cell in found]
    title = say("lenses.gradients.by_input", last=_last(screen, *found.values()))
    return _chart(screen, "input", title, _slope(screen, "x"), curves, styles)


def _chart(
    screen: Screen,
    name: str,
    title: str,
    symbol: str,
    curves: dict[str, np.ndarray],
    styles: list[Line],
    draw: Callable[..., Figure] = gradient_lines,
) -> Chart:
    return Chart(
        name=name,
        title=title,
        symbol=symbol,
        figure=draw(curves, styles, screen.labels),
        reads="across",
        corner="step",
        rows=Axis("steps"),
        columns=Axis("names", list(curves), noun="quantities"),
        values=np.stack(list(curves.values()), axis=1),
        key=[(style.color, style.dash, said) for said, style in zip(curves, styles, strict=True)],
    )


def _by_path(screen: Screen, found: Gradients, cell: Cell) -> Chart:
    state = STATES[cell][-1]
    letter = letter_of(cell, state)
    sources = {"all": state, "direct": "direct", "gates": "gates"}
    curves = {
        say(f"lenses.gradients.paths.{name}"): found[track][1:] for name, track in sources.items()
    }
    title = say(
        "lenses.gradients.by_path",
        cell=CELL_NAMES[cell],
        last=_last(screen, found),
        letter=letter,
    )
    return _chart(screen, "paths", title, _slope(screen, letter), curves, list(PATHS.values()))


def _direct_share(screen: Screen, found: dict[Cell, Gradients]) -> Chart:
    """The size of the direct path over that of all paths, for each cell that has one."""
    names: dict[Cell, tuple[str, str]] = {
        "gru": ("hidden", CELL_NAMES["gru"]),
        "lstm": ("cell", say("lenses.reach.by_cell")),
    }
    curves = {
        name: share_of(found[cell]["direct"][1:], found[cell][track][1:])
        for cell, (track, name) in names.items()
        if cell in found
    }
    own = theme.QUANTITIES["cell"]
    styles = [Line(*CELL_STYLE["gru"]), Line(own.color, own.dash)][: len(curves)]
    title = say("lenses.gradients.share")
    chart = _chart(screen, "share", title, "", curves, styles, share_lines)
    return replace(chart, height=120)


def share_of(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """A size over another, (step,); NaN where there is nothing to have a part of."""
    shares = np.full(len(whole), np.nan)
    np.divide(part, whole, out=shares, where=(whole > 0) & np.isfinite(whole))
    return shares


def _slope(screen: Screen, letter: str) -> str:
    """The derivative as it is written: of the last state by any of these."""
    return f"∂h{subscript(len(screen.labels))}/∂{letter}ₖ"


def _last(screen: Screen, *found: Gradients) -> str:
    """What the gradients are of; cells of other sizes may have another last unit."""
    step = len(screen.labels)
    units = sorted({one.unit + 1 for one in found if one.unit is not None})
    if not units:
        return say("lenses.gradients.last_state", step=step)
    names = dict(zip(("unit", "other", "third"), units, strict=False))
    return say(f"lenses.gradients.last_of.{len(units)}", step=step, **names)


def _notes(screen: Screen, of: str) -> list[str]:
    keep = "z" if screen.notation.polarity == "keep" else "1 − z"
    squash = activation_named(screen.situation.weights[screen.opened].state_activation).symbol
    lstm = screen.situation.weights.get("lstm")
    projected = lstm is not None and lstm.is_projected
    numbers = lstm.hidden_size if lstm is not None else 0
    direct = {
        "gru": say("lenses.gradients.direct_gru", keep=keep),
        "lstm": say("lenses.gradients.direct_lstm_projected")
        if projected
        else say("lenses.gradients.direct_lstm"),
        "rnn": say("lenses.gradients.direct_rnn", squash=squash),
    }
    return [
        say(f"lenses.gradients.norms_of.{of}"),
        *([say(f"lenses.gradients.projected.{of}", numbers=numbers)] if projected else []),
        direct[screen.opened],
        say("lenses.gradients.cell_varied"),
        say("lenses.gradients.ends"),
    ]


def _products(every: Situation, of: str) -> int:
    units, steps = _units(every), len(every.x)
    return steps * units**2 * (units if of == "state" else OF_VECTORS)


def _units(every: Situation) -> int:
    return max(weights.units for weights in every.weights.values())


def _too_large(every: Situation, of: str) -> str:
    units, steps = _units(every), whole(len(every.x))
    if of == "state" and _products(every, "unit") <= MOST_PRODUCTS:
        return say("lenses.gradients.too_large_but_unit", units=units, steps=steps)
    return say("lenses.gradients.too_large", units=units, steps=steps)


LENS = Lens(
    "gradients",
    view,
)
