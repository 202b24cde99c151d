"""A fitted variance law at the close of a day: what it forecasts, and how a new return moves it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite, sqrt

import numpy as np
import numpy.typing as npt

from pricing.paths.bootstrap import ResampledInnovations
from pricing.paths.garch import VarianceLaw, simulated_returns
from pricing.paths.innovations import Innovations, ParametricInnovations
from pricing.time import TRADING_DAYS_PER_YEAR
from pricing.volatility.fit import Fit
from pricing.volatility.window import PERCENT
from pricing.volatility_model import DayMove

FloatArray = npt.NDArray[np.float64]

_LONG_RUN_DAYS = 20 * TRADING_DAYS_PER_YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedLaw:
    """A `FittedVolatility` of one variance recursion.

    law, next_variance: in percent returns; next_variance is that of the day after the last one known.
    innovations: what its simulations draw from. fit: the likelihood's optimum, where there was one.
    """

    name: str
    observations: int
    law: VarianceLaw
    next_variance: float
    innovations: Innovations
    note: str = ""
    fit: Fit | None = field(default=None, repr=False)

    @property
    def parameters(self) -> Mapping[str, float]:
        """The law in percent returns, 'persistence' and 'long_run_volatility'; finite numbers only."""
        names = ("omega", "alpha", "gamma", "beta", "mean")
        every = {name: float(getattr(self.law, name)) for name in names}
        if isinstance(self.innovations, ParametricInnovations):
            every["degrees_of_freedom"] = self.innovations.shape
            every["skew"] = self.innovations.skew
        elif self.fit is not None:
            every["degrees_of_freedom"], every["skew"] = map(float, self.fit.parameters[-2:])
        every["persistence"] = self.law.persistence
        if self.law.persistence < 1.0:
            every["long_run_volatility"] = sqrt(TRADING_DAYS_PER_YEAR * self.long_run_variance) / PERCENT
        return {name: value for name, value in every.items() if isfinite(value)}

    def resampled(self, *, block_days: int = 1) -> ResampledInnovations:
        """Its standardised residuals, for filtered historical simulation; ValueError where it has none."""
        if self.fit is not None:
            return ResampledInnovations(residuals=self.fit.residuals, block_days=block_days)
        if isinstance(self.innovations, ResampledInnovations):
            return replace(self.innovations, block_days=block_days)
        raise ValueError(f"{self.name} has too few residuals to draw from")

    @property
    def long_run_variance(self) -> float:
        """Variance that forecasts revert to, in percent returns a day: that of the day twenty years ahead."""
        path = self.law.mean_variance(self.next_variance, _LONG_RUN_DAYS, self.innovations)
        return float(path[-1])

    def variance_path(self, days: int) -> FloatArray:
        """Expected variance of each of the days 1 .. `days` ahead [squared log return a day]."""
        return self.law.mean_variance(self.next_variance, days, self.innovations) / PERCENT**2

    def updated(self, move: DayMove) -> FittedLaw:
        """The same law after one more return; ValueError where that is not finite."""
        if not isfinite(move.log_return):
            raise ValueError(f"a return of {move.log_return} updates no model")
        return FittedLaw(  # dataclasses.replace would take most of the time of an update
            name=self.name,
            observations=self.observations,
            law=self.law,
            next_variance=self.law.following(self.next_variance, PERCENT * move.log_return),
            innovations=self.innovations,
            note=self.note,
            fit=self.fit,
        )

    def simulated_sums(self, days: int, *, paths: int, rng: np.random.Generator) -> FloatArray:
        """Sums of squared log returns over days 1 .. k, shape (path, days)."""
        returns = self.simulated_returns(days, paths=paths, rng=rng)
        np.multiply(returns, returns, out=returns)
        return np.cumsum(returns, axis=1, out=returns)

    def simulated_returns(
        self,
        days: int,
        *,
        paths: int,
        rng: np.random.Generator,
        innovations: Innovations | None = None,
        workers: int = 1,
    ) -> FloatArray:
        """Daily log returns, shape (path, days), under the model's own innovations or those given."""
        returns = simulated_returns(
            self.law,
            self.next_variance,
            self.innovations if innovations is None else innovations,
            paths=paths,
            days=days,
            rng=rng,
            workers=workers,
        )
        return np.divide(returns, PERCENT, out=returns)
