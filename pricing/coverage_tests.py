"""Whether an interval or a value at risk was exceeded as often as it said, and not in clusters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, xlogy

_SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageTest:
    """A likelihood ratio, chi-squared with `degrees_of_freedom` where the stated coverage is right."""

    likelihood_ratio: float
    degrees_of_freedom: int

    @property
    def p_value(self) -> float:
        """Probability of a ratio at least as high where the stated coverage is right."""
        return float(chdtrc(self.degrees_of_freedom, self.likelihood_ratio))

    @property
    def accepted(self) -> bool:
        """Whether the stated coverage stands at 5% significance."""
        return self.p_value > _SIGNIFICANCE


def proportion_of_failures(*, days: int, exceptions: int, probability: float) -> CoverageTest:
    """Kupiec's (1995) test that a day is an exception with the stated probability; 1 degree of freedom.

    days: at least 1. exceptions: from 0 to `days`. probability: in (0, 1), such as 0.01 for a value at risk
    at 99%. ValueError outside these.
    """
    if not (0 <= exceptions <= days and days > 0 and 0.0 < probability < 1.0):
        raise ValueError(f"{exceptions} exceptions in {days} days at {probability} cannot be tested")
    stated = _log_likelihood(days - exceptions, exceptions, probability)
    found = _log_likelihood(days - exceptions, exceptions, exceptions / days)
    return CoverageTest(likelihood_ratio=max(0.0, 2.0 * (found - stated)), degrees_of_freedom=1)


def independence(exceeded: npt.ArrayLike) -> CoverageTest:
    """Christoffersen's (1998) test that an exception is no likelier after an exception; 1 degree of freedom.

    exceeded: whether each day was an exception, in the order of days, at least two. The ratio is 0 where no
    day but the last, or every day but the last, is one: then nothing can be compared.
    """
    before, after = _pairs(exceeded)
    calm, hit = ~before, before
    together = _log_likelihood(int(np.sum(~after)), int(np.sum(after)), float(np.mean(after)))
    apart = 0.0
    for state in (calm, hit):
        if state.any():
            share = float(np.mean(after[state]))
            apart += _log_likelihood(int(np.sum(~after[state])), int(np.sum(after[state])), share)
    return CoverageTest(likelihood_ratio=max(0.0, 2.0 * (apart - together)), degrees_of_freedom=1)


def conditional_coverage(exceeded: npt.ArrayLike, *, probability: float) -> CoverageTest:
    """Christoffersen's (1998) joint test of both; 2 degrees of freedom.

    The first day is conditioned on in the independence part and counted in the proportion, as is common; so
    the ratio is the sum of the two.
    """
    days = np.asarray(exceeded, dtype=np.bool_)
    often = proportion_of_failures(days=days.size, exceptions=int(days.sum()), probability=probability)
    return CoverageTest(
        likelihood_ratio=often.likelihood_ratio + independence(days).likelihood_ratio, degrees_of_freedom=2
    )


def _pairs(exceeded: npt.ArrayLike) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    days = np.asarray(exceeded, dtype=np.bool_)
    if days.ndim != 1 or days.size < 2:
        raise ValueError("independence needs at least two days in order")
    return days[:-1], days[1:]


def _log_likelihood(calm: int, exceptions: int, probability: float) -> float:
    return float(xlogy(calm, 1.0 - probability) + xlogy(exceptions, probability))
