from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.curves import DiscountCurve, ForwardCurve

DISCOUNT = DiscountCurve(expiry_years=np.array([0.25, 1.0, 2.0]), zero_rate=np.array([0.01, 0.02, 0.03]))
FORWARD = ForwardCurve(spot=100.0, expiry_years=np.array([0.5, 1.0]), carry_rate=np.array([0.02, -0.01]))


def test_knots_are_returned_exactly() -> None:
    assert_allclose(DISCOUNT.discount_at([0.25, 1.0, 2.0]), np.exp([-0.0025, -0.02, -0.06]), rtol=1e-15)
    assert_allclose(FORWARD.forward_at([0.5, 1.0]), 100.0 * np.exp([0.01, -0.01]), rtol=1e-15)


def test_between_knots_the_forward_rate_is_constant() -> None:
    logs = np.log(DISCOUNT.discount_at(np.linspace(1.0, 2.0, 11)))
    assert_allclose(np.diff(logs, 2), 0.0, atol=1e-15)


def test_outside_the_knots_the_rate_is_flat() -> None:
    assert_allclose(DISCOUNT.rate_at([0.0, 0.1, 5.0]), [0.01, 0.01, 0.03])


def test_today_costs_nothing_and_the_forward_is_spot() -> None:
    assert DISCOUNT.discount_at(0.0) == 1.0
    assert FORWARD.forward_at(0.0) == 100.0


@given(years=st.floats(0.0, 10.0))
@settings(deadline=None)
def test_a_curve_of_one_knot_is_flat(years: float) -> None:
    curve = DiscountCurve(expiry_years=np.array([0.5]), zero_rate=np.array([0.04]))
    assert_allclose(curve.discount_at(years), np.exp(-0.04 * years), rtol=1e-14)


def test_a_knot_today_is_allowed() -> None:
    curve = DiscountCurve(expiry_years=np.array([0.0, 1.0]), zero_rate=np.array([0.01, 0.02]))
    assert_allclose(curve.rate_at([0.0, 0.5, 1.0]), [0.01, 0.02, 0.02])


def test_any_shape_is_kept() -> None:
    assert FORWARD.carry_at(np.ones((2, 3))).shape == (2, 3)
