"""The log as lines of JSON, for programs that read it: nothing in it says who a visitor is.

Of an error there are its kind and the places in the source; what it says of itself may repeat what
somebody has sent, and is left out.
"""

import json
import logging
import sys
import time
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final

REQUEST: Final[ContextVar[str]] = ContextVar("request", default="")  # its id, while it is answered


class Lines(logging.Formatter):
    """One object of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """time: of UTC. request: the id of the request that was being answered, if any was."""
        told: dict[str, Any] = {"time": _time(record.created), "level": record.levelname.lower()}
        if name := REQUEST.get():
            told["request"] = name
        told |= {"from": record.name, "says": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            told |= _of(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False)


def tell(**fields: object) -> None:
    """A line with these fields, past the rest of logging, which takes twice as long as all else."""
    told = {"time": _time(time.time()), "level": "info"} | fields
    sys.stderr.write(json.dumps(told) + "\n")


def _time(seconds: float) -> str:
    """Of UTC. seconds: since 1970."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def _of(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__name__, "places": places}


def settle() -> None:
    """Let everything that this process logs be such lines. To be called once."""
    logging.basicConfig(level=logging.INFO, handlers=[_handler()], force=True)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        if logger.handlers:
            speak(logger)


def speak(logger: logging.Logger) -> None:
    """Let one logger, which may have had handlers of its own, write them."""
    logger.handlers = [_handler()]
    logger.propagate = False


def _handler() -> logging.Handler:
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    return handler
