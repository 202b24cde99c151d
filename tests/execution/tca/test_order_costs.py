"""The shortfall's parts: what each is, and that they add up to Perold's total to the last bit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.orders import Execution, Fill, Liquidity, ParentOrder, Side, TradingRules
from execution.tca.benchmarks import slippages
from execution.tca.blotter import NO_TIME, Blotter, FillColumns, OrderColumns
from execution.tca.order_costs import order_costs
from execution.tca.shortfall import implementation_shortfall
from tests.execution.tca.blotters import read

Row = tuple[int, int, int, int, int, bool]
ROWS = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.integers(900, 1_100),
        st.integers(900, 1_100),
        st.integers(1, 9),
        st.integers(0, 9),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)
EDGE = st.tuples(*[st.integers(1_800, 2_200)] * 4)


def ticked(
    side: int, rows: list[Row], edge: tuple[int, int, int, int], left: int, *, reverts: bool
) -> Blotter:
    """One order in whole ticks and lots, its mids in half ticks."""
    decision, arrival, end, after = (value / 2 for value in edge)
    nan = np.array([np.nan])
    filled = sum(row[3] for row in rows)
    orders = OrderColumns(
        parent_id=np.array(["a"]),
        symbol=np.array([""]),
        side=np.array([float(side)]),
        quantity=np.array([float(filled + left)]),
        decision_ns=np.array([NO_TIME]),
        arrival_ns=np.array([0]),
        end_ns=np.array([9]),
        decision_price=np.array([decision]),
        arrival_price=np.array([arrival]),
        end_price=np.array([end]),
        reversion_price=np.array([after if reverts else np.nan]),
        interval_vwap=nan,
        interval_twap=nan,
        close_price=nan,
        volatility=nan,
        market_volume=nan,
        multiplier=np.array([1.0]),
        algorithm=np.array([""]),
        regime=np.array([""]),
        package_id=np.array([""]),
    )
    column = np.array(rows, dtype=np.float64)
    unknown = np.full(len(rows), np.nan)
    fills = FillColumns(
        order=np.zeros(len(rows), dtype=np.int64),
        ts_ns=column[:, 0].astype(np.int64),
        price=column[:, 1],
        quantity=column[:, 3],
        fee=column[:, 4],
        mid=column[:, 2] + 0.5,
        bid=unknown,
        ask=unknown,
        taker=column[:, 5],
        venue=np.full(len(rows), ""),
        counterparty=np.full(len(rows), ""),
    )
    return Blotter(origin="", orders=orders, fills=fills.sorted())


@given(side=st.sampled_from([1, -1]), rows=ROWS, edge=EDGE, left=st.integers(0, 5), reverts=st.booleans())
def test_parts_add_up_exactly_in_whole_ticks_and_lots(
    side: int, rows: list[Row], edge: tuple[int, int, int, int], left: int, reverts: bool
) -> None:
    costs = order_costs(ticked(side, rows, edge, left, reverts=reverts))
    decision, _, end, _ = edge
    paid = sum(2 * quantity * price for _, price, _, quantity, _, _ in rows)
    filled = sum(row[3] for row in rows)
    doubled = side * (paid + left * end - (filled + left) * decision) + 2 * sum(row[4] for row in rows)
    assert 2.0 * costs.total[0] == doubled
    assert sum(part[0] for part in costs.parts.values() if not np.isnan(part[0])) == costs.total[0]


@given(side=st.sampled_from([1, -1]), rows=ROWS, edge=EDGE)
def test_a_fill_never_pays_less_than_nothing_beyond_the_touch(
    side: int, rows: list[Row], edge: tuple[int, int, int, int]
) -> None:
    costs = order_costs(ticked(side, rows, edge, 0, reverts=False))
    assert costs.parts["impact"][0] >= 0.0


def test_reversion_splits_the_move_as_in_the_definition() -> None:
    # Buys 4 and 4 on the line from 100 to 104, of which one stays: timing is nil.
    rows = [(1, 101, 100, 4, 0, False), (2, 103, 102, 4, 0, False)]
    blotter = ticked(1, rows, (200, 200, 208, 202), 0, reverts=True)
    blotter = replace(blotter, fills=replace(blotter.fills, mid=np.array([101.0, 103.0])))
    parts = order_costs(blotter).parts
    assert parts["permanent"][0] == 0.5 * 8 * 1
    assert parts["impact"][0] == 0.5 * 8 * 3
    assert parts["timing"][0] == 0.0


def test_costs_of_a_blotter_are_those_of_the_execution_it_records() -> None:
    rules = TradingRules(symbol="", tick_size=1.0)
    order = ParentOrder(
        parent_id="a", symbol="", side=Side.SELL, quantity=12, start_ns=0, horizon_ns=9, rules=rules
    )
    rows: list[Row] = [(1, 1001, 1000, 4, 2, False), (3, 990, 994, 3, 1, True), (3, 989, 994, 2, 1, True)]
    fills = tuple(
        Fill(
            parent_id="a",
            symbol="",
            side=Side.SELL,
            quantity=quantity,
            price_ticks=price,
            ts_ns=ts_ns,
            fee=float(fee),
            liquidity=Liquidity.TAKER if taker else Liquidity.MAKER,
        )
        for ts_ns, price, _, quantity, fee, taker in rows
    )
    execution = Execution(
        fills=fills,
        path_ts_ns=np.array([0, 1, 3, 9]),
        path_mid=np.array([1002.0, 1000.5, 994.5, 991.0]),
        plan_ts_ns=np.array([9]),
        plan_quantity=np.array([12.0]),
        arrival_mid=1002.0,
        market_volume=100,
        leaves_quantity=3,
    )
    direct = implementation_shortfall(order, execution, decision_mid=1003.0, reversion_mid=996.0)
    costs = order_costs(ticked(-1, rows, (2006, 2004, 1982, 1992), 3, reverts=True))
    assert {name: costs.parts[name][0] for name in direct.parts} == direct.parts
    assert costs.total[0] == direct.total


def test_without_mids_the_whole_is_trading_and_without_arrival_there_is_no_total(tmp_path: Path) -> None:
    header = "order_id,side,qty,price,time,arrival_price,fee"
    text = f"{header}\na,buy,10,101,1700000000,100,1\nb,buy,1,9,1700000000,,1\n"
    blotter = read(tmp_path, text).blotter
    costs = order_costs(blotter)
    assert costs.known_parts() == ("trading", "fees", "opportunity")
    assert costs.parts["trading"][0] == 10.0
    assert costs.bps[0] == pytest.approx(1e4 * 11 / 1000)
    assert np.isnan(costs.total[1])


def test_benchmarks_of_the_file_are_used_and_a_seller_gains_above_them(tmp_path: Path) -> None:
    text = "side,qty,price,time,vwap,close\nsell,1,101,1700000000,100,102\nsell,3,101,1700000009,,\n"
    found = slippages(read(tmp_path, text).blotter)
    assert found["interval VWAP"].bps[0] == pytest.approx(-100.0)
    assert found["close"].bps[0] == pytest.approx(1e4 / 102)
    assert found["first fill"].bps[0] == 0.0
    assert np.isnan(found["arrival"].bps[0])
