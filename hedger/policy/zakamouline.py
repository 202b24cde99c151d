"""Zakamouline's no-transaction band around the delta at a volatility that costs have modified."""

from __future__ import annotations

from dataclasses import dataclass

from hedger.optimum.band_formulas import zakamouline_half_width, zakamouline_variance_factor
from hedger.policy.band import BandView, decide_by_band
from hedger.policy.forecast_ladder import expected_trade, forecast_ladder
from hedger.policy.impact_band import band_in_words, impact_band
from hedger.policy.policy import HedgeDecision, HedgeSituation
from hedger.policy.trade_costs import TradeCosts


@dataclass(frozen=True, slots=True, kw_only=True)
class ZakamoulinePolicy:
    """Trade toward the nearer edge of a band fitted to the exact optimum of one European option.

    Half width H0 + H1 of `zakamouline_half_width` around the delta at the variance times
    `zakamouline_variance_factor`. The paper's formulas are for one option; a book enters by its net gamma,
    by the expiry and volatility that gamma weights, and by its net over its gross gamma in place of the sign
    of the position: published where all lines are on one side, a heuristic on a spread. The band under
    impact is `impact_band`'s, and the volatility is modified for the cost of the trade that is expected at a
    decision; volatilities are at the forecast's level, as in WhalleyWilmottPolicy.

    Reference: Zakamouline (2006), Efficient analytic approximation of the optimal hedging strategy for a
    European call option with transaction costs, Quantitative Finance 6(5).
    """

    @property
    def name(self) -> str:
        """The policy's name as typed on the command line."""
        return "zakamouline"

    def decide(self, situation: HedgeSituation) -> HedgeDecision:
        """Decide for one underlying."""
        view = self.view(situation)
        band = band_in_words(view, "a no-transaction band")
        rule = (
            f"{band} (delta at the forecast volatility modified for costs, "
            f"cost {situation.cost_curve.proportional_bps():.2f} bp before impact, "
            f"risk aversion {situation.risk_aversion:g})"
        )
        return decide_by_band(situation, view, policy=self.name, rule=rule)

    def view(self, situation: HedgeSituation) -> BandView:
        """Delta at the modified volatility and band along the ladder, shape (level,)."""
        exposure, aversion = situation.exposure, situation.risk_aversion
        spot = exposure.ladder_spot
        gamma = forecast_ladder(situation).book_gamma(situation)
        discount = situation.market.discount.discount_at(gamma.years)
        factor = zakamouline_variance_factor(
            gamma,
            spot=spot,
            proportional_cost=TradeCosts.of(situation).at(expected_trade(situation, gamma)),
            risk_aversion=aversion,
            discount=discount,
        )
        modified = forecast_ladder(situation, variance_factor=factor)
        return impact_band(
            situation,
            exposure.linear_delta + modified.delta.sum(axis=1),
            lambda cost: zakamouline_half_width(
                gamma, spot=spot, proportional_cost=cost, risk_aversion=aversion, discount=discount
            ),
        )
