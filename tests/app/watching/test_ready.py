"""Whether visitors may come: not before the first screen, not at the end, not if a check fails."""

import asyncio
import time

import pytest

from app.watching import ready
from app.watching.ready import Readiness, State, core_steps


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("starting", (503, "Not ready: the first screen is being made.")),
        ("broken", (503, "Not ready: the first screen could not be made.")),
        ("leaving", (503, "Not ready: this process is ending.")),
        ("open", (200, "Ready.")),
    ],
)
def test_each_state_has_its_sentence(state: State, said: tuple[int, str]) -> None:
    one = Readiness()
    one.state = state
    assert asyncio.run(one.answer()) == said


def failing() -> None:
    raise OSError("the password is in here")


def test_a_check_that_fails_is_named_and_nothing_else_of_it() -> None:
    one = Readiness()
    one.state = "open"
    one.add("core", core_steps)
    one.add("store", failing)
    assert asyncio.run(one.answer()) == (503, "Not ready: store failed.")


def test_a_check_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "PATIENCE", 0.05)
    one = Readiness()
    one.state = "open"
    one.add("store", lambda: time.sleep(0.3))
    assert asyncio.run(one.answer()) == (503, "Not ready: store failed.")


def test_many_who_ask_make_one_check_a_second() -> None:
    made: list[float] = []
    now = 0.0
    one = Readiness(clock=lambda: now)
    one.state = "open"
    one.add("store", lambda: made.append(now))
    for now in (0.0, 0.5, 1.0, 1.5, 2.0):  # noqa: B007
        assert asyncio.run(one.answer())[0] == 200
    assert made == [0.0, 1.5]


def test_a_core_that_steps_wrongly_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    core_steps()
    right = ready.gru.step

    def wrong(*given: object) -> object:
        found = right(*given)  # type: ignore[arg-type]
        return found._replace(hidden=found.hidden + 1e-15)

    monkeypatch.setattr(ready.gru, "step", wrong)
    with pytest.raises(ArithmeticError):
        core_steps()
