"""The search for a Hawkes process's most likely parameters, and the information at the maximum.

Baselines and branching are profiled out, so that it runs over the decays alone: a lattice first, since the
profile may have several maxima, then each of the lattice's maxima polished.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import minimize

from execution.market.calibration.hawkes_likelihood import (
    compensator_increments,
    information_blocks,
    log_likelihood,
)
from execution.market.calibration.hawkes_weights import HawkesPoint, best_weights

FloatArray = npt.NDArray[np.float64]
TypeArray = npt.NDArray[np.int64]

_LADDER_RATIO = 6.0  # from one decay of the lattice to the next
_ITERATIONS = 200
_AT_BOUND = 1e-7  # a branching number below has no standard error
_STEP = 1e-4  # of log decay, for the information's differences


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

    def lattice_maxima(self, slowest: float, fastest: float) -> list[FloatArray]:
        """Decays, (scale,), of a lattice that are likelier than their neighbours, the likeliest first."""
        rungs = self._scales + math.ceil(math.log(max(fastest / slowest, 1.0)) / math.log(_LADDER_RATIO))
        ladder = np.geomspace(slowest, fastest, rungs)
        value = {
            site: self.log_likelihood(self._profiled(ladder[list(site)]))[0]
            for site in combinations(range(rungs), self._scales)
        }
        maxima = [
            site for site in value if value[site] >= max(value.get(n, -math.inf) for n in _around(site))
        ]
        return [ladder[list(site)] for site in sorted(maxima, key=lambda site: -value[site])]

    def maximum(self, starts: list[FloatArray]) -> tuple[HawkesPoint, bool]:
        """The most likely point that polishing the given decays leads to, and whether that converged."""
        found = [self._polished(start) for start in starts]
        return max(found, key=lambda one: self.log_likelihood(one[0])[0])

    def without_noise(self, point: HawkesPoint) -> HawkesPoint:
        """The most likely point with the same decays and only the branching numbers that beat their noise.

        Those are what is left when a unit of each must earn its score's standard deviation (the weighted
        lasso of Hansen, Reynaud-Bouret and Rivoirard, 2015). As none can be negative, the noise of the many
        would add up in the branching ratio.
        """
        charge = np.sqrt(np.array([np.diag(block) for block in self._blocks(point)]))
        charge[:, 0] = 0.0
        kept = self._profiled(point.decay, point, charge).branching.reshape(self._kinds, -1) > _AT_BOUND
        return self._profiled(point.decay, point, np.where(np.insert(kept, 0, True, axis=1), 0.0, np.inf))

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

    def _profiled(
        self, decay: FloatArray, near: HawkesPoint | None = None, charge: FloatArray | None = None
    ) -> HawkesPoint:
        return best_weights(self._times, self._types, self._horizon, self._kinds, decay, near, charge)

    def _polished(self, start: FloatArray) -> tuple[HawkesPoint, bool]:
        """A maximum of the profile by L-BFGS-B: its gradient is the likelihood's at the profiled point."""
        events = len(self._times)
        point = self._profiled(start)

        def loss(log_decay: FloatArray) -> tuple[float, FloatArray]:
            nonlocal point
            point = self._profiled(np.exp(log_decay), near=point)
            value, slope = self.log_likelihood(point)
            return -value / events, -slope.decay / events

        found = minimize(
            loss,
            np.log(start),
            jac=True,
            method="L-BFGS-B",
            bounds=[(math.log(1e-2 / self._horizon), math.log(1e9))] * self._scales,
            options={"maxiter": _ITERATIONS, "ftol": 1e-10, "gtol": 1e-6},
        )
        return self._profiled(np.exp(found.x), near=point), bool(found.success)

    def _information(self, point: HawkesPoint) -> FloatArray:
        """Exact between baseline and branching, by differences of the exact gradient for the decays."""
        kinds, scales = self._kinds, self._scales
        width = 1 + kinds * scales
        blocks = self._blocks(point)
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

    def _blocks(self, point: HawkesPoint) -> FloatArray:
        """Information of each type's baseline and branching at the point's decays."""
        width = 1 + self._kinds * self._scales
        blocks = np.empty((self._kinds, width, width))
        information_blocks(self._times, self._types, *point, blocks)
        return blocks

    def _gradient_at(self, point: HawkesPoint, scale: int, log_step: float) -> FloatArray:
        decay = point.decay.copy()
        decay[scale] *= math.exp(log_step)
        return self.log_likelihood(point._replace(decay=decay))[1].flat()


def _around(site: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The lattice's neighbours of a site, one coordinate a rung up or down."""
    return [(*site[:i], site[i] + step, *site[i + 1 :]) for i in range(len(site)) for step in (-1, 1)]
