"""What a page condenses of its own numbers is what the server would have sent of them."""

import json

import numpy as np

from app.figures.condensing import Grid, peaks
from tests.app.node import told

ROWS, STEPS = 7, 23
GRIDS = [Grid(ROWS, STEPS, tall, wide) for tall in (1, 2, 3, 7) for wide in (1, 2, 5, 23)]
WIDTHS = (1, 2, 3, 5, 7, 23, 40)


def test_blocks_and_points_are_those_of_the_server() -> None:
    numbers = np.random.default_rng(3).normal(size=(ROWS, STEPS))
    numbers[2, 4:9] = numbers[2, 4]  # the first of equals counts
    given = {
        "rows": numbers.tolist(),
        "grids": [vars(grid) for grid in GRIDS],
        "lines": [[numbers[row].tolist(), wide] for row in (0, 2) for wide in WIDTHS],
    }
    found = told("condensing.js", json.dumps(given).encode())
    for grid, means in zip(GRIDS, found["means"], strict=True):
        wanted = grid.mean(numbers, range(ROWS))
        np.testing.assert_allclose(means, wanted, rtol=1e-6, atol=1e-7)
    expected = [peaks(numbers[row], wide) for row in (0, 2) for wide in WIDTHS]
    for points, wanted in zip(found["peaks"], expected, strict=True):
        np.testing.assert_array_equal(points, wanted.astype(np.float32))
