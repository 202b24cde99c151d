"""A message writes all of its events or, where they may not fit, changes nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.book.core import Refusal
from execution.book.growth import copied
from execution.book.kernel import process
from execution.book.layout import EVENT, BookArrays, MessageKind, RecordArray, SelfTrade, empty_book
from tests.twins.book_audit import plain
from tests.twins.order_book import Event, Message, SlowBook
from tests.twins.order_streams import random_messages, record, twin_messages

LIMIT, MARKET, ICEBERG, STOP = (
    MessageKind.LIMIT,
    MessageKind.MARKET,
    MessageKind.ICEBERG,
    MessageKind.STOP,
)
MANY = 60


def asks(owner: int) -> list[Message]:
    return [Message(LIMIT, -1, 0, 1, 5, owner=owner, order_id=number) for number in range(MANY)]


def iceberg(owner: int) -> list[Message]:
    return [Message(ICEBERG, -1, 0, MANY, 5, 1, owner=owner, order_id=0)]


def market(quantity: int, self_trade: SelfTrade = SelfTrade.ALLOW) -> Message:
    return Message(MARKET, 1, self_trade, quantity, owner=7, order_id=99)


def room_for(count: int) -> tuple[RecordArray, RecordArray]:
    """So many events, and the same with two more behind them that nobody may touch."""
    guarded = np.zeros(count + 2, EVENT)
    return guarded[:count], guarded


def check_fits_or_refuses(book: BookArrays, message: RecordArray, expected: list[Event]) -> None:
    """With room for one event too few the book stays as it was; with plenty all are written."""
    before = copied(book)
    events, guarded = room_for(len(expected) - 1)
    assert process(book, message, events) == (0, 0, Refusal.EVENT_ROOM)
    assert not guarded.view(np.uint8).any()
    assert all(np.array_equal(array, other) for array, other in zip(book, before, strict=True))
    events = np.zeros(2**16, EVENT)
    assert process(book, message, events) == (1, len(expected), 0)
    assert plain(events[: len(expected)]) == expected


@pytest.mark.parametrize(
    ("resting", "sent", "at_least"),
    [
        (asks(1), market(MANY + 1), MANY + 1),
        (iceberg(1), market(MANY), 2 * MANY - 1),
        (iceberg(7), market(MANY, SelfTrade.DECREMENT), 3 * MANY - 1),
        (asks(7), market(1, SelfTrade.CANCEL_OLDEST), MANY + 1),
        ([*asks(1), Message(STOP, 1, 0, MANY, stop_ticks=5, order_id=98)], market(1), MANY + 2),
    ],
)
def test_a_sweep_that_may_not_fit_is_refused_whole(
    resting: list[Message], sent: Message, at_least: int
) -> None:
    book, twin = empty_book(origin_ticks=-64, levels=128, orders=128), SlowBook()
    for message in resting:
        twin.apply(message)
        process(book, record(message), np.zeros(512, EVENT))
    expected = twin.apply(sent)
    assert len(expected) >= at_least
    check_fits_or_refuses(book, record(sent), expected)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_any_message_writes_all_its_events_or_none(seed: int) -> None:
    messages, twin = random_messages(np.random.default_rng(seed), 150), SlowBook()
    start = int(messages["price_ticks"][0])
    book = empty_book(origin_ticks=start - 1024, levels=2048, orders=256)
    for one, message in zip(messages, twin_messages(messages), strict=True):
        check_fits_or_refuses(book, one.reshape(1), twin.apply(message))
