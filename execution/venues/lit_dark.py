"""Kratz and Schoneborn: a position worked at a lit book while it rests in a dark pool, in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LitDarkProblem:
    """Trade X by `horizon`, at a lit book that charges for speed and in a dark pool that charges nothing.

    Trading v contracts per unit of time costs temporary_impact v^2 a unit of time [eta: currency x time per
    contract^2]; holding x costs risk x^2 a unit of time [alpha: currency per contract^2 per time; for a
    variance-averse trader lambda sigma^2]. fill_intensity: theta, arrivals per unit of time of somebody who
    fills whatever rests in the pool, at the mid. The least expected cost of x with s to go is C(s) x^2, where

        C = eta (k coth(k s) - theta / 2),    k^2 = theta^2 / 4 + risk / eta,

    all of x rests in the pool, and the lit book is traded at C x / eta. Raises ValueError unless horizon and
    impact are above 0, risk and intensity not negative, and all finite, with a finite k.

    Reference: P. Kratz and T. Schoneborn, Portfolio liquidation in dark pools in continuous time,
    Mathematical Finance 25 (2015), the case of one asset without adverse selection.
    """

    horizon: float
    temporary_impact: float
    risk: float
    fill_intensity: float

    def __post_init__(self) -> None:
        if not (0.0 < self.horizon < math.inf and 0.0 < self.temporary_impact < math.inf):
            raise ValueError(f"horizon and temporary impact are above 0 and finite; got {self}")
        if not (0.0 <= self.risk < math.inf and 0.0 <= self.fill_intensity < math.inf):
            raise ValueError(f"risk and fill intensity are not negative and finite; got {self}")
        if not math.isfinite(self.pull * self.horizon):
            raise ValueError(f"no finite rate of trading: risk over impact is out of range; got {self}")

    @property
    def pull(self) -> float:
        """k, the rate at which the optimum closes the position far from the end [per time]."""
        return math.hypot(0.5 * self.fill_intensity, math.sqrt(self.risk / self.temporary_impact))

    @property
    def without_pool(self) -> LitDarkProblem:
        """The same position with nobody in the dark: Almgren and Chriss in continuous time."""
        return replace(self, fill_intensity=0.0)

    def coefficient(self, time_to_go: float) -> float:
        """C [currency per contract^2]; infinite with nothing to go, ValueError where that is negative or NaN.

        Written as a sum of terms that are not negative: k coth(k s) - theta / 2 cancels where risk is small.
        """
        if not time_to_go >= 0.0:
            raise ValueError(f"time to go is not negative; got {time_to_go:g}")
        if time_to_go == 0.0:
            return math.inf
        twice = 2.0 * self.pull * time_to_go
        ending = twice / math.expm1(twice) if 0.0 < twice < 700.0 else float(twice == 0.0)
        return self.temporary_impact * (self._net_pull + ending / time_to_go)

    def value(self, quantity: float) -> float:
        """Least expected cost of a whole order [currency]; the sign of the quantity does not matter."""
        return self.coefficient(self.horizon) * quantity**2

    def lit_rate(self, left: float, time_to_go: float) -> float:
        """What to trade at the lit book now [contracts per unit of time], with `left` contracts to go."""
        return self.coefficient(time_to_go) * left / self.temporary_impact

    def remaining(self, elapsed: FloatArray) -> FloatArray:
        """Fraction left at each time from 0 to the horizon while nobody came, of the shape of `elapsed`.

        exp(theta t / 2) sinh(k (T - t)) / sinh(k T), in decaying exponentials.
        """
        pull, to_go = self.pull, self.horizon - np.asarray(elapsed, np.float64)
        if (to_go < 0.0).any() or (to_go > self.horizon).any():
            raise ValueError(f"elapsed times lie between 0 and the horizon {self.horizon:g}")
        if pull * self.horizon < 1e-150:
            even: FloatArray = to_go / self.horizon
            return even
        whole = -math.expm1(-2.0 * pull * self.horizon)
        left: FloatArray = (
            np.exp(-self._net_pull * (self.horizon - to_go)) * -np.expm1(-2.0 * pull * to_go) / whole
        )
        return left

    @property
    def _net_pull(self) -> float:
        """k - theta / 2 without its cancellation."""
        total = self.pull + 0.5 * self.fill_intensity
        return self.risk / self.temporary_impact / total if total > 0.0 else 0.0
