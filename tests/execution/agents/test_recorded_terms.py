"""A recorded market stated by its volume, volatility and spread."""

from __future__ import annotations

import math

import pytest

from execution.agents.recorded_terms import terms_of_recording
from tests.execution.recorded.recordings import ADD, DELETE, HIDDEN, TRADE, recording

BOOK = {(1, 100): 500, (-1, 104): 500}


def test_volume_counts_visible_and_hidden_trades_over_the_recorded_time() -> None:
    rows = [(ADD, 1, 1, 9, 99), (TRADE, 2, -1, 4, 104), (HIDDEN, 0, 1, 2, 101), (DELETE, 1, 1, 9, 99)]
    terms = terms_of_recording(recording(rows, BOOK), sample_seconds=1.0)
    assert terms.lots_per_second == 6 / 3
    assert (terms.volatility_ticks, terms.spread_ticks, terms.tick_size) == (0.0, 4.0, 0.01)


def test_volatility_is_that_of_the_mid_per_square_root_of_a_second() -> None:
    rows = [(kind, 1 + number // 2, 1, 5, 102) for number, kind in enumerate([ADD, DELETE] * 10)]
    every_second = terms_of_recording(recording(rows, BOOK), sample_seconds=1.0)
    assert every_second.volatility_ticks == pytest.approx(1.0)
    every_third = terms_of_recording(recording(rows, BOOK), sample_seconds=3.0)
    assert every_third.volatility_ticks == pytest.approx(math.sqrt(1.0 / 3.0))


def test_a_recording_without_two_sides_or_time_is_refused() -> None:
    with pytest.raises(ValueError, match="both sides quote"):
        terms_of_recording(recording([(ADD, 1, 1, 1, 100), (ADD, 2, 1, 1, 99)]))
    with pytest.raises(ValueError, match="both sides quote"):
        terms_of_recording(recording([], BOOK))
    with pytest.raises(ValueError, match="1 samples 60 s apart"):
        terms_of_recording(recording([(ADD, 1, 1, 1, 90)] * 3, BOOK), sample_seconds=60.0)
