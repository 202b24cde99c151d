"""Implementation shortfall: its sign, its parts, and that they add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.orders import Execution, Fill, Liquidity, ParentOrder, Side, TradingRules
from execution.tca.shortfall import implementation_shortfall, news_cost

BUY = ParentOrder(
    parent_id="p1",
    symbol="ES",
    side=Side.BUY,
    quantity=10,
    start_ns=0,
    horizon_ns=100,
    rules=TradingRules(symbol="ES", tick_size=0.25, multiplier=50.0, fee_per_contract=1.25),
)


def fill(quantity: int, price_ticks: int, ts_ns: int, liquidity: Liquidity, side: Side = Side.BUY) -> Fill:
    return Fill(
        parent_id="p1",
        symbol="ES",
        side=side,
        quantity=quantity,
        price_ticks=price_ticks,
        ts_ns=ts_ns,
        fee=1.25 * quantity,
        liquidity=liquidity,
    )


def executed(*fills: Fill, mids: tuple[float, ...] = (2500.0, 2501.0, 2502.0)) -> Execution:
    return Execution(
        fills=fills,
        path_ts_ns=np.array([0, 50, 100]),
        path_mid=np.array(mids),
        plan_ts_ns=np.array([100]),
        plan_quantity=np.array([10.0]),
        arrival_mid=mids[0],
        market_volume=100,
        leaves_quantity=10 - sum(f.quantity for f in fills),
    )


def test_each_part_is_what_its_name_says() -> None:
    # Four rest at 2499.75 while the mid is 2500; at the end, mid 2502, three take 2502.25 and two 2502.50.
    execution = executed(
        fill(4, 9999, 20, Liquidity.MAKER),
        fill(3, 10009, 100, Liquidity.TAKER),
        fill(2, 10010, 100, Liquidity.TAKER),
    )
    shortfall = implementation_shortfall(BUY, execution)
    assert shortfall.spread == pytest.approx(50.0 * (-4 * 0.25 + 5 * 0.25))
    assert shortfall.impact == pytest.approx(50.0 * 2 * 0.25)
    assert shortfall.timing == pytest.approx(50.0 * 5 * 2.0)
    assert shortfall.fees == pytest.approx(9 * 1.25)
    assert shortfall.opportunity == pytest.approx(50.0 * 1 * 2.0)


def test_buying_into_a_rise_costs_and_selling_into_it_pays() -> None:
    bought = implementation_shortfall(BUY, executed(fill(10, 10008, 100, Liquidity.TAKER)))
    sold = implementation_shortfall(
        replace(BUY, side=Side.SELL), executed(fill(10, 10008, 100, Liquidity.TAKER, Side.SELL))
    )
    assert bought.total == pytest.approx(50.0 * 10 * 2.0 + 12.5)
    assert sold.total == pytest.approx(-50.0 * 10 * 2.0 + 12.5)


def test_a_sweep_of_sells_walks_down_from_the_bid() -> None:
    order = replace(BUY, side=Side.SELL)
    sweep = (fill(5, 9999, 20, Liquidity.TAKER, Side.SELL), fill(5, 9998, 20, Liquidity.TAKER, Side.SELL))
    shortfall = implementation_shortfall(order, executed(*sweep))
    assert shortfall.spread == pytest.approx(50.0 * 10 * 0.25)
    assert shortfall.impact == pytest.approx(50.0 * 5 * 0.25)


def test_an_order_that_never_traded_costs_its_opportunity_only() -> None:
    shortfall = implementation_shortfall(BUY, executed())
    assert shortfall.average_price is None
    assert shortfall.total == shortfall.opportunity == pytest.approx(50.0 * 10 * 2.0)


def test_bps_are_of_the_notional_at_arrival() -> None:
    shortfall = implementation_shortfall(BUY, executed(fill(10, 10008, 100, Liquidity.TAKER)))
    assert shortfall.arrival_notional == 2500.0 * 10 * 50.0
    assert shortfall.bps == pytest.approx(1e4 * shortfall.total / shortfall.arrival_notional)
    assert sum(shortfall.parts_bps.values()) == pytest.approx(shortfall.bps)


@settings(deadline=None)
@given(
    side=st.sampled_from(Side),
    mids=st.tuples(*[st.integers(19_000, 21_000)] * 3),
    rows=st.lists(
        st.tuples(
            st.integers(1, 3), st.integers(9_500, 10_500), st.integers(0, 100), st.sampled_from(Liquidity)
        ),
        max_size=3,
    ),
)
def test_parts_add_up_to_the_shortfall_of_perold(
    side: Side, mids: tuple[int, int, int], rows: list[tuple[int, int, int, Liquidity]]
) -> None:
    order = replace(BUY, side=side)
    fills = [fill(quantity, price, ts, liquidity, side) for quantity, price, ts, liquidity in rows]
    execution = executed(*fills, mids=(mids[0] / 8, mids[1] / 8, mids[2] / 8))
    paid = sum(f.quantity * (f.price_ticks * 0.25 - execution.arrival_mid) for f in fills)
    left = execution.leaves_quantity * (execution.path_mid[-1] - execution.arrival_mid)
    direct = side * 50.0 * (paid + left) + sum(f.fee for f in fills)
    assert implementation_shortfall(order, execution).total == pytest.approx(direct, rel=1e-12, abs=1e-9)


def test_news_cost_is_the_move_of_news_at_each_fill_and_zero_where_nobody_knows_it() -> None:
    execution = executed(fill(4, 9999, 20, Liquidity.MAKER), fill(6, 10009, 100, Liquidity.TAKER))
    assert news_cost(BUY, execution) == 0.0
    assert news_cost(BUY, replace(execution, fill_news=np.array([-0.5, 1.0]))) == 50.0 * (-2.0 + 6.0)
