"""One network for one position: it starts as its reference, falls to the optimum, and repeats by seed."""

from __future__ import annotations

import numpy as np
import pytest

from hedger.network.position.fit import Training, fit
from hedger.network.position.grid import SpotGrid
from hedger.network.position.paths import simulate_batch
from hedger.network.risk import EntropicRisk, estimate
from hedger.optimum import score_bands, solve
from hedger.optimum.classical import zakamouline
from hedger.optimum.problem import HedgingProblem, short_call

SHORT = Training(steps=120, paths_per_step=2048)


def test_an_untrained_network_is_the_zakamouline_policy() -> None:
    problem = short_call(steps=5, proportional_cost=1e-3, risk_aversion=100.0)
    network = fit(problem, training=Training(steps=0))
    spot = np.exp(network.grid.log_spot[3])
    np.testing.assert_allclose(network.policy(3, spot), zakamouline(problem, 3, spot), atol=1e-9)


@pytest.mark.parametrize("cost", [1e-4, 1e-2])
def test_a_short_training_comes_near_the_optimum_from_above(cost: float) -> None:
    problem = short_call(steps=5, proportional_cost=cost, risk_aversion=100.0)
    best = solve(problem).risk()
    gap = score_bands(problem, fit(problem, training=SHORT).policy) - best
    untrained = score_bands(problem, lambda date, spot: zakamouline(problem, date, spot)) - best
    assert -1e-8 < gap < 0.1 * untrained


def test_the_same_seed_gives_the_same_network_and_another_seed_another() -> None:
    problem = short_call(steps=3, proportional_cost=1e-3, risk_aversion=50.0)
    once, again, other = (
        fit(problem, training=Training(steps=5, paths_per_step=512, seed=seed)) for seed in (7, 7, 8)
    )
    np.testing.assert_array_equal(once.lower, again.lower)
    assert not np.array_equal(once.lower, other.lower)


def test_simulated_losses_agree_with_the_exact_score() -> None:
    problem = short_call(steps=8, proportional_cost=3e-3, risk_aversion=100.0)
    network = fit(problem, training=SHORT)
    batch = simulate_batch(problem, network.grid, 200_000, np.random.SeedSequence(3))
    found = estimate(EntropicRisk(aversion=100.0), network.losses(batch), antithetic=True)
    assert abs(found.value - score_bands(problem, network.policy)) < 3.5 * found.standard_error


def test_bands_beyond_the_grid_are_constant_and_a_date_beyond_the_end_is_refused() -> None:
    problem = short_call(steps=2, proportional_cost=1e-3, risk_aversion=50.0)
    network = fit(problem, training=Training(steps=0))
    lower, upper = network.bands(1, [-9.0, np.nan, 9.0])
    assert lower[0] == network.lower[1, 0]
    assert upper[2] == network.upper[1, -1]
    assert np.isnan(lower[1])
    with pytest.raises(IndexError, match="date 2"):
        network.bands(2, 0.0)


def test_a_calendar_book_of_one_date_and_more_is_trained_without_costs_too() -> None:
    calendar = HedgingProblem(
        strike=np.array([100.0, 104.0]),
        is_call=np.array([True, False]),
        units=np.array([-2.0, 1.0]),
        expiry_step=np.array([1, 3], dtype=np.int64),
        spot=101.0,
        step_variance=4e-4,
        proportional_cost=0.0,
        risk_aversion=0.05,
    )
    network = fit(calendar, training=Training(steps=20, paths_per_step=1024))
    gap = score_bands(calendar, network.policy) - solve(calendar).risk()
    assert -1e-6 < gap < 0.01
    assert fit(
        short_call(steps=1, proportional_cost=1e-3, risk_aversion=9.0), training=Training(steps=2)
    ).lower.size


@pytest.mark.parametrize("wrong", [{"steps": -1}, {"paths_per_step": 7}, {"rate": np.nan}, {"spacing": 0.0}])
def test_what_cannot_be_trained_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"needed|lies in"):
        Training(**wrong)


def test_paths_are_a_martingale_placed_at_their_own_node() -> None:
    problem = short_call(steps=4, proportional_cost=1e-3, risk_aversion=50.0)
    grid = SpotGrid.of(problem, 0.25)
    batch = simulate_batch(problem, grid, 40_000, np.random.SeedSequence(1))
    assert batch.spot[-1].mean() == pytest.approx(1.0, abs=3e-6)
    for date in range(4):
        nodes = np.interp(batch.place[date], np.arange(grid.nodes), grid.log_spot[date])
        np.testing.assert_allclose(nodes, np.log(batch.spot[date]), atol=1e-9)
