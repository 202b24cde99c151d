"""Simulated packages: common chances, limits, and how the news is told from the cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.legging.broken import BrokenLegRule
from execution.legging.leg_risk import LegRiskLimit
from execution.spread.plan import PackagePlan
from execution.spread.plans import fixed_leg_order, market_orders, resting_package
from execution.spread.programme import Programme
from execution.spread.records import PackageRecords, Way
from execution.spread.simulate import work_packages
from execution.spread.terms import PackageMarket, stressed
from tests.execution.spread.markets import small_market, vertical


def simulated(market: PackageMarket, plan: PackagePlan, seed: int = 1, paths: int = 500) -> PackageRecords:
    """Packages worked without limits."""
    return work_packages(market, plan, paths=paths, rng=np.random.default_rng(seed))


def test_market_orders_pay_the_quoted_spread_at_once() -> None:
    market = small_market()
    records = simulated(market, market_orders(market))
    assert (records.way == Way.CROSS).all()
    assert (records.step == 0).all()
    assert (records.effective_over_quoted == 1.0).all()
    assert records.leg_risk.expected_seconds == 0.0


def test_a_package_order_fills_every_leg_in_one_step_at_its_price() -> None:
    market = vertical()
    records = simulated(market, resting_package(market, offset=0.25))
    package = (records.way == Way.PACKAGE).any(axis=1)
    assert package.sum() > 20
    assert (records.way[package] == Way.PACKAGE).all()
    assert (np.ptp(records.step[package], axis=1) == 0).all()
    paid = (records.price - records.mid)[package] @ records.signed_ratio
    assert (paid == market.half_spread_ticks / 4).all()


def test_the_other_legs_are_crossed_after_the_first() -> None:
    market = vertical()
    records = simulated(market, fixed_leg_order(market, first=1, offset=0.0))
    rested = records.way[:, 1] == Way.REST
    assert rested.sum() > 20
    assert set(records.way[rested, 0]) <= {int(Way.CROSS), int(Way.COMPLETION)}
    assert (records.step[rested, 0] == records.step[rested, 1] + 1).all()


def test_quotes_trade_whole_packages_no_dearer_than_accepted() -> None:
    market = replace(vertical(), offsets=(), complex_offsets=())
    plan, _ = Programme(market).solve()
    records = simulated(market, plan)
    quoted = (records.way == Way.QUOTE).any(axis=1)
    assert quoted.sum() > 100
    assert (records.way[quoted] == Way.QUOTE).all()
    paid = (records.price - records.fair)[quoted] @ records.signed_ratio
    assert paid.max() <= plan.accept.max()
    assert set(records.leak) == {0, 1}


def test_two_plans_meet_the_same_market() -> None:
    market = replace(vertical(), dealers=0)
    legs = tuple(replace(leg, informed=0.0) for leg in market.legs)
    market = replace(market, legs=legs, complex_informed=0.0)
    first = simulated(market, market_orders(market))
    second = simulated(market, resting_package(market, offset=-0.5))
    assert (first.last_mid == second.last_mid).all()


def test_nothing_trades_beyond_a_limit_that_is_never_reached() -> None:
    market = vertical()
    plan, _ = Programme(market).solve()
    rng = np.random.default_rng(1)
    records = work_packages(market, plan, paths=100, rng=rng, net_limit_ticks=100.0)
    assert (records.way == Way.NONE).all()
    assert (records.cost_ticks == 0.0).all()
    assert (records.news_ticks == 0.0).all()
    with pytest.raises(ValueError, match="one package or more"):
        _ = records.leg_risk


def test_what_is_unwound_costs_the_way_there_and_back() -> None:
    market = replace(stressed(vertical()), dealers=0, complex_offsets=())
    plan, _ = Programme(market).solve()
    records = work_packages(
        market,
        plan,
        paths=2_000,
        rng=np.random.default_rng(1),
        net_limit_ticks=312.0,
        rule=BrokenLegRule.UNWIND,
    )
    back = records.way == Way.UNWOUND
    assert back.any()
    assert not records.complete[back.any(axis=1)].any()
    lost = ((records.price - records.unwind_price) * back) @ records.signed_ratio
    assert (records.cost_ticks == lost)[back.any(axis=1)].all()


def test_stress_makes_every_simple_way_dearer() -> None:
    for offset in (-0.5, 0.0):
        costs = [
            Programme(market).value(resting_package(market, offset=offset)) / market.half_spread_ticks
            for market in (vertical(), stressed(vertical()))
        ]
        assert costs[0] < costs[1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"paths": 0}, "0 paths"),
        ({"net_limit_ticks": float("nan")}, "limit nan"),
        ({"rule": BrokenLegRule.WORK}, "complete or unwind"),
    ],
)
def test_impossible_runs_are_refused(changes: dict[str, object], sentence: str) -> None:
    market = small_market()
    terms = {"paths": 1, "rng": np.random.default_rng(1)} | changes
    with pytest.raises(ValueError, match=sentence):
        work_packages(market, market_orders(market), **terms)


@pytest.mark.parametrize("plan", [fixed_leg_order, resting_package])
def test_an_offset_off_the_menu_is_refused(plan: type) -> None:
    with pytest.raises(ValueError, match="not on the menu"):
        plan(small_market(), offset=0.123)


def test_what_everybody_follows_at_once_costs_nothing_on_average() -> None:
    market = vertical()
    legs = tuple(replace(leg, followed_ticks=9) for leg in market.legs)
    following = replace(market, legs=legs)
    plan, expected = Programme(following).solve()
    assert expected == Programme(market).solve()[1]
    records = simulated(following, plan, paths=4_000)
    cost = records.cost_ticks - records.news_ticks
    assert abs(cost.mean() - expected) < 4.0 * cost.std() / len(cost) ** 0.5
    assert np.ptp(records.price[:, 0]) > np.ptp(simulated(market, plan, paths=4_000).price[:, 0])


def test_a_bid_that_is_not_negative_never_becomes_so() -> None:
    cheap = vertical()
    legs = (replace(cheap.legs[0], mid_ticks=4), replace(cheap.legs[1], mid_ticks=5))
    cheap = replace(cheap, legs=legs, steps=60)
    for plan in (Programme(cheap).solve()[0], resting_package(cheap, offset=0.5)):
        records = simulated(cheap, plan, paths=1_000)
        assert records.price.min() >= 1
        assert (records.last_mid >= [4, 5]).all()


def test_what_nobody_bids_for_is_not_sold() -> None:
    market = vertical()
    legs = (market.legs[0], replace(market.legs[1], mid_ticks=4))
    with pytest.raises(ValueError, match="without a bid cannot be sold"):
        simulated(replace(market, legs=legs), market_orders(market))


def test_a_broken_package_whose_held_leg_nobody_bids_for_is_completed_and_not_unwound() -> None:
    market = replace(stressed(vertical()), dealers=0, complex_offsets=())
    bidless = replace(market.legs[0], mid_ticks=market.legs[0].half_spread_ticks, own_move=0.0, loading=0)
    ended = {}
    for first in (market.legs[0], bidless):
        held = replace(market, legs=(first, market.legs[1]))
        plan = fixed_leg_order(held, first=0, offset=0.5)
        records = work_packages(
            held,
            plan,
            paths=500,
            rng=np.random.default_rng(1),
            rule=BrokenLegRule.UNWIND,
            limit=LegRiskLimit(open_seconds=0.0),
        )
        ended[first is bidless] = set(records.way.ravel().tolist())
    assert int(Way.UNWOUND) in ended[False]
    assert int(Way.UNWOUND) not in ended[True]
    assert int(Way.COMPLETION) in ended[True]


def test_a_market_of_negative_prices_has_no_floor() -> None:
    market = vertical(60)
    legs = (replace(market.legs[0], mid_ticks=-20, followed_ticks=9), market.legs[1])
    records = simulated(replace(market, legs=legs), market_orders(market))
    assert records.last_mid[:, 0].min() < -40
    assert records.last_mid[:, 0].max() > 20
