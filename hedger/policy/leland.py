"""Leland's delta: at a volatility that pays for rehedging at every date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.optimum.band_formulas import leland_variance_factor
from hedger.policy.band import BandView, decide_by_band
from hedger.policy.forecast_ladder import FloatArray, expected_trade, forecast_ladder, step_variance
from hedger.policy.policy import HedgeDecision, HedgeSituation
from hedger.policy.trade_costs import TradeCosts


@dataclass(frozen=True, slots=True, kw_only=True)
class LelandPolicy:
    """Trade at every date to zero delta at the forecast volatility times Leland's factor.

    The factor of `leland_variance_factor` for the time from one decision to the next; a book has its net over
    its gross gamma in place of the sign of the position. The cost is the CostCurve's for the trade that the
    move between them is expected to bring.

    Reference: Leland (1985), Option pricing and replication with transactions costs, Journal of Finance
    40(5).
    """

    @property
    def name(self) -> str:
        """The policy's name as typed on the command line."""
        return "leland"

    def decide(self, situation: HedgeSituation) -> HedgeDecision:
        """Decide for one underlying."""
        factor = self._variance_factor(situation)
        delta = forecast_ladder(situation, variance_factor=factor).delta.sum(axis=1)
        delta += situation.exposure.linear_delta
        spot = situation.exposure.ladder_spot
        view = BandView.around(spot, delta, np.zeros_like(spot), to_edge=False)
        scale = float(np.sqrt(factor[len(factor) // 2]))
        rule = f"the delta hedge at {scale:.3f} of the forecast volatility, which pays for rehedging"
        return decide_by_band(situation, view, policy=self.name, rule=rule)

    @staticmethod
    def _variance_factor(situation: HedgeSituation) -> FloatArray:
        gamma = forecast_ladder(situation).book_gamma(situation)
        cost = TradeCosts.of(situation).at(expected_trade(situation, gamma))
        variance = step_variance(situation, gamma)
        return leland_variance_factor(gamma, step_variance=variance, proportional_cost=cost)
