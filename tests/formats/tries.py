"""How often a fuzzer tries: a bounded number in `make test`, as many as you like on demand.

GATESCOPE_FUZZ=10000 tries each property so many times; `make fuzz` does it for every reader.
"""

import os


def tries(default: int) -> int:
    """The number of tries, `default` unless the environment says another."""
    return int(os.environ.get("GATESCOPE_FUZZ", default))
