"""What can go wrong, as exceptions whose message says what we got, what we need, what to do.

GatescopeError (ValueError)
├── ShapeError          an array has the wrong number of axes or the wrong length
│   └── EmptySequenceError   there is no timestep, or no value, to work on
├── DtypeError          numbers of a kind we do not compute with
├── RangeError          a number outside its limits, or an index outside its array
│   └── NotFiniteError       NaN or infinity
├── UnknownNameError (KeyError)   a name that is not in its table
├── TextError           a text that does not follow its grammar
└── FormatError         a file of weights that is damaged, or that we do not read
"""

import reprlib
from collections.abc import Iterable

_REPR = reprlib.Repr()
_REPR.maxstring = 60


class GatescopeError(ValueError):
    """The root of every error that gru_core raises on purpose.

    template: the whole sentence, with named fields as str.format has them; without fields it is
    taken as it stands. Who shows an error in another language fills its own template.
    """

    def __init__(self, template: str = "", **fields: object) -> None:
        super().__init__(template.format(**fields) if fields else template)
        self.template = template
        self.fields = fields

    def __str__(self) -> str:
        # KeyError, a base of UnknownNameError, would put the message in quotes.
        return " ".join(str(argument) for argument in self.args)


class ShapeError(GatescopeError):
    """An array has the wrong number of axes or the wrong length."""


class EmptySequenceError(ShapeError):
    """There is no timestep, or no value, to work on."""


class DtypeError(GatescopeError):
    """Numbers of a kind we do not compute with."""


class RangeError(GatescopeError):
    """A number outside its limits, or an index outside its array."""


class NotFiniteError(RangeError):
    """NaN or infinity where a number is needed."""


class UnknownNameError(GatescopeError, KeyError):
    """A name that is not in its table."""


class TextError(GatescopeError):
    """A text that does not follow its grammar."""


class FormatError(GatescopeError):
    """A file of weights that is damaged, or that we do not read."""


def unknown_name(what: str, got: object, known: Iterable[str]) -> UnknownNameError:
    """An UnknownNameError that lists what would have been accepted."""
    return UnknownNameError(
        "{what} {got} does not exist; choose one of: {known}.",
        what=what,
        got=shown(got),
        known=", ".join(known),
    )


def shown(value: object) -> str:
    """A value as an error quotes it: its repr, the middle left out of a long text."""
    return _REPR.repr(value)
