from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from execution.book.book import MAX_EVENTS, OrderBook, message
from execution.book.core import Refusal
from execution.book.kernel import process
from execution.book.layout import EVENT, MAX_ABS_PRICE_TICKS, MessageKind
from execution.errors import BookCapacityError
from execution.orders import Side
from tests.twins.book_audit import check_against_twin
from tests.twins.order_book import SlowBook
from tests.twins.order_streams import random_messages, twin_messages


def twin_of(*books: OrderBook) -> SlowBook:
    """Enter the same stream into the books and their twin."""
    messages, twin = random_messages(np.random.default_rng(5), 80), SlowBook()
    for message_ in twin_messages(messages):
        twin.apply(message_)
    for book in books:
        book.process(messages)
    return twin


def picture(book: OrderBook) -> list[object]:
    """Every field of every array of a book."""
    return [array.tolist() for array in book.arrays]


def full_book() -> OrderBook:
    book = OrderBook(levels=64, orders=3, max_levels=64, max_orders=3)
    book.iceberg(Side.SELL, 9, 5, 2)
    book.limit(Side.BUY, 4, -5)
    book.stop(Side.BUY, 3, 8)
    return book


@pytest.mark.parametrize(
    "enter",
    [
        lambda book: book.limit(Side.BUY, 1, 4),
        lambda book: book.post_only(Side.BUY, 1, 4),
        lambda book: book.iceberg(Side.BUY, 2, 4, 1),
        lambda book: book.stop(Side.SELL, 1, -9),
        lambda book: book.stop(Side.SELL, 1, -9, limit_ticks=-10),
    ],
)
def test_a_full_pool_is_refused_and_the_book_stays_as_it_was(enter: Callable[[OrderBook], object]) -> None:
    book = full_book()
    before = picture(book)
    with pytest.raises(BookCapacityError, match="3 orders"):
        enter(book)
    assert picture(book) == before


@pytest.mark.parametrize(
    "enter",
    [
        lambda book: book.limit(Side.BUY, 1, -900),
        lambda book: book.limit(Side.BUY, 1, 900),
        lambda book: book.iceberg(Side.BUY, 2, 900, 1),
        lambda book: book.stop(Side.SELL, 1, -900),
        lambda book: book.stop(Side.SELL, 1, -9, limit_ticks=-900),
        lambda book: book.replace(1, 4, -900),
        lambda book: book.replace(2, 3, 0, stop_ticks=900),
    ],
)
def test_a_price_off_the_ladder_is_refused_and_the_book_stays_as_it_was(
    enter: Callable[[OrderBook], object],
) -> None:
    book = full_book()
    before = picture(book)
    with pytest.raises(BookCapacityError, match="900 ticks"):
        enter(book)
    assert picture(book) == before


def test_a_replaced_order_needs_no_slot_and_no_stop_price() -> None:
    book = full_book()
    book.replace(1, 6, -4)
    assert book.depth(Side.BUY, 1) == [(-4, 6)]


def test_an_iceberg_of_too_many_slices_is_refused_before_it_trades() -> None:
    book = OrderBook()
    book.iceberg(Side.SELL, 2**31 - 1, 5, 1)
    before = picture(book)
    with pytest.raises(BookCapacityError, match="2147483647 slices"):
        book.market(Side.BUY, 2**31 - 1)
    assert picture(book) == before
    assert len(book.market(Side.BUY, 5)) == 10


def test_a_stop_that_would_take_too_many_slices_is_refused_before_it_wakes() -> None:
    book, most = OrderBook(), 2**31 - 1
    book.iceberg(Side.BUY, most, 93, 1)
    book.limit(Side.SELL, 1, 94)
    for _ in range(2):
        book.stop(Side.SELL, MAX_EVENTS // 2, 95)
    before = picture(book)
    with pytest.raises(BookCapacityError, match="slices of icebergs"):
        book.limit(Side.BUY, 1, 94)
    with pytest.raises(BookCapacityError, match="slices of icebergs"):
        book.iceberg(Side.BUY, most, 94, 1)
    assert picture(book) == before


def test_a_stop_that_acts_at_once_needs_no_slot() -> None:
    book = OrderBook(levels=64, orders=2, max_orders=2)
    for _ in range(3):
        book.limit(Side.SELL, 1, 5)
        book.limit(Side.SELL, 1, 6)
        book.market(Side.BUY, 1)
        book.limit(Side.SELL, 1, 7)
        assert len(book.stop(Side.BUY, 2, 5)) == 3


def test_the_kernel_never_writes_beyond_its_events() -> None:
    book = OrderBook()
    for _ in range(50):
        book.limit(Side.SELL, 1, 5)
    guarded = np.zeros(12, EVENT)
    sweep = message(MessageKind.MARKET, Side.BUY, 50, order_id=99)
    before = picture(book)
    assert process(book.arrays, sweep, guarded[:10]) == (0, 0, Refusal.EVENT_ROOM)
    assert picture(book) == before
    assert not guarded.view(np.uint8).any()


def test_a_full_pool_still_takes_what_trades_at_once() -> None:
    book = OrderBook(levels=64, orders=2, max_orders=2)
    for price in (1, 2):
        book.limit(Side.SELL, 5, price)
    book.limit(Side.BUY, 7, 1)
    assert book.depth(Side.BUY, 9) == [(1, 2)]
    assert book.depth(Side.SELL, 9) == [(2, 5)]


@pytest.mark.parametrize("price", [2_000_000, -2_000_000, MAX_ABS_PRICE_TICKS])
def test_a_price_too_far_away_is_refused_and_the_book_stays_as_it_was(price: int) -> None:
    book = OrderBook(levels=32, orders=8, max_levels=256)
    twin = twin_of(book)
    with pytest.raises(BookCapacityError, match=f"price {price} ticks"):
        book.limit(Side.BUY, 1, price)
    check_against_twin(book, twin)


@pytest.mark.parametrize("far", [100_000, 256])
def test_a_batch_that_fails_half_way_leaves_the_book_as_it_was(far: int) -> None:
    book, low = OrderBook(centre_ticks=0, levels=64, max_levels=256), -10
    book.limit(Side.BUY, 1, low)
    before = picture(book)
    batch = np.concatenate([message(MessageKind.LIMIT, 1, 1, price) for price in (0, 200, low + far)])
    batch["order_id"] = [2**40, 2**41, 2**42]
    with pytest.raises(BookCapacityError, match="it holds at most 256"):
        book.process(batch)
    assert picture(book) == before
    book.process(batch[:2])
    assert book.depth(Side.BUY, 9) == [(200, 1), (0, 1), (low, 1)]


def test_a_batch_of_more_orders_than_fit_leaves_the_book_as_it_was() -> None:
    book = OrderBook(levels=64, orders=2, max_orders=2)
    book.limit(Side.BUY, 1, 3)
    before = picture(book)
    batch = np.concatenate([message(MessageKind.LIMIT, 1, 1, price, order_id=price) for price in (5, 6)])
    with pytest.raises(BookCapacityError, match="2 orders"):
        book.process(batch)
    assert picture(book) == before


def test_the_ladder_follows_a_market_that_travels_further_than_it_is_wide() -> None:
    book = OrderBook(levels=16, orders=4, max_levels=64)
    for price in range(0, 5_000, 7):
        bid = int(book.limit(Side.BUY, 1, price)["order_id"][0])
        ask = int(book.limit(Side.SELL, 1, price + 3)["order_id"][0])
        assert (book.best_bid_ticks, book.best_ask_ticks) == (price, price + 3)
        book.process(np.concatenate([message(MessageKind.CANCEL, order_id=one) for one in (bid, ask)]))
    assert book.arrays.state["span"][0] <= 64


def test_growing_does_not_change_what_is_in_the_book() -> None:
    small, large = OrderBook(levels=2, orders=1), OrderBook(levels=4096, orders=4096)
    twin = twin_of(small, large)
    check_against_twin(small, twin)
    check_against_twin(large, twin)
