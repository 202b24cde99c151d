"""What a scenario states of a dark pool beside its first instrument's lit venues."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

from execution.market.scenario_table import ScenarioTable


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DarkPoolTerms:
    """Who comes to a pool, on each side, and what trading there costs.

    arrivals_per_second: of counterparties that know nothing, a Poisson process. mean_lots: what each brings,
    geometrically distributed, at least 1; what it cannot trade at once it takes away. informed_per_tick:
    counterparties of the same size that come before the mid moves a tick, on the side that the move pays, on
    average; they are the adverse selection. least_lots: below which no trade is made, whoever's order is the
    smaller. fee_ticks: a lot. ValueError where one is out of range or not finite.
    """

    arrivals_per_second: float
    mean_lots: float
    informed_per_tick: float = 0.0
    least_lots: int = 1
    fee_ticks: float = 0.0
    name: str = "dark pool"

    def __post_init__(self) -> None:
        rates = self.arrivals_per_second, self.informed_per_tick
        if not (all(0.0 <= rate < math.inf for rate in rates) and math.isfinite(self.fee_ticks)):
            raise ValueError(f"arrivals are not negative and all is finite; got {self}")
        if not (1.0 <= self.mean_lots < math.inf and self.least_lots >= 1):
            raise ValueError(f"expected a finite mean and a least size of 1 lot or more; got {self}")

    def lots_per_second(self, resting: int) -> float:
        """What those who know nothing trade on average with so many lots that rest [lots per second].

        arrivals E[min(S, resting); S >= least_lots], S the size that one brings.
        """
        if resting < self.least_lots:
            return 0.0
        stays = 1.0 - 1.0 / self.mean_lots
        beyond = self.mean_lots * (1.0 - stays ** (resting - self.least_lots + 1))
        return self.arrivals_per_second * stays ** (self.least_lots - 1) * (self.least_lots - 1 + beyond)


def read_pool(table: ScenarioTable, tick_size: float) -> DarkPoolTerms:
    """Read one [[pool]], its fee in currency a lot; what is wrong is noted in the table."""
    return DarkPoolTerms(
        name=table.text("name"),
        arrivals_per_second=table.number("arrivals_per_second", least=0.0, most=1000.0),
        mean_lots=table.number("mean_lots", least=1.0, most=1e6),
        informed_per_tick=table.number("informed_per_tick", least=0.0, most=1000.0, default=0.0),
        least_lots=table.whole("least_lots", least=1, most=10**6, default=1),
        fee_ticks=table.number("fee", least=-1e6, most=1e6, default=0.0) / tick_size,
    )
