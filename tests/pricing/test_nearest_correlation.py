from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.nearest_correlation import nearest_correlation


def test_highams_three_by_three_example() -> None:
    """Higham (2002), section 4: the nearest to [[1, 1, 0], [1, 1, 1], [0, 1, 1]], at distance 0.5278."""
    mended = nearest_correlation([[1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]])
    expected = [[1.0, 0.7607, 0.1573], [0.7607, 1.0, 0.7607], [0.1573, 0.7607, 1.0]]
    assert_allclose(mended.correlation, expected, atol=5e-5)
    assert mended.distance == pytest.approx(0.5278, abs=5e-5)


def test_highams_four_by_four_example() -> None:
    """Higham (2002), section 4: a tridiagonal matrix with 2 on its diagonal."""
    given_matrix = 2.0 * np.eye(4) - np.eye(4, k=1) - np.eye(4, k=-1)
    mended = nearest_correlation(given_matrix)
    assert_allclose(mended.correlation[0], [1.0, -0.8084, 0.1916, 0.1068], atol=5e-5)
    assert mended.correlation[1, 2] == pytest.approx(-0.6562, abs=5e-5)


@settings(deadline=None, max_examples=30)
@given(entries=st.lists(st.floats(-1.0, 1.0), min_size=10, max_size=10), seed=st.integers(0, 1000))
def test_what_comes_back_is_a_correlation_matrix_and_no_other_is_nearer(
    entries: list[float], seed: int
) -> None:
    matrix = np.eye(5)
    matrix[np.triu_indices(5, 1)] = entries
    matrix = np.maximum(matrix, matrix.T) + np.minimum(matrix, matrix.T) - np.eye(5)
    mended = nearest_correlation(matrix)
    assert np.linalg.eigvalsh(mended.correlation)[0] >= -1e-14
    assert np.all(np.diag(mended.correlation) == 1.0)
    other = np.corrcoef(np.random.default_rng(seed).standard_normal((5, 8)))
    between = 0.9 * mended.correlation + 0.1 * other
    for candidate in (other, between):
        assert np.linalg.norm(candidate - matrix) >= mended.distance - 1e-7


def test_a_correlation_matrix_comes_back_as_it_was() -> None:
    matrix = np.full((3, 3), 0.3) + 0.7 * np.eye(3)
    mended = nearest_correlation(matrix)
    assert mended.distance == 0.0
    assert np.array_equal(mended.correlation, matrix)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ([1.0], "square"),
        ([[1.0, np.nan], [np.nan, 1.0]], "finite"),
        ([[1.0, 0.2], [0.3, 1.0]], "symmetric"),
    ],
)
def test_what_is_no_symmetric_matrix_is_refused(wrong: object, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        nearest_correlation(wrong)
