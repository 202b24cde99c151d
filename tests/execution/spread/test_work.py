"""Working a spread order: every contract is in a fill, and what ended each clip is said."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.errors import OrderRejectedError
from execution.legging.broken import BrokenLegRule
from execution.legging.leg_risk import LegRiskLimit
from execution.legging.packages import PackageState
from execution.orders import Liquidity
from execution.spread.order import Ended, SpreadExecution, SpreadOrder
from execution.spread.plan import PackagePlan
from execution.spread.programme import Programme
from execution.spread.records import Way
from execution.spread.simulate import work_packages
from execution.spread.terms import LegMarket, PackageMarket, stated_market, stressed
from execution.spread.work import legs_of, work_spread
from tests.execution.spread.markets import SMALL_LEG
from tests.execution.spread.orders import LONG, SHARE_RULES, SHARES, SHORT, vertical_order

LEGS = {"C100": SMALL_LEG, "C105": replace(SMALL_LEG, mid_ticks=300)}
LEGGING = replace(
    stressed(stated_market(legs_of(vertical_order(), LEGS), steps=8)), complex_offsets=(), dealers=0
)
LEGGING_PLAN, _ = Programme(LEGGING).solve()


def worked(order: SpreadOrder, *, clip: int = 5, seed: int = 1) -> SpreadExecution:
    """An order that can only be legged in."""
    rng = np.random.default_rng(seed)
    return work_spread(order, market=LEGGING, plan=LEGGING_PLAN, rng=rng, clip_packages=clip)


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 2**32),
    packages=st.integers(1, 20),
    clip=st.integers(1, 7),
    limit=st.none() | st.integers(190, 215),
    rule=st.sampled_from([BrokenLegRule.COMPLETE, BrokenLegRule.UNWIND]),
    worst_move=st.sampled_from([0.0, 200.0, math.inf]),
)
def test_every_contract_is_in_a_fill(
    seed: int, packages: int, clip: int, limit: int | None, rule: BrokenLegRule, worst_move: float
) -> None:
    order = vertical_order(
        packages=packages,
        net_limit_ticks=limit,
        broken_leg=rule,
        leg_risk_limit=LegRiskLimit(worst_move=worst_move),
        horizon_ns=10**13,
    )
    execution = worked(order, clip=clip, seed=seed)
    held, cash = Counter[str](), 0
    for leg_fill in execution.fills:
        held[leg_fill.fill.symbol] += leg_fill.fill.side * leg_fill.fill.quantity
        cash += leg_fill.fill.side * leg_fill.fill.quantity * leg_fill.fill.price_ticks
    whole = sum(clip.packages for clip in execution.clips if clip.ended in (Ended.FILLED, Ended.COMPLETED))
    assert sum(clip.packages for clip in execution.clips) == packages
    assert (held["C100"], held["C105"]) == (whole, -whole)
    assert execution.filled_packages == whole
    assert cash == sum(clip.total_ticks for clip in execution.clips)
    assert execution.position.state is not PackageState.BROKEN


def test_a_whole_package_never_costs_more_than_its_limit_where_broken_ones_are_unwound() -> None:
    for seed in range(40):
        order = vertical_order(net_limit_ticks=200, broken_leg=BrokenLegRule.UNWIND)
        for clip in worked(order, seed=seed).clips:
            assert clip.ended in (Ended.UNWOUND, Ended.LEFT) or clip.total_ticks <= 200 * clip.packages


def test_every_ending_happens_and_costs_what_its_fills_say() -> None:
    ended = Counter[Ended]()
    for seed in range(30):
        order = vertical_order(net_limit_ticks=205, broken_leg=BrokenLegRule.UNWIND)
        ended.update(clip.ended for clip in worked(order, seed=seed).clips)
    assert set(ended) == set(Ended)


def test_each_clip_trades_in_its_own_time_and_what_rested_is_a_makers() -> None:
    length = round(1e9 * LEGGING.steps * LEGGING.step_seconds)
    liquidities = set()
    for seed in range(10):
        for at, clip in enumerate(worked(vertical_order(start_ns=7), seed=seed).clips):
            way = {"C100": clip.ways[0], "C105": clip.ways[1]}
            for each in clip.fills:
                assert 7 + at * length <= each.fill.ts_ns <= 7 + (at + 1) * length
                rested = way[each.fill.symbol] in (Way.PACKAGE, Way.REST)
                assert (each.fill.liquidity is Liquidity.MAKER) == rested
                liquidities.add(each.fill.liquidity)
    assert liquidities == set(Liquidity)


def test_an_order_without_a_limit_is_always_completed() -> None:
    assert all(worked(vertical_order(), seed=seed).leaves_packages == 0 for seed in range(20))


def test_open_legs_are_ended_when_their_time_is_over() -> None:
    order = vertical_order(leg_risk_limit=LegRiskLimit(open_seconds=5.0))
    risks = [worked(order, seed=seed).leg_risk for seed in range(30)]
    # Looked at each five seconds: ended in the step in which it is seen.
    assert max(risk.worst_seconds for risk in risks if risk is not None) <= 10.0


def test_measured_leg_risk_names_the_limits_that_were_broken() -> None:
    order = vertical_order(leg_risk_limit=LegRiskLimit(expected_move=0.0))
    executions = [worked(order, seed=seed) for seed in range(30)]
    broken = [execution for execution in executions if execution.breaches]
    assert broken
    assert all("between first and last leg" in execution.breaches[0] for execution in broken)


def test_same_seed_gives_the_same_fills() -> None:
    assert worked(vertical_order(), seed=3).fills == worked(vertical_order(), seed=3).fills


def test_an_order_of_other_legs_is_refused() -> None:
    order = vertical_order(legs=(LONG, replace(SHORT, ratio=2)))
    with pytest.raises(OrderRejectedError, match="found a market of sides and weights"):
        worked(order)


@pytest.mark.parametrize(("clip", "sentence"), [(0, "clips of 0"), (1, "10 clips take 400 seconds")])
def test_clips_that_cannot_be_are_refused(clip: int, sentence: str) -> None:
    with pytest.raises(OrderRejectedError, match=sentence):
        worked(vertical_order(horizon_ns=300 * 10**9), clip=clip)


def tied() -> tuple[SpreadOrder, PackageMarket, PackagePlan]:
    """A vertical and the shares that hedge it."""
    order = vertical_order(tie=SHARES, tie_rules=SHARE_RULES)
    shares = LegMarket(mid_ticks=10_000, half_spread_ticks=1, widest=0, takers=0.0, maker_takers=0.0)
    market = stated_market(legs_of(order, {**LEGS, "XYZ": shares}), steps=8)
    return order, market, Programme(market, risk_aversion=1e-6).solve()[0]


def test_a_tied_block_trades_its_shares_with_every_package() -> None:
    order, market, plan = tied()
    for seed in range(10):
        execution = work_spread(order, market=market, plan=plan, rng=np.random.default_rng(seed))
        sold = [leg.fill for leg in execution.fills if leg.fill.symbol == "XYZ"]
        assert sum(fill.quantity for fill in sold) == 300
        assert execution.filled_packages == 10
        assert abs(execution.effective_over_quoted) < 2.0


def test_a_single_leg_is_a_package_of_one() -> None:
    order = vertical_order(legs=(LONG,), rules=vertical_order().rules[:1])
    market = replace(stated_market(legs_of(order, LEGS), steps=20), complex_offsets=(), dealers=0)
    plan, _ = Programme(market).solve()
    execution = work_spread(order, market=market, plan=plan, rng=np.random.default_rng(2))
    assert execution.filled_packages == 10
    assert [fill.fill.symbol for fill in execution.fills] == ["C100"]


def test_what_was_paid_is_the_effective_cost_and_the_news() -> None:
    order, market, plan = tied()
    (clip,) = work_spread(order, market=market, plan=plan, rng=np.random.default_rng(4)).clips
    records = work_packages(market, plan, paths=1, rng=np.random.default_rng(4))
    assert clip.ways == tuple(Way(way) for way in records.way[0])
    news = records.news_ticks[0] - float(records.fall[0] @ abs(records.signed_ratio))
    arrival = sum(leg.side * leg.ratio * leg.mid_ticks for leg in market.legs)
    assert clip.total_ticks == clip.packages * (arrival + clip.effective_ticks + news)
