"""When a dark pool fills: at a known rate, or at one that is learnt from the fills there have been."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@runtime_checkable
class FillLaw(Protocol):
    """How long an order rests in a dark pool before somebody comes."""

    def unfilled(self, since: float, until: FloatArray) -> FloatArray:
        """Probability that nobody comes by `until`, given that nobody had by `since`, of `until`'s shape.

        Times since the order began, in the law's unit; 1 where the two are the same.
        """
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class KnownIntensity:
    """Arrivals of a Poisson process. intensity: per unit of time, 0 or more and finite, else ValueError."""

    intensity: float

    def __post_init__(self) -> None:
        if not 0.0 <= self.intensity < math.inf:
            raise ValueError(f"expected a finite intensity of 0 or more; got {self.intensity:g}")

    def unfilled(self, since: float, until: FloatArray) -> FloatArray:
        """exp(-theta (until - since))."""
        law: FloatArray = np.exp(-self.intensity * (until - since))
        return law


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LearntIntensity:
    """Arrivals at a rate that is not known: gamma distributed, `fills` seen in `exposure` units of time.

    Both count a prior's, above 0 and finite, else ValueError: half a fill in half the horizon says little of
    a rate near one a horizon. The law of the next arrival is a mixture of exponentials whose rate falls while
    nobody comes, fills / (exposure + t): the trajectory that minimises the expected cost under it is the
    Bayes-optimal one, since an order that is filled whole learns nothing else on its way.
    """

    fills: float
    exposure: float

    def __post_init__(self) -> None:
        if not (0.0 < self.fills < math.inf and 0.0 < self.exposure < math.inf):
            raise ValueError(f"expected fills and exposure above 0 and finite; got {self}")

    @property
    def mean(self) -> float:
        """The rate expected now [per unit of time]."""
        return self.fills / self.exposure

    def after(self, fills: float, exposure: float) -> LearntIntensity:
        """What is known after some more fills in some more time in which an order rested."""
        return LearntIntensity(fills=self.fills + fills, exposure=self.exposure + exposure)

    def unfilled(self, since: float, until: FloatArray) -> FloatArray:
        """((exposure + since) / (exposure + until)) ^ fills."""
        law: FloatArray = np.exp(-self.fills * np.log1p((until - since) / (self.exposure + since)))
        return law
