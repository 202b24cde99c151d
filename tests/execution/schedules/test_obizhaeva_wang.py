"""Obizhaeva and Wang: the paper's blocks, a linear solve as twin, limits, and risk."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.market.regime import CALM, MarketConditions, Regime
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.obizhaeva_wang import ObizhaevaWang, obizhaeva_wang_for
from execution.schedules.schedule import FloatArray, Schedule
from execution.tca.cost_curve import CostCurve
from tests.contracts.schedule import SCHEDULE_PROMISES

PAPER = ObizhaevaWang(horizon=1.0, resilience=5.0)
RISKY = replace(PAPER, volatility=1.5, risk_aversion=0.7, displacement=0.3)


def solved(schedule: ObizhaevaWang, times: FloatArray) -> FloatArray:
    """The slow twin: the KKT system of the quadratic cost, with its matrix built term by term."""
    count = len(times)
    decay = np.exp(-schedule.resilience * np.abs(np.subtract.outer(times, times)))
    exposed = np.minimum.outer(times, times) - times[0]  # of variance to each pair of trades
    kkt = np.ones((count + 1, count + 1))
    risk = schedule.risk_aversion * schedule.volatility**2
    kkt[:count, :count] = schedule.displacement * decay + 2.0 * risk * exposed
    kkt[count, count] = 0.0
    return np.linalg.solve(kkt, np.append(np.zeros(count), 1.0))[:count]


@pytest.mark.parametrize(
    "schedule",
    [PAPER, replace(PAPER, resilience=0.0), replace(PAPER, resilience=math.inf), RISKY],
    ids=["paper", "no-refill", "refill-at-once", "risk-averse"],
)
@pytest.mark.parametrize("check_promise", SCHEDULE_PROMISES)
def test_every_schedule_keeps_the_promise(
    schedule: Schedule, check_promise: Callable[[Schedule], None]
) -> None:
    check_promise(schedule)


@pytest.mark.parametrize("gaps", [1, 2, 20, 390])
def test_even_times_give_the_paper_s_blocks(gaps: int) -> None:
    kept = math.exp(-5.0 / gaps)
    block = 1.0 / (2.0 + (gaps - 1) * (1.0 - kept))
    expected = np.full(gaps + 1, (1.0 - kept) * block)
    expected[[0, -1]] = block
    np.testing.assert_allclose(PAPER.shares(np.linspace(0.0, 1.0, gaps + 1)), expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("gaps", "resilience", "excess"),
    [(20, 5.0, 0.085), (390, 1.0, 0.103), (390, 5.0, 0.120), (390, 20.0, 0.043), (390, 50.0, 0.017)],
)
def test_twap_pays_the_published_excess(gaps: int, resilience: float, excess: float) -> None:
    schedule = replace(PAPER, resilience=resilience)
    times = np.linspace(0.0, 1.0, gaps + 1)
    even = schedule.expected_cost(np.full(gaps + 1, 1.0 / (gaps + 1)), times)
    assert even / schedule.expected_cost(schedule.shares(times), times) - 1.0 == pytest.approx(
        excess, abs=0.0006
    )


times = st.lists(st.floats(0.01, 1.0), min_size=1, max_size=25).map(lambda gaps: np.cumsum(gaps))


@settings(deadline=None, max_examples=60)
@given(times=times, resilience=st.floats(0.05, 50.0))
def test_closed_form_solves_the_linear_system_at_uneven_times(times: FloatArray, resilience: float) -> None:
    schedule = replace(PAPER, resilience=resilience)
    np.testing.assert_allclose(schedule.shares(times), solved(schedule, times), atol=1e-10)


@settings(deadline=None, max_examples=60)
@given(times=times, resilience=st.floats(0.05, 50.0), risk_aversion=st.floats(1e-3, 1e3))
def test_riccati_recursion_solves_the_linear_system(
    times: FloatArray, resilience: float, risk_aversion: float
) -> None:
    schedule = replace(RISKY, resilience=resilience, risk_aversion=risk_aversion)
    shares = schedule.shares(times)
    np.testing.assert_allclose(shares, solved(schedule, times), atol=1e-10)
    assert shares.min() > -1e-12
    assert shares.sum() == pytest.approx(1.0, abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(times=times, seed=st.integers(0, 1000))
def test_no_other_trades_have_a_lower_utility(times: FloatArray, seed: int) -> None:
    best = RISKY.shares(times)
    nudge = np.random.default_rng(seed).normal(size=len(times))
    other = best + 0.1 * (nudge - nudge.mean())
    assert RISKY.utility(other, times) >= RISKY.utility(best, times) - 1e-12


def test_vanishing_risk_aversion_is_the_closed_form() -> None:
    times = np.linspace(0.0, 1.0, 15)
    nearly = replace(RISKY, risk_aversion=1e-12)
    np.testing.assert_allclose(nearly.shares(times), PAPER.shares(times), atol=1e-10)


@pytest.mark.parametrize("risk_aversion", [1e20, 1e300, math.inf])
def test_boundless_risk_aversion_trades_all_at_once(risk_aversion: float) -> None:
    assert replace(RISKY, risk_aversion=risk_aversion).plan(1000, 7).tolist() == [1000] + [0] * 6


def test_a_book_that_never_refills_is_traded_at_the_ends_and_one_that_does_at_once_evenly() -> None:
    assert replace(PAPER, resilience=0.0).plan(10, 5).tolist() == [5, 0, 0, 0, 5]
    assert replace(PAPER, resilience=math.inf).plan(10, 5).tolist() == [2] * 5
    assert PAPER.plan(10, 1).tolist() == [10]


def test_ever_more_trades_approach_the_continuous_blocks_and_rate() -> None:
    block, rate = PAPER.block_and_rate()
    assert (block, rate) == pytest.approx((1 / 7, 5 / 7))
    assert 2.0 * block + rate == pytest.approx(1.0)
    shares = PAPER.shares(np.linspace(0.0, 1.0, 100_001))
    assert shares[0] == pytest.approx(block, rel=1e-4)
    assert shares[1] * 100_000 == pytest.approx(rate, rel=1e-4)
    assert replace(PAPER, resilience=math.inf).block_and_rate() == (0.0, 1.0)


def test_permanent_impact_costs_the_same_whatever_the_trades() -> None:
    lasting = replace(PAPER, permanent_impact=0.4)
    times = np.linspace(0.0, 1.0, 6)
    for trades in (np.full(6, 1 / 6), PAPER.shares(times)):
        paid = lasting.expected_cost(trades, times) - PAPER.expected_cost(trades, times)
        assert paid == pytest.approx(0.2)


def test_a_book_that_refills_at_once_charges_each_trade_its_own_half() -> None:
    cost = replace(PAPER, resilience=math.inf).expected_cost(np.array([1.0, 2.0]), np.array([0.0, 1.0]))
    assert cost == pytest.approx(2.5)


@pytest.mark.parametrize(
    "wrong",
    [
        {"resilience": -1.0},
        {"resilience": math.nan},
        {"displacement": 0.0},
        {"displacement": math.inf},
        {"horizon": 0.0},
        {"horizon": math.nan},
        {"risk_aversion": -1e-6},
    ],
)
def test_what_no_market_has_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected a"):
        replace(PAPER, **wrong)


@pytest.mark.parametrize("times", [[], [0.0, 0.0], [1.0, 0.5], [0.0, math.nan]])
def test_times_that_do_not_increase_are_refused(times: list[float]) -> None:
    with pytest.raises(ValueError, match="increasing times"):
        PAPER.shares(np.array(times))


ORDER = ParentOrder(
    parent_id="p1",
    symbol="ES",
    side=Side.BUY,
    quantity=10_000,
    start_ns=0,
    horizon_ns=2340 * 10**9,
    rules=TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0),
)
CONDITIONS = MarketConditions(
    mid_price=2600.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1e6
)
CURVE = CostCurve(half_spread_bps=0.5, fee_bps=0.1, impact_coefficient=0.8)


def test_an_order_s_even_work_costs_what_its_curve_expects_of_impact() -> None:
    schedule = obizhaeva_wang_for(ORDER, conditions=CONDITIONS, curve=CURVE, risk_aversion=1e-6)
    edges = np.linspace(0.0, schedule.horizon, 501)
    cost = schedule.expected_cost(np.full(500, 20.0), 0.5 * (edges[1:] + edges[:-1]))
    expected_bps = CURVE.expected_bps(participation=0.1, horizon_days=0.1, volatility=0.2) - 0.6
    assert 1e4 * cost / (10_000 * 2600.0 * 50.0) == pytest.approx(expected_bps, rel=3e-3)
    assert schedule.risk_aversion == 0.5e-6


@pytest.mark.parametrize("regime", Regime)
def test_an_order_s_resilience_leaves_at_the_end_what_the_market_s_memory_does(regime: Regime) -> None:
    conditions = replace(CONDITIONS, regime=regime)
    schedule = obizhaeva_wang_for(ORDER, conditions=conditions, curve=CURVE, risk_aversion=0.0)
    memory = zip(CALM.memory_shares, CALM.memory_seconds, strict=True)
    kept = sum(share * math.exp(-2340 / seconds) for share, seconds in memory)
    assert math.exp(-schedule.resilience * schedule.horizon) == pytest.approx(kept)


def test_an_order_whose_curve_has_no_impact_is_scheduled_without_risk() -> None:
    free = replace(CURVE, impact_coefficient=0.0)
    schedule = obizhaeva_wang_for(ORDER, conditions=CONDITIONS, curve=free, risk_aversion=1e-6)
    assert schedule.plan(100, 10).sum() == 100
