"""The equations of a heterogeneous autoregression, and what they would have said of days they did not see."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt

from pricing.har_features import moving_mean

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

HORIZONS = (1, 5, 10, 20, 40, 60, 125, 250)
DIRECT_DAYS = 20
"""Up to here each horizon has its own regression; beyond, it is on the forecast to here: see `LogHar`."""

HORIZONS_IN_SAMPLE = 3  # a horizon is regressed where the sample holds this many of it, one after the other
_FOLDS = 4
_LEAST_SPREAD = 1e-6
_FEWEST_CROSS_FITTED = 120


def known_horizons(rows: int) -> tuple[int, ...]:
    """The horizons that a sample of so many days is long enough for."""
    return tuple(horizon for horizon in HORIZONS if rows >= HORIZONS_IN_SAMPLE * horizon)


def equations(rows: FloatArray, variance: FloatArray, floor: float) -> FloatArray:
    """Coefficients of the log of mean variance by horizon, shape (horizon, feature).

    rows: features of each day, the first one is 1. variance: of the same days; its log is taken of no less
    than `floor`. The constant has the correction from the mean of a log to the log of a mean.
    """
    outcomes = _outcomes(variance, known_horizons(len(rows)), floor)
    all_days = np.ones(len(rows), dtype=np.bool_)
    return np.array([_equation(rows, outcomes, at, all_days) for at in range(len(outcomes))])


def cross_fitted_means(rows: FloatArray, variance: FloatArray, floor: float) -> FloatArray:
    """Mean variance ahead of each day by horizon, from equations that saw neither it nor its neighbours.

    Shape (day, horizon). Each quarter of the sample is forecast by equations of the others, less the days
    whose outcomes overlap: errors are as large as they will be out of sample, not as those of a fit. Where
    fewer than 120 days are left, by the equation of all.
    """
    horizons = known_horizons(len(rows))
    outcomes = _outcomes(variance, horizons, floor)
    means = np.empty((len(rows), len(horizons)))
    ceiling = float(variance.max())
    edges = np.linspace(0, len(rows), _FOLDS + 1).astype(np.int64)
    days = np.arange(len(rows))
    for start, end in pairwise(edges):
        for at, horizon in enumerate(horizons):
            kept = (days < start - horizon) | (days >= end + horizon)
            if np.count_nonzero(kept[: len(outcomes[at])]) < _FEWEST_CROSS_FITTED:
                kept[:] = True
            equation = _equation(rows, outcomes, at, kept)
            means[start:end, at] = sane_means(rows[start:end] @ equation, floor, ceiling)
    return means


def sane_means(logs: FloatArray, floor: float, ceiling: float) -> FloatArray:
    """Mean variances from forecasts of their logs, no less than `floor` and no more than `ceiling`.

    With the largest daily variance known as ceiling that is the filter of Swanson and White (1995) against
    what an equation says far outside of its sample.
    """
    means: FloatArray = np.exp(np.clip(logs, np.log(floor), np.log(max(ceiling, floor))))
    return means


def _outcomes(variance: FloatArray, horizons: tuple[int, ...], floor: float) -> list[FloatArray]:
    return [np.log(np.maximum(moving_mean(variance[1:], horizon), floor)) for horizon in horizons]


def _equation(rows: FloatArray, outcomes: list[FloatArray], at: int, kept: BoolArray) -> FloatArray:
    """The equation of horizon number `at` from the kept days."""
    month = HORIZONS.index(DIRECT_DAYS)
    ahead = outcomes[at]
    used = kept[: len(ahead)]
    past = rows[: len(ahead)][used]
    if at <= month:
        return _direct(past, ahead[used])
    return _through(_equation(rows, outcomes, month, kept), past, ahead[used])


def _direct(past: FloatArray, ahead: FloatArray) -> FloatArray:
    """Least squares; the mean of exp of a normal residual takes half its variance more."""
    centred = past[:, 1:] - past[:, 1:].mean(axis=0)
    centred[:, np.ptp(centred, axis=0) < _LEAST_SPREAD] = 0.0  # rounding is not to be regressed on
    slopes = np.linalg.lstsq(centred.T @ centred, centred.T @ ahead, rcond=None)[0]
    residual = ahead - past[:, 1:] @ slopes
    return np.concatenate([[residual.mean() + 0.5 * residual.var()], slopes])


def _through(month: FloatArray, past: FloatArray, ahead: FloatArray) -> FloatArray:
    """A slope between 0 and 1 on the forecast `month`; the mean ratio of outcome to forecast is one."""
    forecast = past @ month
    centred = forecast - forecast.mean()
    spread = float(centred @ centred)
    slope = float(np.clip(centred @ ahead / spread, 0.0, 1.0)) if spread > 0.0 else 0.0
    equation: FloatArray = slope * month
    error = ahead - past @ equation
    equation[0] += error.max() + float(np.log(np.mean(np.exp(error - error.max()))))
    return equation
