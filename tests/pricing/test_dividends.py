from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.curves import ForwardCurve
from pricing.dividends import DividendSchedule

YEARS = np.array([0.25, 0.5, 1.0])
QUARTERLY = DividendSchedule(ex_years=np.array([0.1, 0.35, 0.6]), cash=np.array([1.0, 1.0, 2.0]))


def curve(dividends: DividendSchedule, *, carry: float = 0.03) -> ForwardCurve:
    """A share at 100 with one carry."""
    return ForwardCurve(spot=100.0, expiry_years=YEARS, carry_rate=np.full(3, carry), dividends=dividends)


def test_the_forward_falls_by_each_dividend_on_its_day_and_not_before() -> None:
    at = np.array([np.nextafter(0.1, 0.0), 0.1])
    before, after = curve(QUARTERLY).forward_at(at)
    assert before == pytest.approx(100.0 * np.exp(0.003), rel=1e-14)
    assert before - after == pytest.approx(1.0, rel=1e-12)


def test_the_forward_is_spot_grown_less_dividends_grown() -> None:
    expected = 100.0 * np.exp(0.03) - np.exp(0.03 * 0.9) - np.exp(0.03 * 0.65) - 2.0 * np.exp(0.03 * 0.4)
    assert float(curve(QUARTERLY).forward_at(1.0)) == pytest.approx(expected, rel=1e-14)


def test_a_share_first_loses_its_proportional_part_and_then_the_cash() -> None:
    both = DividendSchedule(ex_years=np.array([0.5]), cash=np.array([3.0]), proportional=np.array([0.1]))
    forward = curve(both, carry=0.0)
    assert float(forward.forward_at(0.7)) == pytest.approx(87.0, rel=1e-14)
    assert float(forward.slope_at(0.7)) == pytest.approx(0.9, rel=1e-14)


def test_carry_at_includes_the_dividends_and_residual_carry_does_not() -> None:
    forward = curve(QUARTERLY)
    years = np.array([[0.05, 0.2], [0.7, 3.0]])
    assert_allclose(np.exp(forward.carry_at(years) * years) * 100.0, forward.forward_at(years), rtol=1e-14)
    assert_allclose(forward.residual_carry_at(years), 0.03, rtol=1e-14)


def test_the_slope_of_the_forward_is_its_bump() -> None:
    years = np.array([0.05, 0.35, 0.9])
    bumped = ForwardCurve(spot=101.0, expiry_years=YEARS, carry_rate=np.full(3, 0.03), dividends=QUARTERLY)
    rise = bumped.forward_at(years) - curve(QUARTERLY).forward_at(years)
    assert_allclose(rise, curve(QUARTERLY).slope_at(years), rtol=1e-11)


@given(carry=st.lists(st.floats(-0.2, 0.2), min_size=3, max_size=3))
@settings(deadline=None, max_examples=25)
def test_parity_forwards_stay_at_the_knots_when_dividends_come(carry: list[float]) -> None:
    parity = ForwardCurve(spot=100.0, expiry_years=YEARS, carry_rate=np.array(carry))
    known = parity.with_dividends(QUARTERLY)
    assert_allclose(known.forward_at(YEARS), parity.forward_at(YEARS), rtol=1e-12)
    before, after = known.forward_at(np.array([0.35 - 1e-12, 0.35]))
    assert before - after == pytest.approx(1.0, abs=1e-9)


def test_a_dividend_days_before_a_near_expiry_keeps_its_forward() -> None:
    near = ForwardCurve(spot=100.0, expiry_years=np.array([0.01, 0.5]), carry_rate=np.array([0.03, 0.02]))
    known = near.with_dividends(DividendSchedule(ex_years=np.array([0.005]), cash=np.array([2.0])))
    assert_allclose(known.forward_at([0.01, 0.5]), near.forward_at([0.01, 0.5]), rtol=1e-12)


def test_the_carry_of_a_knot_at_no_time_is_that_of_the_next() -> None:
    parity = ForwardCurve(spot=100.0, expiry_years=np.array([0.0, 0.5]), carry_rate=np.array([0.0, 0.02]))
    known = parity.with_dividends(QUARTERLY)
    assert float(known.residual_carry_at(0.0)) == float(known.residual_carry_at(0.5)) > 0.02


def test_what_dividends_do_not_explain_of_parity_is_borrow_spread_evenly() -> None:
    borrowed = curve(QUARTERLY, carry=0.03 - 0.01)
    smeared = ForwardCurve(spot=100.0, expiry_years=YEARS, carry_rate=borrowed.carry_at(YEARS))
    assert_allclose(smeared.with_dividends(QUARTERLY).carry_rate, 0.02, rtol=1e-10)


def test_a_dividend_larger_than_the_share_pays_what_is_there() -> None:
    ruin = DividendSchedule(ex_years=np.array([0.5, 0.8]), cash=np.array([500.0, 1.0]))
    assert 0.0 < float(curve(ruin).forward_at(0.9)) < 1e-5


def test_time_takes_what_has_gone_ex() -> None:
    later = QUARTERLY.after(0.35)
    assert_allclose(later.ex_years, [0.25])
    assert later.cash.tolist() == [2.0]
    assert len(QUARTERLY.until(0.35)) == 2


@pytest.mark.parametrize(
    "columns",
    [
        {"ex_years": [0.0], "cash": [1.0]},
        {"ex_years": [0.2, 0.2], "cash": [1.0, 1.0]},
        {"ex_years": [0.2], "cash": [1.0, 2.0]},
        {"ex_years": [0.2], "cash": [-1.0]},
        {"ex_years": [0.2], "proportional": [1.0]},
        {"ex_years": [np.nan], "cash": [1.0]},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(columns: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match=r"ex_years|cash|proportional"):
        DividendSchedule(**columns)


def test_columns_of_a_schedule_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        QUARTERLY.cash[0] = 9.0
