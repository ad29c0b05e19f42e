"""A proxy that puts the app below a path of its own, which the server never hears of."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.site.nginx import program
from gru_core.situation import Situation
from tests.browser.driver import Stage
from tests.serving import Server, free_port

PREFIX = "/tools/gates/"
# Paths are below the folder that nginx is started in.
TEXT = """
daemon off;
pid nginx.pid;
error_log error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;
    server {{
        listen 127.0.0.1:{port};
        location {prefix} {{
            proxy_pass http://127.0.0.1:{behind}/;
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
        }}
    }}
}}
"""


@contextmanager
def below(behind: int, folder: Path) -> Iterator[str]:
    """The address of the app behind a proxy that strips its prefix."""
    nginx = program()
    if nginx is None:
        pytest.skip("nginx is not installed")
    folder.chmod(0o755)
    port = free_port()
    (folder / "nginx.conf").write_text(TEXT.format(port=port, behind=behind, prefix=PREFIX))
    command = [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}{PREFIX[:-1]}"
    finally:
        process.terminate()
        process.wait(10)


def test_everything_is_found_behind_a_prefix_that_the_server_does_not_know(
    another: Callable[..., Stage], server: Server, core: Callable[..., Situation], tmp_path: Path
) -> None:
    with below(server.port, tmp_path) as url:
        here = another(url)
        here.open("scene=crowd")
        here.expect(core("crowd"))  # the numbers of its core came, and its first picture
        with here.answered():
            here.press("ArrowRight")
            here.page.locator(".gs-next").click()
        assert PREFIX in here.page.url
        for name, shown in (
            ("claims", "a[href^='./?']"),
            ("quiz", ".gs-quiz"),
            ("glossary", "a[href^='./?']"),
        ):
            here.page.goto(f"{url}/{name}")
            expect(here.page.locator(shown).first).to_be_visible()
        here.page.locator("a[href^='./?']").first.click()
        here.page.locator(".gs-stage[data-ack]").wait_for()
        here.page.close()
