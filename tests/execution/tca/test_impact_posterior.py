"""Expected costs over all curves believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.tca.impact_fit import CurveFit
from execution.tca.impact_posterior import CurveBelief, posterior_fit
from tests.execution.test_cost_curve import TRUTH, observe
from tests.twins.curve_posterior import expected_costs

BELIEF = CurveBelief(half_spread=(0.2, 1.0), impact=(0.15, 0.15), exponent=(0.5, 0.5))


def fitted(orders: int, *, seed: int = 1, belief: CurveBelief = BELIEF, noise: float = 1.0) -> CurveFit:
    seen = observe(orders, seed=seed, noise_scale=noise)
    terms = seen.horizon_volatility_bps(), seen.participation, seen.cost_bps
    return posterior_fit(terms, seen.noise_bps(), belief)


def test_the_usual_size_and_all_of_the_volume_cost_what_drawn_curves_do_in_the_mean() -> None:
    seen = observe(30, seed=3)
    terms = seen.horizon_volatility_bps(), seen.participation, seen.cost_bps
    found = posterior_fit(terms, seen.noise_bps(), BELIEF)
    usual = float(np.exp(np.log(seen.participation).mean()))
    sizes = np.array([min(0.1, usual), 1.0])
    twin = expected_costs(seen, found.scale * seen.noise_bps(), BELIEF, sizes, draws=400_000)
    np.testing.assert_allclose(found.coefficients[1] * sizes**found.exponent, twin, rtol=0.03)


def test_one_order_of_hardly_any_weight_leaves_half_spread_and_impact_where_they_were() -> None:
    found = fitted(1, noise=0.0, belief=replace(BELIEF, half_spread=(0.4, 1e-3), impact=(0.2, 1e-3)))
    assert found.coefficients[0] == pytest.approx(0.4, abs=1e-3)
    assert found.coefficients[1] * 0.1**found.exponent == pytest.approx(0.2, rel=0.1)


def test_the_fewer_the_orders_the_dearer_are_sizes_that_nobody_has_filled() -> None:
    few, many = fitted(5), fitted(5_000)
    assert few.exponent > BELIEF.exponent[0] + 0.1
    assert many.exponent == pytest.approx(TRUTH.impact_exponent, abs=0.15)


def test_more_orders_leave_smaller_errors_and_a_shorter_interval() -> None:
    fits = [fitted(orders) for orders in (10, 200, 4_000)]
    errors = np.array([np.sqrt(np.diag(fit.covariance)) for fit in fits])
    assert (np.diff(errors[:, [0, 2]], axis=0) < 0.0).all()
    lengths = [np.ptp(fit.exponent_interval) for fit in fits if fit.exponent_interval]
    assert lengths == sorted(lengths, reverse=True)


def test_many_nearly_exact_orders_are_found_however_narrow_the_posterior_is() -> None:
    found = fitted(20_000, noise=1e-3)
    assert found.exponent == pytest.approx(0.5, abs=2e-3)
    np.testing.assert_allclose(found.coefficients, TRUTH.coefficients, rtol=0.02)


def test_orders_all_of_one_size_tell_the_cost_of_that_size() -> None:
    seen = observe(400, seed=4)
    same = replace(seen, participation=np.full(400, 0.02), horizon_days=np.full(400, 0.1))
    same = replace(same, volatility=np.full(400, 0.2))
    cost = 3.0 + np.random.default_rng(1).standard_normal(400)
    terms = same.horizon_volatility_bps(), same.participation, cost
    found = posterior_fit(terms, same.noise_bps(), BELIEF)
    expected = found.coefficients[0] + found.coefficients[1] * terms[0][0] * 0.02**found.exponent
    assert expected == pytest.approx(3.0, abs=0.2)


def test_no_half_spread_is_expected_below_zero() -> None:
    seen = observe(200, seed=5)
    terms = seen.horizon_volatility_bps(), seen.participation, seen.cost_bps - 30.0
    found = posterior_fit(terms, seen.noise_bps(), BELIEF)
    assert found.coefficients[0] == 0.0
    assert found.coefficients[1] > 0.0
