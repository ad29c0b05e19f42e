"""Numbers in words: one rule of rounding, so that no sentence says more than is so.

A share that is not 0 or 1 is never said to be 0 % or 100 %, a gate that is not 1 never to be 1,
and a time past all counting is put in words. No line ends within a number (app.words.ties).
assets/stage/core/format.js follows the same rules; both are held to tests/words/numbers.json.
Halves round away from zero, as in the browser.
"""

import math
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from app.words.say import say
from app.words.ties import TIE

FIGURES: Final = 3
# From the first to below the second a number is written out; others have a power of ten.
WRITTEN_OUT: Final = (1e-4, 1e5)
# This far below 1, three figures would say 1: decimals tell it, and nearer the distance itself.
NEAR_ONE: Final = (5e-4, 1e-4)
MOST_STEPS: Final = 1e6
SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def percent(share: float) -> str:
    """A share in percent: whole ones, two decimals where these would say 0 or 100.

    And “under 0.01 %” or “over 99.99 %” where those would, too: 0.5 gives 50 %, 0.9975 gives
    99.75 %, 1 − 2e-8 gives over 99.99 %.
    """
    whole = _decimals(100 * share, 0)
    if whole not in ("0", "100") or share in (0, 1):
        return f"{whole}{TIE}%".replace("-", "−")
    exact = _decimals(100 * share, 2)
    if exact == "0.00":
        return say("words.numbers.under_percent")
    if exact == "100.00" and share < 1:
        return say("words.numbers.over_percent")
    return f"{_short(exact)}{TIE}%"


def number(value: float) -> str:
    """Three figures, without trailing zeros: 0.5, −12,300, 1.9 · 10⁻²², 1 − 1.5 · 10⁻⁸."""
    if math.isnan(value):
        return say("words.numbers.no_number")
    if math.isinf(value):
        return "−∞" if value < 0 else "∞"
    rest = 1 - abs(value)
    if 0 < rest < NEAR_ONE[0]:
        return _near_one(value, rest)
    return _plain(value) or _power(value, FIGURES)


def brief(value: float) -> str:
    """Three figures for a small cell or the end of an axis: 0.5, 12300, 1.9e−22."""
    plain = _plain(value)
    if plain:
        return plain.replace(",", "")
    mantissa, exponent = _scientific(value, FIGURES)
    return f"{mantissa}e{exponent}".replace("-", "−")


def six_figures(value: float) -> str:
    """A number that somebody has typed, as a link has it and a sentence repeats it."""
    return f"{value:.6g}"


def steps(value: float) -> str:
    """A number of steps that need not be whole, such as a half-life: over a million at most."""
    if math.isinf(value):
        return say("words.numbers.endless_steps")
    if value > MOST_STEPS:
        return say("words.numbers.most_steps")
    if 0 < value < 0.01:
        return say("words.numbers.least_steps")
    said = number(value) if value < WRITTEN_OUT[1] else f"{_rounded(value, FIGURES):,f}"
    return say("words.nouns.step", n=1 if said == "1" else 2, number=said)


def half_life(value: float) -> str:
    """A half-life in steps, or what none and an infinite one mean."""
    if value == 0:
        return say("words.numbers.replaced")
    return say("words.numbers.kept") if math.isinf(value) else steps(value)


def count(how_many: int, noun: str) -> str:
    """1 step, 20 steps, 1,000 units. noun: as the catalogue has it, in the singular."""
    return say(f"words.nouns.{noun}", n=how_many, number=whole(how_many))


def whole(number: int) -> str:
    """A whole number, with commas between its thousands: 20, 1,000."""
    return f"{number:,}"


def one_decimal(value: float) -> str:
    """A size of which more figures say nothing: 0.1, 12.0."""
    return f"{value:.1f}"


def two_decimals(value: float) -> str:
    """A temperature and the like, of which two decimals are known: 0.30, 25.71."""
    return f"{value:.2f}"


def joined(parts: Sequence[str]) -> str:
    """a; a and b; a, b and c."""
    *first, last = parts
    return say("words.numbers.joined", first=", ".join(first), last=last) if first else last


def _near_one(value: float, rest: float) -> str:
    sign = "−" if value < 0 else ""
    if rest >= NEAR_ONE[1]:
        return sign + _decimals(abs(value), 4)
    power = _power(rest, 2)
    return TIE.join(("−1", "+", power) if sign else ("1", "−", power))


def _plain(value: float) -> str:
    """Three figures, written out; empty for what needs a power of ten."""
    if value == 0:
        return "0"
    if not WRITTEN_OUT[0] <= abs(value) < WRITTEN_OUT[1]:
        return ""
    return _short(f"{_rounded(value, FIGURES):,f}").replace("-", "−")


def _power(value: float, figures: int) -> str:
    """1.92 · 10⁻²²."""
    mantissa, exponent = _scientific(value, figures)
    ten = f"10{str(exponent).translate(SUPERSCRIPTS)}"
    return TIE.join((mantissa, "·", ten)).replace("-", "−")


def _scientific(value: float, figures: int) -> tuple[str, int]:
    mantissa, _, exponent = f"{_rounded(value, figures):.{figures - 1}e}".partition("e")
    return _short(mantissa), int(exponent)


def _rounded(value: float, figures: int) -> Decimal:
    exact = Decimal(float(value))
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - figures + 1), ROUND_HALF_UP)


def _decimals(value: float, decimals: int) -> str:
    rounded = Decimal(float(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded:f}"


def _short(digits: str) -> str:
    """Without zeros at the end of the decimals."""
    return digits.rstrip("0").rstrip(".") if "." in digits else digits
