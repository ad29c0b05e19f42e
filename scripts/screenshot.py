"""Takes the picture at the top of the README from the running app.

    python -m scripts.screenshot [FILE]

Starts a server of its own, opens the first scene with one edit made, and writes a PNG of
1280 × 800 (by default assets/images/stage.png). Needs Chromium and the dev requirements.
"""

import sys
from pathlib import Path

from tests.serving import ROOT, browsing, executable, serving

FILE = ROOT / "assets" / "images" / "stage.png"
LINK = "/?t=9&u=4&e=gru.b_x.update.3_1.8~"
SIZE = {"width": 1280, "height": 800}


def main(file: Path) -> None:
    """Write the picture, or say what is missing."""
    path = executable()
    if path is None:
        sys.exit("No Chromium was found; install it, or name it in GATESCOPE_CHROMIUM.")
    with serving() as server, browsing(path) as browser:
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(server.url + LINK)
        page.wait_for_selector(".gs-stage[data-ack]")
        page.wait_for_timeout(1000)  # fonts
        page.screenshot(path=file)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FILE)
