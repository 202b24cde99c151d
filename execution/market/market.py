"""What an executor needs of a market, simulated or replayed: quotes, time that runs, own orders and fills."""

from __future__ import annotations

from typing import NamedTuple, Protocol, runtime_checkable

from execution.book.book import DepthLevel
from execution.orders import Side


class OwnFill(NamedTuple):
    """A fill of one of the agent's orders.

    is_maker: the order rested and was taken. news_ticks: how far news alone had moved the fundamental since
    the start, which no agent sees. fee: the venue's [currency], positive is paid.
    """

    order_id: int
    quantity: int
    price_ticks: int
    ts_ns: int
    is_maker: bool
    news_ticks: float
    fee: float = 0.0


@runtime_checkable
class Market(Protocol):
    """One order book in which an agent trades: MarketSimulator, or a replayed recording."""

    @property
    def now_ns(self) -> int:
        """The time reached."""
        ...

    @property
    def best_bid_ticks(self) -> int:
        """Highest price at which somebody buys; the last one seen while nobody does."""
        ...

    @property
    def best_ask_ticks(self) -> int:
        """Lowest price at which somebody sells; the last one seen while nobody does."""
        ...

    @property
    def mid_ticks(self) -> float:
        """Half way between the best prices [ticks]."""
        ...

    @property
    def traded_volume(self) -> int:
        """Contracts traded since the start, the agent's own included, each trade counted once."""
        ...

    def depth(self, side: Side, levels: int) -> list[DepthLevel]:
        """The best `levels` prices of a side with what is shown there, the agent's own included."""
        ...

    def volume_ahead(self, order_id: int) -> int | None:
        """Quantity that trades before an own resting order at its price; None when it rests no longer."""
        ...

    def advance_to(self, ts_ns: int) -> None:
        """Let the market run up to `ts_ns`; ValueError when that is in the past."""
        ...

    def submit_limit(self, side: Side, quantity: int, price_ticks: int) -> int:
        """Trade up to `price_ticks`, rest what is left, and return the order's id."""
        ...

    def submit_market(self, side: Side, quantity: int) -> int:
        """Trade at any price and return the order's id; what finds nobody expires."""
        ...

    def cancel(self, order_id: int) -> int:
        """Take an own order out and return the quantity that had not traded; 0 when it rests no longer."""
        ...

    def take_fills(self) -> list[OwnFill]:
        """The agent's fills since the last call, oldest first."""
        ...
