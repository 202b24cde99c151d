from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.realism.tape import Tape
from tests.execution.realism.tapes import ADD, ASK, BID, DELETE, TRADE, random_tape, tape_of

ROWS = [
    (1.0, ADD, 1, BID, 10, 99),
    (2.0, ADD, 2, ASK, 4, 101),
    (3.0, ADD, 3, ASK, 5, 102),
    (4.0, TRADE, 2, ASK, 4, 101),
    (4.0, TRADE, 3, ASK, 1, 102),
    (5.0, TRADE, 3, ASK, 1, 102),
    (5.0, TRADE, 1, BID, 2, 99),
    (6.0, DELETE, 3, ASK, 3, 102),
]


def test_executions_of_one_time_and_side_in_a_row_are_one_market_order() -> None:
    orders = tape_of(ROWS).market_orders()
    assert orders.at.tolist() == [3, 5, 6]
    assert orders.last.tolist() == [4, 5, 6]
    assert orders.sign.tolist() == [1, 1, -1]
    assert orders.quantity.tolist() == [5, 1, 2]


def test_a_tape_without_trades_has_no_market_orders() -> None:
    assert len(tape_of(ROWS[:3]).market_orders()) == 0


def test_the_mid_is_unknown_before_there_are_two_sides_and_stays_when_one_is_gone() -> None:
    tape = tape_of(ROWS)
    assert np.isnan(tape.mid_ticks()[0])
    assert tape.mid_ticks()[1:].tolist() == [100.0, 100.0, 100.5, 100.5, 100.5, 100.5, 100.5]
    assert np.isnan(tape.spread_ticks()[[0, 7]]).all()


def test_a_tape_of_fewer_levels_has_no_messages_behind_them() -> None:
    seen = tape_of(ROWS).seen_to(1)
    assert seen.messages.order_id.tolist() == [1, 2, 2, 3, 3, 1, 3]
    assert seen.levels == 1


def test_to_see_all_that_there_is_changes_nothing() -> None:
    tape = random_tape(1, 500, levels=200)
    assert np.array_equal(tape.seen_to(200).messages.ts_ns, tape.messages.ts_ns)


def test_a_message_that_the_best_levels_do_not_show_leaves_them_as_they_are() -> None:
    tape = random_tape(2, 500)
    seen = tape.seen_to(2)
    kept = np.isin(tape.messages.ts_ns, seen.messages.ts_ns)
    latest = np.maximum.accumulate(np.where(kept, np.arange(len(tape)), 0))
    assert np.array_equal(tape.history.bid_volume[latest, :2], tape.history.bid_volume[:, :2])
    assert np.array_equal(tape.history.ask_ticks[latest, :2], tape.history.ask_ticks[:, :2])


def test_quantities_are_brought_to_the_lots_of_another_tape() -> None:
    tape = tape_of(ROWS)
    hundreds = Tape(messages=replace(tape.messages, lot_size=100.0), history=tape.history)
    scaled = hundreds.in_units_of(tape)
    assert scaled.messages.quantity.tolist() == (100 * tape.messages.quantity).tolist()
    assert scaled.history.bid_volume[0].tolist() == [1000, 0, 0]
    assert tape.in_units_of(hundreds).messages.quantity.min() == 1


def test_other_tick_sizes_are_refused() -> None:
    tape = tape_of(ROWS)
    with pytest.raises(ValueError, match=r"tick sizes 0\.05 and 0\.01 cannot be compared"):
        Tape(messages=replace(tape.messages, tick_size=0.05), history=tape.history).in_units_of(tape)


def test_what_is_no_stretch_of_market_is_refused() -> None:
    tape = tape_of(ROWS)
    with pytest.raises(ValueError, match="7 rows and there are 8 messages"):
        Tape(messages=tape.messages, history=tape.history.rows(slice(7)))
    with pytest.raises(ValueError, match="1 messages that take no time"):
        tape.rows(slice(1))
    with pytest.raises(ValueError, match="not in the order of time"):
        tape.rows(slice(None, None, -1))


def test_the_parts_of_a_tape_make_the_whole() -> None:
    tape = random_tape(3, 300)
    first, rest = tape.split(0.4)
    assert len(first) + len(rest) == len(tape)
    assert first.messages.ts_ns[-1] < rest.messages.ts_ns[0]
