from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from execution.book.book import OrderBook, message
from execution.book.layout import EventKind, MessageKind, RecordArray
from tests.twins.order_book import SlowBook, check_against_twin, plain, random_messages

SEEDS = st.integers(0, 2**32 - 1)


def stream(seed: int, count: int) -> RecordArray:
    return random_messages(np.random.default_rng(seed), count)


def small_book() -> OrderBook:
    """A book that must grow its pool and recentre its ladder to hold the streams."""
    return OrderBook(levels=4, orders=2)


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_every_message_does_what_the_twin_does(seed: int) -> None:
    book, twin = small_book(), SlowBook()
    for one in stream(seed, 120):
        assert plain(book.process(one.reshape(1))) == twin.apply(*one.item())
        check_against_twin(book, twin)


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_a_batch_does_what_its_messages_do_one_by_one(seed: int) -> None:
    messages = stream(seed, 600)
    book, twin = small_book(), SlowBook()
    expected = [event for one in messages for event in twin.apply(*one.item())]
    assert plain(book.process(messages)) == expected
    check_against_twin(book, twin)


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_no_quantity_is_created_or_lost(seed: int) -> None:
    messages, book = stream(seed, 600), small_book()
    events = book.process(messages)
    entered = int(messages["quantity"][messages["kind"] != MessageKind.CANCEL].sum())
    total = {kind: int(events["quantity"][events["kind"] == kind].sum()) for kind in EventKind}
    resting = int(book.arrays.levels["volume"].sum())
    gone = 2 * total[EventKind.TRADE] + total[EventKind.EXPIRED] + total[EventKind.CANCELLED]
    assert entered == gone + resting


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_the_book_is_never_crossed(seed: int) -> None:
    book = small_book()
    for one in stream(seed, 200):
        book.process(one.reshape(1))
        bid, ask = book.best_bid_ticks, book.best_ask_ticks
        assert bid is None or ask is None or bid < ask


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_makers_at_a_price_trade_in_order_of_arrival(seed: int) -> None:
    events = small_book().process(stream(seed, 600))
    trades = events[events["kind"] == EventKind.TRADE]
    for side in (-1, 1):
        for price in np.unique(trades["price_ticks"]):
            makers = trades["maker_id"][(trades["side"] == side) & (trades["price_ticks"] == price)]
            assert (np.diff(makers) >= 0).all()


class BookMachine(RuleBasedStateMachine):
    """Orders of every type in any order, with prices and sizes that hypothesis picks and shrinks."""

    side = st.sampled_from((-1, 1))
    quantity = st.one_of(st.integers(1, 9), st.just(2**31 - 1))
    price = st.integers(-6, 6)

    def __init__(self) -> None:
        super().__init__()
        self.book, self.twin = small_book(), SlowBook()

    @rule(
        kind=st.sampled_from(MessageKind), side=side, quantity=quantity, price=price, back=st.integers(1, 12)
    )
    def enter(self, kind: MessageKind, side: int, quantity: int, price: int, back: int) -> None:
        one = message(kind, side, quantity, price, order_id=self.twin.next_id - back)
        assert plain(self.book.process(one)) == self.twin.apply(*one[0].item())

    @invariant()
    def same_book(self) -> None:
        check_against_twin(self.book, self.twin)


BookMachine.TestCase.settings = settings(deadline=None, max_examples=40, stateful_step_count=40)
TestBookMachine = BookMachine.TestCase
