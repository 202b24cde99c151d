from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from execution.agents.study_workers import AGENT_SUFFIX, AGENTS
from execution.orders import Side
from execution.schedules.names import SCHEDULES
from hedger.cli import options
from hedger.errors import UsageError
from hedger.feedback import first_cost_curve
from hedger.orders import (
    hedge_line,
    market_conditions,
    parent_order,
    planned_order,
    require_worker,
    schedule_for,
    standing_contracts,
    worker_for,
)
from hedger.policy.policy import Action, HedgeDecision, expected_cost_bps
from hedger.portfolio import PositionKind
from hedger.result import RunSettings
from pricing.instrument import HedgeInstrument, InstrumentKind
from pricing.market import UnderlyingMarket
from tests.markets import book, flat_underlying, future_position

SETTINGS = RunSettings()


def decision(trade: int, *, held: int = 3) -> HedgeDecision:
    return HedgeDecision(
        underlying="SPX",
        instrument="ES",
        action=Action.TRADE if trade else Action.WAIT,
        policy="delta",
        current_contracts=held,
        target_contracts=held + trade,
        target_delta=0.0,
        band_lower=0.0,
        band_upper=0.0,
        residual_delta=0.0,
        next_trade_below=None,
        next_trade_above=None,
        reason="test",
    )


def with_hedge(**changes: object) -> UnderlyingMarket:
    market = flat_underlying()
    return replace(market, hedge=replace(market.hedge, **changes))


def etf_market() -> UnderlyingMarket:
    hedge = HedgeInstrument(
        symbol="SPY",
        underlying="SPX",
        kind=InstrumentKind.ETF,
        tick_size=0.01,
        ratio=0.1,
        lot_size=100,
        average_daily_volume=8e7,
    )
    return replace(flat_underlying(), hedge=hedge)


@pytest.mark.parametrize(("trade", "side"), [(7, Side.BUY), (-7, Side.SELL)])
def test_the_sign_of_a_decision_becomes_the_order_s_side(trade: int, side: Side) -> None:
    order = parent_order(decision(trade), flat_underlying(), SETTINGS)
    assert order is not None
    assert (order.side, order.quantity, order.symbol) == (side, 7, "ES")


def test_a_decision_to_wait_is_no_order() -> None:
    assert parent_order(decision(0), flat_underlying(), SETTINGS) is None


@pytest.mark.parametrize(("trade", "quantity"), [(250, 200), (-199, 100), (99, None)])
def test_a_quantity_between_two_lots_is_cut_and_never_raised(trade: int, quantity: int | None) -> None:
    order = parent_order(decision(trade), etf_market(), SETTINGS)
    assert (None if order is None else order.quantity) == quantity


def test_an_order_starts_at_the_market_s_instant_to_the_nanosecond() -> None:
    market = flat_underlying()
    order = parent_order(decision(1), market, SETTINGS)
    assert order is not None
    assert order.start_ns == 1_517_864_400 * 10**9  # 2018-02-05 16:00 in New York
    assert order.horizon_ns == 30 * 60 * 10**9


def test_the_order_book_s_mid_is_the_hedge_s_own_price_not_the_index() -> None:
    conditions = market_conditions(etf_market(), SETTINGS)
    assert conditions.mid_price == pytest.approx(264.894)
    assert conditions.volatility == pytest.approx(0.2)
    assert conditions.regime.value == "calm"


def test_a_dry_run_s_order_has_a_cost_but_no_fill() -> None:
    market = flat_underlying()
    order = parent_order(decision(4), market, SETTINGS)
    assert order is not None
    curve = first_cost_curve(market)
    planned = planned_order(order, market, curve, SETTINGS)
    assert planned.fills == ()
    assert planned.cost.leaves_quantity == 4
    assert planned.cost.expected_currency == pytest.approx(
        planned.cost.expected_bps / 1e4 * 4 * 50 * market.hedge_price()
    )


def test_the_curve_s_cost_is_what_almgren_and_chriss_expect_of_even_work() -> None:
    market = flat_underlying()
    settings = replace(SETTINGS, schedule="almgren-chriss", risk_aversion=0.0)
    order = parent_order(decision(60), market, settings)
    assert order is not None
    curve = first_cost_curve(market)
    schedule = schedule_for(order, market, curve, settings)
    notional = 60 * 50 * market.hedge_price()
    expected = expected_cost_bps(curve, market, contracts=60, horizon_days=30 / 390) / 1e4 * notional
    even = np.full(30, 2.0)
    assert schedule.plan(60, 30).tolist() == even.tolist()
    assert schedule.expected_cost(even) == pytest.approx(expected)  # type: ignore[attr-defined]


def test_more_risk_aversion_trades_earlier() -> None:
    market = flat_underlying(forecast=0.6)
    order = parent_order(decision(5000), market, SETTINGS)
    assert order is not None
    first_slice = [
        schedule_for(order, market, first_cost_curve(market), replace(SETTINGS, risk_aversion=aversion)).plan(
            5000, 30
        )[0]
        for aversion in (0.0, 1e-4, 1e-2)
    ]
    assert first_slice == sorted(first_slice)
    assert first_slice[0] < first_slice[-1]


def test_an_unknown_worker_lists_schedules_and_agents() -> None:
    market = flat_underlying()
    order = parent_order(decision(1), market, SETTINGS)
    assert order is not None
    with pytest.raises(UsageError, match=r"no agent 'hope': use one of twap, vwap.* dqn, ppo"):
        worker_for(order, market, first_cost_curve(market), replace(SETTINGS, schedule="hope"))


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_of_the_command_line_is_made(name: str) -> None:
    market = flat_underlying()
    order = parent_order(decision(5), market, SETTINGS)
    assert order is not None
    made = schedule_for(order, market, first_cost_curve(market), replace(SETTINGS, schedule=name))
    assert made.name == name
    assert options.SCHEDULES == SCHEDULES


@pytest.mark.parametrize("name", AGENTS)
def test_every_agent_of_the_command_line_is_shipped_and_planned_under_its_name(name: str) -> None:
    market, settings = flat_underlying(), replace(SETTINGS, schedule=name)
    order = parent_order(decision(5), market, settings)
    assert order is not None
    require_worker(settings)
    assert planned_order(order, market, first_cost_curve(market), settings).schedule == name
    assert (options.AGENTS, options.AGENT_SUFFIX) == (AGENTS, AGENT_SUFFIX)


def test_a_file_that_is_no_agent_is_named_before_anything_is_worked(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(UsageError, match=r"mine\.safetensors: no agent could be read"):
        require_worker(replace(SETTINGS, schedule=str(path)))


def test_a_schedule_worked_by_name_is_required_without_reading_anything() -> None:
    assert require_worker(SETTINGS) is None
    assert (SETTINGS.agent_file, SETTINGS.worker) == (None, "almgren-chriss")


@pytest.mark.parametrize("trade", [40, -40])
def test_what_the_band_leaves_makes_an_implementation_shortfall_order_urgent(trade: int) -> None:
    market = flat_underlying()
    settings = replace(SETTINGS, schedule="implementation-shortfall", risk_aversion=1e-5)
    order = parent_order(decision(trade), market, settings)
    assert order is not None
    # A policy that buys up to its lower edge stays short of its ideal by half of the band.
    edge = -20.0 * market.hedge_delta() * order.side
    banded = replace(decision(trade), residual_delta=edge)
    assert standing_contracts(banded, order, market) == pytest.approx(20.0)
    curve = first_cost_curve(market)
    alone, urgent = (
        schedule_for(order, market, curve, settings, decision=which).urgency(40, 30)  # type: ignore[union-attr]
        for which in (None, banded)
    )
    assert 0.0 < alone < urgent < 1.0


def test_an_arrival_cap_goes_with_the_order_and_none_does_not() -> None:
    market = flat_underlying()
    for bps, cap in ((5.0, 5.0), (math.inf, None)):
        order = parent_order(decision(5), market, replace(SETTINGS, arrival_cap_bps=bps))
        assert order is not None
        assert order.arrival_cap_bps == cap


@pytest.mark.parametrize(
    "wrong",
    [{"participation": 0.0}, {"participation": 1.0}, {"participation": math.nan}, {"arrival_cap_bps": -1.0}],
)
def test_settings_that_no_order_can_have_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=r"Participation|cap"):
        replace(SETTINGS, **wrong)


def test_fills_are_booked_on_the_line_that_already_holds_the_future() -> None:
    line = hedge_line(book(future_position(5, symbol="ESH8")), flat_underlying())
    assert line.symbol == "ESH8"


def test_a_first_fill_opens_a_line_in_the_instrument_s_own_terms() -> None:
    line = hedge_line(book(), etf_market())
    assert (line.symbol, line.kind, line.quantity) == ("SPY", PositionKind.ETF, 0.0)
    assert line.multiplier == pytest.approx(0.1)
