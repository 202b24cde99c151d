from __future__ import annotations

import math

import pytest

from execution.book.book import OrderBook
from execution.book.fees import FeeSchedule
from execution.orders import Side


def test_fees_fall_on_trades_alone_by_lot_and_by_notional() -> None:
    book = OrderBook()
    book.limit(Side.SELL, 4, 200)
    events = book.limit(Side.BUY, 10, 200)
    fees = FeeSchedule(maker_per_lot=-0.2, taker_per_lot=0.3, taker_rate=0.001)
    assert fees.maker_fees(events, currency_per_tick=0.5).tolist() == pytest.approx([-0.8, 0.0])
    assert fees.taker_fees(events, currency_per_tick=0.5).tolist() == pytest.approx([1.2 + 0.4, 0.0])


def test_a_negative_price_has_a_positive_notional() -> None:
    book = OrderBook()
    book.limit(Side.SELL, 1, -30)
    events = book.market(Side.BUY, 1)
    assert FeeSchedule(taker_rate=0.01).taker_fees(events, currency_per_tick=1.0).tolist() == pytest.approx(
        [0.3]
    )


def test_a_fee_that_is_no_number_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="maker_rate is nan"):
        FeeSchedule(maker_rate=math.nan)
