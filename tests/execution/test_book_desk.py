from __future__ import annotations

import copy

import numpy as np
import pytest

from execution.book import desk
from execution.book.book import OrderBook
from execution.book.core import enter_limit
from execution.book.layout import EVENT, NO_SLOT, EventKind, MessageKind
from execution.book.message import message
from execution.errors import BookCapacityError, OrderRejectedError
from execution.market.simulator import MarketConditions, MarketSimulator
from execution.orders import Side
from tests.execution.test_book_cache import answer, start

CONDITIONS = MarketConditions(
    mid_price=100.0, tick_size=0.01, volatility=0.2, half_spread_ticks=1.0, average_daily_volume=1e7
)


def test_events_that_were_handed_out_stay_as_they_are() -> None:
    book = OrderBook(centre_ticks=100)
    handed = [book.limit(Side.BUY, 1 + i % 7, 90) for i in range(2 * desk.PAGE + 5)]
    assert [int(events["order_id"][0]) for events in handed] == list(range(len(handed)))
    assert {len(events) for events in handed} == {1}


def test_a_copy_of_a_book_goes_its_own_way() -> None:
    book = OrderBook(centre_ticks=100)
    book.limit(Side.BUY, 5, 99)
    other = copy.deepcopy(book)
    other.market(Side.SELL, 5)
    assert (book.best_bid_ticks, other.best_bid_ticks) == (99, None)
    book.cancel(0)
    assert (book.live_orders, other.live_orders) == (0, 0)


def test_a_book_that_was_given_other_arrays_works_on_those() -> None:
    book, other = OrderBook(centre_ticks=100), OrderBook(centre_ticks=100)
    book.limit(Side.BUY, 5, 99)
    book.arrays = other.arrays
    book.limit(Side.BUY, 5, 98)
    assert (book.best_bid_ticks, other.best_bid_ticks) == (98, 98)


@pytest.mark.parametrize(
    ("quantity", "price"), [(1.5, 99), (None, 99), (2**31, 99), (0, 99), (-1, 99), (5, 2**30 + 1), (5, "99")]
)
def test_one_message_with_a_number_that_no_book_takes_is_rejected(quantity: int, price: int) -> None:
    book = OrderBook(centre_ticks=100)
    with pytest.raises(OrderRejectedError):
        book.limit(Side.BUY, quantity, price)
    assert book.live_orders == 0


def test_a_price_that_the_book_cannot_reach_leaves_its_arrays() -> None:
    book = OrderBook(centre_ticks=100, levels=64, max_levels=128)
    book.limit(Side.BUY, 5, 99)
    before = book.arrays
    with pytest.raises(BookCapacityError):
        book.limit(Side.BUY, 5, 5_000)
    assert book.arrays is before
    assert book.limit(Side.BUY, 5, 40)["kind"][0] == EventKind.RESTED


def test_a_sweep_of_more_orders_than_a_page_has_events_for_is_whole() -> None:
    book, orders = OrderBook(centre_ticks=100), desk.PAGE + 10
    rows = np.concatenate([message(MessageKind.LIMIT, -1, 1, 101, order_id=i) for i in range(orders)])
    book.process(rows)
    events = book.market(Side.BUY, orders, order_id=10**9)
    assert events["maker_id"].tolist() == list(range(orders))


def test_a_handle_is_none_when_a_stop_took_what_rested() -> None:
    book = OrderBook(centre_ticks=100)
    book.limit(Side.SELL, 1, 100, order_id=1)
    book.stop(Side.SELL, 5, 100, order_id=2)
    events = np.zeros(64, EVENT)
    slot, count = enter_limit(book.arrays, 1, 3, 100, 0, 3, 0, events, 0)
    kinds = [EventKind(kind).name for kind in events["kind"][:count]]
    assert (slot, kinds) == (NO_SLOT, ["TRADE", "RESTED", "TRIGGERED", "TRADE", "EXPIRED"])


def test_the_whole_kernel_gives_the_flow_that_the_short_one_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, whole = (MarketSimulator(CONDITIONS, 0, np.random.default_rng(3)) for _ in range(2))
    plain.advance_to(60 * 10**9)
    monkeypatch.setattr(OrderBook, "is_plain", False)
    whole.advance_to(60 * 10**9)
    assert (plain.best_bid_ticks, plain.traded_volume) == (whole.best_bid_ticks, whole.traded_volume)
    assert plain.depth(Side.SELL, 10) == whole.depth(Side.SELL, 10)


def test_a_waiting_stop_or_a_hidden_quantity_makes_a_book_other_than_plain() -> None:
    book, states = OrderBook(centre_ticks=100), []
    for change in (
        lambda: book.stop(Side.BUY, 1, 105, order_id=1),
        lambda: book.cancel(1),
        lambda: book.iceberg(Side.BUY, 3, 99, 1, order_id=2),
        lambda: book.market(Side.SELL, 2),
        book.halt,
    ):
        change()
        states.append(book.is_plain)
    assert states == [False, True, False, True, False]


PLAIN_USE = """
from execution.book import desk, kernel
from execution.book.book import OrderBook

book = OrderBook(centre_ticks=5_000, orders=1)
book.limit(1, 5, 99), book.limit(-1, 5, 101), book.market(1, 7), book.cancel(0)
print(len(desk.answer.signatures) + len(kernel.process.signatures), len(desk.answer_plain.signatures))
"""


def test_plain_messages_compile_the_short_kernel_alone() -> None:
    assert answer(start(PLAIN_USE)) == [0, 1]
