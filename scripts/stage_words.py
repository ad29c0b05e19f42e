"""Write the keys of the browser side's words with their fields: `python -m scripts.stage_words`.

And the words of what is fetched later, as the file that its module reads.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path

from app.words.say import Template, fields_of
from app.words.stage import predict_words, quiz_words, stage_words

ASSETS = Path(__file__).parents[1] / "assets"
HEAD = """\
// The texts of the {what} with their fields, written from {files} of app/words/english
// by `python -m scripts.stage_words`. Change them there.

export type Word = string | number;

export interface Fields {{
"""


def written() -> dict[Path, str]:
    """Every key with the fields of its text, and the words that come later, by their files."""
    staged = {**stage_words(), **predict_words()}
    later = json.dumps(dict(predict_words()), ensure_ascii=False, indent=1) + "\n"
    return {
        ASSETS / "stage" / "words.d.ts": _declared("stage", "stage.toml and predict.toml", staged),
        ASSETS / "stage" / "learn" / "words.json": later,
        ASSETS / "learn" / "words.d.ts": _declared("quiz", "quiz_page.toml", quiz_words()),
    }


def _declared(what: str, files: str, words: Mapping[str, Template]) -> str:
    return HEAD.format(what=what, files=files) + "".join(map(_line, words.items())) + "}\n"


def _line(entry: tuple[str, Template]) -> str:
    key, found = entry
    two = not isinstance(found, str)
    named = sorted(fields_of(found))
    fields = "; ".join(f"{one}: {'number' if two and one == 'n' else 'Word'}" for one in named)
    return f'  "{key}": {{ {fields} }};\n' if fields else f'  "{key}": {{}};\n'


def main() -> None:
    """Write the files, or say with --check that one is old."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    files = written()
    if parser.parse_args().check:
        raise SystemExit(any(path.read_text(encoding="utf-8") != files[path] for path in files))
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
