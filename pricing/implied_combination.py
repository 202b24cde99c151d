"""A forecast from prices and one from options, as one: the options' word counts as far as they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from pricing.combination import Pool, combined_name, scaled_sums
from pricing.implied_regression import IMPLIED_DAYS, FittedImplied
from pricing.volatility_model import DayMove, FittedVolatility

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedWithImplied:
    """The mean of a fitted model and a regression on implied variance over its 21 days.

    Beyond, where implied volatility says nothing, days follow the model alone, scaled by what options made of
    its first 21 days; the scale's distance from one shrinks by the model's persistence a day.
    """

    own: FittedVolatility
    implied: FittedImplied

    @property
    def name(self) -> str:
        """Both in words, for the report."""
        own = f"({self.own.name})" if " and " in self.own.name else self.own.name
        return combined_name([own, self.implied.name], Pool.MEAN)

    @property
    def observations(self) -> int:
        """Daily returns that the model was fitted to."""
        return self.own.observations

    @property
    def note(self) -> str:
        """What was wrong with either fit."""
        return "; ".join(note for note in (self.own.note, self.implied.note) if note)

    @property
    def parameters(self) -> Mapping[str, float]:
        """Those of both; persistence and long-run volatility are the model's."""
        return MappingProxyType({**self.implied.parameters, **self.own.parameters})

    def variance_path(self, days: int) -> FloatArray:
        """Expected variance of each of the days 1 .. `days` ahead, shape (days,)."""
        reach = max(days, IMPLIED_DAYS)
        path = self.own.variance_path(reach)
        month = 0.5 * (path[:IMPLIED_DAYS] + self.implied.variance_path(IMPLIED_DAYS))
        scale = float(month.sum() / path[:IMPLIED_DAYS].sum())
        left = self.own.parameters.get("persistence", 0.0) ** np.arange(1, reach - IMPLIED_DAYS + 1)
        after = path[IMPLIED_DAYS:] * (1.0 + (scale - 1.0) * left)
        return np.concatenate([month, after])[:days]

    def updated(self, move: DayMove) -> FittedWithImplied:
        """Both after one more day; ValueError where it has no implied volatility."""
        return replace(self, own=self.own.updated(move), implied=self.implied.updated(move))

    def simulated_sums(self, days: int, *, paths: int, rng: np.random.Generator) -> FloatArray | None:
        """The model's paths, each day scaled to the mean of both; None where it has no law."""
        return scaled_sums(self.own, self.variance_path(days), paths=paths, rng=rng)
