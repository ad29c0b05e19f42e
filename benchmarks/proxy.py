"""nginx of a site (app/site/nginx.py) before servers that are there already, and a first visit."""

import asyncio
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.site.nginx import Entrance, configured
from app.words.say import say
from tests.serving import free_port

PATIENCE = 10.0  # seconds for nginx to answer


def missing() -> str:
    """What is said where there is no nginx."""
    return f"{say('site.nginx.missing')} Each visitor goes straight to a server of its own."


@contextmanager
def standing(nginx: str, ports: Sequence[int], **more: Any) -> Iterator[int]:
    """nginx before the servers at these ports; gives its own port. more: of its Entrance.

    Errors: RuntimeError.
    """
    port = free_port()
    named = {f"s{number}": one for number, one in enumerate(ports)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # started by root, nginx works as another user
        (folder / "nginx.conf").write_text(configured(Entrance(port, **more), named))
        command = [nginx, "-p", name, "-c", str(folder / "nginx.conf")]
        with (folder / "told").open("wb") as out:
            process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        try:
            _wait_until_answering(process, port, folder)
            yield port
        finally:
            process.terminate()
            process.wait(10)


def _wait_until_answering(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1):
                return
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.02)
    told = (folder / "told").read_text()
    raise RuntimeError(f"nginx did not start at port {port}:\n{told}")


async def first_page(port: int, query: str, base: str = "", cookie: str = "") -> str:
    """Fetch the first page; gives the cookies that a browser has then.

    query: of its link. base: the path that the site is below. cookie: what the browser had.
    They are as a header `Cookie` has them. Errors: RuntimeError.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET {base}/?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Cookie: {cookie}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
    )
    head, _, _ = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()
    status, *lines = head.decode("latin-1").split("\r\n")
    if " 200 " not in f"{status} ":
        raise RuntimeError(f"The first page was answered with: {status}")
    fields = (line.partition(":") for line in lines)
    kept = (
        value.split(";")[0].strip() for name, _, value in fields if name.lower() == "set-cookie"
    )
    return "; ".join(kept) or cookie
