from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.book.core import Refusal, enter_limit
from execution.book.growth import copied, with_ladder
from execution.book.layout import EVENT, BookArrays, empty_book
from execution.book.slide import slide_towards

ORIGIN, LEVELS = 1000, 256


def book_around(bid: int, ask: int, *, far_bid: int | None = None) -> BookArrays:
    """A book with one order at each of these prices."""
    book, events = empty_book(origin_ticks=ORIGIN, levels=LEVELS, orders=8), np.zeros(64, EVENT)
    sides = [(1, bid), (-1, ask)] + ([] if far_bid is None else [(1, far_bid)])
    for order_id, (side, price) in enumerate(sides):
        assert enter_limit(book, side, 5, price, 0, order_id, 0, events, 0)[1] > 0
    return book


@settings(deadline=None, max_examples=40)
@given(bid=st.integers(ORIGIN, ORIGIN + 254), width=st.integers(1, 8), reach=st.integers(0, 80))
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
