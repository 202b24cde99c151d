"""Correlation of daily returns, estimated from price histories, with its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

import numpy as np
from scipy.special import ndtri

from pricing.errors import InputError, InputProblem
from pricing.history import FloatArray, PriceHistory
from pricing.nearest_correlation import nearest_correlation

_FEWEST_RETURNS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationEstimate:
    """Correlations of daily log returns, arrays of shape [asset, asset] in the order of `symbols`.

    correlation: positive semi-definite, to be used. sample: as estimated, before any repair.
    frobenius_distance: between the two. lower, upper: Fisher's interval at `level`, for independent normal
    returns. block_lower, block_upper: interval by the moving-block bootstrap, for returns as they are.
    observations: returns used; effective_observations: fewer where old ones weigh less.
    lost_days: for each symbol, its days between first_day and last_day that another history lacks.
    """

    symbols: tuple[str, ...]
    correlation: FloatArray
    sample: FloatArray
    frobenius_distance: float
    level: float
    lower: FloatArray
    upper: FloatArray
    block_lower: FloatArray
    block_upper: FloatArray
    block_days: int
    observations: int
    effective_observations: float
    first_day: date
    last_day: date
    lost_days: tuple[int, ...]

    @property
    def note(self) -> str:
        """One sentence for a report: what was used, what was lost, what was mended."""
        lost = ", ".join(
            f"{days} of {symbol}" for symbol, days in zip(self.symbols, self.lost_days, strict=True) if days
        )
        return (
            f"{self.observations:,} common daily returns from {self.first_day} to {self.last_day}"
            + (f"; days that another history lacks: {lost}" if lost else "")
            + (
                f"; mended by {self.frobenius_distance:.2g} to be consistent"
                if self.frobenius_distance
                else ""
            )
        )


def estimate_correlation(
    histories: Sequence[PriceHistory],
    *,
    decay: float = 1.0,
    level: float = 0.95,
    block_days: int | None = None,
    resamples: int = 1_000,
    seed: int = 0,
) -> CorrelationEstimate:
    """Estimate the correlation of two or more underlyings from the days that all their histories share.

    Pearson's coefficient of log returns between successive common days; a gap in one history makes one longer
    return in all. decay: weight of a return against the one after it, 1 for equal weights, 0.94 as
    RiskMetrics; means are not taken off where it is below 1. The intervals are Fisher's (1921), with the
    effective number of observations, and percentiles of `resamples` moving-block bootstraps (Kunsch 1989),
    drawn from `seed` in blocks of `block_days` (the cube root of that number when None): as many returns as
    are effective, blocks of more weight more often. Blocks keep volatility clusters, which make the truth
    wider than Fisher's. Closes of markets that close at different
    hours correlate less than the markets do.

    Raises InputError for fewer than two histories, a symbol twice, fewer than 20 common returns, or a history
    whose price never moves on them; ValueError for a decay outside (0, 1] or a level outside (0, 1).
    """
    if not 0.0 < decay <= 1.0 or not 0.0 < level < 1.0:
        raise ValueError(f"decay {decay} must lie in (0, 1] and level {level} in (0, 1)")
    days, returns = _common_returns(histories)
    observations = len(returns)
    weight = decay ** np.arange(observations - 1, -1, -1.0)
    weight /= weight.sum()
    sample = _weighted_correlation(returns, weight, centred=decay == 1.0)
    effective = 1.0 / float(weight @ weight)
    lower, upper = _fisher_interval(sample, effective, level)
    block = block_days or max(round(effective ** (1.0 / 3.0)), 1)
    block_lower, block_upper = _block_interval(
        returns,
        weight,
        block=min(block, observations),
        centred=decay == 1.0,
        resamples=resamples,
        tail=0.5 * (1.0 - level),
        seed=seed,
    )
    repaired = nearest_correlation(sample)
    return CorrelationEstimate(
        symbols=tuple(history.symbol for history in histories),
        correlation=repaired.correlation,
        sample=sample,
        frobenius_distance=repaired.distance,
        level=level,
        lower=lower,
        upper=upper,
        block_lower=block_lower,
        block_upper=block_upper,
        block_days=block,
        observations=observations,
        effective_observations=effective,
        first_day=days[0].astype(date),
        last_day=days[-1].astype(date),
        lost_days=tuple(_lost(history, days) for history in histories),
    )


def _common_returns(histories: Sequence[PriceHistory]) -> tuple[np.ndarray, FloatArray]:
    """Common days, and log returns between them, [return, asset]."""
    symbols = [history.symbol for history in histories]
    if len(symbols) < 2 or len(set(symbols)) < len(symbols):
        found = ", ".join(symbols) or "none"
        raise InputError(
            InputProblem(
                file="correlation", value=found, expected="two or more histories of different symbols"
            )
        )
    days = reduce(np.intersect1d, (history.dates for history in histories))
    if len(days) <= _FEWEST_RETURNS:
        raise InputError(
            InputProblem(
                file=" and ".join(history.origin or history.symbol for history in histories),
                value=f"{len(days)} days in common",
                expected=f"at least {_FEWEST_RETURNS + 1} days in common",
            )
        )
    closes = [history.close[np.searchsorted(history.dates, days)] for history in histories]
    returns = np.diff(np.log(np.column_stack(closes)), axis=0)
    _require_moves(histories, returns)
    return days, returns


def _require_moves(histories: Sequence[PriceHistory], returns: FloatArray) -> None:
    problems = [
        InputProblem(
            file=history.origin or history.symbol,
            column="close",
            value="a price that never moves" if np.isfinite(moves).all() else "no price on some day",
            expected="positive prices that move on the common days",
        )
        for history, moves in zip(histories, returns.T, strict=True)
        if not np.isfinite(moves).all() or np.ptp(moves) == 0.0
    ]
    if problems:
        raise InputError(problems)


def _weighted_correlation(returns: FloatArray, weight: FloatArray, *, centred: bool) -> FloatArray:
    moves = returns - weight @ returns if centred else returns
    covariance = (moves * weight[:, None]).T @ moves
    deviation = np.sqrt(np.diag(covariance))
    with np.errstate(invalid="ignore"):
        correlation = np.clip(covariance / np.outer(deviation, deviation), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation, dtype=np.float64)


def _fisher_interval(sample: FloatArray, observations: float, level: float) -> tuple[FloatArray, FloatArray]:
    """tanh(artanh r +- z / sqrt(n - 3)); a perfect correlation has no width."""
    reach = float(ndtri(0.5 + 0.5 * level)) / np.sqrt(max(observations - 3.0, 1e-9))
    inside = np.abs(sample) < 1.0
    centre = np.arctanh(np.where(inside, sample, 0.0))
    lower, upper = (np.where(inside, np.tanh(centre + move), sample) for move in (-reach, reach))
    return lower, upper


def _block_interval(
    returns: FloatArray,
    weight: FloatArray,
    *,
    block: int,
    centred: bool,
    resamples: int,
    tail: float,
    seed: int,
) -> tuple[FloatArray, FloatArray]:
    """Percentiles of the moving-block bootstrap, without the draws in which an asset stands still."""
    count = max(round(1.0 / float(weight @ weight)), block)
    chance = np.convolve(weight, np.ones(block), mode="valid")
    generator = np.random.default_rng(seed)
    drawn = np.empty((resamples, returns.shape[1] ** 2))
    for draw in range(resamples):
        starts = generator.choice(len(chance), size=-(-count // block), p=chance / chance.sum())
        rows = (starts[:, None] + np.arange(block)).ravel()[:count]
        equal = np.full(count, 1.0 / count)
        drawn[draw] = _weighted_correlation(returns[rows], equal, centred=centred).ravel()
    lower, upper = np.nanquantile(drawn, [tail, 1.0 - tail], axis=0)
    shape = (returns.shape[1], returns.shape[1])
    return lower.reshape(shape), upper.reshape(shape)


def _lost(history: PriceHistory, days: np.ndarray) -> int:
    inside = (history.dates >= days[0]) & (history.dates <= days[-1])
    return int(inside.sum()) - len(days)
