from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from execution.book.book import OrderBook
from execution.book.layout import EventKind, MessageKind, Reason, RecordArray, SelfTrade
from execution.orders import Side
from tests.twins.book_audit import check_against_twin, plain
from tests.twins.book_fuzz import STREAM_LENGTH, run_stream
from tests.twins.order_book import Message, SlowBook
from tests.twins.order_streams import LARGEST, random_messages, record, twin_messages

SEEDS = st.integers(0, 2**32 - 1)
ENTERS = [kind for kind in MessageKind if kind not in (3, 9, 10, 11, 12)]


def stream(seed: int, count: int) -> RecordArray:
    return random_messages(np.random.default_rng(seed), count)


def small_book(messages: RecordArray) -> OrderBook:
    """A book that must grow its pool, its hash and its ladder to hold the stream."""
    return OrderBook(centre_ticks=int(messages["price_ticks"][0]), levels=64, orders=1)


@settings(deadline=None, max_examples=40)
@given(SEEDS)
def test_every_message_does_what_the_twin_does(seed: int) -> None:
    messages = stream(seed, 100)
    book, twin = small_book(messages), SlowBook()
    for one, message in zip(messages, twin_messages(messages), strict=True):
        assert plain(book.process(one.reshape(1))) == twin.apply(message)
        check_against_twin(book, twin)


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_a_batch_does_what_its_messages_do_one_by_one(seed: int) -> None:
    messages = stream(seed, 500)
    book, twin = small_book(messages), SlowBook()
    expected = [event for message in twin_messages(messages) for event in twin.apply(message)]
    assert plain(book.process(messages)) == expected
    check_against_twin(book, twin)


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(1, 400))
def test_where_a_batch_is_cut_changes_nothing(seed: int, cut: int) -> None:
    messages = stream(seed, 400)
    whole, parts = small_book(messages), small_book(messages)
    together = whole.process(messages)
    apart = np.concatenate([parts.process(messages[:cut]), parts.process(messages[cut:])])
    assert plain(together) == plain(apart)


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_no_quantity_is_created_or_lost(seed: int) -> None:
    # Replacing changes what an order is for; everything else moves quantity from one place to another.
    messages = stream(seed, 600)
    messages["kind"][messages["kind"] == MessageKind.REPLACE] = MessageKind.CANCEL
    book = small_book(messages)
    events = book.process(messages)
    total = {kind: int(events["quantity"][events["kind"] == kind].sum(dtype=np.int64)) for kind in EventKind}
    entered = int(messages["quantity"][np.isin(messages["kind"], ENTERS)].sum(dtype=np.int64))
    gone = 2 * total[EventKind.TRADE] + total[EventKind.EXPIRED] + total[EventKind.CANCELLED]
    assert entered == gone + total[EventKind.REJECTED] + left_in(book)


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_a_book_without_stops_and_icebergs_does_what_the_twin_does(seed: int) -> None:
    # The short kernel for plain books gets to see little of the other streams.
    messages = stream(seed, 500)
    for rare, common in ((MessageKind.ICEBERG, 0), (MessageKind.STOP, 1), (MessageKind.STOP_LIMIT, 1)):
        messages["kind"][messages["kind"] == rare] = common
    book, twin = small_book(messages), SlowBook()
    expected = [event for message in twin_messages(messages) for event in twin.apply(message)]
    assert plain(book.process(messages)) == expected
    check_against_twin(book, twin)


def left_in(book: OrderBook) -> int:
    """Quantity that rests, hidden parts included, and that waits in stops."""
    arrays = book.arrays
    shown = int(arrays.orders["quantity"].sum(dtype=np.int64))
    return shown + int(arrays.levels["hidden"].sum(dtype=np.int64))


@settings(deadline=None, max_examples=40)
@given(SEEDS)
def test_the_book_is_never_crossed(seed: int) -> None:
    messages = stream(seed, 200)
    book = small_book(messages)
    for one in messages:
        book.process(one.reshape(1))
        bid, ask = book.best_bid_ticks, book.best_ask_ticks
        assert bid is None or ask is None or bid < ask


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_no_trade_is_worse_than_the_price_that_its_taker_named(seed: int) -> None:
    messages = stream(seed, 500)
    messages["kind"][messages["kind"] == MessageKind.REPLACE] = MessageKind.CANCEL
    messages["order_id"] = np.arange(500)
    trades = small_book(messages).process(messages)
    trades = trades[trades["kind"] == EventKind.TRADE]
    takers = messages[trades["order_id"]]
    bound = ~np.isin(takers["kind"], (MessageKind.MARKET, MessageKind.STOP))
    better = (takers["side"] * (takers["price_ticks"].astype(np.int64) - trades["price_ticks"]))[bound]
    assert (better >= 0).all()


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_makers_at_a_price_trade_in_order_of_arrival(seed: int) -> None:
    messages = stream(seed, 600)
    messages["order_id"] = np.arange(600)
    fifo = (MessageKind.LIMIT, MessageKind.POST_ONLY, MessageKind.IMMEDIATE_OR_CANCEL, MessageKind.MARKET)
    messages = messages[np.isin(messages["kind"], fifo)]
    messages["self_trade"] = SelfTrade.ALLOW
    trades = small_book(messages).process(messages)
    trades = trades[trades["kind"] == EventKind.TRADE]
    for side in (-1, 1):
        for price in np.unique(trades["price_ticks"]):
            makers = trades["maker_id"][(trades["side"] == side) & (trades["price_ticks"] == price)]
            assert (np.diff(makers) >= 0).all()


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_nobody_trades_with_himself_who_asked_not_to(seed: int) -> None:
    messages = stream(seed, 500)
    messages["order_id"] = np.arange(500)
    messages["self_trade"] = np.maximum(messages["self_trade"], SelfTrade.CANCEL_NEWEST)
    trades = small_book(messages).process(messages)
    trades = trades[trades["kind"] == EventKind.TRADE]
    own = trades["maker_owner"] == messages["owner"][trades["order_id"]]
    assert not (own & (trades["maker_owner"] != 0)).any()


@settings(deadline=None, max_examples=60)
@given(SEEDS)
def test_nothing_trades_while_the_market_is_halted(seed: int) -> None:
    messages = stream(seed, 300)
    messages = messages[messages["kind"] != MessageKind.RESUME]
    messages["kind"][100] = MessageKind.HALT
    book = small_book(messages)
    book.process(messages[:101])
    kinds = book.process(messages[101:])
    allowed = (EventKind.CANCELLED, EventKind.UNKNOWN, EventKind.REJECTED, EventKind.HALTED)
    assert np.isin(kinds["kind"], allowed).all()
    assert (kinds["reason"][kinds["kind"] == EventKind.REJECTED] == Reason.HALTED).all()


@settings(deadline=None, max_examples=30)
@given(SEEDS)
def test_depth_and_queue_positions_are_those_of_the_twin(seed: int) -> None:
    messages = stream(seed, 300)
    book, twin = small_book(messages), SlowBook()
    book.process(messages)
    for message in twin_messages(messages):
        twin.apply(message)
    for side in (Side.BUY, Side.SELL):
        queue = twin.queue(side)
        prices = list(dict.fromkeys(o.price_ticks for o in queue))[:5]
        shown = [(p, sum(o.shown for o in queue if o.price_ticks == p)) for p in prices]
        assert [(level.price_ticks, level.volume) for level in book.depth(side, 5)] == shown
        for order in queue:
            ahead = twin.ahead(order.order_id)
            assert ahead is not None
            assert book.volume_ahead(order.order_id) == ahead[0]


@pytest.mark.parametrize(
    "enter",
    [
        [Message(MessageKind.ICEBERG, 1, quantity=1001, price_ticks=94, display=1, order_id=3)],
        [
            Message(MessageKind.ICEBERG, 1, quantity=2, price_ticks=90, display=1, order_id=3),
            Message(MessageKind.REPLACE, quantity=1001, price_ticks=94, order_id=3),
        ],
    ],
)
def test_every_slice_of_an_iceberg_that_wakes_its_own_taker_is_reported(enter: list[Message]) -> None:
    messages = [
        Message(MessageKind.LIMIT, -1, quantity=1, price_ticks=94, order_id=1),
        Message(MessageKind.STOP, -1, quantity=1000, stop_ticks=95, order_id=2),
        *enter,
    ]
    book, twin = OrderBook(levels=64, orders=1), SlowBook()
    expected = [event for message in messages for event in twin.apply(message)]
    assert plain(book.process(np.concatenate([record(message) for message in messages]))) == expected
    check_against_twin(book, twin)


def test_two_hundred_thousand_random_messages_of_every_type_agree_with_the_twin() -> None:
    # benchmarks/book_fuzz.py goes on to ten million.
    counts = Counter[str]()
    for number in range(200):
        counts += run_stream(4, number)
    assert sum(counts[f"{kind.name} sent"] for kind in MessageKind) == 200 * STREAM_LENGTH
    assert min(counts[kind.name] for kind in EventKind) > 100


class BookMachine(RuleBasedStateMachine):
    """Orders of every type in any order, with prices, sizes and ids that hypothesis picks and shrinks."""

    side = st.sampled_from((-1, 1))
    quantity = st.one_of(st.integers(1, 9), st.sampled_from((LARGEST - 1, LARGEST)))
    price = st.integers(-6, 6)
    order_id = st.one_of(st.integers(-3, 8), st.sampled_from((-(2**63), 2**63 - 1, 1 << 40, 2 << 40)))
    owner = st.sampled_from((0, 1, 2))

    def __init__(self) -> None:
        super().__init__()
        self.book, self.twin = OrderBook(levels=64, orders=1), SlowBook()

    def send(self, message: Message) -> None:
        assert plain(self.book.process(record(message))) == self.twin.apply(message)

    @rule(
        kind=st.sampled_from([kind for kind in ENTERS if kind != MessageKind.ICEBERG]),
        side=side,
        self_trade=st.sampled_from(SelfTrade),
        quantity=quantity,
        price=price,
        stop=price,
        owner=owner,
        order_id=order_id,
    )
    def enter(
        self,
        kind: int,
        side: int,
        self_trade: int,
        quantity: int,
        price: int,
        stop: int,
        owner: int,
        order_id: int,
    ) -> None:
        self.send(Message(kind, side, self_trade, quantity, price, 0, stop, owner, order_id))

    @rule(side=side, shown=st.integers(1, 4), hidden=st.integers(0, 9), price=price, order_id=order_id)
    def enter_iceberg(self, side: int, shown: int, hidden: int, price: int, order_id: int) -> None:
        order = {"price_ticks": price, "order_id": order_id, "display": shown}
        self.send(Message(MessageKind.ICEBERG, side, quantity=shown + hidden, **order))

    @rule(order_id=order_id)
    def cancel(self, order_id: int) -> None:
        self.send(Message(MessageKind.CANCEL, order_id=order_id))

    @rule(order_id=order_id, quantity=st.integers(1, 9))
    def reduce(self, order_id: int, quantity: int) -> None:
        self.send(Message(MessageKind.REDUCE, quantity=quantity, order_id=order_id))

    @rule(order_id=order_id, quantity=st.integers(1, 12), price=price, stop=price)
    def replace(self, order_id: int, quantity: int, price: int, stop: int) -> None:
        new = {"price_ticks": price, "stop_ticks": stop, "order_id": order_id}
        self.send(Message(MessageKind.REPLACE, quantity=quantity, **new))

    @rule(kind=st.sampled_from((MessageKind.HALT, MessageKind.RESUME, MessageKind.RESUME)))
    def halt_or_resume(self, kind: int) -> None:
        self.send(Message(kind))

    @invariant()
    def same_book(self) -> None:
        check_against_twin(self.book, self.twin)


BookMachine.TestCase.settings = settings(deadline=None, max_examples=60, stateful_step_count=40)
TestBookMachine = BookMachine.TestCase
