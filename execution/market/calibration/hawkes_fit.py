"""Maximum likelihood of a Hawkes process with exponential kernels, with standard errors and a test of fit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from execution.market.calibration.hawkes_search import HawkesSearch
from execution.market.calibration.hawkes_weights import HawkesPoint
from execution.market.flows.hawkes_process import spectral_radius

FloatArray = npt.NDArray[np.float64]
TypeArray = npt.NDArray[np.int64]

_SLOWEST, _FASTEST = 3e-3, 10.0  # of the decays to try, in mean gaps; the shortest gaps may call for faster
_SHORT = 0.02  # quantile of the gaps that counts as short


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

    decay_start: where the search for the decays begins [1/s], (scale,); left out it begins at the maxima of a
    lattice from long memories of hundreds of events to the shortest gaps. Times that tie are spread over the
    shortest gap between others, without which a decay could grow for ever. With the decays found, branching
    numbers that do not beat their noise are set to 0 and the others fitted again.

    Raises ValueError when there are no more events than parameters, or they are not in order within the
    horizon.
    """
    time, kind = np.ascontiguousarray(times, np.float64), np.ascontiguousarray(types, np.int64)
    _check_events(time, kind, horizon_s, kinds, kinds * (1 + kinds * scales) + scales)
    time = _untied(time, horizon_s)
    horizon_s = max(horizon_s, float(time[-1]))
    unit = horizon_s / len(time)  # the search works in mean gaps, where rates are about 1
    search = HawkesSearch(time / unit, kind, horizon_s / unit, kinds, scales)
    if decay_start is not None:
        starts = [unit * np.asarray(decay_start, np.float64).reshape(scales)]
    else:
        short = float(np.quantile(np.diff(time), _SHORT)) / unit
        starts = search.lattice_maxima(_SLOWEST, max(_FASTEST, 1.0 / max(short, 1e-9)))
    whole, converged = search.maximum(starts)
    estimate = search.without_noise(whole)
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


def _untied(times: FloatArray, horizon_s: float) -> FloatArray:
    """Times of which those that tie are spread evenly over the shortest gap that there is."""
    gaps = np.diff(times)
    short = float(gaps[gaps > 0.0].min(initial=horizon_s))
    group = np.concatenate([[0], np.cumsum(gaps > 0.0)])
    count = np.bincount(group)
    place = np.arange(len(times)) - (np.cumsum(count) - count)[group]
    return np.asarray(times + short * place / count[group], np.float64)


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
    if not gradient[known].any():
        return ratio, math.nan
    return ratio, float(np.sqrt(gradient[known] @ covariance[np.ix_(known, known)] @ gradient[known]))
