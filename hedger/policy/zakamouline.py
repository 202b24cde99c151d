"""Zakamouline's no-transaction band around the delta at a volatility that costs have modified."""

from __future__ import annotations

from dataclasses import dataclass

from hedger.optimum.band_formulas import zakamouline_half_width, zakamouline_variance_factor
from hedger.policy.band import BandView, decide_by_band
from hedger.policy.forecast_ladder import forecast_ladder, settled_half_width
from hedger.policy.policy import HedgeDecision, HedgeSituation


@dataclass(frozen=True, slots=True, kw_only=True)
class ZakamoulinePolicy:
    """Trade to the nearer edge of a band fitted to the exact optimum of one European option.

    Half width H0 + H1 of `zakamouline_half_width` around the delta at the variance times
    `zakamouline_variance_factor`. The paper's formulas are for one option; a book enters by its net gamma,
    by the expiry and volatility that gamma weights, and by its net over its gross gamma in place of the sign
    of the position: published where all lines are on one side, a heuristic on a spread. The cost is the
    CostCurve's for a trade as large as the half width, found as a fixed point, and volatilities are at the
    forecast's level, both as in WhalleyWilmottPolicy.

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
        width = float(view.half_width[len(view.delta) // 2])
        rule = (
            f"a no-transaction band of ±{width:,.0f} (delta at the forecast volatility modified for costs, "
            f"cost {situation.cost_bps(width):.2f} bp, risk aversion {situation.risk_aversion:g})"
        )
        return decide_by_band(situation, view, policy=self.name, rule=rule)

    def view(self, situation: HedgeSituation) -> BandView:
        """Delta at the modified volatility and half width of the band along the ladder, shape (level,)."""
        exposure, aversion = situation.exposure, situation.risk_aversion
        spot = exposure.ladder_spot
        gamma = forecast_ladder(situation).book_gamma(situation)
        discount = situation.market.discount.discount_at(gamma.years)
        width, cost = settled_half_width(
            situation,
            lambda cost: zakamouline_half_width(
                gamma, spot=spot, proportional_cost=cost, risk_aversion=aversion, discount=discount
            ),
        )
        factor = zakamouline_variance_factor(
            gamma, spot=spot, proportional_cost=cost, risk_aversion=aversion, discount=discount
        )
        modified = forecast_ladder(situation, variance_factor=factor)
        delta = exposure.linear_delta + modified.delta.sum(axis=1)
        return BandView.around(spot, delta, width, to_edge=True)
