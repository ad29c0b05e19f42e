"""Write the keys of the stage's words with their fields: `python -m scripts.stage_words`.

And the words of what is fetched later, as the file that its module reads.
"""

import argparse
import json
from pathlib import Path

from app.words.say import Template, fields_of
from app.words.stage import predict_words, stage_words

STAGE = Path(__file__).parents[1] / "assets" / "stage"
TARGET = STAGE / "words.d.ts"
LATER = STAGE / "learn" / "words.json"
HEAD = """\
// The texts of the stage with their fields, written from stage.toml and predict.toml
// (app/words/english) by `python -m scripts.stage_words`. Change them there.

export type Word = string | number;

export interface Fields {
"""


def written() -> str:
    """Every key with the fields of its text."""
    every = {**stage_words(), **predict_words()}
    return HEAD + "".join(map(_line, every.items())) + "}\n"


def later() -> str:
    """The words that come with a module of their own."""
    return json.dumps(dict(predict_words()), ensure_ascii=False, indent=1) + "\n"


def _line(entry: tuple[str, Template]) -> str:
    key, found = entry
    two = not isinstance(found, str)
    named = sorted(fields_of(found))
    fields = "; ".join(f"{one}: {'number' if two and one == 'n' else 'Word'}" for one in named)
    return f'  "{key}": {{ {fields} }};\n' if fields else f'  "{key}": {{}};\n'


def main() -> None:
    """Write the files, or say with --check that they are old."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if parser.parse_args().check:
        there = [path.read_text(encoding="utf-8") for path in (TARGET, LATER)]
        raise SystemExit(there != [written(), later()])
    TARGET.write_text(written(), encoding="utf-8")
    LATER.write_text(later(), encoding="utf-8")


if __name__ == "__main__":
    main()
