"""The most that servers give: the step before more than they can do."""

from collections.abc import Awaitable, Callable

SHORTER = 1.5  # times, from one step to the next
GROWN = 1.05  # times; what grows by less does not grow
PATIENCE = 2  # steps without growth, one after the other; a single one may be chance


async def best(measure: Callable[[float], Awaitable[float]], period: float) -> tuple[float, float]:
    """The period that gave the most answers a second, and how many they were.

    measure: from seconds between two edits of a visitor to answers a second. period: the first one
    that is tried; it is shortened until the answers stop growing.
    """
    found = period, await measure(period)
    still = 0
    while still < PATIENCE:
        period /= SHORTER
        rate = await measure(period)
        still = 0 if rate > GROWN * found[1] else still + 1
        if rate > found[1]:
            found = period, rate
    return found
