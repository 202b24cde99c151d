"""Cost curves: fitting, combining, learning one order at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.tca.calibrate import CostObservations, fit_cost_curve, update_cost_curve
from execution.tca.cost_curve import CostCurve
from execution.tca.default_curve import default_cost_curve

TRUTH = CostCurve(half_spread_bps=0.4, fee_bps=0.1, impact_coefficient=0.8)
ASSUMED = CostCurve(half_spread_bps=1.0, fee_bps=0.1, impact_coefficient=0.3)


def observe(
    orders: int, *, seed: int, truth: CostCurve = TRUTH, noise_scale: float = 1.0
) -> CostObservations:
    """Orders of random size that cost what the true curve says, plus the price risk of even working."""
    rng = np.random.default_rng(seed)
    clean = CostObservations(
        participation=rng.uniform(0.001, 0.3, orders),
        horizon_days=rng.uniform(0.05, 1.0, orders),
        volatility=rng.uniform(0.1, 0.5, orders),
        cost_bps=np.zeros(orders),
    )
    impact = truth.impact_coefficient * clean.impact_regressor(truth.impact_exponent)
    price_risk = noise_scale * clean.price_noise_bps() * rng.standard_normal(orders)
    return replace(clean, cost_bps=truth.half_spread_bps + impact + price_risk)


def test_without_noise_the_fit_is_exact() -> None:
    fitted = fit_cost_curve(observe(20, seed=1, noise_scale=0.0), fee_bps=0.1)
    np.testing.assert_allclose(fitted.coefficients, TRUTH.coefficients, rtol=1e-9)
    assert fitted.expected_bps(participation=0.1, horizon_days=0.5, volatility=0.2) == pytest.approx(
        TRUTH.expected_bps(participation=0.1, horizon_days=0.5, volatility=0.2)
    )


def test_the_exponent_is_found_when_asked_for() -> None:
    truth = replace(TRUTH, impact_exponent=0.62)
    fitted = fit_cost_curve(observe(50, seed=2, truth=truth, noise_scale=1e-4), impact_exponent=None)
    assert fitted.impact_exponent == pytest.approx(0.62, abs=2e-3)
    assert fitted.impact_coefficient == pytest.approx(0.8, rel=1e-2)


def test_standard_errors_cover_the_truth_as_often_as_they_say() -> None:
    fits = [fit_cost_curve(observe(200, seed=seed)) for seed in range(300)]
    errors = np.array([fit.coefficients - TRUTH.coefficients for fit in fits])
    stated = np.array([np.sqrt(np.diag(fit.covariance)) for fit in fits])
    covered = (np.abs(errors) < 1.96 * stated).mean(axis=0)
    assert (np.abs(covered - 0.95) < 0.04).all()


def test_a_fit_needs_three_orders_that_differ() -> None:
    with pytest.raises(ValueError, match="at least three orders, got 2"):
        fit_cost_curve(observe(2, seed=3))
    same = CostObservations(
        participation=np.full(5, 0.1),
        horizon_days=np.full(5, 0.5),
        volatility=np.full(5, 0.2),
        cost_bps=np.arange(5.0),
    )
    with pytest.raises(ValueError, match="cannot be told apart"):
        fit_cost_curve(same)


def test_learning_from_all_orders_at_once_or_one_by_one_is_the_same() -> None:
    seen = observe(10, seed=4)
    curve = TRUTH
    for row in range(10):
        one = slice(row, row + 1)
        curve = update_cost_curve(
            curve,
            CostObservations(
                participation=seen.participation[one],
                horizon_days=seen.horizon_days[one],
                volatility=seen.volatility[one],
                cost_bps=seen.cost_bps[one],
            ),
        )
    at_once = update_cost_curve(TRUTH, seen)
    np.testing.assert_allclose(curve.coefficients, at_once.coefficients, rtol=1e-9)
    np.testing.assert_allclose(curve.covariance, at_once.covariance, rtol=1e-9)
    assert curve.fills == at_once.fills == 10


def test_more_fills_leave_a_smaller_error() -> None:
    errors = [
        np.diag(update_cost_curve(ASSUMED, observe(orders, seed=5)).covariance)
        for orders in (1, 10, 100, 1000)
    ]
    assert (np.diff(errors, axis=0) < 0.0).all()


def test_learning_converges_to_the_truth() -> None:
    learned = update_cost_curve(ASSUMED, observe(200_000, seed=6))
    stated = np.sqrt(np.diag(learned.covariance))
    assert (np.abs(learned.coefficients - TRUTH.coefficients) < 4.0 * stated).all()
    assert stated[1] < 0.01


def test_combining_with_a_fit_weighs_by_precision() -> None:
    prior = replace(ASSUMED, half_spread_standard_error_bps=0.3, impact_standard_error=0.1)
    measured = replace(TRUTH, half_spread_standard_error_bps=0.1, impact_standard_error=0.1, fills=7)
    both = prior.combined_with(measured)
    assert both.half_spread_bps == pytest.approx((1.0 / 0.09 + 0.4 / 0.01) / (1.0 / 0.09 + 1.0 / 0.01))
    assert both.impact_coefficient == pytest.approx((0.3 + 0.8) / 2.0)
    assert both.impact_standard_error == pytest.approx(0.1 / np.sqrt(2.0))
    assert both.fills == 7


def test_combining_agrees_with_learning_from_the_orders_themselves() -> None:
    seen = observe(500, seed=7)
    combined = ASSUMED.combined_with(fit_cost_curve(seen, fee_bps=0.1))
    learned = update_cost_curve(ASSUMED, seen)
    # The fit estimates the noise's scale, the update is told it: equal up to that estimate.
    np.testing.assert_allclose(combined.coefficients, learned.coefficients, rtol=0.05)


def test_curves_with_different_exponents_cannot_be_combined() -> None:
    with pytest.raises(ValueError, match=r"exponents 0\.5 and 0\.6"):
        TRUTH.combined_with(replace(TRUTH, impact_exponent=0.6))


def test_a_curve_that_claims_no_error_cannot_learn() -> None:
    with pytest.raises(ValueError, match="without error"):
        replace(TRUTH, impact_standard_error=0.0).combined_with(TRUTH)


def test_noise_never_teaches_a_negative_cost() -> None:
    lucky = replace(observe(20, seed=8), cost_bps=np.full(20, -500.0))
    learned = update_cost_curve(ASSUMED, lucky)
    assert (learned.coefficients >= 0.0).all()


def test_the_stated_error_grows_with_the_size_of_the_order() -> None:
    curve = update_cost_curve(ASSUMED, observe(500, seed=9))
    small, large = (
        curve.standard_error_bps(participation=size, horizon_days=1.0, volatility=0.2) for size in (0.1, 0.4)
    )
    assert 0.0 < small < large


def test_the_default_curve_scales_spread_and_fee_to_bps() -> None:
    curve = default_cost_curve(
        tick_size=0.25, price=2500.0, half_spread_ticks=0.5, fee_per_contract=1.25, multiplier=50.0
    )
    assert 0.0 < curve.half_spread_bps < 1e4 * 0.5 * 0.25 / 2500.0
    assert curve.half_spread_standard_error_bps == pytest.approx(1e4 * 0.5 * 0.25 / 2500.0)
    assert curve.fee_bps == pytest.approx(1e4 * 1.25 / (2500.0 * 50.0))
    assert curve.impact_standard_error == curve.impact_coefficient > 0.0


def test_even_working_leaves_a_third_of_the_price_s_variance() -> None:
    seen = replace(observe(1, seed=10), volatility=np.array([0.3]), horizon_days=np.array([0.5]))
    steps = np.random.default_rng(11).standard_normal((4_000, 100)) / np.sqrt(100)
    worked_evenly = np.cumsum(steps, axis=1).mean(axis=1)
    simulated = 1e4 * 0.3 * np.sqrt(0.5 / 252) * worked_evenly.std()
    assert float(seen.price_noise_bps()[0]) == pytest.approx(simulated, rel=0.04)


def test_the_standard_errors_of_a_few_orders_are_those_of_ordinary_least_squares() -> None:
    few = replace(observe(5, seed=12), horizon_days=np.full(5, 0.1), volatility=np.full(5, 0.2))
    fitted = fit_cost_curve(few)
    line, covariance = np.polyfit(few.impact_regressor(0.5), few.cost_bps, 1, cov=True)
    np.testing.assert_allclose(fitted.coefficients, line[::-1], rtol=1e-9)
    np.testing.assert_allclose(fitted.covariance, covariance[::-1, ::-1], rtol=1e-9)
