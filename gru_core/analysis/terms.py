"""The summands of one number: each by itself, all as columns, and the biggest first."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from gru_core import checks
from gru_core.arrays import Array, read_only

# Of a gate: an input, a unit of the old state, the biases b and d. Of a state: what was kept, what
# was written, and what the output gate of the LSTM lets out of its cell state, which a projection
# sums over its units.
Kind: TypeAlias = Literal["input", "unit", "bias_x", "bias_h", "kept", "written", "exposed", "rest"]


@dataclass(frozen=True)
class Term:
    """One summand: weight · value, and · reset where the reset gate acts on it."""

    kind: Kind
    index: int | None  # the input or the unit, counted from 0; None where there is only one
    weight: float | None  # of W or U, a bias, or for a state the gate; None for the rest
    value: float | None  # what the weight multiplies; 1 for a bias, None for the rest
    reset: float | None  # None where the reset gate does not act
    product: float
    count: int = 1  # how many terms it sums


@dataclass(frozen=True, eq=False)
class Terms:
    """The summands of one number as columns; iterating gives each as a Term. Read-only."""

    kind: npt.NDArray[np.str_]  # (term,): each a Kind
    index: npt.NDArray[np.intp]  # (term,): -1 where there is only one of the kind
    weight: Array  # (term,)
    value: Array  # (term,)
    reset: Array  # (term,): NaN where the reset gate does not act
    product: Array  # (term,)

    def __len__(self) -> int:
        return len(self.product)

    def __iter__(self) -> Iterator[Term]:
        return (self.term(at) for at in range(len(self)))

    @property
    def total(self) -> float:
        """The sum of the products, rounded once."""
        return math.fsum(self.product.tolist())

    def term(self, at: int) -> Term:
        """The term at a place, counted from 0."""
        index, reset = int(self.index[at]), float(self.reset[at])
        return Term(
            kind=cast("Kind", str(self.kind[at])),
            index=None if index < 0 else index,
            weight=float(self.weight[at]),
            value=float(self.value[at]),
            reset=None if math.isnan(reset) else reset,
            product=float(self.product[at]),
        )


def multiplied(
    kind: npt.NDArray[np.str_],
    index: npt.NDArray[np.intp],
    weight: Array,
    value: Array,
    reset: Array,
) -> Terms:
    """Terms with their products; the arrays are made read-only."""
    product = weight * value
    np.multiply(product, reset, out=product, where=~np.isnan(reset))
    for column in (kind, index):
        column.flags.writeable = False
    return Terms(kind, index, *(read_only(column) for column in (weight, value, reset, product)))


def ranked(terms: Terms, most: int) -> tuple[Term, ...]:
    """The terms largest in magnitude, largest first, and the sum of all others as the last.

    most: how many by themselves, at least 1; equal ones stay in order. The last is of the kind
    "rest" and says by `count` how many it sums; it is left out where none are left.
    Errors: RangeError.
    """
    named = checks.whole("most", most, 1)
    order = np.argsort(-np.abs(terms.product), kind="stable")
    biggest = tuple(terms.term(int(at)) for at in order[:named])
    others = terms.product[order[named:]].tolist()
    if not others:
        return biggest
    return (*biggest, Term("rest", None, None, None, None, math.fsum(others), len(others)))
