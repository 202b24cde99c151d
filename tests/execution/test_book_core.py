"""The book by slots does what the book by messages does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.book.core import (
    Refusal,
    cancel_slot,
    enter_immediate_or_cancel,
    enter_limit,
    enter_market,
    reduce_slot,
)
from execution.book.depth import slot_of, write_depth
from execution.book.growth import copied
from execution.book.kernel import process
from execution.book.layout import EVENT, NO_SLOT, BookArrays, MessageKind, RecordArray, empty_book
from tests.twins.book_audit import audit, plain
from tests.twins.order_book import Message, SlowBook
from tests.twins.order_streams import random_messages, record, twin_messages

NEW = (MessageKind.LIMIT, MessageKind.MARKET, MessageKind.IMMEDIATE_OR_CANCEL)
LIVING = (MessageKind.CANCEL, MessageKind.REDUCE)


def book_of(*messages: Message, orders: int = 8) -> BookArrays:
    book = empty_book(origin_ticks=0, levels=64, orders=orders)
    for message in messages:
        assert process(book, record(message), np.zeros(64, EVENT))[2] == 0
    return book


def by_slot(book: BookArrays, m: Message, events: RecordArray, count: int) -> int:
    """Send a message of one of the kinds NEW, or LIVING of an order that lives."""
    own = (m.owner, m.order_id, int(m.self_trade), events, count)
    if m.kind == MessageKind.LIMIT:
        slot, count = enter_limit(book, m.side, m.quantity, m.price_ticks, *own)
        assert slot == slot_of(book, m.order_id)
        return count
    if m.kind == MessageKind.MARKET:
        return enter_market(book, m.side, m.quantity, *own)
    if m.kind == MessageKind.IMMEDIATE_OR_CANCEL:
        return enter_immediate_or_cancel(book, m.side, m.quantity, m.price_ticks, *own)
    slot = np.uint32(slot_of(book, m.order_id))
    if m.kind == MessageKind.CANCEL:
        return cancel_slot(book, slot, events, count)
    return reduce_slot(book, slot, m.quantity, events, count)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_orders_by_slot_do_what_the_twin_does_among_orders_of_every_type(seed: int) -> None:
    messages, twin = random_messages(np.random.default_rng(seed), 300), SlowBook()
    messages["order_id"][np.isin(messages["kind"], NEW)] += 10**6  # nobody's yet
    start, events = int(messages["price_ticks"][0]), np.zeros(2**16, EVENT)
    messages["price_ticks"][messages["kind"] == MessageKind.MARKET] = 0  # by slot it names none
    book = empty_book(origin_ticks=start - 1024, levels=2048, orders=512)
    for one, message in zip(messages, twin_messages(messages), strict=True):
        lives = slot_of(book, message.order_id) != NO_SLOT
        if message.kind in (LIVING if lives else () if twin.halted else NEW):
            count = by_slot(book, message, events, 0)
        else:
            _, count, _ = process(book, one.reshape(1), events)
        assert plain(events[:count]) == twin.apply(message)
    audit(book)


REST = Message(MessageKind.LIMIT, 1, quantity=3, price_ticks=9, order_id=1)
BUY = {"side": 1, "quantity": 3, "price_ticks": 20, "order_id": 5}


@pytest.mark.parametrize(
    "sent",
    [
        Message(MessageKind.LIMIT, **BUY),
        Message(MessageKind.LIMIT, **{**BUY, "side": -1, "price_ticks": 9}),
        Message(MessageKind.MARKET, **{**BUY, "side": -1}),
        Message(MessageKind.IMMEDIATE_OR_CANCEL, **{**BUY, "side": -1, "price_ticks": 9}),
        Message(MessageKind.CANCEL, order_id=1),
        Message(MessageKind.REDUCE, quantity=1, order_id=1),
    ],
)
def test_without_room_for_its_events_an_order_by_slot_does_nothing(sent: Message) -> None:
    book, guarded = book_of(REST), np.zeros(3, EVENT)
    before = copied(book)
    assert by_slot(book, sent, guarded[:2], 2) == Refusal.EVENT_ROOM
    assert not guarded.view(np.uint8).any()
    assert all(np.array_equal(array, other) for array, other in zip(book, before, strict=True))


def test_a_full_pool_and_a_price_off_the_ladder_are_refused_by_slot_too() -> None:
    book, events = book_of(REST, orders=1), np.zeros(8, EVENT)
    before = copied(book)
    assert enter_limit(book, -1, 3, 10, 0, 5, 0, events, 0) == (NO_SLOT, Refusal.ORDER_POOL)
    for price in (-1, 64):
        assert enter_limit(book, -1, 3, price, 0, 5, 0, events, 0) == (NO_SLOT, Refusal.PRICE_RANGE)
    assert all(np.array_equal(array, other) for array, other in zip(book, before, strict=True))


def test_depth_counts_the_orders_of_each_level() -> None:
    more = [REST._replace(order_id=2), REST._replace(order_id=3, price_ticks=7)]
    prices, volumes, orders = np.zeros((3, 4), np.int64)
    assert write_depth(book_of(REST, *more), 1, prices, volumes, orders) == 2
    assert (prices[:2].tolist(), volumes[:2].tolist(), orders[:2].tolist()) == ([9, 7], [6, 3], [2, 1])


def test_an_order_that_its_own_stop_takes_whole_has_no_slot() -> None:
    ask = Message(MessageKind.LIMIT, -1, quantity=1, price_ticks=20, order_id=1)
    book = book_of(ask, Message(MessageKind.STOP, -1, quantity=5, stop_ticks=20, order_id=2))
    slot, count = enter_limit(book, 1, 4, 20, 0, 5, 0, np.zeros(64, EVENT), 0)
    assert (int(slot), count) == (NO_SLOT, 5)  # TRADE, RESTED; TRIGGERED, TRADE, EXPIRED
