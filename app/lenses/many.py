"""Over many texts: what each unit of a loaded layer does in all of them, sorted and found."""

import numpy as np

from app.contract import Sifted
from app.figures import theme
from app.figures.many import over_texts as drawn
from app.lenses.base import Axis, Chart, Choice, Lens, View
from app.lenses.naming import sentence
from app.screen.at_hand import Loaded, find
from app.screen.many import OverTexts, over_texts
from app.screen.screen import Screen
from app.setting.link import shortened
from app.setting.sifted import EXAMPLE, ORDERS, Sifting, sifting_of
from app.setting.source import MODEL
from app.words.names import letter_of
from app.words.numbers import count, number, six_figures
from app.words.say import say
from gru_core.analysis.many import Key, Summary, found, ordered, shown
from gru_core.conventions import KEEP_GATE, SATURATION, STATES, TRACKS, Cell

MOST_NAMED = 20  # units that a sentence names
KEYS: tuple[Key, ...] = ("mean", "between", "spread", "near_zero", "near_one")

SPREADS: tuple[Key, ...] = ("between", "spread")


def view(screen: Screen) -> View:
    """One chart for each track of the layer, with a row for each unit."""
    loaded = find(screen.setting.model) if screen.setting.scene == MODEL else None
    if loaded is None:
        return View([], words=[say("lenses.many.no_model")])
    if not loaded.model.texts:
        return View([], words=[say("lenses.many.no_texts")])
    made = over_texts(loaded)
    if made is None:
        return View([], words=[say("lenses.many.waiting")], waiting=True)
    if made.gates is None:
        return View([], words=[sentence(made.problem)])
    cell = loaded.entry.cell
    tracks = _tracks(screen, loaded, made, cell)
    asked, problems = _asked(screen, cell)
    return View(
        [_chart(screen, cell, name, one, asked) for name, one in tracks.items()],
        choices=[
            Choice(
                str(Sifting(order, asked.track, asked.above, asked.threshold)),
                say(f"lenses.many.order.{order}"),
            )
            for order in ORDERS
        ],
        chosen=str(asked),
        asks=say("lenses.many.asks"),
        words=[
            *problems,
            *_read(made),
            _found(screen, cell, tracks[asked.track], asked),
            *_changed(screen),
        ],
        notes=_notes(made),
        controls={"sifting": _controls(screen, cell, tracks, asked)},
    )


def _tracks(screen: Screen, loaded: Loaded, made: OverTexts, cell: Cell) -> dict[str, Summary]:
    """Those of the layer and the direction on the stage, as the notation shows them."""
    assert made.gates is not None
    at, second = loaded.place
    ways = [way for way in ("forward", "backward") if _name(at, way, "hidden") in made.gates.tracks]
    way = ways[-1] if second or len(ways) == 1 else ways[0]
    polarity = screen.notation.polarity
    return {
        track: shown(made.gates.tracks[_name(at, way, track)], track, polarity)
        for track in TRACKS[cell]
    }


def _name(at: int, way: str, track: str) -> str:
    return ".".join((f"layer{at}", way, track))


def _asked(screen: Screen, cell: Cell) -> tuple[Sifting, list[str]]:
    """What is asked, of a track that there is; and a sentence where it was not understood."""
    text, usual = screen.setting.of, KEEP_GATE.get(cell, STATES[cell][0])
    asked = sifting_of(text) if text else Sifting()
    if asked is None:
        said = say("lenses.many.unreadable", asked=shortened(text), example=EXAMPLE)
        return Sifting(track=usual), [said] if "." in text else []
    track = asked.track if asked.track in TRACKS[cell] else usual
    return Sifting(asked.order, track, asked.above, asked.threshold), []


def _chart(screen: Screen, cell: Cell, track: str, one: Summary, asked: Sifting) -> Chart:
    order: list[int] = ordered(one, asked.order).tolist()
    keys = [key for key in KEYS if getattr(one, key) is not None]
    values = np.stack([getattr(one, key)[order] for key in keys], axis=1)
    columns = [say(f"lenses.many.column.{key}") for key in keys]
    return Chart(
        name=".".join((cell, "many", track)),
        title=theme.QUANTITIES[track].name,
        symbol=letter_of(cell, track, screen.notation),
        figure=drawn(
            values,
            _scale(screen, cell, track),
            [say(f"lenses.many.short.{key}") for key in keys],
            order,
            [at for at, key in enumerate(keys) if key in SPREADS],
        ),
        reads="grid",
        corner="unit",
        rows=Axis("units", order=order),
        columns=Axis("names", columns, noun="quantities"),
        values=values,
        height=150,
    )


def _scale(screen: Screen, cell: Cell, track: str) -> str:
    """The track whose range it is drawn in: its own where the layer is not on the stage."""
    return screen.drawn_as(cell, track) if cell in screen.traces else track


def _read(made: OverTexts) -> list[str]:
    """How many texts and steps there are, and what of them is not known."""
    assert made.gates is not None
    texts, steps = count(made.gates.sequences, "text"), count(made.gates.steps, "step")
    said = [say("lenses.many.read", texts=texts, steps=steps)]
    if made.unknown:
        how = "unknown_marked" if made.marked else "unknown_left"
        words = count(made.words, "word")
        said.append(say(f"lenses.many.{how}", n=made.unknown, words=words))
    if made.without:
        said.append(say("lenses.many.without", n=made.without))
    if made.cut:
        said.append(say("lenses.many.cut", n=made.cut))
    if made.gates.sequences == 1:
        said.append(say("lenses.many.one_text"))
    return [" ".join(said)]


def _found(screen: Screen, cell: Cell, one: Summary, asked: Sifting) -> str:
    units = found(one, asked.above, asked.threshold)
    fields = {
        "symbol": letter_of(cell, asked.track, screen.notation),
        "level": six_figures(asked.threshold),
        "all": count(len(one.mean), "unit"),
    }
    end = "above" if asked.above else "below"
    if not len(units):
        return say(f"lenses.many.none_{end}", **fields)
    listed = ", ".join(str(unit + 1) for unit in units[:MOST_NAMED].tolist())
    if len(units) > MOST_NAMED:
        listed = say("lenses.many.listed", units=listed, others=len(units) - MOST_NAMED)
    return say(f"lenses.many.found_{end}", n=len(units), listed=listed, **fields)


def _changed(screen: Screen) -> list[str]:
    changed = screen.edits or screen.setting.interventions
    return [say("lenses.many.changed")] if changed else []


def _notes(made: OverTexts) -> list[str]:
    assert made.gates is not None
    low, high = SATURATION
    return [
        say("lenses.many.mean"),
        say("lenses.many.spreads"),
        say("lenses.many.near", low=number(low), high=number(high)),
    ]


def _controls(screen: Screen, cell: Cell, tracks: dict[str, Summary], asked: Sifting) -> Sifted:
    """What assets/stage/lens/sifting.js needs."""
    one = tracks[asked.track]
    names = [theme.QUANTITIES[track].name for track in tracks]
    letters = [letter_of(cell, track, screen.notation) for track in tracks]
    units = len(one.mean)
    return {
        "asked": asked.order,
        "tracks": [
            {"value": track, "label": " ".join(said)}
            for track, said in zip(tracks, zip(names, letters, strict=True), strict=True)
        ],
        "track": asked.track,
        "above": asked.above,
        "threshold": asked.threshold,
        "units": units,
        "found": found(one, asked.above, asked.threshold)[:MOST_NAMED].tolist(),
        "words": {
            "unit": say("lenses.many.sift.unit"),
            "track": say("lenses.many.sift.track"),
            "end": say("lenses.many.sift.end"),
            "above": say("lenses.many.sift.above"),
            "below": say("lenses.many.sift.below"),
            "threshold": say("lenses.many.sift.threshold"),
            "no_threshold": say("lenses.many.sift.no_threshold"),
            "no_unit": say("lenses.many.sift.no_unit", units=units),
            "found": say("lenses.many.sift.found"),
        },
    }


LENS = Lens("many", view)
