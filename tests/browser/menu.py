"""The menu of a plot in a visitor's hands: its files, and its table as shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import numpy as np
from playwright.sync_api import Download, Locator, expect

from tests.browser.driver import Stage, as_number, figures


def button(stage: Stage, plot: str) -> Locator:
    return stage.page.get_by_role("button", name=f"Save or read: {plot}", exact=True)


def pick(stage: Stage, plot: str, item: str) -> None:
    button(stage, plot).click()
    stage.page.get_by_role("menuitem", name=item).click()


def saved(stage: Stage, plot: str, item: str) -> tuple[str, bytes]:
    """The name and the content of the file that a menu gives."""
    with stage.page.expect_download() as found:
        pick(stage, plot, item)
    download: Download = found.value
    return download.suggested_filename, Path(download.path()).read_bytes()


def csv(stage: Stage, plot: str) -> tuple[list[str], np.ndarray]:
    """Header and numbers (float32) of a plot's CSV, without the names of its rows."""
    _, content = saved(stage, plot, "CSV")
    text = content.decode()
    numbers = np.genfromtxt(StringIO(text), delimiter=",", skip_header=1, dtype=np.float32)
    return text.split("\n", 1)[0].split(","), np.atleast_2d(numbers)[:, 1:]


@contextmanager
def table(stage: Stage, plot: str) -> Iterator[Locator]:
    """The table of a plot, closed again with Escape."""
    pick(stage, plot, "Table")
    dialog = stage.page.get_by_role("dialog")
    expect(dialog).to_have_count(1)
    yield dialog
    stage.press("Escape")
    expect(dialog).to_have_count(0)


def rows_of(dialog: Locator) -> tuple[list[str], list[str], np.ndarray]:
    """Names of the rows and the columns, and the numbers as shown, once all of them have come."""
    expect(dialog.locator("tbody td", has_text="…")).to_have_count(0)
    rows = dialog.locator("tbody th").all_inner_texts()
    columns = dialog.locator("thead th").all_inner_texts()
    shown = [as_number(text) for text in dialog.locator("tbody td").all_inner_texts()]
    return rows, columns, np.reshape(shown, (len(rows), len(columns)))


def three(values: np.ndarray) -> np.ndarray:
    """Numbers to three significant figures."""
    return np.vectorize(lambda value: figures(value, 3), otypes=[float])(values)
