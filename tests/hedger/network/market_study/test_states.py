"""A book along a market's paths: marks add up, and a constant volatility leaves the core alone."""

from __future__ import annotations

import numpy as np
import pytest

from hedger.network.market_study.book import BookAtDate
from hedger.network.market_study.groups import random_group
from hedger.network.market_study.score import effective_paths, hedged_losses, paired_gain
from hedger.network.market_study.tasks import TaskLaw
from hedger.network.markets.gbm import BlackScholesMarket
from tests.hedger.network.market_study.small_networks import CORE, STRADDLE, correction, states_of

PATHS = BlackScholesMarket(volatility_deviation=0.3).simulate(40, 8, np.random.SeedSequence(1))
ANY = correction(0.7, -0.5, 0.3, 0.4)


def test_a_market_of_constant_volatility_leaves_the_core_to_the_last_bit() -> None:
    states = states_of(PATHS)
    assert np.array_equal(states.corrected_band(ANY), states.core_band())


def test_what_every_date_leaves_adds_up_to_the_loss_of_the_hedge_without_costs() -> None:
    states = states_of(PATHS, cost=0.0)
    dates = [BookAtDate.of(STRADDLE, PATHS, step) for step in range(8)]
    hold = np.stack([-date.book.total(date.greeks(date.hedging).delta) for date in dates])
    loss = hedged_losses(states.task, states.spot, states.owed, hold, hold).loss
    assert states.left.sum(axis=0) == pytest.approx(loss, abs=1e-13)


def test_a_sized_book_holds_as_much_volatility_on_every_path() -> None:
    sized = STRADDLE.sized(PATHS)
    assert np.ptp(sized.units[:, 0] * PATHS.short_volatility[:, 0]) == pytest.approx(0.0, abs=1e-12)
    assert sized.owed(PATHS.spot).shape == (40,)


def test_the_hedging_volatility_is_the_forecast_where_implied_is_flat() -> None:
    date = BookAtDate.of(STRADDLE, PATHS, 3)
    assert date.hedging == pytest.approx(date.implied, rel=1e-12)
    assert date.book.expiry_step.tolist() == [5, 5, 2]


def test_a_group_depends_on_its_seed_alone() -> None:
    seed = np.random.SeedSequence(9)
    groups = [random_group([BlackScholesMarket()], CORE, paths=16, seed=seed) for _ in range(2)]
    assert np.array_equal(groups[0].middle, groups[1].middle)
    assert TaskLaw().proportional_cost[0] <= groups[0].task.proportional_cost <= 1e-2


def test_paired_gain_is_exact_for_a_sure_saving_and_zero_against_oneself() -> None:
    loss = np.random.default_rng(0).normal(size=500)
    sure = paired_gain([loss - 0.25], [loss], [2.0])
    assert (sure.value, sure.standard_error) == pytest.approx((0.25, 0.0), abs=1e-12)
    assert paired_gain([loss], [loss], [2.0]).value == 0.0


def test_effective_paths_are_all_of_equal_losses_and_one_of_a_single_disaster() -> None:
    assert effective_paths(np.ones(30), 5.0) == pytest.approx(30.0)
    assert effective_paths(np.append(np.zeros(29), 100.0), 5.0) == pytest.approx(1.0)
