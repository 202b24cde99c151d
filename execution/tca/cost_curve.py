"""What trading costs: the value that flows from execution back to the hedge decision."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCurve:
    """Expected implementation shortfall in bps of arrival notional; positive is a cost.

    cost = half_spread_bps + fee_bps + 1e4 * impact_coefficient * daily_volatility * participation^impact_exponent,
    the square-root law when the exponent is 0.5 (Almgren et al. 2005 estimate 0.6; Toth et al. 2011 0.5).

    participation: own quantity over the market's volume during the horizon, in [0, 1].
    volatility: annualised per sqrt(year); daily_volatility over the horizon is volatility * sqrt(horizon_days / 252).
    """

    half_spread_bps: float
    fee_bps: float
    impact_coefficient: float
    impact_exponent: float = 0.5
    standard_error_bps: float = 0.0
    fills: int = 0
    origin: str = "assumed"

    def expected_bps(self, *, participation: float, horizon_days: float, volatility: float) -> float:
        """Expected shortfall of a parent order [bps of arrival notional]."""
        horizon_volatility = volatility * np.sqrt(horizon_days / 252.0)
        impact = 1e4 * self.impact_coefficient * horizon_volatility * participation**self.impact_exponent
        return float(self.half_spread_bps + self.fee_bps + impact)

    def proportional_bps(self) -> float:
        """Cost of a vanishingly small trade [bps]: half spread and fee."""
        return self.half_spread_bps + self.fee_bps
