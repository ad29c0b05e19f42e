"""A Containerfile read into its stages and steps, as far as deploy/Containerfile uses the format.

What is not understood is refused: a step that is passed over would make a trial worth nothing.
"""

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field

KNOWN = frozenset(
    {"ARG", "FROM", "RUN", "COPY", "WORKDIR", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
)
VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
OPTION = re.compile(r"--([\w-]+)=(\S+)\s+")


class ContainerfileError(Exception):
    """The file has something that is not understood here."""


@dataclass(frozen=True)
class Step:
    """One instruction. name: in capitals; text: what follows, on one line."""

    name: str
    text: str

    def options(self) -> tuple[dict[str, str], str]:
        """Its `--name=value` at the front, and what follows them."""
        rest, found = self.text, {}
        while match := OPTION.match(rest):
            found[match[1]] = match[2]
            rest = rest[match.end() :]
        return found, rest

    def words(self) -> list[str]:
        """What follows, as a list in JSON. Errors: ContainerfileError for a shell's line."""
        try:
            words = json.loads(self.options()[1])
        except ValueError:
            words = None
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ContainerfileError(f"{self.name} {self.text} is no list of words.")
        return words


@dataclass(frozen=True)
class Stage:
    """base: the image or the earlier stage that it begins with; name: empty if it has none."""

    base: str
    name: str
    steps: list[Step] = field(default_factory=list)


def steps(text: str) -> list[Step]:
    """Every instruction, without comments. Errors: ContainerfileError for an unknown one."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    found = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, rest = line.partition(" ")
        if name not in KNOWN:
            raise ContainerfileError(f"{name} is not one of {', '.join(sorted(KNOWN))}.")
        found.append(Step(name, rest.strip()))
    return found


def stages(text: str, given: Mapping[str, str]) -> list[Stage]:
    """The stages in their order. given: values of each ARG before the first FROM."""
    found: list[Stage] = []
    for step in steps(text):
        if step.name == "FROM":
            base, _, name = filled(step.text, given).partition(" AS ")
            found.append(Stage(base.strip(), name.strip()))
        elif found:
            found[-1].steps.append(step)
        elif step.name != "ARG":
            raise ContainerfileError(f"{step.name} stands before the first FROM.")
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables; one that has no value is empty, as in an image."""
    return VARIABLE.sub(lambda found: values.get(found[1] or found[2], ""), text)


def pairs(step: Step, values: Mapping[str, str]) -> dict[str, str]:
    """What an ENV sets. Errors: ContainerfileError for the old form without an equals sign."""
    found = [word.partition("=") for word in shlex.split(step.text)]
    if not all(equals for _, equals, _ in found):
        raise ContainerfileError(f"ENV {step.text} needs NAME=VALUE.")
    return {name: filled(value, values) for name, _, value in found}
