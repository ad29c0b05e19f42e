"""How busy a process is."""

from app.compute.load import FULL, WINDOW, Load


class Machine:
    """Its clock, and what a process has taken of a processor."""

    def __init__(self) -> None:
        self.now, self.spent = 1000.0, 50.0
        self.load = Load(lambda: self.now, lambda: self.spent)

    def passes(self, seconds: float, share: float) -> bool:
        self.now += seconds
        self.spent += seconds * share
        return self.load.is_high()


def test_what_was_taken_before_the_first_question_does_not_count() -> None:
    machine = Machine()
    assert not machine.load.is_high()
    assert not machine.passes(WINDOW, FULL / 2)


def test_a_second_of_much_is_high_and_one_of_little_ends_it() -> None:
    machine = Machine()
    machine.load.is_high()
    assert machine.passes(WINDOW, FULL + 0.1)
    assert machine.passes(WINDOW / 2, 0.0)  # too short to tell
    assert not machine.passes(WINDOW, FULL - 0.1)
    assert machine.passes(WINDOW, 1.0)


def test_who_was_idle_for_long_is_not_busy_for_what_it_did_before() -> None:
    machine = Machine()
    machine.load.is_high()
    assert machine.passes(WINDOW, 1.0)
    assert not machine.passes(60, 0.01)
