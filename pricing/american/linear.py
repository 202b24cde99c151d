"""Small linear equations, one system a lane, without pivoting since Newton's matrix is near triangular."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pricing.american.compiled import inner
from pricing.american.layout import BLOCK

FloatArray = npt.NDArray[np.float64]


@inner
def factorise(matrix: FloatArray, size: int) -> None:
    """Replace `matrix` by its factors; row r, column c at (r (size + 1) + c) BLOCK, column 0 unused."""
    width = (size + 1) * BLOCK
    for pivot in range(size):
        for row in range(pivot + 1, size):
            start = row * width + (pivot + 1) * BLOCK
            for i in range(BLOCK):
                matrix[start + i] /= matrix[pivot * width + (pivot + 1) * BLOCK + i]
            for column in range(pivot + 2, size + 1):
                above, here = pivot * width + column * BLOCK, row * width + column * BLOCK
                for i in range(BLOCK):
                    matrix[here + i] -= matrix[start + i] * matrix[above + i]


@inner
def solve(matrix: FloatArray, size: int, sides: FloatArray, side: int) -> None:
    """Replace the right-hand side number `side` by the solution."""
    width, first = (size + 1) * BLOCK, side * size * BLOCK
    for row in range(size):
        for column in range(row):
            _subtract(matrix, row * width + (column + 1) * BLOCK, sides, first, row, column)
    for row in range(size - 1, -1, -1):
        for column in range(row + 1, size):
            _subtract(matrix, row * width + (column + 1) * BLOCK, sides, first, row, column)
        for i in range(BLOCK):
            sides[first + row * BLOCK + i] /= matrix[row * width + (row + 1) * BLOCK + i]


@inner
def _subtract(matrix: FloatArray, entry: int, sides: FloatArray, first: int, row: int, column: int) -> None:
    for i in range(BLOCK):
        sides[first + row * BLOCK + i] -= matrix[entry + i] * sides[first + column * BLOCK + i]
