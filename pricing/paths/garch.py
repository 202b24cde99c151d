"""Laws of a daily variance that reacts to returns, and paths of returns under them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, inf, log, sqrt
from typing import Protocol

import numpy as np
import numpy.typing as npt

from pricing.paths.garch_kernel import egarch_returns, gjr_returns
from pricing.paths.innovations import Innovations

FloatArray = npt.NDArray[np.float64]

_PATHS_PER_STREAM = 1_024
_MEAN_ABSOLUTE_NORMAL = sqrt(2.0 / np.pi)
_POLYNOMIAL_DEGREE = 24


class VarianceLaw(Protocol):
    """How tomorrow's variance follows from today's variance and return, in the units of the returns."""

    @property
    def persistence(self) -> float:
        """Share of a shock to the variance (its log, of EGARCH) that is left a day later."""
        ...

    def following(self, variance: float, log_return: float) -> float:
        """Variance of the day after one that had `variance` and `log_return`."""
        ...

    def mean_variance(self, next_variance: float, days: int, innovations: Innovations) -> FloatArray:
        """Expected variance of each of the days 1 .. `days`, shape (days,); day 1 is `next_variance`."""
        ...

    def returns(self, next_variance: float, innovations: FloatArray) -> FloatArray:
        """Returns under given innovations, both of shape (path, day)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class GjrLaw:
    """Variance law h' = omega + (alpha + gamma 1{e < 0}) e^2 + beta h of Glosten, Jagannathan, Runkle (1993).

    e is the return less `mean`. omega: squared return per day, in the units of the returns. loss_share: share
    of the variance that comes from e < 0. gamma = 0 is GARCH; with omega = 0 and alpha + beta = 1 too it is
    RiskMetrics' exponentially weighted average.
    """

    omega: float
    alpha: float
    gamma: float
    beta: float
    mean: float = 0.0
    loss_share: float = 0.5

    @property
    def persistence(self) -> float:
        """Share of a variance shock that is expected to be left a day later; 1 and above never reverts."""
        return self.alpha + self.loss_share * self.gamma + self.beta

    @property
    def long_run_variance(self) -> float:
        """Variance per day that forecasts revert to; infinite when they do not revert."""
        return self.omega / (1.0 - self.persistence) if self.persistence < 1.0 else inf

    def reverting_to(self, variance: float) -> GjrLaw:
        """The same reaction to returns with `variance` per day as its long-run level; persistence below 1."""
        return replace(self, omega=variance * (1.0 - self.persistence))

    def following(self, variance: float, log_return: float) -> float:
        """Variance of the day after one that had `variance` and `log_return`."""
        residual = log_return - self.mean
        weight = self.alpha + self.gamma if residual < 0.0 else self.alpha
        return self.omega + weight * residual * residual + self.beta * variance

    def mean_variance(self, next_variance: float, days: int, innovations: Innovations) -> FloatArray:
        """Expected variance of each of the days 1 .. `days`, in closed form; the law has the loss share."""
        left: FloatArray = self.persistence ** np.arange(days, dtype=np.float64)
        return next_variance * left + self.omega * (np.cumsum(left) - left)

    def returns(self, next_variance: float, innovations: FloatArray) -> FloatArray:
        """Returns under given innovations, both of shape (path, day)."""
        returns = np.empty_like(innovations)
        law = (self.omega, self.alpha, self.gamma, self.beta, self.mean)
        gjr_returns(*law, next_variance, np.ascontiguousarray(innovations), returns)
        return returns


@dataclass(frozen=True, slots=True, kw_only=True)
class EgarchLaw:
    """Law log h' = omega + alpha (|z| - sqrt(2 / pi)) + gamma z + beta log h of Nelson (1991).

    z is the return less `mean` over sqrt(h); returns are in percent, so that log h is of order one.
    """

    omega: float
    alpha: float
    gamma: float
    beta: float
    mean: float = 0.0

    @property
    def persistence(self) -> float:
        """Share of a shock to the log variance that is left a day later."""
        return self.beta

    def following(self, variance: float, log_return: float) -> float:
        """Variance of the day after one that had `variance` and `log_return`; infinite where it overflows."""
        z = (log_return - self.mean) / sqrt(variance)
        reaction = self.alpha * (abs(z) - _MEAN_ABSOLUTE_NORMAL) + self.gamma * z
        exponent = self.omega + reaction + self.beta * log(variance)
        return exp(exponent) if exponent < 700.0 else inf

    def mean_variance(self, next_variance: float, days: int, innovations: Innovations) -> FloatArray:
        """Expected variance of each of the days 1 .. `days`, exact under the law of `innovations`.

        h of day k + 1 is h_1^(beta^k) times independent factors exp(beta^j (omega + reaction to z)), j < k;
        the logs of their means are read from one Chebyshev polynomial in beta^j. Infinite after day 1 where
        a mean is, as it is under a t.
        """
        left: FloatArray = self.beta ** np.arange(days, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            factors = np.cumsum(self._log_mean_factor(left, innovations))
            path: FloatArray = np.exp(left * log(next_variance) + np.concatenate([[0.0], factors[:-1]]))
        return path

    def _log_mean_factor(self, power: FloatArray, innovations: Innovations) -> FloatArray:
        chebyshev = np.polynomial.chebyshev
        nodes = 0.5 + 0.5 * chebyshev.chebpts1(_POLYNOMIAL_DEGREE + 1)
        logs = innovations.log_mean_exponential(self.alpha * nodes, self.gamma * nodes)
        if not np.all(np.isfinite(logs)):
            return np.full(power.shape, inf)
        series = chebyshev.chebfit(2.0 * nodes - 1.0, logs, _POLYNOMIAL_DEGREE)
        constant = power * (self.omega - self.alpha * _MEAN_ABSOLUTE_NORMAL)
        found: FloatArray = chebyshev.chebval(2.0 * power - 1.0, series) + constant
        return found

    def returns(self, next_variance: float, innovations: FloatArray) -> FloatArray:
        """Returns under given innovations, both of shape (path, day)."""
        returns = np.empty_like(innovations)
        law = (self.omega, self.alpha, self.gamma, self.beta, self.mean)
        egarch_returns(*law, next_variance, np.ascontiguousarray(innovations), returns)
        return returns


def simulated_returns(
    law: VarianceLaw,
    next_variance: float,
    innovations: Innovations,
    *,
    paths: int,
    days: int,
    rng: np.random.Generator,
    workers: int = 1,
) -> FloatArray:
    """Paths of daily returns, shape (path, days), in the units of the law.

    Every 1,024 paths have a stream of their own, spawned from `rng`: the same paths whatever number of
    `workers` (threads) draws them.
    """
    sizes = [min(_PATHS_PER_STREAM, paths - start) for start in range(0, paths, _PATHS_PER_STREAM)]

    def chunk(size: int, stream: np.random.Generator) -> FloatArray:
        return law.returns(next_variance, innovations.drawn(size, days, stream))

    streams = rng.spawn(len(sizes))
    if workers == 1:
        return np.concatenate(list(map(chunk, sizes, streams)))
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(workers) as pool:
        return np.concatenate(list(pool.map(chunk, sizes, streams)))
