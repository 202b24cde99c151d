"""Leland's delta: at a volatility that pays for rehedging at every date."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.optimum.band_formulas import BookGamma, leland_variance_factor
from hedger.policy.band import BandView, decide_by_band
from hedger.policy.forecast_ladder import FloatArray, forecast_ladder
from hedger.policy.policy import HedgeDecision, HedgeSituation
from hedger.policy.trade_costs import TradeCosts
from pricing.time import TRADING_DAYS_PER_YEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class LelandPolicy:
    """Trade at every date to zero delta at the forecast volatility times Leland's factor.

    The factor of `leland_variance_factor` for one trading day between dates; a book has its net over its
    gross gamma in place of the sign of the position. The cost is the CostCurve's for the trade that a day's
    move is expected to bring, |Gamma| S sigma sqrt(2 dt / pi).

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
        rule = f"the delta hedge at {scale:.3f} of the forecast volatility, which pays for daily hedging"
        return decide_by_band(situation, view, policy=self.name, rule=rule)

    @staticmethod
    def _variance_factor(situation: HedgeSituation) -> FloatArray:
        gamma = forecast_ladder(situation).book_gamma(situation)
        step_variance = gamma.volatility**2 / TRADING_DAYS_PER_YEAR
        trade = _expected_trade(gamma, situation.exposure.ladder_spot, step_variance)
        cost = TradeCosts.of(situation).at(trade)
        return leland_variance_factor(gamma, step_variance=step_variance, proportional_cost=cost)


def _expected_trade(gamma: BookGamma, spot: FloatArray, step_variance: FloatArray) -> FloatArray:
    return np.asarray(np.abs(gamma.net) * spot * np.sqrt(2.0 * step_variance / np.pi), dtype=np.float64)
