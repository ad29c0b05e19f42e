"""What is in a file of weights, in words and as JSON."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from gru_core.conventions import hard_slope
from gru_core.errors import shown
from gru_core.formats.answers import Question, questions, settings_of
from gru_core.formats.model import ANSWERS, Entry, ModelFile
from gru_core.formats.whole.loose import NOTHING_CHOSEN, Chosen, before, offered, reading
from gru_core.formats.whole.pieces import Whole
from gru_core.run import MERGES
from gru_core.words import Said, counted

_HEADS: Final = ("name", "cell", "inputs", "units", "layers", "directions", "stored", "convention")
_ORDER: Final = ("reset_after", "gate_activation", "state_activation", "backward", "merge")
_TRUTH: Final = {"true": True, "false": False}


def described(file: ModelFile, entry: Entry) -> dict[str, Any]:
    """One layer by the names of the command line's JSON; None where the file leaves it open."""
    known = {**entry.assumes, **entry.says}
    chosen = {key: known.get(key) if key in settings_of(entry) else None for key in ANSWERS}
    first = entry.layers[0][0]
    gate = chosen["gate_activation"] or ""
    slope = hard_slope(gate)
    return {
        "name": entry.name,
        "cell": entry.cell,
        "input_size": first.w_x.shape[2],
        "hidden_size": len(first.w_h[0]),
        "proj_size": None if first.w_p is None else len(first.w_p),
        "layers": len(entry.layers),
        "directions": len(entry.layers[0]),
        "reset_after": _TRUTH.get(chosen["reset_after"] or ""),
        "gate_activation": gate or None if slope is None else "hard_sigmoid",
        "gate_slope": None if slope is None else round(slope, 4),
        "state_activation": chosen["state_activation"],
        "biases": entry.biases,
        "merge": entry.merge,
        "backward": _TRUTH.get(chosen["backward"] or ""),
        "initial": any(one.initial for layer in entry.layers for one in layer),
        "stored": entry.stored,
        "format": file.format,
        "questions": [
            {
                "setting": question.setting,
                "question": question.sentence,
                "answers": dict(question.answers),
                "assumed": question.assumed,
            }
            for question in _open(file, entry)
        ],
        "assumes": dict(entry.assumes),
        "notes": [*file.notes, *entry.notes],
        **_model(file, entry),
    }


def in_words(file: ModelFile, name: str) -> str:
    """Every layer of a file as a table, and below it what is assumed, open or to be known."""
    rows = [_row(entry) for entry in file.entries]
    widths = [max(len(row[at]) for row in (_HEADS, *rows)) for at in range(len(_HEADS))]
    table = [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (_HEADS, *rows)
    ]
    head = f"{_plain(name)}: {_plain(file.format)}"
    return "\n".join([head, "", *table, *_remarks(file)])


def said_of_assumed(answers: Iterable[tuple[str, str]]) -> str:
    """The line that says what is only assumed; empty if nothing is."""
    pairs = ", ".join(f"{setting}={answer}" for setting, answer in answers)
    return Said("assumed: {pairs}; change with --set", pairs=pairs) if pairs else ""


def said_of_run(
    file: ModelFile,
    entry: Entry,
    answers: Iterable[tuple[str, str]],
    chosen: Chosen = NOTHING_CHOSEN,
) -> list[str]:
    """What goes with a run of a layer: each note on it, as inspect has it, and what is assumed.

    chosen: what was said of the model around it.
    """
    found = (*file.notes, *entry.notes, *_unsaid(file, entry, chosen))
    notes: list[str] = [_noted(note) for note in found]
    assumed = said_of_assumed(answers)
    return [*notes, assumed] if assumed else notes


def _known(file: ModelFile, entry: Entry) -> Whole | None:
    """The model around a layer, as far as the file says it by itself."""
    if file.whole is not None:
        return None if file.whole.of_layer(entry.name) is None else file.whole
    return None if file.loose is None else reading(file.loose, entry, file.entries)


def _model(file: ModelFile, entry: Entry) -> dict[str, Any]:
    """What is known of the model around a layer; None for what is not."""
    whole = _known(file, entry)
    table = None if whole is None else whole.table
    return {
        "embedding": None if table is None else table.name,
        "tokens": None if table is None else len(table.arrays["w"]),
        "prediction": (whole.output or None) if whole is not None else None,
    }


def _around(file: ModelFile, entry: Entry) -> Iterator[str]:
    """Sentences on what stands around a layer, and on what has to be said of it."""
    whole = _known(file, entry)
    if whole is not None:
        yield from whole.notes
        if file.whole is not None and whole.table is not None:
            count = len(whole.table.arrays["w"])
            yield Said(
                "The model takes tokens, by {name} with {count:,} of them (--tokens).",
                name=shown(whole.table.name),
                count=count,
            )
        if file.whole is not None and whole.output:
            yield Said("Its prediction is that of {name}.", name=shown(whole.output))
    yield from _unsaid(file, entry)


def _unsaid(file: ModelFile, entry: Entry, chosen: Chosen = NOTHING_CHOSEN) -> Iterator[str]:
    """Sentences on what may stand around a layer, where the file does not say it."""
    if file.loose is None:
        return
    yield from before(file.loose, entry)
    said = offered(file.loose, entry, file.entries, chosen)
    if said:
        yield said


def _open(file: ModelFile, entry: Entry) -> tuple[Question, ...]:
    """What the file does not say of a layer; not its first state, where the model computes it."""
    piece = None if file.whole is None else file.whole.of_layer(entry.name)
    done = piece is not None and bool(piece.starts)
    return tuple(one for one in questions(entry) if not (done and one.setting == "start"))


def _row(entry: Entry) -> tuple[str, ...]:
    first = entry.layers[0][0]
    return (
        *(_plain(entry.name), entry.cell.upper(), str(first.w_x.shape[2]), str(len(first.w_h[0]))),
        *(str(len(entry.layers)), str(len(entry.layers[0])), _plain(entry.stored)),
        convention(entry),
    )


def convention(entry: Entry) -> str:
    """What a layer computes, in a few words; a setting that nobody says has a question mark."""
    known = {**entry.assumes, **entry.says}
    words: dict[str, dict[Any, str]] = {
        "reset_after": {"true": "reset after", "false": "reset before"},
        "backward": {"true": "read backward", "false": ""},
        "merge": {way: _joined(way) for way in MERGES},
    }
    parts = []
    for setting in (key for key in _ORDER if key in settings_of(entry)):
        answer = known.get(setting)
        parts.append(
            f"{setting}?" if answer is None else words.get(setting, {}).get(answer, answer)
        )
    merge = "" if "merge" in entry.assumes else _joined(entry.merge)
    projection = entry.layers[0][0].w_p
    projected = "" if projection is None else Said("projected to {n}", n=len(projection))
    parts += [counted(entry.biases, "bias"), projected, merge]
    return ", ".join(part for part in parts if part)


def _joined(merge: str) -> str:
    return "" if merge == "concat" else Said("merged by {merge}", merge=merge)


def _remarks(file: ModelFile) -> list[str]:
    lines: list[str] = [_noted(note) for note in file.notes]
    for entry in file.entries:
        name = _plain(entry.name)
        lines += [f"{name}: {_noted(note)}" for note in (*entry.notes, *_around(file, entry))]
        asked = _open(file, entry)
        guesses = [(one.setting, one.assumed) for one in asked if one.assumed is not None]
        if guesses:
            lines.append(f"{name}: {said_of_assumed(guesses)}")
        lines += [
            Said(
                "{name}: open: {question} --set {setting}={answers}",
                name=name,
                question=one.sentence,
                setting=one.setting,
                answers="|".join(one.answers),
            )
            for one in asked
            if one.assumed is None
        ]
    return ["", *lines] if lines else []


def _noted(note: str) -> Said:
    return Said("note: {note}", note=_plain(note))


def _plain(text: str) -> str:
    """Without signs that a terminal would act on."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)
