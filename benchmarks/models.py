"""A loaded model of 512 units over 5,000 steps, on its way and gone: `python -m benchmarks.models`.

A GRU saved by torch.save, beside an LSTM of the same size: from the choice of the file to its
painted stage, kilobytes to the browser, frames a second while scrubbing; and the server's memory
before the file and after its page is gone. Then what files cost that are large, or made to do harm
(model_files). Needs Chromium and Linux; takes five minutes, most of them waiting for the session to
end.
"""

import re
import tempfile
import time
from pathlib import Path

import torch
from playwright.sync_api import Page

from app.compute.uploads import EVERY, LINGER
from benchmarks import model_files
from benchmarks.stage import POINTER, SLIDER, Moving, Traffic, line, opened
from tests.serving import Server, browsing, executable, serving

UNITS, INPUTS, STEPS = 512, 64, 5000
SETTLED = 15_000  # milliseconds: what a server loads after its first page is there
PATIENCE = 60_000
PAINTED = """
() => document.querySelector(".gs-stage")?.textContent.includes("512 units")
  && new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))
"""


def main() -> None:
    """Print every figure with its limit."""
    path = executable()
    if path is None:
        raise SystemExit("No Chromium here; name one in GATESCOPE_CHROMIUM.")
    with tempfile.TemporaryDirectory() as folder, browsing(path) as browser, serving() as server:
        file = Path(folder) / "model.pt"
        torch.save(torch.nn.GRU(INPUTS, UNITS).state_dict(), file)
        print(f"chromium {browser.version}, {UNITS} units, {STEPS:,} steps")
        with opened(browser, server.url, f"?scene=model&steps={STEPS}") as (page, traffic):
            page.wait_for_timeout(SETTLED)
            before = _memory(server)
            _upload(page, traffic, file)
            _scrub(page, traffic)
            line("server with the model, MB", _memory(server), "", "{:.0f}")
        time.sleep(LINGER + 3 * EVERY)
        line("server before it, MB", before, "", "{:.0f}")
        line("more after its page is gone, MB", _memory(server) - before, "≤ 20", "{:.0f}")
    model_files.main()


def _upload(page: Page, traffic: Traffic, file: Path) -> None:
    traffic.taken()
    began = time.perf_counter()
    page.locator("input[type=file]").first.set_input_files(file)
    page.wait_for_function(PAINTED, timeout=PATIENCE)
    line("upload to painted stage, s", time.perf_counter() - began, "≤ 5", "{:.2f}")
    page.wait_for_timeout(1500)
    line("kilobytes to the browser", traffic.taken()[1] / 1000, "≤ 1000", "{:.0f}")


def _scrub(page: Page, traffic: Traffic) -> None:
    moving = Moving(page, traffic)
    hidden = page.locator("[data-part='gru.hidden'] .gs-plot:not(.gs-strip) .gs-area")
    moving.scrub("scrubbing a heatmap", hidden, POINTER)
    moving.scrub("scrubbing the slider", page.get_by_label("Timestep"), SLIDER)


def _memory(server: Server) -> float:
    """What is resident, in megabytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+)", status)
    assert found is not None
    return int(found[1]) / 1000


if __name__ == "__main__":
    main()
