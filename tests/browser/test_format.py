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


def test_a_number_of_64_bits_is_told_from_one_however_near_it_is(stage: Stage) -> None:
    stage.page.goto(f"{stage.url}/assets/stage/format.js")
    told = stage.page.evaluate(
        """async (base) => {
          const { short, number } = await import(base + "/assets/stage/format.js");
          const [near, small] = [1 - 1.52e-8, 1e-50];
          return [
            short(near, true), number(-near, true), short(near), number(-near), short(1, true),
            short(small, true), short(small), short(-small),
          ];
        }""",
        stage.url,
    )
    assert told == [
        *("1 − 1.5e−8", "−1 + 1.5 · 10⁻⁸", "just under 1", "just over −1", "1.00"),
        *("1.00e−50", "just over 0", "just under 0"),
    ]
