"""Minimum-variance delta: the practitioner delta corrected for the volatility that moves with the index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.policy.band import BandView, decide_by_band
from hedger.policy.policy import HedgeDecision, HedgeSituation
from pricing.book import value_options
from pricing.minimum_variance import MinimumVarianceCoefficients, minimum_variance_delta


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumVariancePolicy:
    """Trade to zero minimum-variance delta at every date.

    coefficients: given ones, or None for those that the market carries, estimated on its history. An
    underlying without any is hedged to its practitioner delta, and the reason says so.

    Reference: Hull and White (2017), Optimal delta hedging for options, Journal of Banking and Finance 82.
    """

    coefficients: MinimumVarianceCoefficients | None = None

    @property
    def name(self) -> str:
        """The policy's name as typed on the command line."""
        return "minimum-variance"

    def decide(self, situation: HedgeSituation) -> HedgeDecision:
        """Decide for one underlying."""
        coefficients = self.coefficients or situation.market.minimum_variance
        deltas = situation.exposure.ladder_option_delta
        rule = "the practitioner delta hedge, for want of a history of implied volatility"
        if coefficients is not None:
            levels = situation.exposure.ladder_spot
            deltas = np.array([self._book_delta(situation, float(spot), coefficients) for spot in levels])
            rule = (
                f"the minimum-variance delta hedge (a {coefficients.a:+.3f}, b {coefficients.b:+.3f}, "
                f"c {coefficients.c:+.3f})"
            )
        spot = situation.exposure.ladder_spot
        view = BandView.around(spot, deltas, np.zeros_like(spot), to_edge=False)
        return decide_by_band(situation, view, policy=self.name, rule=rule)

    @staticmethod
    def _book_delta(
        situation: HedgeSituation, spot: float, coefficients: MinimumVarianceCoefficients
    ) -> float:
        exposure = situation.exposure
        greeks, _ = value_options(exposure.columns, situation.market, spot=spot)
        deltas = minimum_variance_delta(
            delta=greeks.delta,
            vega=greeks.vega,
            spot=spot,
            expiry_years=exposure.columns.expiry_years,
            is_call=exposure.columns.is_call,
            coefficients=coefficients,
        )
        return exposure.linear_delta + float(exposure.units @ deltas)
