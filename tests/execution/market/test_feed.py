from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.book.book import OrderBook
from execution.market.feed import publish, sighting_at
from execution.market.layout import SIGHTING, VENUE
from execution.orders import Side


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=60).map(np.cumsum),
    st.integers(0, 400),
)
def test_the_sighting_is_the_last_one_up_to_what_was_seen(times: np.ndarray, seen_ns: int) -> None:
    ring, venue = np.zeros(16, SIGHTING), np.zeros(1, VENUE)
    for number, ts_ns in enumerate(times):
        ring["ts_ns"][number % 16] = ts_ns
    venue["next_sighting"] = len(times)
    kept = times[-16:]
    expected = max((ts for ts in kept if ts <= seen_ns), default=kept[0])
    assert ring["ts_ns"][sighting_at(venue[0], ring, seen_ns)] == expected


def test_a_sighting_is_written_when_quotes_change_and_once_for_one_time() -> None:
    book, ring, venue = OrderBook(centre_ticks=100, levels=64), np.zeros(16, SIGHTING), np.zeros(1, VENUE)
    written = []
    for ts_ns, enter in (
        (1, lambda: book.limit(Side.BUY, 3, 99)),
        (1, lambda: book.limit(Side.SELL, 4, 101)),
        (2, lambda: book.limit(Side.SELL, 4, 103)),  # behind the best: nobody sees it
        (3, lambda: book.limit(Side.SELL, 1, 101)),
        (4, lambda: book.limit(Side.BUY, 1, 99)),
    ):
        enter()
        publish(book.arrays, venue[0], ring, 100.0, ts_ns)
        written.append(int(venue["next_sighting"][0]))
    assert written == [1, 1, 1, 2, 3]
    last = ring[2][["ts_ns", "bid_ticks", "bid_quantity", "ask_ticks", "ask_quantity"]]
    assert last.item() == (4, 99, 4, 101, 5)


def test_a_venue_counts_how_long_a_side_was_empty_and_shows_its_last_price() -> None:
    book, ring, venue = OrderBook(centre_ticks=100, levels=64), np.zeros(16, SIGHTING), np.zeros(1, VENUE)
    venue["empty_since_ns"] = -1
    book.limit(Side.BUY, 3, 99)
    book.limit(Side.SELL, 4, 101, order_id=7)
    publish(book.arrays, venue[0], ring, 100.0, 1)
    book.cancel(7)
    publish(book.arrays, venue[0], ring, 100.0, 5)
    assert ring[1][["ask_ticks", "ask_quantity"]].item() == (101, 0)
    book.limit(Side.SELL, 4, 102)
    publish(book.arrays, venue[0], ring, 100.0, 12)
    assert venue["empty_ns"][0] == 7
