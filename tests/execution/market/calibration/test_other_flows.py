from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from execution.errors import ExecutionError
from execution.market.calibration.flow_events import flow_events
from execution.market.calibration.hawkes import calibrate_hawkes, event_types
from execution.market.calibration.lone_market import Instrument, simulate_alone
from execution.market.calibration.queue_frame import queue_frame
from execution.market.calibration.queue_reactive import calibrate_queue_reactive
from execution.market.flows.hawkes import ASK_SIDE, HawkesEvent, hawkes_state
from execution.market.flows.queue_law import QueueReactive
from execution.market.flows.queue_reactive import queue_reactive_state
from execution.recorded.book_history import BookHistory
from execution.recorded.messages import RecordedMessages
from execution.recorded.read import read_recording
from tests.execution.market.calibration.test_santa_fe import tape
from tests.execution.market.flows.test_hawkes_flow import FLOW
from tests.execution.market.flows.test_queue_reactive import flow
from tests.shared_data import shared_path

INSTRUMENT = Instrument(symbol="X", tick_size=0.01, lot_size=1.0)


def hawkes_recording(seconds: int) -> tuple[RecordedMessages, BookHistory]:
    """Of a flow whose cancels do not heed the book's size: a Hawkes process to the letter."""
    return simulate_alone(
        replace(FLOW, target_orders=None).parameters(),
        hawkes_state(start_ns=0, bid_ticks=0, ask_ticks=1),
        INSTRUMENT,
        duration_ns=seconds * 10**9,
        burn_in_ns=60 * 10**9,
        levels=10,
        seed=1,
    )


def queue_recording(model: QueueReactive, seconds: int) -> tuple[RecordedMessages, BookHistory]:
    return simulate_alone(
        model.parameters(),
        queue_reactive_state(start_ns=0, reference_ticks=0.5),
        INSTRUMENT,
        duration_ns=seconds * 10**9,
        burn_in_ns=30 * 10**9,
        levels=10,
        seed=2,
    )


def test_a_recorded_event_gets_its_type_from_the_book_before_it() -> None:
    book = [(0, 1, 1, 1, 5, 10), (0, 1, 2, -1, 5, 14)]
    rows = [
        (1, 1, 3, 1, 5, 11),
        (2, 1, 4, -1, 5, 15),
        (3, 3, 4, -1, 5, 15),
        (4, 3, 3, 1, 5, 11),
        (5, 4, 1, 1, 5, 10),
    ]
    messages, history = tape([*book, *rows])
    assert event_types(flow_events(messages, history)).tolist() == [
        HawkesEvent.LIMIT_TOUCH,
        ASK_SIDE + HawkesEvent.LIMIT_BEHIND,
        ASK_SIDE + HawkesEvent.CANCEL_BEHIND,
        HawkesEvent.CANCEL_TOUCH,
        ASK_SIDE + HawkesEvent.TRADE,
    ]


def test_the_hawkes_fit_of_a_simulated_market_beats_constant_rates_and_can_be_played() -> None:
    fit = calibrate_hawkes(*hawkes_recording(400))
    assert fit.fit.log_likelihood > fit.fit.poisson_log_likelihood + 300.0
    ratio, error = fit.fit.branching_ratio, fit.fit.branching_ratio_error
    assert ratio == pytest.approx(FLOW.process.spectral_radius, abs=3.0 * error)
    for decay, error, truth in zip(fit.fit.decay, fit.fit.decay_error, FLOW.process.decay, strict=True):
        assert decay == pytest.approx(truth, abs=3.0 * error)
    simulated, history = fit.simulate(120 * 10**9, seed=4)
    assert len(simulated) > 1_000
    assert (history.ask_ticks - history.bid_ticks)[:, 0].mean() < 10.0
    assert fit.played_radius <= 0.95 + 1e-9
    assert all(len(row) == 4 for row in fit.describe())


def test_too_few_events_for_a_hawkes_fit_are_refused() -> None:
    messages, history = tape([(0, 1, 1, 1, 5, 10), (4, 1, 2, -1, 5, 12), (5, 1, 3, -1, 5, 12)])
    with pytest.raises(ExecutionError, match="more events than the 212 parameters"):
        calibrate_hawkes(messages, history)


def test_queue_rates_are_recovered_within_their_errors() -> None:
    model = flow(theta=0.0)
    fit = calibrate_queue_reactive(*queue_recording(model, 3_000))
    often = fit.seconds > 100.0
    shape = fit.seconds.shape[1]
    inside = count = 0
    for kind in range(2):
        truth = model.rates[kind, :, 0, :shape]
        miss = np.abs(fit.flow.rates[kind, :, 0] - truth) / np.maximum(fit.rates_error[kind], 1e-9)
        inside += int(np.count_nonzero(miss[often] < 1.96))
        count += int(often.sum())
    assert count > 40
    assert inside / count == pytest.approx(0.95, abs=4.0 * math.sqrt(0.95 * 0.05 / count))
    assert np.nanmax(fit.law_distance) < 0.05
    assert fit.flow.theta == 0.0


def test_the_share_of_moves_that_the_reference_follows_is_counted() -> None:
    fit = calibrate_queue_reactive(*queue_recording(flow(theta=0.7), 2_000))
    assert fit.flow.theta == pytest.approx(0.7, abs=3.5 * fit.theta_error)
    assert 0.0 < fit.theta_error < 0.15
    simulated, history = fit.simulate(60 * 10**9, seed=1)
    assert len(simulated) > 100
    assert not history.crossed.any()
    assert all(len(row) == 4 for row in fit.describe())


def test_the_reference_is_the_mid_price_of_an_odd_spread_and_else_the_nearer_neighbour() -> None:
    rows = [
        (0, 1, 1, 1, 5, 10),
        (0, 1, 2, -1, 5, 11),
        (5, 1, 3, -1, 5, 12),
        (6, 3, 2, -1, 5, 11),
        (7, 1, 4, 1, 5, 11),
    ]
    _, history = tape([*rows, (9, 1, 9, 1, 1, 9)])
    frame = queue_frame(history, 2)
    assert frame.ticks_per_queue == 1
    assert frame.below.tolist() == [10, 10, 10, 10, 11, 11]
    assert frame.volume[2].tolist() == [[5, 0], [5, 5]]


def test_queues_nobody_comes_to_are_refused() -> None:
    messages, history = tape(
        [(0, 1, 1, 1, 5, 10), (4, 1, 2, -1, 5, 11), (5, 1, 3, -1, 5, 11), (6, 1, 4, 1, 5, 10)]
    )
    with pytest.raises(ExecutionError, match="nothing recorded happens to queue 2"):
        calibrate_queue_reactive(messages, history)


@pytest.mark.parametrize("calibrated", [calibrate_hawkes, calibrate_queue_reactive])
def test_a_recorded_stock_can_be_fitted_and_played(calibrated: object) -> None:
    recording = read_recording(next(shared_path("lob", "lobster_amzn").iterdir()))
    first, _ = recording.split(0.25)
    fit = calibrated(first.messages, first.history)  # type: ignore[operator]
    simulated, history = fit.simulate(300 * 10**9, seed=1)
    assert len(simulated) > 100
    both = (history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0)
    assert both.mean() > 0.6  # it knows nothing behind the touch, so that trades empty a side now and then
    assert (history.ask_ticks - history.bid_ticks)[both, 0].mean() < 100.0
