from __future__ import annotations

import pytest

from execution.book.book import OrderBook
from execution.book.layout import EventKind, Reason, RecordArray, SelfTrade
from execution.orders import Side

BUY, SELL = Side.BUY, Side.SELL
TRADE, RESTED, EXPIRED, CANCELLED = (EventKind(kind) for kind in range(4))


def told(events: RecordArray) -> list[tuple[str, int, int, int]]:
    """(kind, order id, quantity, price) of every event."""
    names = ("order_id", "quantity", "price_ticks")
    return [(EventKind(e["kind"]).name, *(int(e[name]) for name in names)) for e in events]


def makers(events: RecordArray) -> list[tuple[int, int]]:
    """(maker id, quantity) of every trade."""
    return [(int(e["maker_id"]), int(e["quantity"])) for e in events if e["kind"] == TRADE]


@pytest.fixture
def book() -> OrderBook:
    return OrderBook(centre_ticks=100)


def test_post_only_that_would_trade_is_rejected_and_else_rests(book: OrderBook) -> None:
    book.limit(SELL, 5, 101)
    rejected = book.post_only(BUY, 3, 101)
    assert (rejected["kind"][0], rejected["reason"][0]) == (EventKind.REJECTED, Reason.WOULD_TRADE)
    assert told(book.post_only(BUY, 3, 100, order_id=7)) == [("RESTED", 7, 3, 100)]


def test_fill_or_kill_trades_all_or_nothing_and_counts_what_is_hidden(book: OrderBook) -> None:
    book.iceberg(SELL, 10, 101, 2)
    assert told(book.fill_or_kill(BUY, 11, 105, order_id=50)) == [("EXPIRED", 50, 11, 105)]
    assert sum(quantity for _, quantity in makers(book.fill_or_kill(BUY, 10, 101))) == 10


@pytest.mark.parametrize(
    ("mode", "traded"),
    [(SelfTrade.ALLOW, 4), (SelfTrade.CANCEL_NEWEST, 0), (SelfTrade.CANCEL_OLDEST, 4)],
)
def test_fill_or_kill_does_not_count_own_orders_on_its_way(
    book: OrderBook, mode: SelfTrade, traded: int
) -> None:
    book.limit(SELL, 2, 101, owner=1)
    book.limit(SELL, 4, 102, owner=2)
    events = book.fill_or_kill(BUY, 4, 102, owner=1, self_trade=mode)
    assert sum(quantity for _, quantity in makers(events)) == traded


def test_an_iceberg_shows_its_display_and_loses_its_place_when_it_refreshes(book: OrderBook) -> None:
    book.iceberg(SELL, 7, 101, 3, order_id=1)
    book.limit(SELL, 5, 101, order_id=2)
    assert book.depth(SELL, 1) == [(101, 8)]
    events = book.market(BUY, 4, order_id=9)
    assert told(events)[1] == ("REFRESHED", 1, 3, 101)
    assert makers(events) == [(1, 3), (2, 1)]
    assert book.queue_position(1) == (4, 1)


def test_a_taker_goes_round_a_level_until_its_icebergs_are_empty(book: OrderBook) -> None:
    book.iceberg(SELL, 5, 101, 2, order_id=1)
    book.iceberg(SELL, 3, 101, 2, order_id=2)
    assert makers(book.market(BUY, 8)) == [(1, 2), (2, 2), (1, 2), (2, 1), (1, 1)]
    assert book.best_ask_ticks is None


def test_reduce_takes_the_hidden_part_first_and_keeps_the_place(book: OrderBook) -> None:
    book.iceberg(SELL, 10, 101, 4, order_id=1)
    book.limit(SELL, 1, 101, order_id=2)
    assert told(book.reduce(1, 7)) == [("CANCELLED", 1, 7, 101)]
    assert book.depth(SELL, 1) == [(101, 4)]
    assert makers(book.market(BUY, 4)) == [(1, 3), (2, 1)]


def test_reduce_of_all_or_more_cancels(book: OrderBook) -> None:
    book.limit(BUY, 5, 99, order_id=1)
    assert told(book.reduce(1, 6)) == [("CANCELLED", 1, 5, 99)]
    assert book.live_orders == 0


def test_replace_keeps_the_place_only_when_the_quantity_alone_falls(book: OrderBook) -> None:
    for order_id in (1, 2, 3):
        book.limit(BUY, 5, 99, order_id=order_id)
    assert told(book.replace(1, 4, 99)) == [("REPLACED", 1, 4, 99)]
    assert told(book.replace(2, 6, 99)) == [("REPLACED", 2, 6, 99), ("RESTED", 2, 6, 99)]
    assert makers(book.market(SELL, 15)) == [(1, 4), (3, 5), (2, 6)]


def test_a_replaced_order_may_trade_at_its_new_price(book: OrderBook) -> None:
    book.limit(SELL, 5, 101, order_id=1)
    book.post_only(BUY, 3, 99, order_id=2)
    assert told(book.replace(2, 6, 101))[1:] == [("TRADE", 2, 5, 101), ("RESTED", 2, 1, 101)]


def test_what_does_not_live_is_answered_unknown(book: OrderBook) -> None:
    for events in (book.cancel(5), book.reduce(5, 1), book.replace(5, 1, 99)):
        assert told(events) == [("UNKNOWN", 5, 0, 0)]


def test_an_id_that_lives_is_a_duplicate_and_one_that_is_gone_may_come_again(book: OrderBook) -> None:
    book.limit(BUY, 5, 99, order_id=-(2**63))
    assert book.limit(BUY, 5, 99, order_id=-(2**63))["reason"].tolist() == [Reason.DUPLICATE_ID]
    assert book.market(SELL, 5, order_id=-(2**63))["reason"].tolist() == [Reason.DUPLICATE_ID]
    book.cancel(-(2**63))
    assert told(book.limit(BUY, 5, 99, order_id=-(2**63)))[0][0] == "RESTED"


def test_numbers_that_the_book_gives_pass_over_ids_that_live(book: OrderBook) -> None:
    book.limit(BUY, 5, 99, order_id=0)
    assert book.limit(BUY, 5, 98)["order_id"].tolist() == [1]


SELF_TRADES = {
    SelfTrade.ALLOW: [("TRADE", 9, 4, 101), ("TRADE", 9, 2, 102)],
    SelfTrade.CANCEL_NEWEST: [("CANCELLED", 9, 6, 110)],
    SelfTrade.CANCEL_OLDEST: [("CANCELLED", 1, 4, 101), ("TRADE", 9, 5, 102), ("RESTED", 9, 1, 110)],
    SelfTrade.CANCEL_BOTH: [("CANCELLED", 1, 4, 101), ("CANCELLED", 9, 6, 110)],
    SelfTrade.DECREMENT: [("CANCELLED", 1, 4, 101), ("CANCELLED", 9, 4, 110), ("TRADE", 9, 2, 102)],
}


@pytest.mark.parametrize("mode", SelfTrade)
def test_self_trade_prevention_does_what_its_mode_says(book: OrderBook, mode: SelfTrade) -> None:
    book.limit(SELL, 4, 101, order_id=1, owner=3)
    book.limit(SELL, 5, 102, order_id=2, owner=4)
    events = book.limit(BUY, 6, 110, order_id=9, owner=3, self_trade=mode)
    assert told(events) == SELF_TRADES[mode]
    assert set(events["reason"][events["kind"] == CANCELLED]) <= {Reason.SELF_TRADE}


def test_orders_of_nobody_trade_with_each_other(book: OrderBook) -> None:
    book.limit(SELL, 4, 101)
    assert len(makers(book.market(BUY, 4, self_trade=SelfTrade.CANCEL_BOTH))) == 1


def test_a_decremented_iceberg_shows_its_next_slice(book: OrderBook) -> None:
    book.iceberg(SELL, 5, 101, 2, order_id=1, owner=3)
    events = book.immediate_or_cancel(BUY, 2, 101, order_id=9, owner=3, self_trade=SelfTrade.DECREMENT)
    assert told(events) == [("CANCELLED", 1, 2, 101), ("CANCELLED", 9, 2, 101), ("REFRESHED", 1, 2, 101)]


def trade_at(book: OrderBook, price_ticks: int) -> RecordArray:
    book.limit(SELL, 1, price_ticks)
    return book.limit(BUY, 1, price_ticks)


def test_a_stop_waits_for_a_trade_at_or_beyond_its_trigger(book: OrderBook) -> None:
    assert told(book.stop(BUY, 2, 103, order_id=1)) == [("PENDING", 1, 2, 103)]
    book.limit(SELL, 5, 105, order_id=2)
    assert len(trade_at(book, 102)) == 1
    assert told(trade_at(book, 103))[1:] == [("TRIGGERED", 1, 2, 103), ("TRADE", 1, 2, 105)]
    assert book.waiting_stops == 0


def test_a_stop_whose_trigger_was_reached_already_wakes_at_once(book: OrderBook) -> None:
    trade_at(book, 100)
    assert told(book.stop(BUY, 2, 100, limit_ticks=99, order_id=1)) == [
        ("TRIGGERED", 1, 2, 100),
        ("RESTED", 1, 2, 99),
    ]


def test_stops_wake_in_rounds_buys_by_rising_then_sells_by_falling_trigger(book: OrderBook) -> None:
    for order_id, side, trigger in (
        (1, SELL, 100),
        (2, BUY, 101),
        (3, BUY, 100),
        (4, BUY, 100),
        (5, SELL, 99),
    ):
        book.stop(side, 1, trigger, order_id=order_id)
    book.limit(SELL, 4, 101)
    book.limit(SELL, 1, 100)
    # The first trade, at 100, wakes 3, 4 and 1; they are one round though 3's own trade reaches 2.
    woken = book.limit(BUY, 1, 100)
    assert woken["order_id"][woken["kind"] == EventKind.TRIGGERED].tolist() == [3, 4, 1, 2]
    assert book.waiting_stops == 1


def test_a_waiting_stop_can_be_cancelled_reduced_and_replaced(book: OrderBook) -> None:
    book.stop(BUY, 5, 103, order_id=1)
    assert told(book.reduce(1, 2)) == [("CANCELLED", 1, 2, 103)]
    assert told(book.replace(1, 9, 0, stop_ticks=104)) == [("REPLACED", 1, 9, 104)]
    assert len(trade_at(book, 103)) == 1
    assert told(book.cancel(1)) == [("CANCELLED", 1, 9, 104)]
    assert book.waiting_stops == 0


def test_while_halted_orders_are_rejected_but_cancel_and_reduce_work(book: OrderBook) -> None:
    book.limit(BUY, 5, 99, order_id=1)
    assert told(book.halt()) == [("HALTED", 0, 0, 0)]
    for events in (
        book.limit(BUY, 1, 90),
        book.market(SELL, 1),
        book.stop(BUY, 1, 120),
        book.replace(1, 1, 9),
    ):
        assert events["reason"].tolist() == [Reason.HALTED]
    assert told(book.reduce(1, 2)) == [("CANCELLED", 1, 2, 99)]
    assert told(book.cancel(1)) == [("CANCELLED", 1, 3, 99)]
    book.resume()
    assert not book.is_halted
    assert told(book.limit(BUY, 1, 90))[0][0] == "RESTED"


def test_microprice_imbalance_and_volume_are_those_of_what_is_shown(book: OrderBook) -> None:
    assert (book.microprice_ticks, book.imbalance()) == (None, None)
    book.limit(BUY, 3, 99)
    book.iceberg(SELL, 100, 101, 1)
    assert book.microprice_ticks == 100.5
    assert book.imbalance() == 0.5
    assert [book.volume_at(price) for price in (99, 100, 101, 10**6)] == [3, 0, 1, 0]
