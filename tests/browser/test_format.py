"""The browser's writer of numbers says what Python's does: one table, two readers."""

import pytest

from tests.browser.driver import Stage
from tests.words.test_numbers import CASES

SAID = """
async ([base, writer, values]) => {
  const format = await import(base + "/assets/stage/format.js");
  return values.map((value) => format[writer](value));
}
"""


@pytest.mark.parametrize("writer", CASES)
def test_a_number_is_said_as_the_table_has_it(stage: Stage, writer: str) -> None:
    stage.page.goto(f"{stage.url}/assets/stage/format.js")
    values, said = zip(*CASES[writer], strict=True)
    assert stage.page.evaluate(SAID, [stage.url, writer, values]) == list(said)


def test_the_distance_from_one_is_told_where_it_is_known(stage: Stage) -> None:
    stage.page.goto(f"{stage.url}/assets/stage/format.js")
    told = stage.page.evaluate(
        """async (base) => {
          const { short, number } = await import(base + "/assets/stage/format.js");
          return [short(1, 1.52e-8), number(-1, 1.52e-8), short(0.5, 0.5), short(1, 0)];
        }""",
        stage.url,
    )
    assert told == ["1 − 1.5e−8", "−1 + 1.5 · 10⁻⁸", "0.500", "1.00"]
