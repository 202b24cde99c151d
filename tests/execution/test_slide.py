from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.book.core import Refusal, enter_limit
from execution.book.growth import copied, with_ladder
from execution.book.kernel import process
from execution.book.layout import EVENT, BookArrays, MessageKind, empty_book
from execution.book.slide import slide_towards
from tests.twins.order_book import Message
from tests.twins.order_streams import record

ORIGIN, LEVELS = 1000, 256


def book_around(bid: int, ask: int, *, far_bid: int | None = None) -> BookArrays:
    """A book with one order at each of these prices."""
    book, events = empty_book(origin_ticks=ORIGIN, levels=LEVELS, orders=8), np.zeros(64, EVENT)
    sides = [(1, bid), (-1, ask)] + ([] if far_bid is None else [(1, far_bid)])
    for order_id, (side, price) in enumerate(sides):
        assert enter_limit(book, side, 5, price, 0, order_id, 0, events, 0)[1] > 0
    return book


@settings(deadline=None, max_examples=40)
@given(bid=st.integers(ORIGIN, ORIGIN + 254), width=st.integers(1, 8), reach=st.integers(0, 260))
def test_a_slid_book_is_the_book_rebuilt_over_the_new_prices(bid: int, width: int, reach: int) -> None:
    ask = min(bid + width, ORIGIN + LEVELS - 1)
    book = book_around(bid, ask)
    expected = copied(book)
    if slide_towards(book, ask + reach):
        origin = int(book.state["origin_ticks"][0])
        assert origin <= bid
        assert ask + reach < origin + LEVELS
        expected = with_ladder(expected, origin_ticks=origin, levels=LEVELS)
    for array, wanted in zip(book, expected, strict=True):
        assert np.array_equal(array, wanted)


def test_a_book_whose_price_has_travelled_takes_orders_beyond_its_old_ladder() -> None:
    book, events = book_around(1240, 1250), np.zeros(64, EVENT)
    assert enter_limit(book, -1, 5, 1300, 0, 9, 0, events, 0)[1] == Refusal.PRICE_RANGE
    assert slide_towards(book, 1300)
    assert enter_limit(book, -1, 5, 1300, 0, 9, 0, events, 0)[1] == 1


def test_a_book_does_not_slide_away_from_an_order_that_lives() -> None:
    book = book_around(1240, 1250, far_bid=ORIGIN)
    before = copied(book)
    assert not slide_towards(book, 1300)
    assert all(np.array_equal(a, b) for a, b in zip(book, before, strict=True))


def test_a_price_that_no_ladder_of_this_length_can_hold_with_the_quotes_is_refused() -> None:
    assert not slide_towards(book_around(1100, 1101), 1100 + 2 * LEVELS)


def test_a_ladder_slides_by_the_least_that_centres_it() -> None:
    for reach in range(20, 130):
        book = book_around(1240, 1250)
        if slide_towards(book, 1250 + reach):
            middle = int(book.state["origin_ticks"][0]) + LEVELS / 2
            assert abs(middle - (1240 + 1250 + reach) / 2) <= 33


def test_a_ladder_may_slide_until_the_best_bid_is_its_first_price() -> None:
    book = book_around(ORIGIN + 128, ORIGIN + 129)
    assert slide_towards(book, 1340)
    assert book.state["origin_ticks"][0] == ORIGIN + 128


def test_a_book_slides_down_too_but_not_away_from_an_order_that_lives() -> None:
    book, crowded = book_around(1002, 1004), book_around(1002, 1004)
    assert enter_limit(crowded, -1, 5, ORIGIN + LEVELS - 1, 0, 9, 0, np.zeros(4, EVENT), 0)[1] == 1
    assert slide_towards(book, 930)
    assert int(book.state["origin_ticks"][0]) < 930
    assert not slide_towards(crowded, 930)


def with_stop(price: int, side: int) -> BookArrays:
    """A book that knows ids, with a stop that waits at a price."""
    book = empty_book(origin_ticks=ORIGIN, levels=LEVELS, orders=8)
    for message in (
        Message(MessageKind.LIMIT, 1, quantity=5, price_ticks=1240, order_id=1),
        Message(MessageKind.ICEBERG, -1, quantity=5, price_ticks=1250, display=2, order_id=2),
        Message(MessageKind.STOP, side, quantity=5, stop_ticks=price, order_id=3),
    ):
        assert process(book, record(message), np.zeros(64, EVENT))[0] == 1
    return book


@pytest.mark.parametrize("side", [-1, 1])
def test_stops_travel_with_the_ladder_and_hold_it(side: int) -> None:
    book = with_stop(1245, side)
    expected = copied(book)
    assert slide_towards(book, 1300)
    expected = with_ladder(expected, origin_ticks=int(book.state["origin_ticks"][0]), levels=LEVELS)
    assert all(np.array_equal(array, wanted) for array, wanted in zip(book, expected, strict=True))
    assert not slide_towards(with_stop(ORIGIN + 1, side), 1300)


def test_a_ladder_does_not_slide_where_the_price_would_lie_just_beyond_its_end() -> None:
    assert not slide_towards(book_around(1100, 1101), ORIGIN + 64 + LEVELS)
