"""The address on which Prometheus asks: never the one where visitors come in."""

import errno
import logging
import threading
import time
from typing import Final

from prometheus_client import start_http_server

from app import settings
from app.watching.counts import REGISTRY
from app.words.say import say

log: Final = logging.getLogger(__name__)
AGAIN: Final = 0.5  # seconds; a process that this one replaces has the port for a moment


def serve(port: int = settings.METRICS_PORT, host: str = settings.METRICS_HOST) -> None:
    """Tell the figures there, from a thread of its own. port: 0 for nowhere."""
    if port:
        threading.Thread(target=_serve, args=(port, host), name="metrics", daemon=True).start()


def _serve(port: int, host: str) -> None:
    said = False
    while True:
        try:
            start_http_server(port, host, REGISTRY)
            return
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                log.warning(say("watching.metrics.nowhere", host=host, port=f"{port}"))
                return
            if not said:
                log.warning(say("watching.metrics.taken", host=host, port=f"{port}"))
            said = True
            time.sleep(AGAIN)
