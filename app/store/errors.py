"""What can go wrong with a store, as one sentence each."""

from gru_core.errors import GatescopeError


class StoreError(GatescopeError):
    """The store cannot do what is asked of it now: it is away, full, or of another release."""


class FullError(StoreError):
    """There is no room for another short link."""
