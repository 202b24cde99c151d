"""Numbers from few observations with their 95% intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

FloatArray = npt.NDArray[np.float64]

_TAIL = 0.975
_NORMAL = float(ndtri(_TAIL))


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its 95% interval, and how many observations are behind it; NaN is not known."""

    value: float
    lower: float
    upper: float
    count: int


def nothing_known() -> Estimate:
    """An estimate without an observation."""
    return Estimate(value=math.nan, lower=math.nan, upper=math.nan, count=0)


def share_of(hits: int, count: int) -> Estimate:
    """A probability from its frequency, with Wilson's interval; not known without a trial.

    Reference: Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22.
    """
    if not count:
        return nothing_known()
    square, share = _NORMAL**2 / count, hits / count
    centre = (share + 0.5 * square) / (1.0 + square)
    half = math.sqrt(square * (share * (1.0 - share) + 0.25 * square)) / (1.0 + square)
    lower, upper = max(centre - half, 0.0), min(centre + half, 1.0)
    return Estimate(value=share, lower=min(lower, share), upper=max(upper, share), count=count)


def mean_of(values: FloatArray) -> Estimate:
    """The mean with Student's interval, values taken as independent; one value has no interval."""
    count = len(values)
    if count < 2:
        value = float(values[0]) if count else math.nan
        return Estimate(value=value, lower=math.nan, upper=math.nan, count=count)
    value = float(values.mean())
    half = float(stdtrit(count - 1, _TAIL)) * float(values.std(ddof=1)) / math.sqrt(count)
    return Estimate(value=value, lower=value - half, upper=value + half, count=count)


def normal_estimate(value: float, deviation: float, count: int) -> Estimate:
    """A number whose error is normal with a known deviation."""
    half = _NORMAL * deviation
    return Estimate(value=value, lower=value - half, upper=value + half, count=count)


def jackknifed(value: float, without: FloatArray) -> Estimate:
    """A statistic by what it is without each of several groups of its observations, (group,).

    Reference: Efron and Tibshirani (1993), An introduction to the bootstrap, chapter 11. Fewer than two
    groups give no interval.
    """
    groups = len(without)
    if groups < 2:
        return Estimate(value=value, lower=math.nan, upper=math.nan, count=groups)
    deviation = math.sqrt((groups - 1) / groups * float(((without - without.mean()) ** 2).sum()))
    half = float(stdtrit(groups - 1, _TAIL)) * deviation
    return Estimate(value=value, lower=value - half, upper=value + half, count=groups)
