"""Write the keys of the stage's words with their fields: `python -m scripts.stage_words`."""

import argparse
from pathlib import Path

from app.words.say import Template, fields_of
from app.words.stage import stage_words

TARGET = Path(__file__).parents[1] / "assets" / "stage" / "words.d.ts"
HEAD = """\
// The texts of the stage with their fields, written from app/words/english/stage.toml by
// `python -m scripts.stage_words`. Change them there.

export type Word = string | number;

export interface Fields {
"""


def written() -> str:
    """Every key with the fields of its text."""
    return HEAD + "".join(map(_line, stage_words().items())) + "}\n"


def _line(entry: tuple[str, Template]) -> str:
    key, found = entry
    two = not isinstance(found, str)
    named = sorted(fields_of(found))
    fields = "; ".join(f"{one}: {'number' if two and one == 'n' else 'Word'}" for one in named)
    return f'  "{key}": {{ {fields} }};\n' if fields else f'  "{key}": {{}};\n'


def main() -> None:
    """Write the file, or say with --check that it is old."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if parser.parse_args().check:
        raise SystemExit(TARGET.read_text(encoding="utf-8") != written())
    TARGET.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
