"""The same market without the order: what moved anyway, and what came with the order."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.executor import work
from execution.market.simulator import MarketConditions, MarketSimulator
from execution.orders import Execution, Fill, Liquidity, ParentOrder, Side, TradingRules
from execution.schedules.twap import Twap
from execution.tca.control_market import mid_without_order, move_before_fills

MARKET = MarketConditions(
    mid_price=100.0, tick_size=0.01, volatility=0.2, half_spread_ticks=1.0, average_daily_volume=2e6
)
RULES = TradingRules(symbol="X", tick_size=0.01, lot_size=1, multiplier=1.0, fee_per_contract=0.0)


def order_of(quantity: int, side: Side = Side.BUY) -> ParentOrder:
    return ParentOrder(
        parent_id="a",
        symbol="X",
        side=side,
        quantity=quantity,
        start_ns=0,
        horizon_ns=300 * 10**9,
        rules=RULES,
    )


def worked(order: ParentOrder, seed: int) -> tuple[Execution, np.ndarray]:
    execution = work(order, schedule=Twap(), conditions=MARKET, rng=np.random.default_rng(seed))
    control = MarketSimulator(MARKET, 0, np.random.default_rng(seed))
    return execution, 0.01 * mid_without_order(control, execution.path_ts_ns)


def drawn(side: Side, fills: tuple[tuple[int, int], ...]) -> tuple[ParentOrder, Execution]:
    """An execution of fills (time, quantity) over a mid that rises by one a nanosecond from 100."""
    order = order_of(sum(quantity for _, quantity in fills), side)
    traded = tuple(
        Fill(
            parent_id="a",
            symbol="X",
            side=side,
            quantity=quantity,
            price_ticks=10_000,
            ts_ns=ts_ns,
            fee=0.0,
            liquidity=Liquidity.MAKER,
        )
        for ts_ns, quantity in fills
    )
    times = np.arange(5)
    mid = 100.0 + times
    return order, Execution(
        fills=traded,
        path_ts_ns=times,
        path_mid=mid,
        plan_ts_ns=times[1:],
        plan_quantity=np.zeros(4),
        arrival_mid=100.0,
        market_volume=10,
        leaves_quantity=0,
    )


@pytest.mark.parametrize(("side", "sign"), [(Side.BUY, 1.0), (Side.SELL, -1.0)])
def test_moves_are_weighed_by_quantity_and_against_the_side(side: Side, sign: float) -> None:
    order, execution = drawn(side, ((1, 3), (4, 1)))
    found = move_before_fills(order, execution, np.full(5, 101.0))
    assert found is not None
    assert found.moved_bps == pytest.approx(sign * 1e4 * (3 * 1.0 + 4.0) / 4 / 100.0)
    assert found.control_bps == pytest.approx(sign * 100.0)
    assert found.leakage_bps == pytest.approx(found.moved_bps - found.control_bps)


def test_without_a_fill_there_is_no_leakage_and_a_control_of_other_looks_is_refused() -> None:
    order, execution = drawn(Side.BUY, ((1, 1),))
    assert move_before_fills(order, replace(execution, fills=()), execution.path_mid) is None
    with pytest.raises(ValueError, match="expected"):
        move_before_fills(order, execution, np.zeros(2))


def test_the_control_is_the_order_s_own_market_until_the_order_acts_and_the_same_each_time() -> None:
    execution, control = worked(order_of(1), 3)
    np.testing.assert_array_equal(control, worked(order_of(1), 3)[1])
    assert control[0] == execution.path_mid[0] == execution.arrival_mid
    other = worked(order_of(3_000), 3)
    np.testing.assert_array_equal(control, other[1])
    assert not np.array_equal(other[0].path_mid, control)


def test_a_large_order_leaks_and_a_tiny_one_does_not() -> None:
    tiny, large = [], []
    for seed in range(24):
        for quantity, into in ((1, tiny), (3_000, large)):
            order = order_of(quantity)
            found = move_before_fills(order, *worked(order, seed))
            assert found is not None
            into.append(found.leakage_bps)
    assert np.mean(large) > 4.0 * np.std(large) / np.sqrt(24)
    assert abs(np.mean(tiny)) < 3.0 * np.std(tiny) / np.sqrt(24)
