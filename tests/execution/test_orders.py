"""Order and fill values."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from execution.orders import Execution, Fill, Liquidity, ParentOrder, Side, TradingRules

ORDER = ParentOrder(
    parent_id="p1",
    symbol="ES",
    side=Side.SELL,
    quantity=10,
    start_ns=5,
    horizon_ns=60,
    rules=TradingRules(symbol="ES", tick_size=0.25),
)
FILL = Fill(
    parent_id="p1",
    symbol="ES",
    side=Side.SELL,
    quantity=4,
    price_ticks=10_000,
    ts_ns=10,
    fee=1.0,
    liquidity=Liquidity.MAKER,
)
EXECUTION = Execution(
    fills=(FILL, replace(FILL, quantity=2)),
    path_ts_ns=np.array([5, 65]),
    path_mid=np.array([2500.0, 2500.0]),
    plan_ts_ns=np.array([65]),
    plan_quantity=np.array([10.0]),
    arrival_mid=2500.0,
    market_volume=24,
    leaves_quantity=4,
)


def test_a_side_multiplies_a_price_move_into_its_sign() -> None:
    assert Side.BUY * 3 == 3
    assert Side.SELL * 3 == -3


def test_an_order_ends_when_its_horizon_is_over() -> None:
    assert ORDER.end_ns == 65


def test_orders_and_fills_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ORDER.quantity = 11  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        FILL.quantity = 11  # type: ignore[misc]


def test_participation_is_own_quantity_over_the_markets() -> None:
    assert EXECUTION.filled_quantity == 6
    assert EXECUTION.participation == 0.25
    assert replace(EXECUTION, market_volume=0).participation == 0.0
