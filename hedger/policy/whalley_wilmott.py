"""Whalley and Wilmott's no-transaction band around the delta at the forecast volatility."""

from __future__ import annotations

from dataclasses import dataclass

from hedger.optimum.band_formulas import whalley_wilmott_half_width
from hedger.policy.band import BandView, decide_by_band
from hedger.policy.forecast_ladder import forecast_ladder, settled_half_width
from hedger.policy.policy import HedgeDecision, HedgeSituation


@dataclass(frozen=True, slots=True, kw_only=True)
class WhalleyWilmottPolicy:
    """Trade to the nearer edge of the asymptotically optimal band for small proportional costs.

    Half width = (3/2 exp(-r tau) c S Gamma^2 / lambda)^(1/3) units of underlying, with Gamma the book's net
    gamma, lambda the risk aversion per currency, tau the gamma-weighted time to expiry, and c the cost of a
    trade as a fraction of its value. The paper's c is proportional; ours, with impact in it, is what the
    CostCurve expects of a trade as large as the half width itself: a heuristic, found as a fixed point.

    Delta and gamma are taken at the forecast volatility: each strike's implied volatility times forecast
    over at-the-money implied volatility to its expiry, so that the level is the forecast's and the skew the
    market's.

    Reference: Whalley and Wilmott (1997), An asymptotic analysis of an optimal hedging model for option
    pricing with transaction costs, Mathematical Finance 7(3).
    """

    @property
    def name(self) -> str:
        """The policy's name as typed on the command line."""
        return "whalley-wilmott"

    def decide(self, situation: HedgeSituation) -> HedgeDecision:
        """Decide for one underlying."""
        view = self.view(situation)
        width = float(view.half_width[len(view.delta) // 2])
        rule = (
            f"a no-transaction band of ±{width:,.0f} (delta at the forecast volatility, cost "
            f"{situation.cost_bps(width):.2f} bp, risk aversion {situation.risk_aversion:g})"
        )
        return decide_by_band(situation, view, policy=self.name, rule=rule)

    def view(self, situation: HedgeSituation) -> BandView:
        """Delta and half width of the band along the ladder, shape (level,)."""
        exposure = situation.exposure
        ladder = forecast_ladder(situation)
        gamma = ladder.book_gamma(situation)
        discount = situation.market.discount.discount_at(gamma.years)
        width, _ = settled_half_width(
            situation,
            lambda cost: whalley_wilmott_half_width(
                gamma=gamma.net,
                spot=exposure.ladder_spot,
                proportional_cost=cost,
                risk_aversion=situation.risk_aversion,
                discount=discount,
            ),
        )
        delta = exposure.linear_delta + ladder.delta.sum(axis=1)
        return BandView.around(exposure.ladder_spot, delta, width, to_edge=True)
