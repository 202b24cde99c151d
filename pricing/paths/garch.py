"""Paths of the GJR-GARCH(1,1) variance recursion with Student-t or normal innovations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class GjrLaw:
    """Variance law h' = omega + (alpha + gamma 1{r < 0}) r^2 + beta h of Glosten, Jagannathan, Runkle (1993).

    r = sqrt(h) z, z symmetric with unit variance: Student-t with `degrees_of_freedom` > 2, normal when it is
    infinite. omega: squared return per day, in the units of the returns. omega = gamma = 0 with
    alpha + beta = 1 is RiskMetrics' exponentially weighted average.
    """

    omega: float
    alpha: float
    gamma: float
    beta: float
    degrees_of_freedom: float = np.inf

    @property
    def persistence(self) -> float:
        """Share of a variance shock that is expected to be left a day later; 1 and above never reverts."""
        return self.alpha + 0.5 * self.gamma + self.beta

    @property
    def long_run_variance(self) -> float:
        """Variance per day that forecasts revert to; infinite when they do not revert."""
        return self.omega / (1.0 - self.persistence) if self.persistence < 1.0 else np.inf

    def reverting_to(self, variance: float) -> GjrLaw:
        """The same reaction to returns with `variance` per day as its long-run level; persistence below 1."""
        return replace(self, omega=variance * (1.0 - self.persistence))


def mean_variance(law: GjrLaw, next_variance: float, horizon: int) -> FloatArray:
    """Expected variance of each of the days 1 .. `horizon`, shape (horizon,); day 1 is `next_variance`."""
    left: FloatArray = law.persistence ** np.arange(horizon, dtype=np.float64)
    return next_variance * left + law.omega * (np.cumsum(left) - left)


def squared_return_sums(
    law: GjrLaw, next_variance: float, horizon: int, *, paths: int, rng: np.random.Generator
) -> FloatArray:
    """Simulated sums of squared returns over days 1 .. k, shape (path, horizon): realised variance x days.

    Antithetic: the second half of the paths mirrors the innovations of the first.
    """
    variance = np.full(paths, next_variance)
    sums = np.empty((paths, horizon))
    total = np.zeros(paths)
    for day in range(horizon):
        half = _innovations(law, (paths + 1) // 2, rng)
        innovation = np.concatenate([half, -half])[:paths]
        squared = variance * innovation * innovation
        total += squared
        sums[:, day] = total
        variance = law.omega + (law.alpha + law.gamma * (innovation < 0)) * squared + law.beta * variance
    return sums


def _innovations(law: GjrLaw, size: int, rng: np.random.Generator) -> FloatArray:
    if np.isinf(law.degrees_of_freedom):
        return rng.standard_normal(size)
    unit_scale = sqrt((law.degrees_of_freedom - 2.0) / law.degrees_of_freedom)
    return unit_scale * rng.standard_t(law.degrees_of_freedom, size)
