"""Statistics of single messages against slow twins that follow the definitions row by row."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from execution.realism import book_state, lifetimes, order_flow, order_placement
from execution.realism.ruler import ruler_of
from execution.realism.tape import Tape
from execution.realism.windows import COLUMNS, window_features
from tests.execution.realism.tapes import ADD, ASK, BID, DELETE, REDUCE, TRADE, random_tape, tape_of

TAPE = random_tape(5, 800)
RULER = ruler_of(TAPE)


def rows(tape: Tape) -> list[tuple[int, int, int, int, int, int]]:
    m = tape.messages
    columns = (m.ts_ns, m.kind, m.order_id, m.side, m.quantity, m.price_ticks)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def side_of(tape: Tape, row: int, side: int) -> list[tuple[int, int]]:
    """(price, volume) of a side's levels after a message, best first."""
    h = tape.history
    ticks, volume = (h.bid_ticks, h.bid_volume) if side == BID else (h.ask_ticks, h.ask_volume)
    pairs = zip(ticks[row].tolist(), volume[row].tolist(), strict=True)
    return [(price, size) for price, size in pairs if size > 0]


def test_spread_and_imbalance_are_those_of_the_touch() -> None:
    expected = []
    for row in range(len(TAPE)):
        bids, asks = side_of(TAPE, row, BID), side_of(TAPE, row, ASK)
        if bids and asks:
            (bid, bid_size), (ask, ask_size) = bids[0], asks[0]
            expected.append((ask - bid, (bid_size - ask_size) / (bid_size + ask_size)))
    spreads, imbalances = zip(*expected, strict=True)
    assert_allclose(book_state.spread(TAPE, RULER).value, spreads)
    assert_allclose(book_state.imbalance(TAPE, RULER).value, imbalances)


def test_volumes_and_gaps_are_those_of_the_levels() -> None:
    both = [row for row in range(len(TAPE)) if side_of(TAPE, row, BID) and side_of(TAPE, row, ASK)]
    bids = [side_of(TAPE, row, BID) for row in both]
    assert_allclose(book_state.bid_touch_volume(TAPE, RULER).value, [levels[0][1] for levels in bids])
    assert_allclose(book_state.bid_volume(TAPE, RULER).value, [sum(s for _, s in ls) for ls in bids])
    every = [side_of(TAPE, row, ASK) for row in range(len(TAPE))]
    gaps = [levels[1][0] - levels[0][0] for levels in every if len(levels) > 1]
    assert_allclose(book_state.ask_gap(TAPE, RULER).value, gaps)


def test_a_recording_of_the_touch_alone_has_no_deeper_volume() -> None:
    touch = TAPE.seen_to(1)
    ruler = ruler_of(touch)
    assert len(book_state.bid_volume(touch, ruler)) == 0
    assert len(book_state.bid_gap(touch, ruler)) == 0


@pytest.mark.parametrize("side", [BID, ASK])
def test_an_order_joins_the_level_behind_those_that_are_better(side: int) -> None:
    expected = []
    for row, (_, kind, _, of, _, price) in enumerate(rows(TAPE)):
        if kind == ADD and of == side and row > 0:
            levels = side_of(TAPE, row - 1, side)
            better = sum(side * (level - price) > 0 for level, _ in levels)
            inside = bool(levels) and side * (price - levels[0][0]) > 0
            expected.append(0 if inside else better + 1)
    statistic = order_placement.bid_limit_level if side == BID else order_placement.ask_limit_level
    assert statistic(TAPE, RULER).value.tolist() == expected


def test_the_depth_of_a_cancel_is_its_distance_from_the_mid_before_it() -> None:
    expected, mid = [], math.nan
    for row, (_, kind, _, side, _, price) in enumerate(rows(TAPE)):
        if kind in (REDUCE, DELETE) and side == ASK and row > 0 and not math.isnan(mid):
            expected.append(math.log10(max(price - mid, 0.5)))
        bids, asks = side_of(TAPE, row, BID), side_of(TAPE, row, ASK)
        mid = 0.5 * (bids[0][0] + asks[0][0]) if bids and asks else mid
    assert_allclose(order_placement.ask_cancel_depth(TAPE, RULER).value, expected)


def test_a_market_order_is_measured_by_the_touch_that_it_found() -> None:
    tape = tape_of(
        [
            (1.0, ADD, 1, BID, 10, 99),
            (2.0, ADD, 2, ASK, 4, 101),
            (3.0, ADD, 3, ASK, 5, 102),
            (4.0, TRADE, 2, ASK, 4, 101),
            (4.0, TRADE, 3, ASK, 2, 102),
            (5.0, TRADE, 1, BID, 5, 99),
        ]
    )
    ruler = ruler_of(tape)
    assert order_placement.share_of_touch(tape, ruler).value.tolist() == [1.5, 0.5]
    assert_allclose(order_placement.market_order_size(tape, ruler).value, np.log10([6, 5]))


@pytest.mark.parametrize("ends", [(TRADE,), (REDUCE, DELETE)])
def test_lifetimes_run_from_the_arrival_to_the_first_end(ends: tuple[int, ...]) -> None:
    born: dict[int, tuple[int, int]] = {}
    expected = {}
    for row, (ts_ns, kind, order_id, *_) in enumerate(rows(TAPE)):
        if kind == ADD:
            born[order_id] = (row, ts_ns)
        elif kind in ends and order_id in born:
            at, start = born.pop(order_id)
            expected[at] = math.log10(max(1e-9, 1e-9 * (ts_ns - start)))
    found = (lifetimes.time_to_first_fill if ends == (TRADE,) else lifetimes.time_to_cancel)(TAPE, RULER)
    assert found.at.tolist() == sorted(expected)
    assert_allclose(found.value, [expected[at] for at in sorted(expected)])


def test_an_id_that_is_used_again_starts_a_new_life() -> None:
    tape = tape_of(
        [
            (1.0, ADD, 7, BID, 1, 99),
            (2.0, TRADE, 7, BID, 1, 99),
            (3.0, ADD, 7, BID, 1, 99),
            (13.0, DELETE, 7, BID, 1, 99),
        ]
    )
    ruler = ruler_of(tape)
    assert_allclose(lifetimes.time_to_first_fill(tape, ruler).value, [0.0])
    assert_allclose(lifetimes.time_to_cancel(tape, ruler).value, [1.0])


def test_orders_of_a_recording_of_level_totals_have_no_lifetimes() -> None:
    totals = Tape(messages=replace(TAPE.messages, level_wise=True), history=TAPE.history)
    assert len(lifetimes.time_to_cancel(totals, RULER)) == 0


def test_order_flow_imbalance_adds_up_what_each_message_did_to_the_touch() -> None:
    flows = []
    for row in range(1, len(TAPE)):
        now = [side_of(TAPE, row, side)[:1] or [(-1, 0)] for side in (BID, ASK)]
        then = [side_of(TAPE, row - 1, side)[:1] or [(-1, 0)] for side in (BID, ASK)]
        (bid, bid_size), (ask, ask_size) = now[0][0], now[1][0]
        (bid0, bid_size0), (ask0, ask_size0) = then[0][0], then[1][0]
        flow = (bid >= bid0) * bid_size - (bid <= bid0) * bid_size0
        flows.append(flow - (ask <= ask0) * ask_size + (ask >= ask0) * ask_size0)
    expected = [np.mean(flows[end - 100 : end]) for end in range(100, len(flows) + 1)]
    found = order_flow.order_flow_imbalance(TAPE, RULER)
    assert_allclose(found.value, expected, atol=1e-9)
    assert found.at.tolist() == list(range(100, len(TAPE)))


def test_volume_traded_counts_by_second_and_leaves_out_seconds_without_a_trade() -> None:
    by_second: dict[int, int] = {}
    start = TAPE.messages.ts_ns[0]
    for ts_ns, kind, _, _, quantity, _ in rows(TAPE):
        if kind == TRADE:
            second = int((ts_ns - start) // 10**9)
            by_second[second] = by_second.get(second, 0) + quantity
    expected = np.log10([60.0 * by_second[second] for second in sorted(by_second)])
    assert_allclose(order_flow.volume_by_minute(TAPE, RULER).value, expected)


def test_time_between_messages_of_one_stamp_counts_as_a_nanosecond() -> None:
    tape = tape_of([(1.0, ADD, 1, BID, 1, 99), (1.0, ADD, 2, ASK, 1, 101), (3.0, ADD, 3, ASK, 1, 102)])
    assert_allclose(order_flow.time_between_messages(tape, ruler_of(tape)).value, [-9.0, math.log10(2.0)])


def test_windows_are_whole_and_hold_mean_deviation_and_change_of_every_column() -> None:
    features = window_features(TAPE, window=50)
    assert features.shape == (16, 3 * len(COLUMNS))
    adds = TAPE.messages.kind[50:100] == ADD
    at = COLUMNS.index("is a new order")
    assert features[1, at] == pytest.approx(adds.mean())
    assert features[1, at + len(COLUMNS)] == pytest.approx(adds.std())
    assert features[1, at + 2 * len(COLUMNS)] == pytest.approx(np.abs(np.diff(adds.astype(float))).mean())
