from __future__ import annotations

import numpy as np
import pytest

from execution.agents.order_agent import work_by_agent
from execution.agents.study_workers import agent_named
from execution.errors import OrderRejectedError
from execution.executor import work
from execution.market.regime import MarketConditions
from execution.orders import Execution, Liquidity, ParentOrder, Side, TradingRules
from execution.schedules.twap import Twap
from execution.tca.shortfall import implementation_shortfall

CONDITIONS = MarketConditions(
    mid_price=2647.625, tick_size=0.25, volatility=0.4, half_spread_ticks=0.5, average_daily_volume=1.5e6
)
MINUTE = 60 * 10**9


def order(
    quantity: int = 60, *, side: Side = Side.SELL, minutes: float = 6.0, cap: float | None = None
) -> ParentOrder:
    return ParentOrder(
        parent_id="SPX-1",
        symbol="ES",
        side=side,
        quantity=quantity,
        start_ns=10**18,
        horizon_ns=round(minutes * MINUTE),
        rules=TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0, fee_per_contract=1.2),
        arrival_cap_bps=cap,
    )


def worked(parent: ParentOrder, agent: str = "ppo", seed: int = 1) -> Execution:
    worker = agent_named(agent, horizon_seconds=1e-9 * parent.horizon_ns)
    rng = np.random.default_rng(seed)
    return work_by_agent(parent, worker=worker, conditions=CONDITIONS, rng=rng)


@pytest.mark.parametrize("agent", ["dqn", "ppo"])
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_an_agent_s_execution_is_whole(agent: str, side: Side) -> None:
    parent = order(side=side)
    found = worked(parent, agent)
    assert found.filled_quantity + found.leaves_quantity == parent.quantity
    assert all(parent.start_ns <= fill.ts_ns <= parent.end_ns for fill in found.fills)
    assert (found.path_ts_ns[0], found.path_ts_ns[-1]) == (parent.start_ns, parent.end_ns)
    assert (np.diff(found.path_ts_ns) > 0).all()
    assert found.market_volume > found.filled_quantity > 0
    assert found.plan_quantity[-1] == parent.quantity


def test_fees_are_the_order_s_own_and_prices_are_ticks() -> None:
    parent = order()
    found = worked(parent)
    assert sum(fill.fee for fill in found.fills) == pytest.approx(1.2 * found.filled_quantity)
    assert {fill.parent_id for fill in found.fills} == {"SPX-1"}
    assert {fill.liquidity for fill in found.fills} <= {Liquidity.MAKER, Liquidity.TAKER}


def test_the_same_seed_gives_the_same_execution_bit_for_bit() -> None:
    one, other = worked(order()), worked(order())
    assert one.fills == other.fills
    np.testing.assert_array_equal(one.path_mid, other.path_mid)


def test_agents_and_schedules_meet_the_same_market() -> None:
    parent = order(1)
    schedule = work(parent, schedule=Twap(), conditions=CONDITIONS, rng=np.random.default_rng(1))
    agent = worked(parent)
    assert agent.arrival_mid == schedule.arrival_mid
    assert abs(agent.path_mid[-1] - schedule.path_mid[-1]) < 1.0
    assert implementation_shortfall(parent, agent).bps != 0.0


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_no_fill_is_beyond_the_order_s_cap(side: Side) -> None:
    parent = order(20_000, side=side, cap=0.5)
    found = worked(parent, "dqn")
    beyond = max(side * (fill.price_ticks * 0.25 - found.arrival_mid) for fill in found.fills)
    assert beyond <= 0.5e-4 * found.arrival_mid


def test_an_order_beyond_the_limits_is_refused_before_it_is_worked() -> None:
    with pytest.raises(OrderRejectedError, match="participation"):
        worked(order(10**7))


def test_a_horizon_that_no_whole_number_of_decisions_fits_ends_within_a_microsecond() -> None:
    parent = order(5, minutes=1.237)
    assert abs(int(worked(parent).path_ts_ns[-1]) - parent.end_ns) < 1000
