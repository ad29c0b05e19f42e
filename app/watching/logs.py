"""The log as lines of JSON, for programs that read it: nothing in it says who a visitor is.

Of an error there are its kind and the places in the source; what it says of itself may repeat what
somebody has sent, and is left out.
"""

import json
import logging
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

REQUEST: Final[ContextVar[str]] = ContextVar("request", default="")  # its id, while it is answered
BEFORE: Final[list[Callable[[], object]]] = []  # what is done before a line is written


class Lines(logging.Formatter):
    """One object of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """time: of UTC. request: the id of the request that was being answered, if any was."""
        told: dict[str, Any] = {"time": moment(record.created), "level": record.levelname.lower()}
        if name := REQUEST.get():
            told["request"] = name
        told |= {"from": record.name, "says": record.getMessage()}
        if record.exc_info and record.exc_info[1] is not None:
            told |= _of(record.exc_info[1])
        return json.dumps(told, ensure_ascii=False)


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes lines in the order in which what they tell of has happened."""

    def handle(self, record: logging.LogRecord) -> bool:
        for do in BEFORE:  # before others wait for this handler: they may be doing it
            do()
        return super().handle(record)


def moment(seconds: float) -> str:
    """Of UTC, to milliseconds. seconds: since 1970."""
    whole, part = divmod(int(1000 * seconds), 1000)
    return f"{_second(whole)}.{part:03}+00:00"


@lru_cache(maxsize=2)
def _second(whole: int) -> str:
    return datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")


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
    handler = _Handler()
    handler.setFormatter(Lines())
    return handler
