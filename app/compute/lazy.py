"""Attributes that are computed when first asked for."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


def lazy(compute: Callable[[Any], T]) -> "Lazy[T]":
    """A property that is computed when first asked for and kept, each object for itself.

    `functools.cached_property` of Python 3.11 holds one lock for all objects of a class, so that
    one visitor's large run would make every other visitor wait. Later versions hold none, as here:
    two who ask at the same moment may compute the same value twice.
    """
    return Lazy(compute)


class Lazy(Generic[T]):
    """What `lazy` makes of a method."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        # An attribute of the object comes before a descriptor that cannot be set.
        value: T = instance.__dict__.setdefault(self._name, self._compute(instance))
        return value
