"""What one believes of the skew-stickiness ratio: a law from a long history, filtered on the days since."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

REFERENCE_YEARS = 30 / 365
SHORTEST_YEARS = 7 / 365


@dataclass(frozen=True, slots=True, kw_only=True)
class StickinessLaw:
    """The skew-stickiness ratio R of thirty days as a reverting process, a step a trading day.

    R_t = mean + persistence (R_tm1 - mean) + deviation sqrt(1 - persistence^2) e_t, with `deviation` the
    stationary one; the volatility at the money moves by R x skew x log return + noise x volatility x e'_t.
    R(T) - 1 falls with expiry as (T / 30 days)^-decay. All dimensionless.

    Raises ValueError where persistence is not in [0, 1), the deviation negative or the noise not positive.
    """

    mean: float
    deviation: float
    persistence: float
    noise: float
    decay: float
    origin: str = "given"

    def __post_init__(self) -> None:
        if not (0.0 <= self.persistence < 1.0 and self.deviation >= 0.0 and self.noise > 0.0):
            raise ValueError("expected persistence in [0, 1), a deviation of 0 or more and positive noise")

    def excess_at(self, expiry_years: npt.ArrayLike) -> FloatArray:
        """(R(T) - 1) / (R(30 days) - 1); below seven days that of seven days."""
        years = np.maximum(np.asarray(expiry_years, dtype=np.float64), SHORTEST_YEARS)
        return np.asarray((years / REFERENCE_YEARS) ** -self.decay, dtype=np.float64)


INDEX_LAW = StickinessLaw(
    mean=1.12,
    deviation=0.515,
    persistence=0.63,
    noise=0.0335,
    decay=0.20,
    origin="S&P 500: response, its persistence and noise from the VIX of 2014 to 2017, skew and decay from "
    "chains of 2019-04-25 to 2019-05-15",
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
        """The belief after a move and the days that it took (Kalman's filter with R as its state).

        A move without a return or a skew, or that is not finite, tells nothing of R and only lets time pass.
        """
        lever = abs(move.skew * move.log_return)
        variance = self.deviation**2
        error = (self.law.noise * move.volatility) ** 2 * max(move.trading_days, 1)
        told = np.isfinite(move.ratio) and np.isfinite(lever) and lever > 0.0 and error > 0.0
        weight = variance * lever**2 / (variance * lever**2 + error) if told else 0.0
        ratio = self.ratio + (weight * (move.ratio - self.ratio) if told else 0.0)
        filtered = replace(
            self,
            ratio=float(ratio),
            deviation=float(np.sqrt(variance * (1.0 - weight))),
            moves=self.moves + int(told),
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


def belief_without_chains(law: StickinessLaw = INDEX_LAW) -> StickinessBelief:
    """What the law alone says, where no chain of an earlier day is there."""
    return StickinessBelief(law=law, ratio=law.mean, deviation=law.deviation)
