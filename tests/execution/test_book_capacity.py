from __future__ import annotations

import numpy as np
import pytest

from execution.book.book import OrderBook, message
from execution.book.layout import MAX_ABS_PRICE_TICKS, MessageKind
from execution.errors import BookCapacityError
from execution.orders import Side
from tests.twins.order_book import SlowBook, check_against_twin, random_messages


def twin_of(*books: OrderBook) -> SlowBook:
    """Enter the same stream into the books and their twin."""
    messages, twin = random_messages(np.random.default_rng(5), 80), SlowBook()
    for one in messages:
        twin.apply(*one.item())
    for book in books:
        book.process(messages)
    return twin


def test_a_full_pool_is_refused_and_the_book_stays_as_it_was() -> None:
    book = OrderBook(levels=64, orders=64, max_orders=64)
    twin = twin_of(book)
    while book.live_orders < 64:
        twin.apply(*book_message(book, Side.BUY, -12))
    with pytest.raises(BookCapacityError, match="64 resting orders"):
        book.limit(Side.BUY, 1, -12)
    check_against_twin(book, twin)


def book_message(book: OrderBook, side: Side, price_ticks: int) -> tuple[int, int, int, int, int, int]:
    one = message(MessageKind.LIMIT, side, 3, price_ticks)
    book.process(one)
    return one[0].item()


def test_a_full_pool_still_takes_what_trades_at_once() -> None:
    book = OrderBook(levels=64, orders=2, max_orders=2)
    for price in (1, 2):
        book.limit(Side.SELL, 5, price)
    book.limit(Side.BUY, 7, 1)
    assert book.depth(Side.BUY, 9) == [(1, 2)]
    assert book.depth(Side.SELL, 9) == [(2, 5)]


@pytest.mark.parametrize("price", [10_000, -10_000, MAX_ABS_PRICE_TICKS])
def test_a_price_too_far_away_is_refused_and_the_book_stays_as_it_was(price: int) -> None:
    book = OrderBook(levels=32, orders=8, max_levels=256)
    twin = twin_of(book)
    with pytest.raises(BookCapacityError, match=f"price {price} ticks"):
        book.limit(Side.BUY, 1, price)
    check_against_twin(book, twin)
    assert book.arrays.state["next_id"][0] == twin.next_id


def test_a_batch_that_fails_half_way_leaves_the_book_as_it_was() -> None:
    book = OrderBook(levels=32, orders=8, max_levels=256)
    twin = twin_of(book)
    batch = np.concatenate([message(MessageKind.LIMIT, 1, 1, price) for price in (-20, -40, 100_000)])
    with pytest.raises(BookCapacityError, match="100000"):
        book.process(batch)
    check_against_twin(book, twin)


def test_the_ladder_follows_a_market_that_travels_further_than_it_is_wide() -> None:
    book = OrderBook(levels=16, orders=4, max_levels=64)
    for price in range(0, 5_000, 7):
        bid = int(book.limit(Side.BUY, 1, price)["order_id"][0])
        ask = int(book.limit(Side.SELL, 1, price + 3)["order_id"][0])
        assert (book.best_bid_ticks, book.best_ask_ticks) == (price, price + 3)
        book.process(np.concatenate([message(MessageKind.CANCEL, order_id=one) for one in (bid, ask)]))
    assert book.arrays.levels.shape[1] <= 64


def test_growing_does_not_change_what_is_in_the_book() -> None:
    small, large = OrderBook(levels=2, orders=1), OrderBook(levels=4096, orders=4096)
    twin = twin_of(small, large)
    check_against_twin(small, twin)
    check_against_twin(large, twin)
