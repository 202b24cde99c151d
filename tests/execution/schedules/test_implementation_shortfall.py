"""Implementation shortfall: the book's risk makes the order urgent."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.market.regime import MarketConditions
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.implementation_shortfall import (
    ImplementationShortfall,
    implementation_shortfall_for,
)
from execution.schedules.names import SCHEDULES, ScheduleTerms, schedule_named
from execution.schedules.power_law import PowerLawImpact
from execution.schedules.schedule import Schedule
from execution.tca.cost_curve import CostCurve
from tests.contracts.schedule import SCHEDULE_PROMISES

MARKET = PowerLawImpact(horizon=0.1, volatility=1_600.0, temporary_impact=0.5, risk_aversion=1e-6)
ALONE = ImplementationShortfall(market=MARKET)
ORDER = ParentOrder(
    parent_id="p1",
    symbol="ES",
    side=Side.BUY,
    quantity=10_000,
    start_ns=0,
    horizon_ns=2340 * 10**9,
    rules=TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0),
)
TERMS = ScheduleTerms(
    conditions=MarketConditions(
        mid_price=2600.0, tick_size=0.25, volatility=0.2, half_spread_ticks=0.5, average_daily_volume=1e6
    ),
    curve=CostCurve(half_spread_bps=0.5, fee_bps=0.1, impact_coefficient=0.8, impact_exponent=0.6),
    risk_aversion=1e-6,
)


@pytest.mark.parametrize("check_promise", SCHEDULE_PROMISES)
def test_every_schedule_keeps_the_promise(check_promise: Callable[[Schedule], None]) -> None:
    check_promise(replace(ALONE, standing=250.0))


@settings(deadline=None, max_examples=40)
@given(standing=st.floats(-500.0, 500.0), seed=st.integers(0, 1000))
def test_no_other_trades_leave_the_book_better_off(standing: float, seed: int) -> None:
    schedule = replace(ALONE, standing=standing)

    def book_utility(trades: np.ndarray) -> float:
        away = 300.0 - np.cumsum(trades) + standing
        risk = MARKET.risk_aversion * MARKET.volatility**2 * 0.01 * float(away @ away)
        return MARKET.expected_cost(trades) + risk

    best = -np.diff(300.0 * schedule.remaining(300.0, 10))
    other = np.random.default_rng(seed).dirichlet(np.ones(10)) * 300.0
    assert book_utility(other) >= book_utility(best) - 1e-9
    constant = 10 * MARKET.risk_aversion * MARKET.volatility**2 * 0.01 * standing**2
    assert schedule.utility(best) + constant == pytest.approx(book_utility(best))


def test_a_wider_band_and_more_aversion_make_the_order_more_urgent() -> None:
    by_band = [replace(ALONE, standing=standing).urgency(300.0, 20) for standing in (-100, 0, 100, 1000)]
    by_aversion = [
        replace(ALONE, market=replace(MARKET, risk_aversion=aversion)).urgency(300.0, 20)
        for aversion in (0.0, 1e-8, 1e-6, 1e-4)
    ]
    for urgency in (by_band, by_aversion):
        assert urgency == sorted(urgency)
        assert urgency[0] < urgency[-1]
        assert all(-1.0 <= each <= 1.0 for each in urgency)


def test_the_further_outside_of_its_band_the_more_the_book_trades_at_once() -> None:
    banded = replace(ALONE, standing=100.0)
    first = [quantity * (1.0 - banded.remaining(quantity, 20)[1]) for quantity in (10.0, 100.0, 1000.0)]
    assert first == sorted(first)


def test_urgency_is_nought_when_even_and_one_when_at_once() -> None:
    patient = replace(ALONE, market=replace(MARKET, risk_aversion=0.0))
    assert patient.urgency(300.0, 20) == pytest.approx(0.0, abs=1e-12)
    hasty = ImplementationShortfall(market=replace(MARKET, risk_aversion=math.inf), standing=5.0)
    assert hasty.urgency(300.0, 20) == 1.0
    assert hasty.urgency(300.0, 1) == 0.0


def test_an_order_worked_evenly_costs_what_its_curve_expects() -> None:
    schedule = implementation_shortfall_for(
        ORDER, conditions=TERMS.conditions, curve=TERMS.curve, risk_aversion=1e-6
    )
    expected_bps = TERMS.curve.expected_bps(participation=0.1, horizon_days=0.1, volatility=0.2)
    cost = schedule.market.expected_cost(np.full(20, 500.0))
    assert 1e4 * cost / (10_000 * 2600.0 * 50.0) == pytest.approx(expected_bps)
    assert schedule.market.risk_aversion == 0.5e-6
    assert schedule.market.impact_exponent == 0.6


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_name_makes_the_schedule_of_that_name(name: str) -> None:
    assert schedule_named(name, ORDER, TERMS).name == name


def test_an_unknown_name_lists_those_that_there_are() -> None:
    with pytest.raises(ValueError, match="no schedule 'hope': use one of twap, vwap"):
        schedule_named("hope", ORDER, TERMS)
