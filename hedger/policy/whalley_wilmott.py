"""Whalley and Wilmott's no-transaction band around the delta at the forecast volatility."""

from __future__ import annotations

from dataclasses import dataclass

from hedger.optimum.band_formulas import whalley_wilmott_half_width
from hedger.policy.band import BandView, decide_by_band
from hedger.policy.forecast_ladder import forecast_ladder, step_variance
from hedger.policy.impact_band import band_in_words, impact_band
from hedger.policy.policy import HedgeDecision, HedgeSituation


@dataclass(frozen=True, slots=True, kw_only=True)
class WhalleyWilmottPolicy:
    """Trade toward the nearer edge of the asymptotically optimal band for small proportional costs.

    Half width = (3/2 exp(-r tau) c S Gamma^2 / lambda)^(1/3) units of underlying, with Gamma the book's net
    gamma, lambda the risk aversion per currency, tau the gamma-weighted time to expiry, and c the cost of a
    unit as a fraction of its value; narrower since the book is seen at decisions only, as
    `whalley_wilmott_half_width` says. The paper's c is proportional; with impact in it the band is
    `impact_band`'s.

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
        band = band_in_words(view, "a no-transaction band")
        rule = (
            f"{band} (delta at the forecast volatility, "
            f"cost {situation.cost_curve.proportional_bps():.2f} bp before impact, "
            f"risk aversion {situation.risk_aversion:g})"
        )
        return decide_by_band(situation, view, policy=self.name, rule=rule)

    def view(self, situation: HedgeSituation) -> BandView:
        """Delta and band along the ladder, shape (level,)."""
        exposure = situation.exposure
        ladder = forecast_ladder(situation)
        gamma = ladder.book_gamma(situation)
        discount = situation.market.discount.discount_at(gamma.years)
        variance = step_variance(situation, gamma)
        return impact_band(
            situation,
            exposure.linear_delta + ladder.delta.sum(axis=1),
            lambda cost: whalley_wilmott_half_width(
                gamma=gamma.net,
                spot=exposure.ladder_spot,
                proportional_cost=cost,
                risk_aversion=situation.risk_aversion,
                discount=discount,
                step_variance=variance,
            ),
        )
