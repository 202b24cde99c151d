"""Curves against closed forms, hand-made tapes and slow twins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from execution.realism import activity, book_shape, response, returns
from execution.realism.blocks import autocorrelation, lagged_products, ratio
from execution.realism.clock import messages_on_clock, mid_on_clock
from execution.realism.curves import CURVES
from execution.realism.ruler import BLOCKS, HORIZON_STEPS, RETURN_LAGS, ruler_of
from execution.realism.scores import curve_of
from execution.realism.signs import long_memory, sign_memory
from execution.realism.tape import Tape
from execution.recorded.book_history import BookHistory
from tests.execution.realism.tapes import ADD, ASK, BID, DELETE, TRADE, messages_of, random_tape, tape_of


def tape_with_mid(mid_ticks: np.ndarray, step_s: float = 1.0) -> Tape:
    """A message a step that moves both quotes, one tick on either side of the mid."""
    count = len(mid_ticks)
    messages = messages_of([(step_s * i, ADD, i, BID, 1, 1) for i in range(count)])
    bid = np.rint(mid_ticks).astype(np.int64)[:, None] - 1
    ones = np.ones((count, 1), np.int64)
    history = BookHistory(
        ts_ns=messages.ts_ns, bid_ticks=bid, bid_volume=ones, ask_ticks=bid + 2, ask_volume=ones
    )
    return Tape(messages=messages, history=history)


def curve(name: str, tape: Tape, step_s: float = 1.0) -> np.ndarray:
    ruler = replace(ruler_of(tape), step_ns=round(1e9 * step_s))
    return curve_of(next(each for each in CURVES if each.name == name), tape, ruler)


def test_the_clock_shows_the_last_mid_known_at_each_step() -> None:
    tape = tape_with_mid(np.array([100.0, 101.0, 103.0, 103.0]), step_s=0.4)
    mid, at = mid_on_clock(tape, replace(ruler_of(tape), step_ns=500_000_000))
    assert mid.tolist() == [100.0, 101.0, 103.0]
    assert at.tolist() == [0, 1, 2]


def test_messages_on_the_clock_are_counted_in_whole_steps() -> None:
    tape = tape_with_mid(np.full(11, 100.0), step_s=0.4)
    counts = messages_on_clock(tape, replace(ruler_of(tape), step_ns=10**9))
    assert counts.tolist() == [3, 2, 3, 2]


def test_autocorrelation_of_blocks_is_that_of_the_whole_series() -> None:
    series = np.random.default_rng(1).standard_normal(500)
    block = np.arange(500) * BLOCKS // 500
    found = autocorrelation(lagged_products(series, block, np.array([1, 7])).sum(axis=0))
    expected = [np.mean(series[:-lag] * series[lag:]) / np.mean(series**2) for lag in (1, 7)]
    assert_allclose(found, expected)


def test_returns_of_a_bouncing_price_are_related_at_lag_one_by_minus_a_half() -> None:
    bounce = 1_000.0 + np.random.default_rng(2).choice([-50.0, 50.0], 20_000)
    found = curve("return autocorrelation", tape_with_mid(bounce))
    assert found[0] == pytest.approx(-0.5, abs=0.02)
    assert_allclose(found[1:], 0.0, atol=0.03)


def test_the_signature_of_a_random_walk_is_flat_and_of_a_bounce_falls_as_one_over_the_horizon() -> None:
    rng = np.random.default_rng(3)
    walk = 10_000.0 + np.cumsum(rng.integers(-3, 4, 40_000))
    assert_allclose(curve("variance signature", tape_with_mid(walk)), 1.0, atol=0.1)
    bounce = tape_with_mid(1_000.0 + rng.choice([-50.0, 50.0], 20_000))
    assert_allclose(curve("variance signature", bounce), 1.0 / np.array(HORIZON_STEPS), rtol=0.03)


def test_kurtosis_of_rare_jumps_falls_with_the_horizon_as_the_number_of_moves_grows() -> None:
    rng = np.random.default_rng(4)
    jumps = np.where(rng.random(200_000) < 0.02, rng.choice([-10.0, 10.0], 200_000), 0.0)
    found = curve("excess kurtosis by horizon", tape_with_mid(100_000.0 + np.cumsum(jumps)))
    expected = (1.0 / 0.02 - 3.0) / np.array(HORIZON_STEPS)  # sums of independent moves
    assert_allclose(found[:4], expected[:4], rtol=0.1)


def test_absolute_returns_cluster_where_the_volatility_does() -> None:
    rng = np.random.default_rng(5)
    volatility = np.repeat(rng.choice([1.0, 8.0], 400), 50)
    walk = 100_000.0 + np.cumsum(np.rint(volatility * rng.standard_normal(20_000)))
    found = curve("volatility clustering", tape_with_mid(walk))
    assert found[0] > 0.3
    assert found[0] > found[-2] > found[-1]


def test_a_market_at_rest_has_no_autocorrelation() -> None:
    assert np.isnan(curve("return autocorrelation", tape_with_mid(np.full(200, 100.0)))).all()


def test_one_message_a_step_is_one_message_a_second() -> None:
    tape = tape_with_mid(np.full(401, 100.0))
    rate = ratio(activity.message_rate(tape, ruler_of(tape)).sum(axis=0))
    assert rate.tolist() == [pytest.approx(401 / 400)]
    assert activity.seasonality(tape, ruler_of(tape)).mean() == pytest.approx(1.0)


@pytest.mark.parametrize(("difference", "exponent"), [(0.0, 1.0), (0.25, 0.5), (0.4, 0.2)])
def test_long_memory_finds_the_exponent_of_fractional_noise(difference: float, exponent: float) -> None:
    rng = np.random.default_rng(6)
    count = 2**14
    lag = np.arange(1.0, count)
    weights = np.concatenate(([1.0], np.cumprod((lag - 1.0 + difference) / lag)))
    misses = []
    for _ in range(20):
        noise = np.fft.rfft(rng.standard_normal(count), 2 * count)
        found = long_memory(np.fft.irfft(np.fft.rfft(weights, 2 * count) * noise)[:count])
        misses.append((found.exponent - exponent) / found.standard_error)
    assert abs(np.mean(misses)) < 1.0
    assert np.std(misses) == pytest.approx(1.0, abs=0.45)


def test_signs_of_orders_that_are_split_are_remembered_and_independent_ones_are_not() -> None:
    rng = np.random.default_rng(7)

    def tape(lengths: np.ndarray) -> Tape:
        signs = np.repeat(rng.choice([BID, ASK], len(lengths)), lengths)[:5_000]
        return tape_of([(0.1 * i, TRADE, i, int(side), 1, 100) for i, side in enumerate(signs)])

    alone = sign_memory(tape(np.ones(5_000, np.int64)))
    split = sign_memory(tape(np.ceil(rng.pareto(1.5, 3_000)).astype(np.int64) + 1))
    assert alone is not None
    assert split is not None
    assert abs(alone.exponent - 1.0) < 3.0 * alone.standard_error
    assert split.exponent < 0.7


def test_few_orders_or_orders_of_one_side_have_no_memory_to_measure() -> None:
    assert sign_memory(tape_of([(0.1 * i, TRADE, i, BID, 1, 100) for i in range(100)])) is None
    assert sign_memory(tape_of([(0.1 * i, TRADE, i, BID, 1, 100) for i in range(200)])) is None


def test_the_response_is_the_signed_move_between_the_books_that_two_orders_found() -> None:
    tape = random_tape(8, 1_500)
    ruler = ruler_of(tape)
    orders, mid = tape.market_orders(), tape.mid_ticks()
    moves = [
        int(orders.sign[i]) * (mid[orders.at[i + 3] - 1] - mid[orders.at[i] - 1]) / ruler.spread_ticks
        for i in range(len(orders) - 3)
        if orders.at[i] > 0
    ]
    found = ratio(response.response(tape, ruler).sum(axis=0))
    assert found[2] == pytest.approx(np.nanmean(moves))


def test_impact_by_size_parts_the_response_at_lag_one() -> None:
    tape = random_tape(9, 1_500)
    ruler = ruler_of(tape)
    by_size = response.impact_by_size(tape, ruler).sum(axis=0)
    assert by_size.shape[1] == len(ruler.size_edges_lots) + 1 > 2
    assert_allclose(by_size.sum(axis=1), response.response(tape, ruler).sum(axis=0)[:, 0])


def test_the_book_shape_weighs_states_by_how_long_they_last() -> None:
    tape = tape_of(
        [
            (0.0, ADD, 1, BID, 10, 99),
            (0.0, ADD, 2, ASK, 20, 101),
            (1.0, ADD, 3, BID, 6, 97),
            (4.0, DELETE, 1, BID, 10, 99),
            (5.0, ADD, 4, ASK, 1, 120),
        ]
    )
    ruler = replace(ruler_of(tape), distance_edges_ticks=np.array([0, 1, 3]))
    touch = (4 * 10 + 1 * 6 + 5 * 20) / 5 / 2
    behind = 3 * 6 / 5 / (2 * 2)
    assert_allclose(ratio(book_shape.mean_volume(tape, ruler).sum(axis=0)), [touch, behind])


def test_the_cancel_rate_is_volume_withdrawn_over_volume_times_seconds() -> None:
    tape = tape_of(
        [
            (0.0, ADD, 1, BID, 10, 99),
            (0.0, ADD, 2, ASK, 20, 101),
            (4.0, DELETE, 1, BID, 10, 99),
            (10.0, ADD, 3, BID, 1, 99),
        ]
    )
    ruler = replace(ruler_of(tape), distance_edges_ticks=np.array([0, 1]))
    assert_allclose(ratio(book_shape.cancel_rate(tape, ruler).sum(axis=0)), [10 / (4 * 10 + 10 * 20)])


def test_every_curve_is_known_on_an_ordinary_tape_and_sums_over_blocks_give_it() -> None:
    tape = random_tape(10, 3_000)
    ruler = ruler_of(tape)
    for each in CURVES:
        sums = each.sums(tape, ruler)
        assert sums.shape[0] == BLOCKS, each.name
        assert len(curve_of(each, tape, ruler)) == len(each.points(ruler)) == sums.shape[2], each.name
    assert len(returns.return_autocorrelation(tape, ruler)[0, 0]) == len(RETURN_LAGS)
