"""Several orders worked together: each as by itself where the schedule is, and one schedule sees them all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from execution.executor import ExecutionSettings, work
from execution.legs_executor import work_legs
from execution.market.regime import MarketConditions
from execution.orders import ParentOrder, Side, TradingRules
from execution.schedules.multi_asset import MultiAssetAlmgrenChriss
from execution.schedules.multi_asset_schedule import LegsState, leg_plans, legs_slice_by_slice
from execution.schedules.schedule import IntArray

SECOND = 10**9
CONDITIONS = MarketConditions(
    mid_price=50.0, tick_size=0.01, volatility=0.3, half_spread_ticks=1.0, average_daily_volume=5e6
)
QUICK = ExecutionSettings(slice_ns=5 * SECOND)
MODEL = MultiAssetAlmgrenChriss(
    horizon=1.0,
    covariance=np.array([[0.9, 0.68], [0.68, 0.64]]),
    temporary_impact=np.diag([2.5e-6, 4e-6]),
    risk_aversion=1e-5,
)


def order(quantity: int, symbol: str, side: Side, *, lot_size: int = 1) -> ParentOrder:
    rules = TradingRules(symbol=symbol, tick_size=0.01, multiplier=100.0, lot_size=lot_size)
    return ParentOrder(
        parent_id=symbol,
        symbol=symbol,
        side=side,
        quantity=quantity,
        start_ns=100 * SECOND,
        horizon_ns=20 * SECOND,
        rules=rules,
    )


PAIR = (order(400, "A", Side.BUY), order(300, "B", Side.SELL, lot_size=10))


def generators() -> list[np.random.Generator]:
    return [np.random.default_rng([9, leg]) for leg in range(2)]


@dataclass(frozen=True)
class Watching:
    """Wants everything in the last slice but one, and keeps what it saw."""

    name: str = "watching"
    seen: list[LegsState] = field(default_factory=list)

    def wanted(self, state: LegsState) -> IntArray:
        self.seen.append(state)
        return np.array(state.quantities) * (state.slices_left <= 2)


def test_a_plan_is_worked_as_each_leg_s_own_orders_are() -> None:
    together = work_legs(
        PAIR, schedule=MODEL, conditions=(CONDITIONS,) * 2, rngs=generators(), settings=QUICK
    )
    plans = leg_plans("joint", MODEL.plan((400, -300), 4, lot_sizes=(1, 10)))
    for one, rng, plan, found in zip(PAIR, generators(), plans, together, strict=True):
        alone = work(one, schedule=plan, conditions=CONDITIONS, rng=rng, settings=QUICK)
        assert found.fills == alone.fills
        np.testing.assert_array_equal(found.plan_quantity, alone.plan_quantity)
        np.testing.assert_array_equal(found.path_mid, alone.path_mid)
        assert found.filled_quantity + found.leaves_quantity == one.quantity


def test_a_schedule_sees_fills_with_their_sign_and_what_a_contract_is_worth() -> None:
    watching = Watching()
    found = work_legs(
        PAIR, schedule=watching, conditions=(CONDITIONS,) * 2, rngs=generators(), settings=QUICK
    )
    first, last = watching.seen[0], watching.seen[-1]
    assert (first.filled, first.quantities, first.lot_sizes) == ((0, 0), (400, -300), (1, 10))
    assert first.mids == tuple(100.0 * execution.arrival_mid for execution in found)
    assert last.filled[0] > 0 > last.filled[1]
    assert [state.slice_index for state in watching.seen] == [0, 1, 2, 3]


def test_orders_that_do_not_begin_and_end_together_are_refused() -> None:
    for other in (replace(PAIR[1], horizon_ns=SECOND), replace(PAIR[1], start_ns=0)):
        with pytest.raises(ValueError, match="begin and end together"):
            work_legs((PAIR[0], other), schedule=MODEL, conditions=(CONDITIONS,) * 2, rngs=generators())


def test_a_plan_that_trades_back_is_refused() -> None:
    with pytest.raises(ValueError, match="one side"):
        legs_slice_by_slice(MODEL, (1_000_000, -10), 10)
