from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.errors import RecordingError
from execution.impact.examples import examples_of, joined, split_by_time
from execution.impact.order_flow_regression import explained_moves, fit_flow_forecast, flow_columns
from execution.impact.samples import recorded_samples
from execution.impact.targets import mid_moves, touch_lots
from execution.impact.watch import WINDOW
from execution.recorded.messages import RecordedKind
from execution.recorded.read import read_recording
from execution.recorded.recording import Recording
from tests.execution.impact.made_markets import made_depth, samples_from
from tests.shared_data import shared_path


@pytest.fixture(scope="module")
def recording() -> Recording:
    folder = "lob", "lobster_aapl"
    parts = ("message", "orderbook")
    return read_recording([shared_path(*folder, f"AAPL_2012-06-21_{part}_10_first998.csv") for part in parts])


def test_a_recordings_steps_hold_every_trade_and_every_flow(recording: Recording) -> None:
    messages, history = recording.messages, recording.history
    fine = recorded_samples(messages, history, 10**7)
    coarse = recorded_samples(messages, history, 10**9)
    seconds = len(coarse) * 100
    assert fine.bought[:seconds].sum() == coarse.bought.sum()
    assert fine.sold[:seconds].sum() == coarse.sold.sum()
    np.testing.assert_allclose(fine.flow[:seconds].sum(axis=0), coarse.flow.sum(axis=0))
    inside = messages.ts_ns < messages.ts_ns[0] + len(coarse) * 10**9
    trades = (messages.kind == RecordedKind.TRADE) & inside
    assert coarse.bought.sum() + coarse.sold.sum() == messages.quantity[trades].sum()


def test_a_step_ends_with_the_book_before_the_next_message(recording: Recording) -> None:
    samples = recorded_samples(recording.messages, recording.history, 10**9)
    end_ns = recording.messages.ts_ns[0] + 3 * 10**9
    row = np.flatnonzero(recording.messages.ts_ns < end_ns)[-1]
    assert samples.depth[2, 0, 0, 0] == recording.history.bid_ticks[row, 0]
    assert samples.depth[2, 1, 4, 1] == recording.history.ask_volume[row, 4]


def test_a_recording_shorter_than_two_steps_is_refused(recording: Recording) -> None:
    with pytest.raises(RecordingError, match="at least two steps of 3600 s"):
        recorded_samples(recording.messages, recording.history, 3600 * 10**9)
    with pytest.raises(RecordingError):
        recorded_samples(recording.messages.rows(slice(0)), recording.history.rows(slice(0)), 10**9)
    with pytest.raises(ValueError, match="step_ns"):
        recorded_samples(recording.messages, recording.history, 0)


def test_one_level_of_history_leaves_the_deeper_ones_empty(recording: Recording) -> None:
    history = recording.history
    names = ("bid_ticks", "bid_volume", "ask_ticks", "ask_volume")
    touch = replace(history, **{name: getattr(history, name)[:, :1] for name in names})
    samples = recorded_samples(recording.messages, touch, 10**9)
    assert np.all(samples.depth[:, :, 1:] == 0)
    assert np.all(samples.flow[:, 1:] == 0)


def test_targets_look_forward_and_end_unknown() -> None:
    samples = samples_from(made_depth(30))
    mid = samples.mid_ticks
    np.testing.assert_array_equal(mid_moves(samples, 3)[:-3], mid[3:] - mid[:-3])
    assert np.isnan(mid_moves(samples, 3)[-3:]).all()
    np.testing.assert_array_equal(touch_lots(samples, 2)[:-2, 1], samples.depth[2:, 1, 0, 1])
    assert np.isnan(mid_moves(samples, 99)).all()


@pytest.mark.parametrize("target", [mid_moves, touch_lots])
def test_a_horizon_below_a_step_is_refused(target: object) -> None:
    with pytest.raises(ValueError, match="steps is 0"):
        target(samples_from(made_depth(5)), 0)  # type: ignore[operator]


def test_examples_have_whole_windows_and_known_targets() -> None:
    samples = samples_from(made_depth(60))
    samples.depth[40, 0] = 0
    examples = examples_of(samples)
    assert examples.at[0] == WINDOW - 1
    assert not np.isin([39, 40, 30], examples.at).any()
    assert np.all(np.isfinite(examples.long_move) & (examples.touch > 0))
    np.testing.assert_array_equal(examples.windows()[0], examples.features[:WINDOW])


def test_a_market_too_short_for_a_window_has_no_examples() -> None:
    assert len(examples_of(samples_from(made_depth(WINDOW + 5)))) == 0


def test_joined_markets_keep_their_own_windows() -> None:
    parts = [examples_of(samples_from(made_depth(60, seed))) for seed in (1, 2)]
    both = joined(parts)
    np.testing.assert_array_equal(both.windows()[len(parts[0]) :], parts[1].windows())
    with pytest.raises(ValueError, match="no examples"):
        joined([])


def test_parts_split_by_time_share_no_step() -> None:
    examples = examples_of(samples_from(made_depth(300)))
    training, validation, test = split_by_time(examples, (0.5, 0.25), 30)
    assert training.at[-1] + 10 <= validation.at[0] - WINDOW
    assert validation.at[-1] + 10 <= test.at[0] - WINDOW
    with pytest.raises(ValueError, match="too few"):
        split_by_time(examples, (0.99, 0.005), 30)


def test_order_flow_that_makes_the_moves_explains_them() -> None:
    samples = samples_from(made_depth(400))
    made = replace(samples, flow=np.zeros_like(samples.flow))
    made.flow[1:, 0] = 4.0 * np.diff(samples.mid_ticks)
    found = explained_moves(made)
    assert found.r_squared == pytest.approx(1.0)
    np.testing.assert_allclose(found.coefficients, [0.0, 0.25], atol=1e-12)
    with pytest.raises(ValueError, match="levels is 6"):
        explained_moves(made, levels=6)


def test_flow_columns_sum_the_last_steps() -> None:
    samples = samples_from(made_depth(40))
    columns = flow_columns(samples, imbalance=True)
    np.testing.assert_allclose(columns[20, 1:6], samples.flow[20])
    np.testing.assert_allclose(columns[20, 6:11], samples.flow[11:21].sum(axis=0))
    assert np.all(np.abs(columns[:, 11:]) <= 1.0)
    assert fit_flow_forecast([samples, samples], 1).forecast(columns[:, :11]).shape == (40,)


def test_columns_of_another_length_are_refused() -> None:
    samples = samples_from(made_depth(10))
    with pytest.raises(ValueError, match="bought has shape"):
        replace(samples, bought=np.zeros(9))
    with pytest.raises(ValueError, match="depth has shape"):
        replace(samples, depth=samples.depth[:, :, :3])
