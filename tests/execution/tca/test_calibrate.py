"""Fits of cost curves where orders are wild, quiet, unfinished or few."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.tca.calibrate import CostObservations, fit_cost_curve, learn_cost_curve, update_cost_curve
from execution.tca.cost_curve import CostCurve
from tests.execution.test_cost_curve import ASSUMED, TRUTH, observe

LAW = replace(TRUTH, impact_exponent=0.6)


def test_a_few_wild_orders_do_not_carry_the_fit_away() -> None:
    clean = observe(400, seed=1)
    wild = clean.cost_bps.copy()
    wild[:4] += 5_000.0
    found = fit_cost_curve(replace(clean, cost_bps=wild))
    usual = fit_cost_curve(clean)
    stated = np.sqrt(np.diag(usual.covariance))
    assert (np.abs(found.coefficients - usual.coefficients) < stated).all()


def test_orders_of_hardly_any_risk_do_not_outweigh_all_others_by_their_noise() -> None:
    rng = np.random.default_rng(2)
    seen = observe(400, seed=2)
    volatility = np.where(np.arange(400) < 40, 1e-5, seen.volatility)
    quiet = replace(seen, volatility=volatility)
    cost = (
        0.4
        + 0.8 * quiet.impact_regressor(0.5)
        + np.hypot(0.5, quiet.price_noise_bps()) * rng.normal(size=400)
    )
    found = fit_cost_curve(replace(quiet, cost_bps=cost))
    assert found.half_spread_bps == pytest.approx(0.4, abs=4.0 * np.sqrt(found.covariance[0, 0]))
    assert np.sqrt(found.covariance[0, 0]) > 0.5 / np.sqrt(40) / 2.0


def test_errors_of_all_three_parameters_cover_the_truth_as_often_as_they_say() -> None:
    truth = np.array([LAW.half_spread_bps, LAW.impact_coefficient, LAW.impact_exponent])
    hits, inside = [], []
    for seed in range(100):
        fit = fit_cost_curve(observe(200, seed=seed, truth=LAW, noise_scale=0.2), impact_exponent=None)
        assert fit.exponent_standard_error is not None
        assert fit.exponent_interval is not None
        found = np.array([*fit.coefficients, fit.impact_exponent])
        stated = np.array([*np.sqrt(np.diag(fit.covariance)), fit.exponent_standard_error])
        hits.append(np.abs(found - truth) < 1.96 * stated)
        inside.append(fit.exponent_interval[0] < LAW.impact_exponent < fit.exponent_interval[1])
    assert (np.mean(hits, axis=0) > 0.88).all()
    assert np.mean(inside) > 0.88


def test_the_expected_cost_s_error_covers_with_a_fitted_exponent() -> None:
    at = {"participation": 0.05, "horizon_days": 0.5, "volatility": 0.3}
    expected = LAW.expected_bps(**at) - LAW.fee_bps
    covered = []
    for seed in range(100):
        fit = fit_cost_curve(observe(200, seed=seed, truth=LAW, noise_scale=0.2), impact_exponent=None)
        covered.append(abs(fit.expected_bps(**at) - expected) < 1.96 * fit.standard_error_bps(**at))
    assert np.mean(covered) > 0.88


def test_heavy_tails_leave_the_errors_honest() -> None:
    rng = np.random.default_rng(3)
    hits = []
    for seed in range(100):
        clean = observe(200, seed=seed, noise_scale=0.0)
        noise = clean.price_noise_bps() * rng.standard_t(3, 200) / np.sqrt(3.0)
        fit = fit_cost_curve(replace(clean, cost_bps=clean.cost_bps + noise))
        stated = np.sqrt(np.diag(fit.covariance))
        hits.append(np.abs(fit.coefficients - TRUTH.coefficients) < 1.96 * stated)
    assert (np.mean(hits, axis=0) > 0.88).all()


def test_without_impact_the_exponent_is_said_to_be_anything() -> None:
    none = replace(TRUTH, impact_coefficient=0.0)
    fit = fit_cost_curve(observe(200, seed=4, truth=none), impact_exponent=None)
    assert fit.exponent_interval is not None
    assert fit.exponent_interval[1] - fit.exponent_interval[0] > 1.0


def test_many_recorded_orders_wash_the_belief_out() -> None:
    seen = observe(20_000, seed=5, truth=LAW)
    learned = learn_cost_curve(ASSUMED, seen, origin="recorded")
    fitted = fit_cost_curve(seen, impact_exponent=None)
    at = {"participation": 0.1, "horizon_days": 0.5, "volatility": 0.2}
    assert learned.expected_bps(**at) == pytest.approx(fitted.expected_bps(**at) + 0.1, rel=0.02)
    assert learned.impact_exponent == pytest.approx(0.6, abs=0.1)


def test_one_recorded_order_moves_the_belief_about_as_an_update_does() -> None:
    seen = observe(1, seed=6)
    learned = learn_cost_curve(ASSUMED, seen, origin="recorded")
    updated = update_cost_curve(ASSUMED, seen)
    at = {"participation": 0.1, "horizon_days": 0.3, "volatility": 0.2}
    assert learned.half_spread_bps == pytest.approx(updated.half_spread_bps, rel=0.1)
    assert learned.expected_bps(**at) == pytest.approx(updated.expected_bps(**at), rel=0.1)


def test_one_wild_recorded_order_cannot_make_every_trade_dear() -> None:
    seen = observe(30, seed=7)
    wild = seen.cost_bps.copy()
    wild[0] = 1e5
    at = {"participation": 0.05, "horizon_days": 0.3, "volatility": 0.2}
    usual = learn_cost_curve(ASSUMED, seen, origin="recorded")
    found = learn_cost_curve(ASSUMED, replace(seen, cost_bps=wild), origin="recorded")
    assert abs(found.expected_bps(**at) - usual.expected_bps(**at)) < 2.0 * usual.standard_error_bps(**at)


def test_nothing_recorded_teaches_nothing() -> None:
    assert learn_cost_curve(ASSUMED, observe(0, seed=0), origin="recorded") is ASSUMED


def test_what_is_learned_is_never_a_negative_cost() -> None:
    lucky = replace(observe(50, seed=8), cost_bps=np.full(50, -500.0))
    learned = learn_cost_curve(ASSUMED, lucky, origin="recorded")
    assert learned.half_spread_bps >= 0.0
    assert learned.impact_coefficient >= 0.0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("participation", 1.2),
        ("participation", np.nan),
        ("horizon_days", 0.0),
        ("volatility", -0.1),
        ("cost_bps", np.inf),
    ],
)
def test_observations_that_no_order_can_make_are_refused(column: str, value: float) -> None:
    with pytest.raises(ValueError, match=column):
        replace(observe(3, seed=9), **{column: np.array([value, 0.1, 0.1])})


def test_arrays_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one for each order"):
        CostObservations(
            participation=np.ones(2), horizon_days=np.ones(2), volatility=np.ones(2), cost_bps=np.ones(3)
        )


def test_a_fit_with_its_exponent_needs_four_orders() -> None:
    with pytest.raises(ValueError, match="at least four orders, got 3"):
        fit_cost_curve(observe(3, seed=10), impact_exponent=None)


def test_an_order_of_no_size_costs_the_half_spread_with_its_error() -> None:
    curve = replace(
        CostCurve(half_spread_bps=1.0, fee_bps=0.0, impact_coefficient=1.0), exponent_standard_error=0.1
    )
    at = {"participation": 0.0, "horizon_days": 0.1, "volatility": 0.2}
    assert curve.expected_bps(**at) == 1.0
    assert curve.standard_error_bps(**at) == pytest.approx(1.0)


def test_a_prior_that_claims_to_know_a_number_exactly_cannot_learn() -> None:
    sure = (
        replace(ASSUMED, half_spread_standard_error_bps=0.0),
        replace(ASSUMED, impact_standard_error=0.0),
        replace(ASSUMED, exponent_standard_error=0.0),
    )
    for prior in sure:
        with pytest.raises(ValueError, match="without error"):
            learn_cost_curve(prior, observe(5, seed=1), origin="recorded")


def test_an_exponent_far_from_published_ones_is_learned() -> None:
    steep = replace(TRUTH, impact_exponent=1.2)
    learned = learn_cost_curve(ASSUMED, observe(2_000, seed=11, truth=steep), origin="recorded")
    assert learned.impact_exponent == pytest.approx(1.2, abs=0.2)


def rows_of(seen: CostObservations, rows: slice) -> CostObservations:
    """Some of the orders."""
    return CostObservations(
        participation=seen.participation[rows],
        horizon_days=seen.horizon_days[rows],
        volatility=seen.volatility[rows],
        cost_bps=seen.cost_bps[rows],
    )


def test_what_is_learned_can_be_learned_from_again() -> None:
    seen = observe(4_000, seed=12, truth=LAW)
    at = {"participation": 0.1, "horizon_days": 0.5, "volatility": 0.2}
    first, second = (rows_of(seen, rows) for rows in (slice(0, 2_000), slice(2_000, None)))
    once = learn_cost_curve(ASSUMED, seen, origin="recorded")
    twice = learn_cost_curve(learn_cost_curve(ASSUMED, first, origin="a"), second, origin="b")
    assert twice.fills == once.fills
    assert twice.expected_bps(**at) == pytest.approx(once.expected_bps(**at), rel=0.05)
    assert twice.standard_error_bps(**at) == pytest.approx(once.standard_error_bps(**at), rel=0.2)
