"""The programme of a package against a slow twin, its own plans, simulation and its limits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from execution.spread.plans import best_fixed_leg_order, best_resting_package, market_orders
from execution.spread.programme import Programme
from execution.spread.simulate import work_packages
from execution.spread.terms import PackageMarket, stressed
from tests.execution.spread.markets import small_market, vertical
from tests.twins.spread_block import best_cost


@pytest.mark.parametrize("risk_aversion", [0.0, 0.1])
@pytest.mark.parametrize("change", [{}, {"dealers": 0}, {"factor_move": 0.7}, {"complex_offsets": ()}])
def test_best_cost_is_the_twins(change: dict[str, object], risk_aversion: float) -> None:
    market = replace(small_market(), **change)
    _, cost = Programme(market, risk_aversion=risk_aversion).solve()
    assert cost == pytest.approx(best_cost(market, risk_aversion=risk_aversion), abs=1e-12)


@pytest.mark.parametrize("market", [vertical(), stressed(vertical()), small_market()])
def test_best_plan_costs_what_it_was_promised(market: PackageMarket) -> None:
    programme = Programme(market, risk_aversion=0.05, leg_risk_limit=2.0)
    plan, cost = programme.solve()
    assert programme.value(plan) == pytest.approx(cost, abs=1e-12)


@pytest.mark.parametrize("market", [vertical(steps=10), stressed(vertical(steps=10))])
def test_simulated_cost_is_the_exact_one(market: PackageMarket) -> None:
    for menu, plan in (
        (market, Programme(market).solve()[0]),
        best_fixed_leg_order(market),
        best_resting_package(market),
    ):
        records = work_packages(menu, plan, paths=6_000, rng=np.random.default_rng(11))
        cost = records.cost_ticks - records.news_ticks
        error = cost.std() / math.sqrt(len(cost))
        assert abs(cost.mean() - Programme(menu).value(plan)) < 4.0 * error
        assert abs(records.news_ticks.mean()) < 4.0 * records.news_ticks.std() / math.sqrt(len(cost))


def test_best_plan_is_never_dearer_than_a_simple_one() -> None:
    market = vertical(steps=10)
    _, best = Programme(market).solve()
    assert Programme(market).value(market_orders(market)) == pytest.approx(market.half_spread_ticks)
    for menu, plan in (best_fixed_leg_order(market), best_resting_package(market)):
        assert best < Programme(menu).value(plan) < market.half_spread_ticks


def test_more_ways_are_never_dearer() -> None:
    market = small_market()
    fewer = (replace(market, dealers=0), replace(market, offsets=()), replace(market, complex_offsets=()))
    _, best = Programme(market).solve()
    assert all(Programme(menu).solve()[1] >= best - 1e-12 for menu in fewer)


def test_forbidden_leg_risk_leaves_only_whole_packages() -> None:
    market = vertical()
    plan, _ = Programme(market, leg_risk_limit=0.0).solve()
    records = work_packages(market, plan, paths=2_000, rng=np.random.default_rng(5))
    # Legs may trade together in a step, or be crossed at the next one's start.
    assert np.ptp(records.step, axis=1).max() <= 1


def test_risk_aversion_shortens_the_time_with_an_open_leg() -> None:
    market = replace(stressed(vertical()), dealers=0, complex_offsets=())
    seconds = []
    for risk_aversion in (0.0, 0.02, 1.0):
        plan, _ = Programme(market, risk_aversion=risk_aversion).solve()
        records = work_packages(market, plan, paths=2_000, rng=np.random.default_rng(5))
        seconds.append(records.leg_risk.expected_seconds)
    assert seconds[0] > seconds[1] > seconds[2]


@pytest.mark.parametrize(("aversion", "limit"), [(-1.0, 1.0), (math.nan, 1.0), (0.0, -1.0), (0.0, math.nan)])
def test_impossible_aversions_and_limits_are_refused(aversion: float, limit: float) -> None:
    with pytest.raises(ValueError, match="not negative"):
        Programme(small_market(), risk_aversion=aversion, leg_risk_limit=limit)


def test_plan_of_other_steps_is_refused() -> None:
    plan = market_orders(small_market(steps=2))
    with pytest.raises(ValueError, match="2 steps in a market of 3"):
        Programme(small_market()).value(plan)


def test_five_legs_that_may_all_rest_are_too_many() -> None:
    legs = vertical().legs
    with pytest.raises(ValueError, match="1024 combinations of orders in 32768 states are too many"):
        Programme(replace(vertical(), legs=(*legs, *legs, legs[0])))
