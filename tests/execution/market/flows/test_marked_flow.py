from __future__ import annotations

import numpy as np
import pytest

from execution.book.core import enter_market
from execution.book.layout import NIL
from execution.market.calibration.marked import MarkedFlow, transcribed_flow
from execution.market.flows.marked_orders import best_of, has_level
from tests.execution.market.calibration.marked_recording import random_recording
from tests.execution.market.flows.lone_book import LoneBook

MINUTE = 60.0


@pytest.fixture(scope="module")
def flow() -> MarkedFlow:
    return transcribed_flow(*random_recording(1, events=4_000))


def running(flow: MarkedFlow, seed: int) -> LoneBook:
    lone = LoneBook(flow.parameters(), flow.new_state(start_ns=0, bid_ticks=0), seed=seed, levels=8192)
    lone.run(until_s=2.0)
    return lone


def touch(lone: LoneBook, side: int) -> tuple[int, int]:
    price = best_of(lone.book, side)
    return price, lone.volume(price) if has_level(price) else 0


def buy(lone: LoneBook, lots: int) -> None:
    enter_market(lone.book, 1, lots, 7, 10**12, 0, lone.events, 0)


def test_a_stretch_begins_with_the_recorded_book(flow: MarkedFlow) -> None:
    lone = LoneBook(flow.parameters(), flow.new_state(start_ns=0, bid_ticks=0), seed=2, levels=8192)
    lone.run(events=2)
    while lone.state["mending"][0] != NIL:
        bid, ask = touch(lone, 1), touch(lone, -1)
        lone.run(events=1)
    anchor = int(np.searchsorted(flow.anchor_rows, lone.state["stretch_row"][0]))
    recorded = flow.anchor_volume[anchor, :, 0][:: lone.state["flip"][0]]
    assert ask[0] - bid[0] == flow.anchor_ticks[anchor, 1, 0]
    assert [bid[1], ask[1]] == recorded.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_a_large_buyer_moves_the_price_and_the_book_fills_again(flow: MarkedFlow, seed: int) -> None:
    lone = running(flow, seed)
    before, volume = touch(lone, -1)
    buy(lone, 5 * volume + 50)
    moved, _ = touch(lone, -1)
    lone.run(until_s=10.0)
    asks = sum(lone.volume(best_of(lone.book, -1) + k) for k in range(10))
    assert moved > before
    assert asks > volume
    assert best_of(lone.book, 1) < best_of(lone.book, -1)


def test_a_side_that_somebody_empties_comes_back(flow: MarkedFlow) -> None:
    lone = running(flow, 3)
    buy(lone, 10**8)
    lone.run(until_s=5.0)
    assert touch(lone, -1)[1] > 0
    assert touch(lone, 1)[0] < touch(lone, -1)[0]
