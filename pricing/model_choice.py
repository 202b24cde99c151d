"""Which forecast is better: a loss that noisy realised variance does not mislead, and tests on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def qlike(realised: npt.ArrayLike, forecast: npt.ArrayLike) -> FloatArray:
    """Quasi-likelihood loss r / f - ln(r / f) - 1 of variances, elementwise; zero where they agree.

    The order of forecasts by its mean is right even where `realised` is noisy but unbiased (Patton 2011). It
    does not know the unit. Raises ValueError unless all are positive.
    """
    outcome, guess = np.asarray(realised, dtype=np.float64), np.asarray(forecast, dtype=np.float64)
    if not (np.all(outcome > 0.0) and np.all(guess > 0.0)):
        raise ValueError("QLIKE is of positive variances")
    ratio = outcome / guess
    loss: FloatArray = ratio - np.log(ratio) - 1.0
    return loss


@dataclass(frozen=True, slots=True, kw_only=True)
class DieboldMariano:
    """Mean difference of two losses (negative: the first is better), t statistic, two-sided p-value."""

    mean_difference: float
    statistic: float
    p_value: float
    observations: int


def diebold_mariano(first: FloatArray, second: FloatArray, *, horizon: int) -> DieboldMariano:
    """Test that two forecasts have the same expected loss; losses by date in order, of `horizon` steps each.

    Losses of overlapping horizons are correlated over horizon - 1 steps; the long-run variance is Newey and
    West's (1987) with Bartlett weights over twice as many, which keeps it positive. Statistic with the small
    sample correction of Harvey, Leybourne and Newbold (1997) against Student's t. p_value is 1 for equal
    losses. Raises ValueError for losses of different length or fewer than twice the horizon.
    """
    from scipy.special import stdtr  # only where models are compared

    if first.shape != second.shape or first.ndim != 1 or len(first) < max(2 * horizon, 3):
        raise ValueError(f"losses by date of the same length, at least {max(2 * horizon, 3)}")
    difference = first - second
    days = len(difference)
    mean = float(difference.mean())
    variance = long_run_variance(difference, lags=2 * (horizon - 1)) / days
    correction = max((days + 1 - 2 * horizon + horizon * (horizon - 1) / days) / days, 0.0)
    if variance == 0.0:
        certain = 0.0 if mean else 1.0
        return DieboldMariano(
            mean_difference=mean, statistic=np.inf * mean if mean else 0.0, p_value=certain, observations=days
        )
    statistic = sqrt(correction) * mean / sqrt(variance)
    p_value = 2.0 * float(stdtr(days - 1, -abs(statistic)))
    return DieboldMariano(mean_difference=mean, statistic=statistic, p_value=p_value, observations=days)


def long_run_variance(series: FloatArray, *, lags: int) -> float:
    """Sum of the autocovariances up to `lags` with Bartlett weights (Newey and West 1987), never negative."""
    centred = series - series.mean()
    days = len(centred)
    total = float(centred @ centred)
    for lag in range(1, min(lags, days - 1) + 1):
        weight = 1.0 - lag / (lags + 1.0)
        total += 2.0 * weight * float(centred[lag:] @ centred[:-lag])
    return max(total, 0.0) / days


def model_confidence_set(
    losses: Mapping[str, FloatArray], *, block_days: int, seed: int, repetitions: int = 1_000
) -> Mapping[str, float]:
    """P-value of each model in the model confidence set of Hansen, Lunde and Nason (2011), through arch.

    The set at confidence 1 - a holds the models with p-value above a. Range statistic, stationary bootstrap
    in blocks of `block_days` on average: at least the horizon, since overlapping losses hang together. Models
    of the same losses throughout count as one.
    """
    from arch.bootstrap import MCS  # brings pandas

    same = {loss.tobytes(): name for name, loss in reversed(list(losses.items()))}
    names = [name for name, loss in losses.items() if same[loss.tobytes()] == name]
    if len(names) == 1:
        return MappingProxyType(dict.fromkeys(losses, 1.0))
    stacked = np.stack([losses[name] for name in names], axis=1)
    found = MCS(stacked, size=0.1, reps=repetitions, block_size=block_days, bootstrap="stationary", seed=seed)
    found.compute()
    p_values = found.pvalues["Pvalue"]
    of_name = {name: float(p_values.loc[at]) for at, name in enumerate(names)}
    return MappingProxyType({name: of_name[same[loss.tobytes()]] for name, loss in losses.items()})
