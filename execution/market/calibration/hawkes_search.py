"""The search for a Hawkes process's most likely parameters, and the information at the maximum."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import minimize

from execution.market.calibration.hawkes_likelihood import (
    compensator_increments,
    information_blocks,
    log_likelihood,
)

FloatArray = npt.NDArray[np.float64]
TypeArray = npt.NDArray[np.int64]

_ITERATIONS = 2000
_SHORT_ITERATIONS, _SHORT_EVENTS = 40, 10_000
_AT_BOUND = 1e-7  # a branching number below has no standard error
_LEAST_BASELINE = 1e-3  # events over the whole horizon
_STEP = 1e-4  # of log decay, for the information's differences
_START_BRANCHING = 0.4  # of the whole matrix's row, at the start of the search


class HawkesPoint(NamedTuple):
    """Parameters, or a gradient by them: baseline (type,), branching (type, cause, scale), decay (scale,)."""

    baseline: FloatArray
    branching: FloatArray
    decay: FloatArray

    def flat(self) -> FloatArray:
        """All in one vector."""
        return np.concatenate([self.baseline, self.branching.ravel(), self.decay])

    @classmethod
    def of(cls, flat: FloatArray, kinds: int, scales: int) -> HawkesPoint:
        """The parts of a vector that `flat` made."""
        end = kinds + kinds * kinds * scales
        return cls(flat[:kinds], flat[kinds:end].reshape(kinds, kinds, scales), flat[end:])


class HawkesSearch:
    """The likelihood of one set of events; times in mean gaps."""

    def __init__(self, times: FloatArray, types: TypeArray, horizon: float, kinds: int, scales: int) -> None:
        self._times, self._types, self._horizon = times, types, horizon
        self._kinds, self._scales = kinds, scales

    def log_likelihood(self, point: HawkesPoint) -> tuple[float, HawkesPoint]:
        """Log-likelihood and its gradient by baseline, branching and log decay."""
        mu, branching, decay = point
        slope = HawkesPoint(np.empty_like(mu), np.empty_like(branching), np.empty_like(decay))
        value = log_likelihood(
            self._times,
            self._types,
            self._horizon,
            mu,
            branching,
            decay,
            slope.baseline,
            slope.branching,
            slope.decay,
        )
        return value, slope._replace(decay=slope.decay * point.decay)

    def best_start(self, starts: list[FloatArray]) -> FloatArray:
        """The decays from which a short search gets farthest: the likelihood has local maxima in them."""
        if len(starts) == 1:
            return starts[0]
        few = min(len(self._times), _SHORT_EVENTS)
        horizon = self._times[few - 1] if few < len(self._times) else self._horizon
        short = HawkesSearch(self._times[:few], self._types[:few], horizon, self._kinds, self._scales)
        reached = [short.maximum(start, _SHORT_ITERATIONS)[0] for start in starts]
        return reached[int(np.argmax([short.log_likelihood(point)[0] for point in reached]))].decay

    def maximum(self, decay: FloatArray, iterations: int = _ITERATIONS) -> tuple[HawkesPoint, bool]:
        """The most likely point by L-BFGS-B from given decays, and whether the search converged."""
        counts = np.bincount(self._types, minlength=self._kinds)
        events = len(self._times)
        least = _LEAST_BASELINE / self._horizon
        start = HawkesPoint(
            np.maximum(0.5 * counts / self._horizon, least),
            np.full((self._kinds, self._kinds, self._scales), _START_BRANCHING / self._kinds / self._scales),
            np.log(decay),
        ).flat()
        wide = (math.log(1e-2 / self._horizon), math.log(1e9))
        bounds: list[tuple[float, float | None]] = [(least, None)] * self._kinds
        causes: list[tuple[float, float | None]] = [
            (0.0, None if count else 0.0) for count in counts for _ in range(self._scales)
        ]
        bounds += causes * self._kinds + [wide] * self._scales  # who never acts has caused nothing

        def loss(flat: FloatArray) -> tuple[float, FloatArray]:
            value, slope = self.log_likelihood(self._point(flat))
            return -value / events, -slope.flat() / events

        found = minimize(
            loss,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": iterations, "maxfun": 2 * iterations, "ftol": 1e-12, "gtol": 1e-7},
        )
        return self._point(found.x), bool(found.success)

    def covariance(self, point: HawkesPoint) -> FloatArray:
        """Inverse of the observed information by baseline, branching and log decay; NaN at a bound."""
        information = self._information(point)
        free = np.diag(information) > 0.0
        free[: -self._scales] &= point.flat()[: -self._scales] > _AT_BOUND
        covariance = np.full_like(information, np.nan)
        inverse = np.linalg.pinv(information[np.ix_(free, free)], hermitian=True)
        inverse[np.diag_indices_from(inverse)] = np.where(np.diag(inverse) > 0.0, np.diag(inverse), np.nan)
        covariance[np.ix_(free, free)] = inverse
        return covariance

    def kolmogorov_smirnov(self, point: HawkesPoint) -> float:
        """Distance of the compensator's increments from independent exponentials of mean 1."""
        increments = np.empty(len(self._times))
        mu, branching, decay = point
        compensator_increments(self._times, self._types, mu, branching, decay, increments)
        return float(stats.kstest(increments[np.isfinite(increments)], "expon").statistic)

    def _point(self, flat: FloatArray) -> HawkesPoint:
        point = HawkesPoint.of(flat, self._kinds, self._scales)
        return point._replace(decay=np.exp(point.decay))

    def _information(self, point: HawkesPoint) -> FloatArray:
        """Exact between baseline and branching, by differences of the exact gradient for the decays."""
        kinds, scales = self._kinds, self._scales
        width = 1 + kinds * scales
        blocks = np.empty((kinds, width, width))
        mu, branching, decay = point
        information_blocks(self._times, self._types, mu, branching, decay, blocks)
        information = np.zeros((kinds * width + scales,) * 2)
        for kind in range(kinds):
            own = np.concatenate([[kind], kinds + kind * kinds * scales + np.arange(kinds * scales)])
            information[np.ix_(own, own)] = blocks[kind]
        for scale in range(scales):
            row = kinds * width + scale
            up, down = (self._gradient_at(point, scale, step) for step in (_STEP, -_STEP))
            information[row] = information[:, row] = -(up - down) / (2.0 * _STEP)
        corner = information[-scales:, -scales:]
        information[-scales:, -scales:] = 0.5 * (corner + corner.T)
        return information

    def _gradient_at(self, point: HawkesPoint, scale: int, log_step: float) -> FloatArray:
        decay = point.decay.copy()
        decay[scale] *= math.exp(log_step)
        return self.log_likelihood(point._replace(decay=decay))[1].flat()
