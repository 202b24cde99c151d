"""What an agent's desk needs of several markets side by side: one book each, with one agent in it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from execution.book.layout import RecordArray

IntArray = npt.NDArray[np.int64]


@runtime_checkable
class Markets(Protocol):
    """MarketBatch (flows), AgentMarketBatch (participants) or SingleMarket (a recording, one market)."""

    depth: npt.NDArray[np.int32]  # (market, side, level, 2): price [ticks], volume [lots]; bids first

    def __len__(self) -> int:
        """How many markets."""
        ...

    @property
    def account(self) -> RecordArray:
        """The agent's accounts, shape (market,) of execution.market.batch_kernel.ACCOUNT."""
        ...

    @property
    def now_ns(self) -> IntArray:
        """The time that each market has reached, shape (market,)."""
        ...

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own; return the depth."""
        ...

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE of the agent in each market, NO_MESSAGE for none; return slots of new orders."""
        ...

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        ...
