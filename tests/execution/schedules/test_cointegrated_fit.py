"""Fits of reversion to histories: exact laws recovered, honest errors, and histories that do not tell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from scipy.linalg import expm

from execution.errors import NotIdentifiedError
from execution.schedules.cointegrated_fit import fit_cointegration
from execution.schedules.cointegrated_prices import CointegratedPrices
from execution.schedules.cointegrated_rank import TRACE_5_PERCENT, reversion_rank
from execution.schedules.schedule import FloatArray
from tests.twins.trace_statistic import extrapolated_quantile, traces

COVARIANCE = np.array([[0.9, 0.68], [0.68, 0.64]])
STEP = 1.0 / 252.0
STATIONARY = CointegratedPrices(
    reversion=np.array([[30.0, -20.0], [-10.0, 20.0]]), mean=np.array([100.0, 50.0]), covariance=COVARIANCE
)
# One relation, S1 - 1.2 S2, reverts; the rest is a random walk.
RELATION = np.array([1.0, -1.2])
RELATED = CointegratedPrices(
    reversion=np.multiply.outer([15.0, -5.0], RELATION), mean=np.array([100.0, 50.0]), covariance=COVARIANCE
)
WANDERING = CointegratedPrices(reversion=np.zeros((2, 2)), mean=np.zeros(2), covariance=COVARIANCE)


def history(prices: CointegratedPrices, count: int, seed: int) -> FloatArray:
    kept, noise = prices.after(STEP)
    shocks = np.random.default_rng(seed).standard_normal((count, prices.legs)) @ np.linalg.cholesky(noise).T
    away, mids = np.zeros(prices.legs), np.empty((count, prices.legs))
    for k in range(count):
        away = kept @ away + shocks[k]
        mids[k] = away
    return mids + prices.mean


def test_a_long_history_gives_the_process_back() -> None:
    fit = fit_cointegration(history(STATIONARY, 100_000, 1), STEP)
    assert fit.rank == 2
    for found, error, true in (
        (fit.prices.reversion, fit.reversion_error, STATIONARY.reversion),
        (fit.prices.mean, fit.mean_error, STATIONARY.mean),
        (fit.prices.covariance, fit.covariance_error, COVARIANCE),
    ):
        assert (np.abs(found - true) < 4.0 * error).all()
        assert (error < 0.1 * np.abs(true)).all()
    expected = math.log(2.0) / np.linalg.eigvals(STATIONARY.reversion)
    assert sorted(fit.half_lives) == pytest.approx(sorted(expected), rel=0.1)


def test_standard_errors_are_the_deviation_of_many_fits() -> None:
    scores = []
    for seed in range(40):
        fit = fit_cointegration(history(STATIONARY, 2_000, seed), STEP, rank=2)
        scores.append(
            np.concatenate(
                [
                    ((fit.prices.reversion - STATIONARY.reversion) / fit.reversion_error).ravel(),
                    (fit.prices.mean - STATIONARY.mean) / fit.mean_error,
                    ((fit.prices.covariance - COVARIANCE) / fit.covariance_error).ravel(),
                ]
            )
        )
    spread = np.std(scores, axis=0)
    assert ((spread > 0.65) & (spread < 1.4)).all()


def test_a_common_random_walk_is_found_and_left_alone() -> None:
    fit = fit_cointegration(history(RELATED, 20_000, 2), STEP)
    assert fit.rank == 1
    assert np.linalg.matrix_rank(fit.prices.reversion, tol=1e-9) == 1
    assert (np.abs(fit.prices.reversion - RELATED.reversion) < 5.0 * fit.reversion_error).all()
    assert RELATION @ fit.prices.mean == pytest.approx(RELATION @ RELATED.mean, abs=0.05)


def test_a_full_fit_is_the_autoregression_by_least_squares() -> None:
    mids = history(STATIONARY, 3_000, 3)
    fit = fit_cointegration(mids, STEP, rank=2)
    before = np.column_stack([mids[:-1], np.ones(len(mids) - 1)])
    plain = np.linalg.lstsq(before, mids[1:], rcond=None)[0]
    np.testing.assert_allclose(expm(-STEP * fit.prices.reversion), plain[:2].T, rtol=1e-8)
    np.testing.assert_allclose(fit.prices.mean, np.linalg.solve(np.eye(2) - plain[:2].T, plain[2]), rtol=1e-8)
    rest = mids[1:] - before @ plain
    noise = fit.prices.after(STEP)[1]
    np.testing.assert_allclose(noise, rest.T @ rest / (len(rest) - 3), rtol=1e-8)


def test_units_of_a_leg_change_nothing_but_units() -> None:
    mids, unit = history(STATIONARY, 3_000, 4), np.array([1.0, 1e5])
    fit, other = fit_cointegration(mids, STEP), fit_cointegration(mids * unit, STEP)
    ratio = np.divide.outer(unit, unit)
    np.testing.assert_allclose(other.prices.reversion, fit.prices.reversion * ratio, rtol=1e-8)
    np.testing.assert_allclose(other.mean_error, fit.mean_error * unit, rtol=1e-6)
    np.testing.assert_allclose(other.test.trace, fit.test.trace, rtol=1e-8)


def test_one_leg_alone_may_revert() -> None:
    alone = CointegratedPrices(
        reversion=np.array([[20.0]]), mean=np.array([10.0]), covariance=np.array([[0.5]])
    )
    fit = fit_cointegration(history(alone, 20_000, 5), STEP)
    assert abs(fit.prices.reversion[0, 0] - 20.0) < 4.0 * fit.reversion_error[0, 0]


def test_random_walks_are_refused_nineteen_times_in_twenty() -> None:
    ranks = [reversion_rank(history(WANDERING, 400, seed)).rank for seed in range(300)]
    assert 0.91 < np.mean(np.array(ranks) == 0) < 0.985
    with pytest.raises(NotIdentifiedError, match="no reversion is found"):
        fit_cointegration(history(WANDERING, 400, 0), STEP)


# `python -m benchmarks.multi_asset --only critical`: 20,000 draws of each.
SIMULATED = (9.11, 20.12, 35.19, 54.16, 77.18, 104.21, 134.75, 169.79, 208.71, 251.66)


def test_critical_values_are_those_of_long_simulations() -> None:
    np.testing.assert_allclose(TRACE_5_PERCENT, SIMULATED, rtol=0.01)


@pytest.mark.parametrize("walks", range(1, 11))
def test_critical_values_are_those_of_simulated_random_walks(walks: int) -> None:
    found = extrapolated_quantile(walks, 0.95, 2_000, 200, np.random.default_rng(walks))
    assert found == pytest.approx(TRACE_5_PERCENT[walks - 1], rel=0.06)


def test_the_trace_of_long_walks_is_drawn_from_its_limit() -> None:
    moves = np.random.default_rng(3).standard_normal((400, 500, 3))
    trace = [reversion_rank(one.cumsum(axis=0)).trace[0] for one in moves]
    drawn = traces(np.random.default_rng(4).standard_normal((400, 500, 3)))
    assert np.mean(trace) == pytest.approx(drawn.mean(), abs=4.0 * drawn.std() / np.sqrt(200.0))


def changed(mids: FloatArray, what: str) -> FloatArray:
    match what:
        case "a mid stands still":
            mids[:, 1] = 50.0
        case "a leg is another twice":
            mids[:, 1] = 2.0 * mids[:, 0] + 3.0
        case "white noise":
            mids = np.random.default_rng(0).standard_normal(mids.shape)
        case "runs away":
            mids[:, 0] += np.exp(np.arange(len(mids)) / 20.0)
        case "too few":
            mids = mids[:14]
    return mids


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("a mid stands still", "do not move"),
        ("a leg is another twice", "combination"),
        ("white noise", "too fast"),
        ("runs away", "runs away"),
        ("too few", "too few"),
    ],
)
def test_a_history_that_does_not_tell_is_refused(what: str, message: str) -> None:
    with pytest.raises(NotIdentifiedError, match=message):
        fit_cointegration(changed(history(STATIONARY, 1_000, 6), what), STEP)


@pytest.mark.parametrize(
    ("mids", "step", "message"),
    [
        (np.full((100, 2), math.nan), STEP, "finite"),
        (np.ones(100), STEP, "by time and leg"),
        (np.ones((100, 11)), STEP, "by time and leg"),
        (np.ones((0, 2)), STEP, "too few"),
        (np.ones((100, 2)), 0.0, "step"),
        (np.ones((100, 2)), math.nan, "step"),
    ],
)
def test_what_is_no_history_is_refused(mids: Any, step: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fit_cointegration(mids, step)


@pytest.mark.parametrize("rank", [-1, 0, 3])
def test_a_number_of_relations_that_cannot_be_is_refused(rank: int) -> None:
    with pytest.raises(ValueError, match="rank"):
        fit_cointegration(history(STATIONARY, 500, 7), STEP, rank=rank)
