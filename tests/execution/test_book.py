from __future__ import annotations

import doctest

import numpy as np
import pytest

import execution.book.book
from execution.book.book import OrderBook, message
from execution.book.layout import EventKind, MessageKind, RecordArray
from execution.errors import OrderRejectedError
from execution.orders import Side


def trades(events: RecordArray) -> list[tuple[int, int, int]]:
    """(maker id, quantity, price) of every trade."""
    kept = events[events["kind"] == EventKind.TRADE]
    return list(zip(*(kept[name].tolist() for name in ("maker_id", "quantity", "price_ticks")), strict=True))


def order_id(events: RecordArray) -> int:
    return int(events["order_id"][0])


@pytest.fixture
def book() -> OrderBook:
    return OrderBook(centre_ticks=100)


def test_a_new_book_has_no_prices(book: OrderBook) -> None:
    assert book.best_bid_ticks is None
    assert book.best_ask_ticks is None
    assert book.depth(Side.BUY, 5) == []


def test_the_oldest_order_at_a_price_trades_first(book: OrderBook) -> None:
    first, second = (order_id(book.limit(Side.SELL, 5, 101)) for _ in range(2))
    assert trades(book.market(Side.BUY, 7)) == [(first, 5, 101), (second, 2, 101)]


def test_the_best_price_trades_before_an_older_order(book: OrderBook) -> None:
    worse, better = (order_id(book.limit(Side.BUY, 5, price)) for price in (98, 99))
    assert trades(book.market(Side.SELL, 6)) == [(better, 5, 99), (worse, 1, 98)]


def test_a_crossing_limit_order_trades_at_the_resting_price_and_rests_with_what_is_left(
    book: OrderBook,
) -> None:
    maker = order_id(book.limit(Side.SELL, 3, 101))
    events = book.limit(Side.BUY, 10, 105)
    assert trades(events) == [(maker, 3, 101)]
    assert book.depth(Side.BUY, 1) == [(105, 7)]


def test_an_immediate_or_cancel_order_never_rests(book: OrderBook) -> None:
    book.limit(Side.SELL, 3, 101)
    events = book.immediate_or_cancel(Side.BUY, 10, 101)
    assert [(int(e["kind"]), int(e["quantity"])) for e in events] == [
        (EventKind.TRADE, 3),
        (EventKind.EXPIRED, 7),
    ]
    assert book.live_orders == 0


def test_a_market_order_in_an_empty_book_expires(book: OrderBook) -> None:
    events = book.market(Side.BUY, 4)
    assert events["kind"].tolist() == [EventKind.EXPIRED]
    assert events["quantity"].tolist() == [4]


def test_a_cancel_gives_back_what_has_not_traded(book: OrderBook) -> None:
    maker = order_id(book.limit(Side.SELL, 10, 101))
    book.market(Side.BUY, 4)
    assert book.cancel(maker)["quantity"].tolist() == [6]
    assert book.best_ask_ticks is None


@pytest.mark.parametrize("unknown", [-1, 0, 7, 10**12])
def test_a_cancel_of_an_order_that_is_not_there_is_answered_unknown(book: OrderBook, unknown: int) -> None:
    assert book.cancel(unknown)["kind"].tolist() == [EventKind.UNKNOWN]


def test_a_filled_order_cannot_be_cancelled_though_its_slot_is_used_again(book: OrderBook) -> None:
    filled = order_id(book.limit(Side.SELL, 1, 101))
    book.market(Side.BUY, 1)
    again = order_id(book.limit(Side.SELL, 1, 101))
    assert book.cancel(filled)["kind"].tolist() == [EventKind.UNKNOWN]
    assert book.volume_ahead(again) == 0


def test_the_queue_ahead_shrinks_by_trades_and_by_cancels_ahead_only(book: OrderBook) -> None:
    front, middle = (order_id(book.limit(Side.BUY, 10, 99)) for _ in range(2))
    mine = order_id(book.limit(Side.BUY, 1, 99))
    behind = order_id(book.limit(Side.BUY, 10, 99))
    positions = [book.volume_ahead(mine)]
    for action in (
        lambda: book.cancel(behind),
        lambda: book.market(Side.SELL, 4),
        lambda: book.cancel(middle),
    ):
        action()
        positions.append(book.volume_ahead(mine))
    assert positions == [20, 20, 16, 6]
    assert book.volume_ahead(front) == 0


def test_depth_lists_occupied_prices_best_first(book: OrderBook) -> None:
    for price, quantity in ((101, 1), (104, 2), (101, 3)):
        book.limit(Side.SELL, quantity, price)
    assert book.depth(Side.SELL, 5) == [(101, 4), (104, 2)]
    assert book.depth(Side.SELL, 1) == [(101, 4)]


def test_prices_may_be_negative(book: OrderBook) -> None:
    book.limit(Side.BUY, 1, -3)
    book.limit(Side.SELL, 1, -1)
    assert (book.best_bid_ticks, book.best_ask_ticks) == (-3, -1)


@pytest.mark.parametrize(
    ("side", "quantity", "price", "named"),
    [
        (1, 0, 1, "quantity is 0"),
        (1, -5, 1, "quantity is -5"),
        (0, 1, 1, "side is 0"),
        (1, 1, 2**31 - 1, "price"),
    ],
)
def test_what_no_book_takes_is_rejected_by_name(
    book: OrderBook, side: int, quantity: int, price: int, named: str
) -> None:
    with pytest.raises(OrderRejectedError, match=named):
        book.process(message(MessageKind.LIMIT, side, quantity, price))
    assert book.live_orders == 0


def test_a_number_that_needs_more_than_32_bits_is_rejected(book: OrderBook) -> None:
    with pytest.raises(OrderRejectedError, match="outside of the bits"):
        book.limit(Side.BUY, 2**40, 1)


def test_a_batch_with_one_bad_message_changes_nothing_and_names_it(book: OrderBook) -> None:
    batch = np.concatenate([message(MessageKind.LIMIT, 1, quantity, 99) for quantity in (5, 5, -1)])
    with pytest.raises(OrderRejectedError, match="message 2: quantity is -1"):
        book.process(batch)
    assert book.live_orders == 0


def test_an_empty_batch_does_nothing(book: OrderBook) -> None:
    assert len(book.process(message(MessageKind.CANCEL)[:0])) == 0


def test_the_example_in_the_docstring_runs() -> None:
    assert doctest.testmod(execution.book.book).failed == 0
