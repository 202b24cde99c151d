"""Laws of a queue's outflow: how much leaves a price level ahead of and through a resting order."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np
import numpy.typing as npt
from scipy.special import pdtr, pdtrc, pdtrik

FloatArray = npt.NDArray[np.float64]


@runtime_checkable
class Outflow(Protocol):
    """Contracts that leave a price level within the time that a child order has; never negative."""

    def quantile(self, probability: float) -> float:
        """The least amount that is not exceeded with at least this probability, which lies in (0, 1)."""
        ...

    def expected_excess(self, amount: float) -> float:
        """Mean of what flows out beyond an amount of 0 or more [contracts]."""
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExponentialOutflow:
    """Exponentially distributed. mean: contracts, above 0 and finite, else ValueError."""

    mean: float

    def __post_init__(self) -> None:
        _require(0.0 < self.mean < math.inf, "a finite mean above 0", self.mean)

    def quantile(self, probability: float) -> float:
        """-mean log(1 - probability)."""
        return -self.mean * math.log1p(-probability)

    def expected_excess(self, amount: float) -> float:
        """mean exp(-amount / mean)."""
        return self.mean * math.exp(-amount / self.mean)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class PoissonOutflow:
    """Poisson distributed, in single contracts. mean: 0 or more and finite, else ValueError."""

    mean: float

    def __post_init__(self) -> None:
        _require(0.0 <= self.mean < math.inf, "a finite mean of 0 or more", self.mean)

    def quantile(self, probability: float) -> float:
        """The least whole number whose distribution function reaches the probability."""
        if self.mean == 0.0:
            return 0.0
        # The inverse is a real number, good to rounding: the whole one is it or a neighbour.
        nearby = max(0.0, math.floor(float(pdtrik(probability, self.mean))) - 1.0)
        while pdtr(nearby, self.mean) < probability:
            nearby += 1.0
        return nearby

    def expected_excess(self, amount: float) -> float:
        """mean P(N >= k) - amount P(N > k), k the whole part of the amount."""
        whole = math.floor(amount)
        at_least = float(pdtrc(whole - 1, self.mean)) if whole > 0 else 1.0
        return max(0.0, self.mean * at_least - amount * float(pdtrc(whole, self.mean)))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EmpiricalOutflow:
    """What was seen, each as likely. amounts: contracts, at least one, finite and not negative."""

    amounts: tuple[float, ...]

    def __post_init__(self) -> None:
        good = len(self.amounts) > 0 and all(0.0 <= amount < math.inf for amount in self.amounts)
        _require(good, "one amount or more, finite and not negative", len(self.amounts))

    def quantile(self, probability: float) -> float:
        """The least of the amounts that at least this share of them do not exceed."""
        return float(np.quantile(np.array(self.amounts), probability, method="inverted_cdf"))

    def expected_excess(self, amount: float) -> float:
        """Mean excess of the amounts."""
        return float(np.maximum(np.array(self.amounts) - amount, 0.0).mean())


def _require(is_good: bool, expected: str, found: float) -> None:
    if not is_good:
        raise ValueError(f"an outflow law needs {expected}; got {found:g}")
