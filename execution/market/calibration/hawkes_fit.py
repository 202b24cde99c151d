"""Maximum likelihood of a Hawkes process with exponential kernels, with standard errors and a test of fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from execution.market.calibration.hawkes_search import HawkesPoint, HawkesSearch
from execution.market.flows.hawkes_process import spectral_radius

FloatArray = npt.NDArray[np.float64]
TypeArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HawkesFit:
    """Maximum-likelihood estimates with standard errors, NaN for a number that lies on its bound of 0.

    baseline [1/s], (type,); branching, (type, cause, scale); decay [1/s], (scale,), rising; their standard
    errors likewise. branching_ratio: spectral radius of the branching matrix, with its standard error by the
    delta method. poisson_log_likelihood: of constant rates. kolmogorov_smirnov: largest distance between the
    law of the compensator's increments and the exponential one, 0 for a perfect fit. converged: whether the
    search ended by itself.
    """

    events: int
    horizon_s: float
    baseline: FloatArray
    branching: FloatArray
    decay: FloatArray
    baseline_error: FloatArray
    branching_error: FloatArray
    decay_error: FloatArray
    branching_ratio: float
    branching_ratio_error: float
    log_likelihood: float
    poisson_log_likelihood: float
    kolmogorov_smirnov: float
    converged: bool


def fit_hawkes(
    times: npt.ArrayLike,
    types: npt.ArrayLike,
    horizon_s: float,
    *,
    kinds: int,
    scales: int = 1,
    decay_start: npt.ArrayLike | None = None,
) -> HawkesFit:
    """Fit to events at `times` [s] of `types` 0 .. kinds - 1, both (event,), over [0, horizon_s].

    decay_start: where the search for the decays begins [1/s], (scale,); left out it begins where a short
    search from several spreads, from a hundredth of the event rate to beyond it, gets farthest.

    Raises ValueError when there are no more events than parameters, or they are not in order within the
    horizon.
    """
    time, kind = np.ascontiguousarray(times, np.float64), np.ascontiguousarray(types, np.int64)
    _check_events(time, kind, horizon_s, kinds, kinds * (1 + kinds * scales) + scales)
    unit = horizon_s / len(time)  # the search works in mean gaps, where rates are about 1
    starts = _spread_decays(np.diff(time) / unit, scales)
    if decay_start is not None:
        starts = [unit * np.asarray(decay_start, np.float64).reshape(scales)]
    search = HawkesSearch(time / unit, kind, horizon_s / unit, kinds, scales)
    estimate, converged = search.maximum(search.best_start(starts))
    order = np.argsort(estimate.decay)
    branching = np.ascontiguousarray(estimate.branching[:, :, order])
    estimate = HawkesPoint(estimate.baseline, branching, estimate.decay[order])
    covariance = search.covariance(estimate)
    error = HawkesPoint.of(np.sqrt(np.diag(covariance)), kinds, scales)
    ratio, ratio_error = _branching_ratio(estimate, covariance)
    counts = np.bincount(kind, minlength=kinds)
    return HawkesFit(
        events=len(time),
        horizon_s=horizon_s,
        baseline=estimate.baseline / unit,
        branching=estimate.branching,
        decay=estimate.decay / unit,
        baseline_error=error.baseline / unit,
        branching_error=error.branching,
        decay_error=error.decay * estimate.decay / unit,
        branching_ratio=ratio,
        branching_ratio_error=ratio_error,
        log_likelihood=search.log_likelihood(estimate)[0] - len(time) * math.log(unit),
        poisson_log_likelihood=float(xlogy(counts, counts / horizon_s).sum() - len(time)),
        kolmogorov_smirnov=search.kolmogorov_smirnov(estimate),
        converged=converged,
    )


def _check_events(times: FloatArray, types: TypeArray, horizon_s: float, kinds: int, parameters: int) -> None:
    if times.shape != types.shape or len(times) <= parameters:
        raise ValueError(
            f"{len(times)} times, {len(types)} types, expected as many of each and more than "
            f"the {parameters} parameters"
        )
    ordered = np.isfinite(times).all() and (np.diff(times) >= 0.0).all()
    if not (ordered and times[0] >= 0.0 and times[-1] <= horizon_s < math.inf):
        raise ValueError(f"times are expected to rise within [0, {horizon_s}]")
    if types.min() < 0 or types.max() >= kinds:
        raise ValueError(f"types run from {types.min()} to {types.max()}, expected 0 to {kinds - 1}")


def _spread_decays(gaps: FloatArray, scales: int) -> list[FloatArray]:
    """Where the search for the decays may begin, in mean gaps."""
    short = float(np.quantile(gaps[gaps > 0.0], 0.1)) if (gaps > 0.0).any() else 1.0
    ladder = (0.01, 0.1, 1.0, max(10.0, 1.0 / short))
    if scales == 1:
        return [np.array([decay]) for decay in ladder]
    pairs = [(slow, fast) for slow in ladder for fast in ladder if slow < fast]
    return [np.geomspace(slow, fast, scales) for slow, fast in pairs]


def _branching_ratio(point: HawkesPoint, covariance: FloatArray) -> tuple[float, float]:
    """Spectral radius of the branching matrix and its standard error, by the eigenvectors' derivative."""
    matrix = point.branching.sum(axis=2)
    ratio = spectral_radius(matrix)
    values, right = np.linalg.eig(matrix)
    left_values, left = np.linalg.eig(matrix.T)
    u = left[:, np.argmax(left_values.real)].real
    v = right[:, np.argmax(values.real)].real
    if abs(u @ v) < 1e-12:
        return ratio, math.nan
    slope = np.repeat((np.outer(u, v) / (u @ v))[:, :, None], point.branching.shape[2], axis=2)
    gradient = HawkesPoint(np.zeros_like(point.baseline), slope, np.zeros_like(point.decay)).flat()
    known = np.isfinite(np.diag(covariance))
    return ratio, float(np.sqrt(gradient[known] @ covariance[np.ix_(known, known)] @ gradient[known]))
