"""What working orders of correlated underlyings together is expected to save."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from execution.schedules.cointegrated_fit import CointegrationFit


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedWork:
    """What a way of working a set of orders is expected to cost, all of them together [currency].

    cost: expected shortfall, spreads and fees included. deviation: its standard deviation. risk_adjusted:
    cost + half the risk aversion x variance. cost and deviation are NaN where only their sum is known.
    """

    risk_adjusted: float
    cost: float = math.nan
    deviation: float = math.nan


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class JointWork:
    """How the orders of one run were worked together, or why they were not.

    underlyings: in the order of the schedule's legs; empty where each order was worked by itself, for the
    `reason`, a sentence without its stop. together, apart: by the joint schedule and by each order's own
    almgren-chriss schedule, under the same law of prices. reversion: of the underlyings' prices per trading
    day, where the schedule is the co-integrated one; drift_per_day: how it expects the prices to move when
    the orders begin [currency per trading day]. `together` then is what a rule that may trade back expects:
    the rule that is followed may not, and costs at least as much.
    """

    schedule: str
    underlyings: tuple[str, ...] = ()
    together: ExpectedWork | None = None
    apart: ExpectedWork | None = None
    reversion: CointegrationFit | None = None
    drift_per_day: tuple[float, ...] = ()
    reason: str = ""

    @property
    def saving(self) -> float:
        """Risk-adjusted cost saved by working the orders together [currency]; 0 where they were not."""
        if self.together is None or self.apart is None:
            return 0.0
        return self.apart.risk_adjusted - self.together.risk_adjusted
