"""What an agent's desk needs of several markets side by side: one agent in each, at a venue or several."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from execution.book.layout import RecordArray

IntArray = npt.NDArray[np.int64]


class Venue(Protocol):
    """One book of each market, and what the agent has traded in it."""

    @property
    def depth(self) -> npt.NDArray[np.int32]:
        """The best levels, bids first, (market, side, level, 2): price [ticks], volume [lots]."""
        ...

    @property
    def account(self) -> RecordArray:
        """The agent's accounts, shape (market,) of execution.market.batch_kernel.ACCOUNT."""
        ...

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE of the agent in each market, NO_MESSAGE for none; return slots of new orders."""
        ...

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        ...


@runtime_checkable
class Markets(Venue, Protocol):
    """MarketBatch (flows), AgentMarketBatch (participants) or SingleMarket (a recording, one market).

    Of its venues, depth, enter and resting are the first one's; account is of all together.
    """

    def __len__(self) -> int:
        """How many markets."""
        ...

    @property
    def now_ns(self) -> IntArray:
        """The time that each market has reached, shape (market,)."""
        ...

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own; return the depth."""
        ...


def venues_of(markets: Markets) -> tuple[Venue, ...]:
    """The venues at which an agent may trade: those that the markets name, else they are their own."""
    venues: tuple[Venue, ...] = getattr(markets, "venues", (markets,))
    return venues
