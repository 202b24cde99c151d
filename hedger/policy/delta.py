"""Practitioner delta: Black's delta at each strike's implied volatility, by frequency or threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.policy.band import BandView, decide_by_band
from hedger.policy.policy import HedgeDecision, HedgeSituation


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaPolicy:
    """Trade to zero practitioner delta every `every_days` trading days, or when it exceeds a threshold.

    threshold_delta: net delta [units of underlying] up to which the policy waits; 0 trades at every date.
    """

    every_days: int = 1
    threshold_delta: float = 0.0

    @property
    def name(self) -> str:
        """The policy's name as typed on the command line."""
        return "delta"

    def decide(self, situation: HedgeSituation) -> HedgeDecision:
        """Decide for one underlying."""
        exposure = situation.exposure
        width = np.full_like(exposure.ladder_spot, self.threshold_delta)
        view = BandView.around(exposure.ladder_spot, exposure.ladder_option_delta, width, to_edge=False)
        return decide_by_band(
            situation,
            view,
            policy=self.name,
            rule=self._rule(),
            must_wait=self._must_wait(situation),
        )

    def _rule(self) -> str:
        if self.threshold_delta > 0.0:
            return f"a threshold of {self.threshold_delta:,.0f} around the practitioner delta"
        return "the practitioner delta hedge"

    def _must_wait(self, situation: HedgeSituation) -> str | None:
        days = situation.days_since_trade
        if days is None or days >= self.every_days:
            return None
        return f"the last trade was {days} trading days ago and the frequency is {self.every_days}"
