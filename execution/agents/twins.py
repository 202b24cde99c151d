"""The same orders in twins of the markets: what chance does to a cost whatever one does about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.actions import BoolArray, IntArray
from execution.agents.charged_desk import ChargedDesk
from execution.agents.desk import Desk
from execution.agents.markets import Markets
from execution.agents.task import RewardTerms
from execution.agents.terms import MarketTerms
from execution.agents.wrapped_markets import innermost
from execution.market.agent_batch import AgentMarketBatch

FloatArray = npt.NDArray[np.float64]


@final
class TwinOrders:
    """Works every order by the reward's twin_action, in a copy of its market made when the order begins.

    Until the two part for good both meet the same random numbers, so that the difference of their costs has a
    fraction of the variance of either, and the same mean over policies. ValueError for markets that cannot
    be copied: others than those of participants.
    """

    def __init__(self, desk: Desk, terms: Sequence[MarketTerms], reward: RewardTerms) -> None:
        self._markets = _copiable(desk.markets)
        self._twins = self._markets.twins()
        self._charged = ChargedDesk(Desk(self._twins, terms, desk.table, desk.interval_ns), reward)
        self._chosen = np.full(len(desk), reward.twin_action, np.int64)

    @property
    def is_over(self) -> BoolArray:
        """Where the twin's order is done or its time is up, shape (market,)."""
        return self._charged.desk.is_over

    def begin(
        self, which: BoolArray, desk: Desk, side: IntArray, quantity: IntArray, terms: Sequence[MarketTerms]
    ) -> None:
        """Begin what begins at the desk, in copies made now: side, quantity of shape (market,)."""
        self._twins.meet(self._markets, which)
        own = self._charged.desk
        own.renew(which, terms)
        own.memory[which] = desk.memory[which]
        self._charged.begin(which, side, quantity, int(desk.memory["decisions"].max()))

    def step(self, times: int) -> FloatArray:
        """Cost of so many steps in every twin [ticks x lots], shape (market,)."""
        return self._charged.act(self._chosen, times).total


def _copiable(markets: Markets) -> AgentMarketBatch:
    found = innermost(markets)
    if not isinstance(found, AgentMarketBatch):
        raise ValueError(f"{type(found).__name__} cannot be copied, expected an AgentMarketBatch")
    return found
