"""What trades of any size cost in a situation, for the bands that need many of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from hedger.policy.policy import HedgeSituation

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeCosts:
    """The situation's CostCurve as a function of size alone.

    proportional: of a vanishingly small trade, impact: added at full participation, both as a fraction of the
    value traded. volume: contracts that the market trades in the horizon. per_contract: units of underlying.
    """

    proportional: float
    impact: float
    exponent: float
    volume: float
    per_contract: float

    @classmethod
    def of(cls, situation: HedgeSituation) -> Self:
        """Ask the curve once."""
        market, curve = situation.market, situation.cost_curve
        most = curve.expected_bps(
            participation=1.0,
            horizon_days=situation.horizon_days,
            volatility=float(market.forecast.at(1.0)),
        )
        return cls(
            proportional=curve.proportional_bps() / 1e4,
            impact=(most - curve.proportional_bps()) / 1e4,
            exponent=curve.impact_exponent,
            volume=market.hedge.average_daily_volume * situation.horizon_days,
            per_contract=market.hedge_delta(),
        )

    def at(self, delta: npt.ArrayLike) -> FloatArray:
        """Cost [fraction of the value] of trades of `delta` units of underlying; a rebate counts as none."""
        return self.at_contracts(np.abs(np.asarray(delta, dtype=np.float64)) / self.per_contract)

    def marginal(self, delta: FloatArray) -> FloatArray:
        """Cost of the last unit of such trades [fraction]; beyond the market's volume as at it."""
        participation = np.minimum(1.0, np.abs(delta) / self.per_contract / self.volume)
        impact = self.impact * (1.0 + self.exponent) * participation**self.exponent
        return np.asarray(np.maximum(self.proportional + impact, 0.0))

    def at_contracts(self, contracts: FloatArray) -> FloatArray:
        """The same for trades in contracts, not negative."""
        participation = np.minimum(1.0, contracts / self.volume)
        return np.asarray(np.maximum(self.proportional + self.impact * participation**self.exponent, 0.0))
