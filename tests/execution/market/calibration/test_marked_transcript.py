from __future__ import annotations

import numpy as np
import pytest

from execution.market.calibration.marked_transcript import lots_of, transcribe
from execution.market.flows.marked_tape import MarkKind
from tests.execution.market.calibration.marked_recording import (
    ADD,
    DELETE,
    REDUCE,
    TRADE,
    random_recording,
    recording,
)

BEFORE = [
    (0, ADD, 1, 1, 10, 100),
    (0, ADD, 2, -1, 10, 104),
    (0, ADD, 3, 1, 20, 98),
    (0, ADD, 4, -1, 20, 107),
]


def marks_of(*rows: tuple[int, int, int, int, int, int]) -> np.ndarray:
    tape = transcribe(*recording([*BEFORE, *rows]), reach=1.0)
    return tape.marks[-len(rows) :]


def test_an_order_inside_the_spread_is_ahead_of_its_own_best_price() -> None:
    (mark,) = marks_of((5, ADD, 9, 1, 7, 102))
    assert (mark["kind"], mark["side"], mark["distance"], mark["opposite"]) == (MarkKind.ADD, 1, -2, 2)
    assert (mark["quantity"], mark["wait_ns"]) == (7, 5)


def test_a_cancellation_names_the_row_that_brought_its_order() -> None:
    added, _, cancelled = marks_of(
        (5, ADD, 9, -1, 7, 106), (6, ADD, 10, -1, 7, 105), (9, DELETE, 9, -1, 7, 106)
    )
    tape = transcribe(*recording([*BEFORE, (5, ADD, 9, -1, 7, 106)]), reach=1.0)
    assert added["distance"] == 2
    assert cancelled["link"] == len(tape.marks) - 1
    assert (cancelled["kind"], cancelled["distance"], cancelled["wait_ns"]) == (MarkKind.CANCEL, 2, 3)


def test_a_reduction_of_all_that_is_left_is_a_cancellation() -> None:
    partly, wholly = marks_of((5, REDUCE, 1, 1, 4, 100), (6, REDUCE, 1, 1, 6, 100))
    assert (partly["kind"], partly["quantity"]) == (MarkKind.REDUCE, 4)
    assert (wholly["kind"], wholly["gap"], wholly["revealed"]) == (MarkKind.CANCEL, 2, 20)


def test_an_aggressor_is_one_event_by_whole_levels_and_a_share_of_the_next() -> None:
    (mark,) = marks_of((5, TRADE, 2, -1, 10, 104), (5, TRADE, 4, -1, 5, 107))[-1:]
    assert (mark["kind"], mark["side"], mark["opposite"]) == (MarkKind.TAKE, 1, 1)
    assert (mark["quantity"], mark["share"], mark["gap"]) == (5, pytest.approx(0.25), 3)


def test_trades_at_different_times_are_different_events() -> None:
    first, second = marks_of((5, TRADE, 2, -1, 4, 104), (6, TRADE, 2, -1, 6, 104))
    assert (first["opposite"], first["quantity"]) == (0, 4)
    assert (second["opposite"], second["quantity"]) == (1, 0)


def test_events_beyond_the_reach_are_left_out_and_their_time_passes() -> None:
    messages, history = recording([*BEFORE, (5, ADD, 9, 1, 7, 50), (8, ADD, 10, 1, 7, 100)])
    tape = transcribe(messages, history, reach=0.5)
    assert not (tape.marks["distance"] == 50).any()
    assert tape.marks["wait_ns"].sum() == 8


def test_lots_are_coarsened_until_nearly_all_orders_fit_the_book() -> None:
    messages, _ = random_recording(1)
    assert lots_of(messages) == 1
    huge = messages.rows(slice(None))
    huge.quantity[:] = 3 * 10**9
    assert lots_of(huge) == 10


def test_contexts_are_finite() -> None:
    tape = transcribe(*random_recording(2))
    assert np.isfinite(tape.contexts).all()
    assert (tape.marks["wait_ns"] >= 0).all()
