"""What one believes of the skew-stickiness ratio: a law from a long history, filtered on the days since."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

REFERENCE_YEARS = 30 / 365


@dataclass(frozen=True, slots=True, kw_only=True)
class StickinessLaw:
    """The skew-stickiness ratio R of thirty days as a reverting process, a step a trading day.

    R_t = mean + persistence (R_tm1 - mean) + deviation sqrt(1 - persistence^2) e_t, with `deviation` the
    stationary one; the volatility at the money moves by R x skew x log return + noise x volatility x e'_t,
    e' of Student's t with `freedom` and unit variance. All dimensionless; R is the same at every expiry.

    Raises ValueError where persistence is not in [0, 1), the deviation negative, the noise not positive or
    the freedom not above 2.
    """

    mean: float
    deviation: float
    persistence: float
    noise: float
    freedom: float
    origin: str = "given"

    def __post_init__(self) -> None:
        if not (0.0 <= self.persistence < 1.0 and self.deviation >= 0.0):
            raise ValueError("expected persistence in [0, 1) and a deviation of 0 or more")
        if not (self.noise > 0.0 and self.freedom > 2.0):
            raise ValueError("expected positive noise and more than 2 degrees of freedom")


INDEX_LAW = StickinessLaw(
    mean=1.14,
    deviation=0.516,
    persistence=0.776,
    noise=0.0347,
    freedom=6.4,
    origin="S&P 500: response, its persistence and noise from the VIX of 2014 to 2017, over the skew of "
    "chains from 2019-04-25 to 2019-05-15",
)
"""`benchmarks/hedging_quotes.py --law` prints what it comes from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmileMove:
    """What a smile did between two days, summed over its options.

    log_return: of the forwards. ratio: R that explains the options' prices best, by least squares. skew, at
    the money, per sqrt(year), and volatility of the first day, at the expiry nearest to thirty days.
    trading_days: between the two.
    """

    log_return: float
    ratio: float
    skew: float
    volatility: float
    trading_days: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StickinessBelief:
    """R of thirty days as known before a day's return: mean `ratio` and `deviation`, after `moves` moves."""

    law: StickinessLaw
    ratio: float
    deviation: float
    moves: int = 0

    def observed(self, move: SmileMove) -> StickinessBelief:
        """The belief after a move and the days that it took: Kalman's filter with R as its state.

        A surprise beyond what the law expects counts as one of larger noise (`surprise_weight`). A move
        without a return or a skew, or that is not finite, tells nothing and only lets time pass.
        """
        days = max(move.trading_days, 1)
        lever = abs(move.skew * move.log_return)
        error = (self.law.noise * move.volatility) ** 2 * days
        if not (np.isfinite(move.ratio) and np.isfinite(lever) and lever > 0.0 and 0.0 < error < np.inf):
            return self.aged(move.trading_days)
        known = self.deviation**2 * lever**2
        surprise = lever * (move.ratio - self.ratio)
        error /= surprise_weight(surprise**2 / (known + error), self.law.freedom)
        gain = known / (known + error)
        filtered = replace(
            self,
            ratio=self.ratio + gain * (move.ratio - self.ratio),
            deviation=self.deviation * (1.0 - gain) ** 0.5,
            moves=self.moves + 1,
        )
        return filtered.aged(move.trading_days)

    def aged(self, trading_days: int) -> StickinessBelief:
        """The belief after `trading_days` without quotes: it reverts to the law's mean and deviation."""
        left = self.law.persistence ** max(trading_days, 0)
        variance = left**2 * self.deviation**2 + (1.0 - left**2) * self.law.deviation**2
        return replace(
            self,
            ratio=self.law.mean + left * (self.ratio - self.law.mean),
            deviation=float(np.sqrt(variance)),
        )


def surprise_weight(squared_surprise: float, freedom: float) -> float:
    """Weight of a surprise, squared and over its expected variance: of Student's t, at most 1.

    (freedom + 1) / (freedom - 2 + squared_surprise), the weight in the maximum likelihood of a t of unit
    variance (Lange, Little and Taylor 1989, Robust statistical modeling using the t distribution, JASA 84).
    """
    return min(1.0, (freedom + 1.0) / (freedom - 2.0 + squared_surprise))


def belief_without_chains(law: StickinessLaw = INDEX_LAW) -> StickinessBelief:
    """What the law alone says, where no chain of an earlier day is there."""
    return StickinessBelief(law=law, ratio=law.mean, deviation=law.deviation)
