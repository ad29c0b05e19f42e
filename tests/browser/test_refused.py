"""A file that is not taken in: the field says why in a sentence, and what to do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.driver import Stage
from tests.serving import Server, serving

Made = Callable[..., Stage]
FIELD = '[data-testid="stFileUploader"]'


@pytest.fixture(scope="module")
def strict() -> Iterator[Server]:
    """A server that takes a megabyte of a page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATESCOPE_PAGE_UPLOADS_MB", "1")
        with serving() as running:
            yield running


def test_the_field_says_the_sentence_and_not_the_status(
    another: Made, strict: Server, tmp_path: Path
) -> None:
    stage = another(strict.url).open("scene=model")
    for name, numbers in (("large.npz", 300_000), ("larger.npz", 400_000)):
        file = tmp_path / name
        np.savez(file, a=np.zeros(numbers))
        stage.page.locator(f"{FIELD} input").first.set_input_files(file)
        field = stage.page.locator(FIELD).first
        expect(field).to_contain_text("This page holds as many files as one may, 1 MB")
        expect(field).not_to_contain_text("status code")
    # Browsers and Streamlit write it down, the latter a moment later.
    while sum("Client Error" in one for one in stage.troubles) < 2:
        stage.rest(20)
    assert all("413" in one for one in stage.troubles)
    stage.troubles.clear()
