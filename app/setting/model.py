"""Which layer of which file the visitor's own model is, and what it is fed with: a frozen value."""

from dataclasses import dataclass, replace

# Among the answers those that say how a file is put together: of gru_core.formats.whole.loose.
AROUND = ("embedding", "head", "head_reads")


@dataclass(frozen=True)
class Model:
    """What is asked for. Files are named by their keys (app/compute/uploads.py), empty for none."""

    file: str = ""
    layer: str = ""  # as the file calls it; empty for the first one
    at: int = 0  # of a stack, the lowest being 0
    backward: bool = False  # of two directions
    answers: tuple[tuple[str, str], ...] = ()  # to what the file does not say
    source: str = "noise"  # one of gru_core.inputs.feed.FEEDS
    steps: int = 48  # of a generator
    text: str = ""
    vocabulary: str = ""
    numbers: str = ""
    length: int = 0  # how many steps of a text or of numbers count; 0 for all
    masked: str = ""  # those of them that are passed over besides, as in 2,5-7, counted from 1

    texts: str = ""  # many of them, for the view of what gates do in all
    column: str = ""  # of that file; empty for the one that is called text or sentence

    @property
    def keys(self) -> tuple[str, ...]:
        """Of every file that is needed."""
        return tuple(key for key in (self.file, self.vocabulary, self.numbers, self.texts) if key)

    def with_answer(self, setting: str, answer: str) -> "Model":
        """This model with one question answered, or with an empty answer open again."""
        kept = tuple(one for one in self.answers if one[0] != setting)
        if not answer:
            return replace(self, answers=kept)
        return replace(self, answers=(*kept, (setting, answer)))

    def of_layer(self, layer: str) -> "Model":
        """Another layer of the file, from its lowest up, with nothing answered yet."""
        return replace(self, layer=layer, at=0, backward=False, answers=())
