from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.recorded.order_links import NO_ORDER, link_orders
from execution.recorded.quality import Flaw, Tolerance
from execution.recorded.raw_rows import RawRows, mend_times
from execution.recorded.tick import decimal_unit, infer_tick
from tests.execution.recorded.recordings import ADD, DELETE, REDUCE, recorded, recording

ROWS = [(ADD, 1, 1, 5, 100), (REDUCE, 1, 1, 2, 100), (DELETE, 1, 1, 3, 100), (ADD, 1, -1, 4, 101)]


def test_parts_by_time_lie_side_by_side() -> None:
    messages = recorded(ROWS)
    assert len(messages.between(2 * 10**9, 4 * 10**9)) == 2
    first, rest = messages.split(0.5)
    assert (len(first), len(rest)) == (2, 2)
    assert [len(part) for part in messages.split(0.0)] == [0, 4]
    assert [len(part) for part in messages.split(1.0)] == [4, 0]
    with pytest.raises(ValueError, match="expected 0 to 1"):
        messages.split(1.5)


def test_the_later_part_of_a_recording_begins_with_the_book_as_it_was() -> None:
    first, rest = recording(ROWS).split(0.5)
    assert rest.initial.bid_volume.max() == 3
    assert len(first.history) + len(rest.history) == len(ROWS)


def test_columns_must_have_one_length() -> None:
    with pytest.raises(ValueError, match="one length"):
        replace(recorded(ROWS), kind=np.zeros(1, np.uint8))


def test_an_id_is_free_again_when_its_order_is_gone() -> None:
    messages = recorded([*ROWS, (DELETE, 9, 1, 1, 100)])
    links = link_orders(messages.kind, messages.order_id, messages.quantity)
    assert links.added_at.tolist() == [0, 0, 0, 3, NO_ORDER]
    assert links.leaves_before.tolist() == [0, 5, 3, 0, NO_ORDER]


def test_one_wrong_time_early_or_late_is_one_finding() -> None:
    for wrong in (0, 99):
        ts_ns = np.array([1, 2, wrong, 3, 4])
        column = np.ones(5, np.int64)
        rows = RawRows(
            ts_ns=ts_ns, kind=column, order_id=column, side=column, quantity=column, price=column, line=column
        )
        mended, findings = mend_times(rows, "x")
        assert mended.ts_ns.tolist() == [1, 2, 2, 3, 4]
        assert [finding.values for finding in findings] == [(str(wrong),)]


def test_the_tick_is_the_coarsest_that_nearly_all_prices_are_on() -> None:
    prices = 100 * np.arange(1000, 1100)
    assert infer_tick(prices, 100) == 100
    assert infer_tick(5 * prices, 100) == 500
    assert infer_tick(np.append(prices, 7), 100) == 100
    assert infer_tick(5 * prices[:10], 100) == 100
    assert infer_tick(np.append(prices, [1, 3, 7]), 100) == 1


def test_the_unit_is_the_largest_power_of_ten_in_all() -> None:
    assert decimal_unit(np.array([1200, 500, 0])) == 100
    assert decimal_unit(np.zeros(2, np.int64)) == 1


@pytest.mark.parametrize("bad", [{"share": -0.1}, {"share": float("nan")}, {"gap_ns": 0}])
def test_a_tolerance_outside_of_its_range_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Tolerance(**bad)


def test_what_a_sound_recording_has_too_is_borne_without_limit() -> None:
    assert Tolerance(share=0.0).allows(Flaw.OLD_ORDER) == 1.0
    assert Tolerance(share=0.0).allows(Flaw.DUPLICATE) == 0.0
