"""A package's legs worked together: static and adaptive schedules, from orders and from plain numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from execution.market.regime import MarketConditions
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.almgren_chriss import almgren_chriss_for
from execution.schedules.cointegrated_slices import CointegratedSlices
from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.multi_asset_one_way import OneWayAlmgrenChriss
from execution.schedules.multi_asset_package import (
    CointegratedSchedule,
    PackageTerms,
    package_schedule,
    package_terms_for,
)
from execution.schedules.multi_asset_schedule import AdaptiveLegsSchedule, LegsSchedule, LegsState
from execution.tca.cost_curve import CostCurve
from tests.contracts.legs_schedule import ADAPTIVE_LEGS_SCHEDULE_PROMISES, LEGS_SCHEDULE_PROMISES

TERMS = PackageTerms(
    horizon=1.0,
    volatilities=(0.95, 0.8),
    correlation=np.array([[1.0, 0.9], [0.9, 1.0]]),
    temporary_impacts=(2.5e-6, 4e-6),
    risk_aversion=2e-4,
    shared_impact=0.1,
)
REVERSION, MEAN = ((3.0, -2.0), (-1.0, 2.0)), (100.0, 50.0)


def adaptive(*, trade_back: bool = False) -> CointegratedSchedule:
    schedule = package_schedule(TERMS, reversion=REVERSION, mean=MEAN, trade_back=trade_back)
    assert isinstance(schedule, CointegratedSchedule)
    return schedule


def state(**changed: Any) -> LegsState:
    start = LegsState(
        slice_index=0,
        slices=10,
        quantities=(10**6, -(10**6)),
        lot_sizes=(1, 1),
        filled=(0, 0),
        mids=MEAN,
    )
    return replace(start, **changed)


@pytest.mark.parametrize("trade_back", [False, True])
@pytest.mark.parametrize("check_promise", LEGS_SCHEDULE_PROMISES)
def test_every_static_package_keeps_the_promise(
    trade_back: bool, check_promise: Callable[[LegsSchedule], None]
) -> None:
    schedule = package_schedule(TERMS, trade_back=trade_back)
    assert isinstance(schedule, OneWayAlmgrenChriss | MultiAssetAlmgrenChriss)
    check_promise(schedule)


@pytest.mark.parametrize("trade_back", [False, True])
@pytest.mark.parametrize("check_promise", ADAPTIVE_LEGS_SCHEDULE_PROMISES)
def test_every_adaptive_package_keeps_the_promise(
    trade_back: bool, check_promise: Callable[[AdaptiveLegsSchedule], None]
) -> None:
    check_promise(adaptive(trade_back=trade_back))


def test_a_leg_that_may_not_trade_back_stays_between_its_fills_and_its_quantity() -> None:
    generator, schedule = np.random.default_rng(3), adaptive()
    for _ in range(50):
        filled = (int(generator.integers(0, 10**6)), -int(generator.integers(0, 10**6)))
        mids = (float(generator.normal(100.0, 3.0)), float(generator.normal(50.0, 3.0)))
        wanted = schedule.wanted(state(slice_index=4, filled=filled, mids=mids))
        assert filled[0] <= wanted[0] <= 10**6
        assert filled[1] >= wanted[1] >= -(10**6)


def test_a_cheap_leg_is_bought_sooner_and_a_dear_one_later() -> None:
    usual = adaptive().wanted(state())[0]
    assert (
        adaptive().wanted(state(mids=(99.0, 50.0)))[0]
        > usual
        > adaptive().wanted(state(mids=(101.0, 50.0)))[0]
    )


def test_with_trading_back_a_great_deviation_is_traded_for_its_own_sake() -> None:
    dear = state(mids=(170.0, 50.0))
    assert adaptive(trade_back=True).wanted(dear)[0] < 0 == adaptive().wanted(dear)[0]


def test_at_the_mean_without_fills_the_adaptive_package_begins_as_the_rule_says() -> None:
    problem: CointegratedSlices = adaptive().problem
    left = problem.rules(10).left_after(0, [10**6, -(10**6)], [0.0, 0.0])
    wanted = adaptive().wanted(state())
    assert (np.abs(np.array([10**6, -(10**6)]) - left - wanted) <= 0.5).all()


def order(quantity: int, symbol: str, side: Side) -> ParentOrder:
    return ParentOrder(
        parent_id=symbol,
        symbol=symbol,
        side=side,
        quantity=quantity,
        start_ns=0,
        horizon_ns=3_600_000_000_000,
        rules=TradingRules(symbol=symbol, tick_size=0.01, multiplier=100.0),
    )


CONDITIONS = MarketConditions(
    mid_price=50.0, tick_size=0.01, volatility=0.3, half_spread_ticks=1.0, average_daily_volume=1e6
)

CURVE = CostCurve(half_spread_bps=1.0, fee_bps=0.0, impact_coefficient=0.4, origin="stated")


def test_terms_of_orders_are_those_of_each_order_s_own_schedule() -> None:
    orders = (order(10_000, "A", Side.BUY), order(20_000, "B", Side.SELL))
    terms = package_terms_for(
        orders,
        conditions=(CONDITIONS, CONDITIONS),
        curves=(CURVE, CURVE),
        correlation=np.eye(2),
        risk_aversion=1e-6,
    )
    for leg, parent in enumerate(orders):
        own = almgren_chriss_for(parent, conditions=CONDITIONS, curve=CURVE, risk_aversion=1e-6)
        assert terms.volatilities[leg] == own.volatility
        assert terms.temporary_impacts[leg] == own.temporary_impact
        alone = own.plan(parent.quantity, 6)
        plan = package_schedule(terms).plan((10_000, -20_000), 6)  # type: ignore[union-attr]
        assert (np.abs(np.abs(plan[:, leg]).cumsum() - alone.cumsum()) <= 1).all()


def test_orders_of_different_horizons_are_no_package() -> None:
    orders = (order(10_000, "A", Side.BUY), replace(order(1, "B", Side.SELL), horizon_ns=1))
    with pytest.raises(ValueError, match="one horizon"):
        package_terms_for(
            orders,
            conditions=(CONDITIONS, CONDITIONS),
            curves=(CURVE, CURVE),
            correlation=np.eye(2),
            risk_aversion=1e-6,
        )


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"volatilities": (0.95, 0.0)}, "volatilities"),
        ({"volatilities": (0.95, math.nan)}, "volatilities"),
        ({"correlation": np.eye(3)}, "correlation"),
        ({"correlation": np.array([[1.1, 0.0], [0.0, 1.0]])}, "correlation"),
        ({"correlation": np.array([[1.0, 1.1], [1.1, 1.0]])}, "semidefinite"),
        ({"temporary_impacts": (1e-6, 0.0)}, "impacts"),
        ({"shared_impact": 1.0}, "shared part"),
        ({"shared_impact": math.nan}, "shared part"),
        ({"risk_aversion": -1.0}, "risk aversion"),
        ({"horizon": 0.0}, "horizon"),
    ],
)
def test_terms_out_of_range_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        package_schedule(replace(TERMS, **wrong))


def test_a_reversion_needs_a_mean() -> None:
    with pytest.raises(ValueError, match="needs a mean"):
        package_schedule(TERMS, reversion=REVERSION)
    with pytest.raises(ValueError, match="needs a mean"):
        package_schedule(TERMS, mean=MEAN)
