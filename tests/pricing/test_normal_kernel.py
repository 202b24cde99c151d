from __future__ import annotations

from math import exp, log, log1p, pi, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import erfcx

from pricing.normal_kernel import MILLS_BEGINS, exp_of_minus_half_square, log_quotient, mills_ratios


def test_the_mills_ratio_is_a_scaled_error_function() -> None:
    points = np.append(np.linspace(MILLS_BEGINS + 1e-9, 60.0, 1001), [1e3, 1e9])
    found = np.array([mills_ratios(point, point + 1.0, 1.0)[:2] for point in points])
    for column, shifted in zip(found.T, (points, points + 1.0), strict=True):
        assert_allclose(column, sqrt(0.5 * pi) * erfcx(shifted / sqrt(2.0)), rtol=2e-15)


def test_below_its_beginning_the_mills_ratio_is_that_of_the_other_side() -> None:
    assert mills_ratios(-2.0, 3.0, 5.0)[0] == mills_ratios(2.0, 3.0, 1.0)[0]


def test_a_narrow_difference_of_mills_ratios_is_its_slope() -> None:
    """R' = d R - 1."""
    for point in (-0.4, 0.0, 0.3, 1.0, 2.0):
        slope = 1.0 - point * sqrt(0.5 * pi) * erfcx(point / sqrt(2.0))
        assert mills_ratios(point, point + 1e-13, 1e-13)[2] == pytest.approx(1e-13 * slope, rel=1e-12)


def test_the_exponential_takes_the_square_of_the_number_unrounded() -> None:
    for number in np.linspace(-38.0, 38.0, 501).tolist():
        upper = float(np.float32(number))
        split = exp(-0.5 * upper * upper) * exp(-0.5 * (number - upper) * (number + upper))
        assert exp_of_minus_half_square(number, 0.0) == pytest.approx(split, rel=1e-15, abs=5e-324)
    assert exp_of_minus_half_square(10.0, 1e-10) == pytest.approx(exp(-50.0) * exp(-1e-9), rel=1e-15)
    assert exp_of_minus_half_square(1000.0, 0.0) == 0.0
    assert np.isnan(exp_of_minus_half_square(np.nan, 0.0))


def test_the_logarithm_of_a_quotient_is_right_near_one_and_far_from_it() -> None:
    for excess in (2.0**-52, 1e-9, 0.01, 0.4, 0.6):
        above = 100.0 * (1.0 + excess)
        assert log_quotient(above, 100.0)[0] == pytest.approx(log1p((above - 100.0) / 100.0), rel=3e-16)
    for above, below in ((3.0, 1e-300), (1e300, 7.0), (1e-5, 1e5), (1.0, 1.0)):
        assert log_quotient(above, below)[0] == pytest.approx(log(above) - log(below), rel=3e-16)
