"""nginx before several servers: a browser stays with the server that its first page came from.

Whoever comes without a cookie goes to the next server in turn, and the answer says in a cookie
which one it was; every later request with that cookie, the websocket's too, goes there again. A
server drawn by chance (`split_clients`, `hash`) would need less text and give unequal shares.
Where that server does not answer another one does, and the cookie says so. What a page posts, and
the numbers that it asks for, have a name that begins with its server's (app/compute/secret.py):
that leads them, whatever has become of the cookie.

nginx writes down nothing of visitors, neither in a log nor a body in a file.
"""

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.words.say import say

COOKIE: Final = "gatescope_server"
# Paths in it are below the folder that nginx is started in. Other bodies than files are events, at
# most 4 MB, which are kept until they are answered: if a server fails they are sent to another,
# which is no harm, since events are numbered and a page that is not known there is told so. Files
# go straight through to the server, which bounds them. A server that is ending says 503 to new
# pages; to events and numbers that means busy. uvicorn closes a connection after 5 s without a
# request: nginx is sooner, so that it sends nothing into one that is about to close. A server
# stands twice in its own group: after a connection that was lost it is asked once more before
# another is, at which its pages would have to begin again.
TEXT: Final = """\
daemon off;
worker_processes 1;
worker_rlimit_nofile 16384;
worker_shutdown_timeout 10m;
pid nginx.pid;
error_log stderr emerg;
events {{ worker_connections 8192; }}
http {{
    access_log off;
    server_tokens off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    proxy_max_temp_file_size 0;
    client_max_body_size 4m;
    client_body_buffer_size 4m;
    real_ip_header X-Forwarded-For;
    real_ip_recursive on;
{trusted}

    map $uri $named {{
        default "";
        "~^{below}/(?:events|numbers|short)/(?<process>[a-z0-9]+)\\." $process;
    }}
    map $named $by_name {{
        default "";
{groups}
    }}
    map $cookie_{cookie} $by_cookie {{
        default everyone;
{groups}
    }}
    map $by_name $group {{
        default $by_name;
        "" $by_cookie;
    }}
    map $upstream_addr $met {{
        default "";
{met}
    }}
    map $http_x_forwarded_proto $scheme_outside {{
        default $scheme;
        https https;
    }}
    map $scheme_outside $kept {{
        default "SameSite=Lax";
        https "{secure}";
    }}
    map "$by_name|$cookie_{cookie} $met" $told {{
        default "{cookie}=$met; Path=/{base}; HttpOnly; $kept";
        "~^[^|]" "";
        "~^\\|(\\w+) \\1$" "";
        "~ $" "";
    }}
    map $http_upgrade $upgrade {{
        default "";
        ~*^websocket$ websocket;
    }}
    map $upgrade $after {{
        default "";
        websocket upgrade;
    }}

    upstream everyone {{
{everyone}
    }}
{upstreams}

    server {{
        listen {host}:{port};
        add_header Set-Cookie $told always;
        error_page 502 504 = @away;

        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header Upgrade $upgrade;
        proxy_set_header Connection $after;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_set_header X-Forwarded-Proto $scheme_outside;
        proxy_connect_timeout 5s;
        proxy_read_timeout 1h;
        proxy_send_timeout 1h;

        location /{base} {{
            proxy_next_upstream error http_503 non_idempotent;
            proxy_pass http://$group;
        }}
        location ~ ^{below}/(events|numbers|short)/ {{
            proxy_next_upstream error non_idempotent;
            proxy_pass http://$group;
        }}
        location ~ ^{below}/_stcore/upload_file/ {{
            client_max_body_size 0;
            proxy_request_buffering off;
            proxy_pass http://$group;
        }}
        location @away {{
            default_type text/plain;
            add_header Retry-After 5 always;
            return 503 "{away}";
        }}
    }}
{control}
}}
"""
# For whoever minds nginx, on this machine only: which text its workers have read.
CONTROL: Final = """\
    server {{
        listen 127.0.0.1:{control};
        location / {{ return 200 "{number}"; }}
    }}"""


@dataclass(frozen=True)
class Entrance:
    """Where visitors come in. base: without slashes around; trusted: proxies before it;
    framed: whether other sites show it in a frame; control: a port for whoever minds it."""

    port: int
    host: str = "127.0.0.1"
    base: str = ""
    trusted: Sequence[str] = ()
    framed: bool = False
    control: int | None = None


def program() -> str | None:
    """Where nginx is, if it is installed; Debian has it where only root looks for programs."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def configured(at: Entrance, ports: Mapping[str, int], number: int = 0) -> str:
    """The text of nginx's configuration.

    ports: of the servers behind it, on this machine, by names that stay theirs. number: of this
    text among those that follow each other.
    """
    below = f"/{at.base}" if at.base else ""
    # A cookie in another site's frame is kept only if it says that it belongs there.
    secure = "Secure; SameSite=None; Partitioned" if at.framed else "Secure; SameSite=Lax"
    trusted = ("0.0.0.0/0", "::/0") if "*" in at.trusted else at.trusted
    control = CONTROL.format(control=at.control, number=number) if at.control else ""
    return TEXT.format(
        host=at.host,
        port=at.port,
        base=at.base,
        cookie=COOKIE,
        below=re.escape(below),
        trusted=_lines(4, (f"set_real_ip_from {one};" for one in trusted)),
        secure=secure,
        groups=_lines(8, (f"{name} {name};" for name in ports)),
        met=_lines(8, (f'"~127\\.0\\.0\\.1:{port}$" {name};' for name, port in ports.items())),
        everyone=_lines(8, (_server(port) for port in ports.values())),
        upstreams=_lines(4, (_group(name, ports) for name in ports)),
        away=say("site.nginx.away"),
        control=control,
    )


def _server(port: int, more: str = "") -> str:
    return f"server 127.0.0.1:{port} max_fails=0{more};"


def _group(name: str, ports: Mapping[str, int]) -> str:
    others = (_server(port, " backup") for other, port in ports.items() if other != name)
    servers = " ".join([*[_server(ports[name])] * 2, *others])
    return f"upstream {name} {{ {servers} keepalive 64; keepalive_timeout 4s; }}"


def _lines(indent: int, lines: Iterable[str]) -> str:
    return "\n".join(" " * indent + line for line in lines)
