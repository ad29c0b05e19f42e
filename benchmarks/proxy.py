"""nginx before several servers: a browser stays with the server that its first page came from.

Whoever comes without a cookie goes to the next server in turn, and the answer says in a cookie
which one it was; every later request with that cookie, the websocket's too, goes there again. A
server drawn by chance (`split_clients`, `hash`) would need less text and give unequal shares.
"""

import asyncio
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.serving import free_port

COOKIE = "gatescope_server"
MISSING = (
    "nginx is not installed (Debian: apt-get install nginx-light), so each visitor goes straight"
    " to a server of its own, without a proxy."
)
PATIENCE = 10.0  # seconds for nginx to answer
# Paths in it are below the folder that nginx is started in. The files of a visitor's request are
# limited by the server. uvicorn closes a connection after 5 s without a request: nginx is sooner,
# so that it sends nothing into one that is about to close.
TEXT = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid nginx.pid;
error_log error.log;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    client_max_body_size 0;

    map $cookie_{cookie} $group {{
        default everyone;
{groups}
    }}
    map $upstream_addr $met {{
{met}
    }}
    map $group $told {{
        everyone "{cookie}=$met; Path=/; HttpOnly; SameSite=Lax";
        default "";
    }}
    map $http_upgrade $after {{
        default upgrade;
        "" "";
    }}

    upstream everyone {{
{everyone}
    }}
{upstreams}

    server {{
        listen 127.0.0.1:{port};
        add_header Set-Cookie $told;
        location / {{
            proxy_pass http://$group;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $after;
            proxy_next_upstream off;
            proxy_read_timeout 1h;
            proxy_send_timeout 1h;
        }}
    }}
}}
"""


def program() -> str | None:
    """Where nginx is, if it is installed; Debian has it where only root looks for programs."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def configured(port: int, ports: Sequence[int]) -> str:
    """The text of nginx's configuration. port: its own; ports: of the servers behind it."""
    named = {f"s{number}": f"127.0.0.1:{one}" for number, one in enumerate(ports)}
    return TEXT.format(
        port=port,
        cookie=COOKIE,
        groups=_lines(8, (f"{name} {name};" for name in named)),
        met=_lines(8, (f"{address} {name};" for name, address in named.items())),
        everyone=_lines(8, (f"server {address} max_fails=0;" for address in named.values())),
        upstreams=_lines(
            4,
            (
                f"upstream {name} {{ server {address} max_fails=0;"
                " keepalive 64; keepalive_timeout 4s; }"
                for name, address in named.items()
            ),
        ),
    )


def _lines(indent: int, lines: Iterator[str]) -> str:
    return "\n".join(" " * indent + line for line in lines)


@contextmanager
def standing(nginx: str, ports: Sequence[int]) -> Iterator[int]:
    """nginx before the servers at these ports; gives its own port. Errors: RuntimeError."""
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # started by root, nginx works as another user
        (folder / "nginx.conf").write_text(configured(port, ports))
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
    logs = (folder / name for name in ("told", "error.log"))
    told = "".join(log.read_text() for log in logs if log.exists())
    raise RuntimeError(f"nginx did not start at port {port}:\n{told}")


async def first_page(port: int, query: str) -> str:
    """Fetch the first page as a browser without cookies; gives those that it has got.

    query: of its link. They are as a header `Cookie` has them. Errors: RuntimeError.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /?{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        "Accept-Encoding: gzip\r\nConnection: close\r\n\r\n".encode()
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
    return "; ".join(kept)
