"""How many files and lines a process may have open."""

import resource


def open_as_many_as_may_be() -> None:
    """Every line takes four handles, and the usual 1,024 end at 250 pages."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
