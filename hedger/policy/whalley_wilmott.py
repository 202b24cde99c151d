"""Whalley and Wilmott's no-transaction band around the delta at the forecast volatility."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hedger.policy.band import BandView, decide_by_band
from hedger.policy.policy import HedgeDecision, HedgeSituation
from pricing.book import value_options
from pricing.greeks import GreekColumns
from pricing.time import TRADING_DAYS_PER_YEAR

FloatArray = npt.NDArray[np.float64]

# The width grows with the sixth root of itself at the most: eight rounds settle it to a part in a million.
_ITERATIONS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class WhalleyWilmottPolicy:
    """Trade to the nearer edge of the asymptotically optimal band for small proportional costs.

    Half width = (3/2 exp(-r tau) c S Gamma^2 / gamma)^(1/3) units of underlying, with Gamma the book's net
    gamma, gamma the risk aversion per currency, tau the gamma-weighted time to expiry, and c the cost of a
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
        today = len(view.delta) // 2
        width = float(view.half_width[today])
        rule = (
            f"a no-transaction band of ±{width:,.0f} (delta at the forecast volatility, cost "
            f"{situation.cost_bps(width):.2f} bp, risk aversion {situation.risk_aversion:g})"
        )
        return decide_by_band(situation, view, policy=self.name, to_edge=True, rule=rule)

    def view(self, situation: HedgeSituation) -> BandView:
        """Delta and half width of the band along the ladder, shape (level,)."""
        exposure = situation.exposure
        levels = [_at_forecast_volatility(situation, float(spot)) for spot in exposure.ladder_spot]
        gamma_by_line = np.array([exposure.units * greeks.gamma for greeks in levels])
        deltas = np.array([exposure.units @ greeks.delta for greeks in levels])
        discount = _discount(situation, np.abs(gamma_by_line[len(levels) // 2]))
        widths = [
            _settled_half_width(situation, gamma=float(gamma), spot=float(spot), discount=discount)
            for gamma, spot in zip(gamma_by_line.sum(axis=1), exposure.ladder_spot, strict=True)
        ]
        return BandView(delta=exposure.linear_delta + deltas, half_width=np.array(widths))


def _settled_half_width(situation: HedgeSituation, *, gamma: float, spot: float, discount: float) -> float:
    """The half width at which a trade of that size costs what the width was computed from."""
    # From one contract: a cost of impact alone is nothing at a width of zero, which would then stay zero.
    width = situation.market.hedge_delta()
    for _ in range(_ITERATIONS):
        if np.isinf(width):
            break
        width = float(
            half_width(
                gamma=np.array(gamma),
                spot=np.array(spot),
                proportional_cost=situation.cost_bps(width) / 1e4,
                risk_aversion=situation.risk_aversion,
                discount=discount,
            )
        )
    return width


def half_width(
    *,
    gamma: FloatArray,
    spot: FloatArray,
    proportional_cost: float,
    risk_aversion: float,
    discount: float = 1.0,
) -> FloatArray:
    """Half width of the band [units of underlying]; shapes broadcast; infinite without risk aversion.

    Who is averse to no risk pays for no hedge, of a book without gamma either; trades that cost nothing are
    the one exception.
    """
    numerator = 1.5 * discount * proportional_cost * spot * gamma**2
    if risk_aversion == 0.0:
        return np.full_like(numerator, np.inf if proportional_cost > 0.0 else 0.0)
    return np.cbrt(numerator / risk_aversion)


def _at_forecast_volatility(situation: HedgeSituation, spot: float) -> GreekColumns:
    """Greeks of the option lines at a spot level, each strike's volatility scaled to the forecast's level."""
    columns, market = situation.exposure.columns, situation.market
    forward = market.forward.forward_at(columns.expiry_years) * spot / market.spot
    implied = market.surface.implied_volatility(np.log(columns.strike / forward), columns.expiry_years)
    at_the_money = market.surface.implied_volatility(np.zeros_like(columns.strike), columns.expiry_years)
    forecast = market.forecast.at(columns.expiry_years * TRADING_DAYS_PER_YEAR)
    scaled = implied * forecast / at_the_money
    greeks, _ = value_options(columns, market, spot=spot, implied_volatility=scaled)
    return greeks


def _discount(situation: HedgeSituation, gamma_weights: FloatArray) -> float:
    """exp(-r tau) at the gamma-weighted time to expiry; 1 for a book without gamma."""
    if not gamma_weights.sum() > 0.0:
        return 1.0
    years = float(gamma_weights @ situation.exposure.columns.expiry_years / gamma_weights.sum())
    return float(situation.market.discount.discount_at(years))
