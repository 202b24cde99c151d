"""Risk measures of a sample of losses, in currency, and what their sampling error is."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

# Below this spread of aversion times loss the exponential's series is exact to rounding after two terms.
_GENTLE = 1e-8


def entropic_risk(loss: npt.ArrayLike, aversion: float) -> float:
    """log E exp(aversion loss) / aversion [currency]: what an exponential utility pays to be rid of the loss.

    loss: (path,) [currency], positive is bad. aversion [1 / currency]: at least 0; the limits are the mean at
    0 and the greatest loss at infinity. ValueError for no losses, ones that are not finite, and another
    aversion. Reference: Foellmer and Schied (2002), Convex measures of risk and trading constraints, Finance
    and Stochastics 6(4).
    """
    sample = _checked(loss)
    _check_aversion(aversion)
    greatest = float(sample.max())
    if aversion == inf:
        return greatest
    below = sample - greatest
    if -aversion * below.min() < _GENTLE:
        return float(sample.mean() + 0.5 * aversion * sample.var())
    return greatest + float(np.log1p(np.mean(np.expm1(aversion * below)))) / aversion


def expected_shortfall(loss: npt.ArrayLike, level: float) -> float:
    """Mean of the worst 1 - level of the losses [currency], the path at the boundary counted in part.

    loss: (path,) [currency]. level in [0, 1]: 0 is the mean, 1 the greatest loss. ValueError for anything
    else. Reference: Rockafellar and Uryasev (2002), Conditional value-at-risk for general loss distributions,
    Journal of Banking and Finance 26(7).
    """
    sample = _checked(loss)
    _check_level(level)
    whole, part = tail_count(sample.size, level)
    if whole + part < 1.0:
        return float(sample.max())
    at = sample.size - whole - 1
    ordered = np.partition(sample, max(at, 0))
    boundary = part * ordered[at] if part > 0.0 else 0.0
    return float((ordered[sample.size - whole :].sum() + boundary) / (whole + part))


def value_at_risk(loss: npt.ArrayLike, level: float) -> float:
    """The least loss of the worst 1 - level [currency]: where the shortfall's tail begins."""
    sample = _checked(loss)
    _check_level(level)
    whole, part = tail_count(sample.size, level)
    at = sample.size - whole - (1 if part > 0.0 or not whole else 0)
    return float(np.partition(sample, at)[at])


def mean_variance(loss: npt.ArrayLike, aversion: float) -> float:
    """E loss + aversion / 2 Var loss [currency], with the variance of the sample as the whole law.

    loss: (path,) [currency]; aversion [1 / currency] at least 0 and finite. It is convex and cash invariant
    but not monotone: a loss that falls on some paths may be called riskier. ValueError for anything else.
    """
    sample = _checked(loss)
    _check_aversion(aversion)
    if aversion == inf:
        raise ValueError("mean-variance has no limit at infinite aversion")
    return float(sample.mean() + 0.5 * aversion * sample.var())


class RiskMeasure(Protocol):
    """Risk of a sample of losses, and what every path adds to it."""

    def of(self, loss: npt.ArrayLike) -> float:
        """The risk [currency]."""
        ...

    def influence(self, loss: npt.ArrayLike) -> FloatArray:
        """Numbers (path,) [currency] whose mean is the risk and whose spread is that of its estimate."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EntropicRisk:
    """Entropic risk at an aversion [1 / currency], positive and finite."""

    aversion: float

    def of(self, loss: npt.ArrayLike) -> float:
        """The risk [currency]."""
        return entropic_risk(loss, self.aversion)

    def influence(self, loss: npt.ArrayLike) -> FloatArray:
        """The derivative with respect to each path's weight in the sample."""
        sample = _checked(loss)
        weight = np.exp(self.aversion * (sample - sample.max()))
        share: FloatArray = weight / weight.mean() - 1.0
        return self.of(sample) + share / self.aversion


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedShortfall:
    """Expected shortfall at a level in [0, 1)."""

    level: float

    def of(self, loss: npt.ArrayLike) -> float:
        """The risk [currency]."""
        return expected_shortfall(loss, self.level)

    def influence(self, loss: npt.ArrayLike) -> FloatArray:
        """Threshold plus excess over it by 1 - level, of which the risk is the mean."""
        sample = _checked(loss)
        threshold = value_at_risk(sample, self.level)
        excess: FloatArray = np.maximum(sample - threshold, 0.0)
        return threshold + excess / (1.0 - self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanVariance:
    """Mean plus half the aversion [1 / currency] times the variance."""

    aversion: float

    def of(self, loss: npt.ArrayLike) -> float:
        """The risk [currency]."""
        return mean_variance(loss, self.aversion)

    def influence(self, loss: npt.ArrayLike) -> FloatArray:
        """Loss plus half the aversion times its squared distance from the mean."""
        sample = _checked(loss)
        centred: FloatArray = sample - sample.mean()
        return sample + 0.5 * self.aversion * centred * centred


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number from a sample and its standard error, in the same unit."""

    value: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        """95% interval."""
        return self.value - 1.96 * self.standard_error, self.value + 1.96 * self.standard_error


def estimate(measure: RiskMeasure, loss: npt.ArrayLike, *, antithetic: bool = False) -> Estimate:
    """Risk [currency] and its standard error to first order.

    antithetic: the second half of the paths mirrors the first, so that pairs and not paths are independent.
    """
    return Estimate(
        value=measure.of(loss), standard_error=_standard_error(measure.influence(loss), antithetic)
    )


def indifference_price(
    measure: RiskMeasure,
    loss: npt.ArrayLike,
    without: npt.ArrayLike | None = None,
    *,
    antithetic: bool = False,
) -> Estimate:
    """The payment [currency] that makes the hedger as well off with the position as without it.

    loss: with the position, hedged. without: of the best trading without it on the same paths, by default
    none (nothing is gained by trading a martingale at a cost). Risk with less risk without, by cash
    invariance. Reference: Hodges and Neuberger (1989). ValueError where the samples differ in length.
    """
    with_it = _checked(loss)
    left = np.zeros_like(with_it) if without is None else _checked(without)
    if left.shape != with_it.shape:
        raise ValueError(f"losses with and without are of the same paths, not {with_it.size} and {left.size}")
    difference: FloatArray = measure.influence(with_it) - measure.influence(left)
    return Estimate(
        value=measure.of(with_it) - measure.of(left), standard_error=_standard_error(difference, antithetic)
    )


def _standard_error(influence: FloatArray, antithetic: bool) -> float:
    if antithetic and influence.size % 2:
        raise ValueError(f"antithetic paths come in pairs, not {influence.size}")
    sample = influence.reshape(2, -1).mean(axis=0) if antithetic else influence
    return float(sample.std(ddof=1)) / sqrt(sample.size) if sample.size > 1 else inf


def tail_count(size: int, level: float) -> tuple[int, float]:
    """Paths wholly in the worst 1 - level, and the share of the next, up to rounding."""
    paths = size * (1.0 - level)
    near = round(paths)
    if abs(paths - near) <= 1e-13 * size:
        return int(near), 0.0
    return int(paths), paths - int(paths)


def _checked(loss: npt.ArrayLike) -> FloatArray:
    sample = np.asarray(loss, dtype=np.float64)
    if sample.ndim != 1 or not sample.size or not np.all(np.isfinite(sample)):
        raise ValueError("losses are finite numbers, one a path, and at least one")
    return sample


def _check_aversion(aversion: float) -> None:
    if not aversion >= 0.0:
        raise ValueError(f"a risk aversion is at least 0, not {aversion}")


def _check_level(level: float) -> None:
    if not 0.0 <= level <= 1.0:
        raise ValueError(f"a level lies in [0, 1], not at {level}")
