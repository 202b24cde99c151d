"""Minimum-variance delta: the practitioner delta corrected for the volatility that moves with the index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.errors import UsageError
from hedger.policy.band import BandView, decide_by_band
from hedger.policy.policy import HedgeDecision, HedgeSituation
from pricing.book import value_options
from pricing.minimum_variance import MinimumVarianceCoefficients, minimum_variance_delta


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumVariancePolicy:
    """Trade to zero minimum-variance delta at every date.

    coefficients: given ones, or None for those that the market carries, estimated on its history.

    Reference: Hull and White (2017), Optimal delta hedging for options, Journal of Banking and Finance 82.
    """

    coefficients: MinimumVarianceCoefficients | None = None

    @property
    def name(self) -> str:
        """The policy's name as typed on the command line."""
        return "minimum-variance"

    def decide(self, situation: HedgeSituation) -> HedgeDecision:
        """Decide for one underlying. Raises UsageError where neither policy nor market has coefficients."""
        coefficients = self._coefficients(situation)
        deltas = [
            self._book_delta(situation, float(spot), coefficients) for spot in situation.exposure.ladder_spot
        ]
        view = BandView(delta=np.array(deltas), half_width=np.zeros(len(deltas)))
        rule = (
            f"the minimum-variance delta hedge (a {coefficients.a:+.3f}, b {coefficients.b:+.3f}, "
            f"c {coefficients.c:+.3f})"
        )
        return decide_by_band(situation, view, policy=self.name, to_edge=False, rule=rule)

    def _coefficients(self, situation: HedgeSituation) -> MinimumVarianceCoefficients:
        coefficients = self.coefficients or situation.market.minimum_variance
        if coefficients is None:
            raise UsageError(
                f"there is no history of implied volatility to estimate the minimum-variance delta of "
                f"'{situation.exposure.underlying}' from; choose --policy delta or whalley-wilmott"
            )
        return coefficients

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
