"""The spline basis against scipy's, and its straight wings."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.interpolate import BSpline

from pricing.surface import smile_basis
from pricing.surface.smile_basis import CENTRES, KNOTS, spline_rows

POINTS = np.linspace(KNOTS[0], KNOTS[-1], 401)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_values_and_derivatives_are_those_of_scipys_splines(order):
    coefficients = np.random.default_rng(1).normal(size=len(CENTRES))
    expected = BSpline(smile_basis._EXTENDED, coefficients, 3)
    found = spline_rows(POINTS).derivatives(coefficients)[order]
    np.testing.assert_allclose(found, expected(POINTS, nu=order), atol=1e-12)


def test_a_straight_line_has_its_values_at_the_centres_as_coefficients_also_beyond_the_knots():
    z = np.array([-1000.0, -30.0, -3.3, 0.0, 0.1, 28.0, 5000.0])
    value, slope, curvature = spline_rows(z).derivatives(2 - 3 * CENTRES)
    np.testing.assert_allclose(value, 2 - 3 * z, rtol=1e-12)
    np.testing.assert_allclose(slope, -3, rtol=1e-12)
    np.testing.assert_allclose(curvature, 0, atol=1e-12)


def test_knots_are_symmetric_increasing_and_dense_at_the_money():
    np.testing.assert_allclose(KNOTS, -KNOTS[::-1])
    widths = np.diff(KNOTS)
    assert widths.min() == widths[len(widths) // 2] > 0


def test_dense_rows_are_the_sparse_ones():
    rows, coefficients = spline_rows(POINTS), np.random.default_rng(2).normal(size=len(CENTRES))
    np.testing.assert_allclose(rows.dense(rows.value) @ coefficients, rows.values(coefficients))
