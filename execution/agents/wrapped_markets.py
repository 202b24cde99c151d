"""Markets behind other markets: what those who add something to them hand on as it is."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets, Venue, venues_of
from execution.book.layout import RecordArray

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class WrappedMarkets(ABC):
    """Other Markets, all but their steps. What they do not tell, headlines for one, this does not either.

    depth: their own array, which they write over at each look.
    """

    def __init__(self, markets: Markets) -> None:
        self.wrapped, self.depth = markets, markets.depth

    def __len__(self) -> int:
        return len(self.wrapped)

    @property
    def venues(self) -> tuple[Venue, ...]:
        """Where the agent may trade: here where there is one venue, so that nothing goes past this."""
        venues = venues_of(self.wrapped)
        return venues if len(venues) > 1 else (self,)

    @property
    def account(self) -> RecordArray:
        """The agent's accounts, shape (market,)."""
        return self.wrapped.account

    @property
    def now_ns(self) -> IntArray:
        """The time that each market has reached, shape (market,)."""
        return self.wrapped.now_ns

    @property
    def sentiment(self) -> FloatArray:
        """What headlines say in each market, shape (market,); AttributeError where there are none."""
        told: FloatArray = self.wrapped.sentiment  # type: ignore[attr-defined]
        return told

    @property
    def surprise_ticks(self) -> FloatArray:
        """How far news but for their drift have moved each market, (market,); AttributeError as above."""
        moved: FloatArray = self.wrapped.surprise_ticks  # type: ignore[attr-defined]
        return moved

    @abstractmethod
    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own; return the depth."""

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE of the agent in each market; return slots of new orders."""
        return self.wrapped.enter(messages, slots)

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        return self.wrapped.resting(slots)


def innermost(markets: Markets) -> Markets:
    """The markets behind all wrappers."""
    while isinstance(markets, WrappedMarkets):
        markets = markets.wrapped
    return markets
