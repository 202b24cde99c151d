from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.recorded.book_history import NO_PRICE, rebuild
from execution.recorded.book_rows import book_row, book_sides
from execution.recorded.messages import IntArray
from execution.recorded.read import read_recording
from tests.execution.recorded.recordings import (
    ADD,
    DELETE,
    HIDDEN,
    REDUCE,
    TRADE,
    random_rows,
    recorded,
    same_levels,
)
from tests.shared_data import shared_path
from tests.twins.recorded_book import SlowReplay

AAPL = ("AAPL_2012-06-21_message_10_first998.csv", "AAPL_2012-06-21_orderbook_10_first998.csv")


def test_levels_follow_adds_reductions_deletions_and_trades() -> None:
    rows = [(ADD, 1, 1, 5, 100), (ADD, 2, 1, 3, 99), (REDUCE, 1, 1, 2, 100), (TRADE, 1, 1, 3, 100)]
    history = rebuild(recorded([*rows, (DELETE, 2, 1, 3, 99)]), 2)
    assert history.bid_ticks.tolist() == [[100, -1], [100, 99], [100, 99], [99, -1], [-1, -1]]
    assert history.bid_volume.tolist() == [[5, 0], [5, 3], [3, 3], [3, 0], [0, 0]]
    assert (history.ask_ticks == NO_PRICE).all()


def test_an_order_loses_no_more_than_it_has() -> None:
    rows = [(ADD, 1, 1, 5, 100), (ADD, 2, 1, 3, 100), (REDUCE, 1, 1, 9, 100)]
    assert rebuild(recorded(rows), 1).bid_volume[:, 0].tolist() == [5, 8, 3]


def test_hidden_trades_leave_the_book_alone() -> None:
    history = rebuild(recorded([(ADD, 1, 1, 5, 100), (HIDDEN, 0, 1, 5, 100)]), 1)
    assert history.bid_volume[:, 0].tolist() == [5, 5]


def test_an_order_from_before_takes_only_from_what_was_there_before() -> None:
    rows = [(ADD, 1, 1, 5, 100), (DELETE, 77, 1, 9, 100), (DELETE, 78, 1, 2, 80)]
    history = rebuild(recorded(rows), 1, book_row({(1, 100): 4}))
    assert history.bid_volume[:, 0].tolist() == [9, 5, 5]


def test_a_level_that_an_add_would_cross_is_stale_and_goes() -> None:
    rows = [(ADD, 1, -1, 5, 101), (ADD, 2, 1, 3, 101), (DELETE, 1, -1, 5, 101), (ADD, 3, -1, 2, 102)]
    history = rebuild(recorded(rows), 1)
    assert not history.crossed.any()
    assert history.ask_volume[:, 0].tolist() == [5, 0, 0, 2]


def test_shown_levels_are_agreed_with_and_deeper_ones_stay() -> None:
    rows = [(ADD, 1, 1, 5, 100), (ADD, 2, 1, 3, 99), (ADD, 3, 1, 2, 98)]
    shown = rebuild(recorded(rows), 1)
    shown.bid_ticks[2], shown.bid_volume[2] = 99, 7
    history = rebuild(recorded(rows), 3, shown=shown)
    assert history.bid_ticks[2].tolist() == [99, 98, -1]
    assert history.bid_volume[2].tolist() == [7, 2, 0]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_rebuilt_books_equal_the_twin_and_are_never_crossed(seed: int) -> None:
    rows = random_rows(np.random.default_rng(seed), 80)
    messages, twin = recorded(rows), SlowReplay()
    history = rebuild(messages, 50)
    assert not history.crossed.any()
    for row in range(len(rows)):
        twin.play(messages, row)
        levels = zip(history.bid_ticks[row].tolist(), history.bid_volume[row].tolist(), strict=True)
        assert {price: lots for price, lots in levels if lots} == twin.levels(1)


def test_aapl_equals_every_snapshot_wherever_the_recording_can_know() -> None:
    record = read_recording([shared_path("lob", "lobster_aapl", name) for name in AAPL])
    made = rebuild(record.messages, 100, record.initial)
    compared = 0
    for (side, p, v), (_, q, w) in zip(book_sides(record.history), book_sides(made), strict=True):
        # What was ever beyond the tenth level may have changed there without a message.
        last = side * np.maximum.accumulate(side * p[:, 9])
        for row in range(len(made)):
            known = within(side, last[row], p[row], v[row])
            assert within(side, last[row], q[row], w[row]) == known
            compared += len(known)
    assert compared > 6_000


def within(side: int, last: int, prices: IntArray, volumes: IntArray) -> list[tuple[int, int]]:
    """The levels that are no worse than a price."""
    levels = zip(prices.tolist(), volumes.tolist(), strict=True)
    return [(price, lots) for price, lots in levels if lots and side * (price - last) >= 0]


def test_aapl_and_amzn_agree_with_the_recorded_levels_when_shown_them() -> None:
    amzn = shared_path("lob", "lobster_amzn", "AMZN_2012-06-21_messages_plus_L1.parquet")
    aapl = [shared_path("lob", "lobster_aapl", name) for name in AAPL]
    for files in (amzn, aapl):
        record = read_recording(files)
        levels = record.history.levels
        made = rebuild(record.messages, levels, record.initial, shown=record.history)
        assert same_levels(made, record.history).all()
