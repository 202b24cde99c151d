"""Messages at the very edge of a rule."""

from __future__ import annotations

import numpy as np
import pytest

from execution.book.book import OrderBook
from execution.book.growth import translated
from execution.book.layout import (
    MAX_ABS_PRICE_TICKS,
    NO_ASK,
    NO_BID,
    EventKind,
    MessageKind,
    SelfTrade,
    empty_book,
)
from execution.errors import OrderRejectedError
from execution.orders import Side
from tests.twins.book_audit import audit
from tests.twins.order_book import Message
from tests.twins.order_streams import record


def kinds(events: np.ndarray) -> list[EventKind]:
    return [EventKind(kind) for kind in events["kind"]]


def test_an_order_replaced_by_itself_keeps_its_place() -> None:
    book = OrderBook()
    book.limit(Side.BUY, 5, 10, order_id=1)
    book.limit(Side.BUY, 5, 10, order_id=2)
    book.replace(1, 5, 10)
    assert book.volume_ahead(2) == 5


@pytest.mark.parametrize("quantity", [9, 10])
def test_an_order_reduced_by_all_that_it_has_is_gone(quantity: int) -> None:
    book = OrderBook()
    book.iceberg(Side.BUY, 9, 10, 2, order_id=1)
    events = book.reduce(1, quantity)
    assert (kinds(events), int(events["quantity"][0])) == ([EventKind.CANCELLED], 9)
    assert book.live_orders == 0
    audit(book.arrays)


def test_a_stop_limit_takes_a_new_limit_alone() -> None:
    book = OrderBook()
    book.stop(Side.BUY, 2, 12, limit_ticks=12, order_id=1)
    book.replace(1, 2, 15, stop_ticks=12)
    book.limit(Side.SELL, 1, 12)
    book.market(Side.BUY, 1)
    assert book.best_bid_ticks == 15


def test_a_fill_or_kill_order_dies_where_an_own_order_would_stop_it() -> None:
    book = OrderBook()
    for owner, price in ((1, 10), (7, 11), (1, 12)):
        book.limit(Side.SELL, 2, price, owner=owner)
    for rule, expected in ((SelfTrade.CANCEL_NEWEST, 1), (SelfTrade.CANCEL_BOTH, 1)):
        events = book.fill_or_kill(Side.BUY, 4, 12, owner=7, self_trade=rule)
        assert kinds(events) == [EventKind.EXPIRED] * expected
    events = book.fill_or_kill(Side.BUY, 4, 12, owner=7, self_trade=SelfTrade.CANCEL_OLDEST)
    assert kinds(events) == [EventKind.TRADE, EventKind.CANCELLED, EventKind.TRADE]


@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_the_ladders_first_and_last_price_are_prices_like_any_other(side: Side) -> None:
    book = OrderBook(centre_ticks=32, levels=64)
    prices = [0, 1, 62, 63][:: -int(side)]
    for price in prices:
        book.limit(side, 3, price)
    assert [level.price_ticks for level in book.depth(side, 9)] == prices
    assert book.imbalance(4) == float(side)
    assert book.fill_or_kill(Side(-side), 12, prices[-1])["kind"].tolist() == [EventKind.TRADE] * 4


def test_what_lies_beside_the_ladder_is_nobodys_volume() -> None:
    book = OrderBook(centre_ticks=32, levels=64)
    book.stop(Side.BUY, 3, 0)
    book.stop(Side.SELL, 3, 63)
    assert [book.volume_at(price) for price in (-1, 0, 63, 64, 128)] == [0] * 5


def test_a_stop_that_waits_has_no_place_in_a_queue() -> None:
    book = OrderBook()
    book.stop(Side.BUY, 3, 5, order_id=1)
    assert book.queue_position(1) is None


@pytest.mark.parametrize(
    "bad",
    [
        Message(MessageKind.ICEBERG, 1, quantity=3, display=0),
        Message(MessageKind.ICEBERG, 1, quantity=3, display=4),
        Message(MessageKind.LIMIT, 1, max(SelfTrade) + 1, 3),
        Message(MessageKind.RESUME + 1, 1, quantity=3),
        Message(MessageKind.REPLACE, quantity=3, stop_ticks=MAX_ABS_PRICE_TICKS + 1),
        Message(MessageKind.REPLACE, quantity=3, price_ticks=-MAX_ABS_PRICE_TICKS - 1),
        Message(MessageKind.STOP, 1, quantity=3, stop_ticks=-MAX_ABS_PRICE_TICKS - 1),
    ],
)
def test_numbers_just_beyond_their_bounds_are_refused(bad: Message) -> None:
    with pytest.raises(OrderRejectedError):
        OrderBook().process(record(bad))


def test_a_ladder_that_moves_keeps_the_limits_of_stops_on_it() -> None:
    book = OrderBook(centre_ticks=0, levels=64, max_levels=1024)
    book.stop(Side.BUY, 2, 30, limit_ticks=-30, order_id=1)
    book.limit(Side.SELL, 1, 500)
    book.limit(Side.SELL, 1, 30)
    book.market(Side.BUY, 1)
    assert book.depth(Side.BUY, 9) == [(-30, 2)]
    audit(book.arrays)


def test_an_empty_book_moved_by_some_ticks_is_empty() -> None:
    state = translated(empty_book(origin_ticks=0, levels=64, orders=4), 100).state[0]
    assert (state["best_bid"], state["buy_stop"]) == (NO_BID, NO_ASK)
    assert (state["best_ask"], state["sell_stop"]) == (NO_ASK, NO_BID)


def test_two_ids_of_one_hash_are_two_orders() -> None:
    # Ids that differ by the inverse of the multiplier differ by 1 in the half of the product that is dropped.
    other = pow(0x9E3779B97F4A7C15, -1, 2**64) - 2**64
    book = OrderBook()
    book.limit(Side.BUY, 3, 10, order_id=0)
    assert kinds(book.cancel(other)) == [EventKind.UNKNOWN]
    book.limit(Side.BUY, 4, 10, order_id=other)
    book.cancel(0)
    assert book.depth(Side.BUY, 1) == [(10, 4)]
