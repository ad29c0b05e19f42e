"""Attributes that are computed when first asked for."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

from app.compute.lazy import lazy


@dataclass(frozen=True)
class Asked:
    begun: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)

    @lazy
    def value(self) -> object:
        self.begun.set()
        assert self.go_on.wait(10)
        return object()


def test_a_value_is_computed_once_and_each_object_has_its_own() -> None:
    one, other = Asked(), Asked()
    one.go_on.set()
    other.go_on.set()
    assert one.value is one.value
    assert one.value is not other.value


def test_nobody_waits_for_the_value_of_another_object() -> None:
    slow, quick = Asked(), Asked()
    quick.go_on.set()
    with ThreadPoolExecutor(2) as threads:
        waited_for = threads.submit(lambda: slow.value)
        assert slow.begun.wait(10)
        try:
            assert threads.submit(lambda: quick.value).result(5)
        finally:
            slow.go_on.set()
        assert waited_for.result(10) is slow.value
