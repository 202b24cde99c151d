from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from execution.errors import ExecutionError
from execution.market.calibration.marked import MarkedFlow
from execution.market.calibration.marked_selection import SETTINGS, calibrate_marked
from execution.recorded.messages import RecordedKind
from tests.execution.market.calibration.marked_recording import random_recording

SECOND = 10**9


@pytest.fixture(scope="module")
def flow() -> MarkedFlow:
    return calibrate_marked(*random_recording(1))


def test_a_recording_that_is_too_short_is_refused() -> None:
    with pytest.raises(ExecutionError, match="expected at least 500"):
        calibrate_marked(*random_recording(1, events=50))


def test_a_flow_comes_back_from_its_file_as_it_was(flow: MarkedFlow, tmp_path: Path) -> None:
    flow.save(tmp_path / "flow.npz")
    again = MarkedFlow.load(tmp_path / "flow.npz")
    assert again.instrument == flow.instrument
    assert (again.marks == flow.marks).all()
    assert (again.contexts == flow.contexts).all()
    assert (again.anchor_volume == flow.anchor_volume).all()
    assert [row[0] for row in again.describe()] == [row[0] for row in flow.describe()]


def test_a_file_of_something_else_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(b"nothing")
    with pytest.raises(ExecutionError, match=r"other\.npz"):
        MarkedFlow.load(path)


def test_one_seed_gives_one_market(flow: MarkedFlow) -> None:
    first, _ = flow.simulate(2 * SECOND, 7)
    second, _ = flow.simulate(2 * SECOND, 7)
    other, _ = flow.simulate(2 * SECOND, 8)
    assert (first.ts_ns == second.ts_ns).all()
    assert (first.price_ticks == second.price_ticks).all()
    assert len(first) != len(other) or (first.ts_ns != other.ts_ns).any()


def test_the_book_keeps_both_sides_and_is_never_crossed(flow: MarkedFlow) -> None:
    _, history = flow.simulate(60 * SECOND, 3)
    assert (history.bid_volume[:, 0] > 0).all()
    assert (history.ask_volume[:, 0] > 0).all()
    assert not history.crossed.any()


def test_kinds_and_rate_are_those_of_the_recording(flow: MarkedFlow) -> None:
    recorded, _ = random_recording(1)
    simulated, _ = flow.simulate(60 * SECOND, 3)
    rate = 1e9 * len(recorded) / np.ptp(recorded.ts_ns)
    assert len(simulated) / 60.0 == pytest.approx(rate, rel=0.25)
    for kind in (RecordedKind.ADD, RecordedKind.DELETE, RecordedKind.TRADE):
        share = (recorded.kind == kind).mean()
        assert (simulated.kind == kind).mean() == pytest.approx(share, abs=0.1)


def test_the_settings_are_those_that_were_tried_on_the_recording_itself(flow: MarkedFlow) -> None:
    assert (flow.stretch_events, flow.tolerance) in SETTINGS
    assert flow.settings_tried == len(SETTINGS)
    assert np.isfinite(flow.log_distance)


def test_a_recording_too_short_to_be_parted_keeps_the_usual_settings() -> None:
    short = calibrate_marked(*random_recording(1, events=900))
    assert short.settings_tried == 0
    assert np.isnan(short.log_distance)


def test_both_sides_stay_and_the_book_does_not_fill_over_three_hours(flow: MarkedFlow) -> None:
    slow = replace(flow, marks=flow.marks.copy())
    slow.marks["wait_ns"] *= 50
    _, history = slow.simulate(3 * 3600 * SECOND, 5)
    total = (history.bid_volume + history.ask_volume).sum(axis=1)
    assert (history.bid_volume[:, 0] > 0).all()
    assert (history.ask_volume[:, 0] > 0).all()
    thirds = [float(part.mean()) for part in np.array_split(total, 3)]
    assert max(thirds) < 1.5 * min(thirds)
