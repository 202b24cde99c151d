"""Where an agent's markets come from: fresh ones on demand, drawn from scenarios, each with its own seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, final

import numpy as np

from execution.agents.markets import Markets
from execution.agents.terms import MarketTerms, terms_of_scenario
from execution.market.agent_batch import AgentMarketBatch
from execution.market.scenario import MarketScenario


class MarketSource(Protocol):
    """Makes markets and renews them one at a time; `seed` alone decides what it makes."""

    def make(self, count: int, seed: np.random.SeedSequence) -> tuple[Markets, list[MarketTerms]]:
        """As many fresh markets, and their terms."""
        ...

    def renew(self, markets: Markets, at: int, seed: np.random.SeedSequence) -> MarketTerms | None:
        """Put a fresh market in the place of one; its terms, or None when the old one goes on."""
        ...


@final
class ScenarioSource:
    """Agent markets of several scenarios, in turn as they are made and at random as they are renewed.

    venue_count: an agent trades at the first so many venues of each.
    """

    def __init__(
        self, scenarios: Sequence[MarketScenario], *, depth_levels: int = 5, venue_count: int = 1
    ) -> None:
        self.scenarios, self._depth_levels = tuple(scenarios), depth_levels
        self._venue_count = venue_count

    def make(self, count: int, seed: np.random.SeedSequence) -> tuple[AgentMarketBatch, list[MarketTerms]]:
        """As many fresh markets, and their terms."""
        chosen = [self.scenarios[at % len(self.scenarios)] for at in range(count)]
        batch = AgentMarketBatch(
            chosen, seed.spawn(count), depth_levels=self._depth_levels, venue_count=self._venue_count
        )
        return batch, [self._terms(one) for one in chosen]

    def renew(self, markets: Markets, at: int, seed: np.random.SeedSequence) -> MarketTerms | None:
        """Put a fresh market in the place of one, of a scenario that the seed draws."""
        if not isinstance(markets, AgentMarketBatch):
            raise TypeError(f"expected an AgentMarketBatch, found {type(markets).__name__}")
        draw, market = seed.spawn(2)
        scenario = self.scenarios[int(np.random.default_rng(draw).integers(len(self.scenarios)))]
        markets.renew(at, scenario, market)
        return self._terms(scenario)

    def _terms(self, scenario: MarketScenario) -> MarketTerms:
        return terms_of_scenario(scenario, venue_count=self._venue_count)
