"""Orders, fills and what became of a parent order: integer ticks, integer quantities, integer nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
import numpy.typing as npt

from execution.market.regime import SECONDS_PER_DAY

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Side(IntEnum):
    """+1 buys, -1 sells."""

    BUY = 1
    SELL = -1


class OrderType(IntEnum):
    """How an order meets the book."""

    LIMIT = 0
    MARKET = 1


class TimeInForce(IntEnum):
    """What happens to the part that does not trade at once."""

    DAY = 0
    IMMEDIATE_OR_CANCEL = 1


class Liquidity(StrEnum):
    """Whether a fill added liquidity to the book or took it."""

    MAKER = "maker"
    TAKER = "taker"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingRules:
    """What a venue asks of an order in one symbol. tick_size [currency], lot_size [contracts].

    multiplier: currency per contract per 1.00 of price. fee_per_contract: currency, each side.
    """

    symbol: str
    tick_size: float
    lot_size: int = 1
    multiplier: float = 1.0
    fee_per_contract: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ParentOrder:
    """A quantity to be worked over a horizon. quantity: contracts, positive, a multiple of the lot.

    arrival_cap_bps: no child trades at a price that is worse than the mid at arrival by more than this [bps];
    what cannot be had within it is left. None where there is no such limit.
    """

    parent_id: str
    symbol: str
    side: Side
    quantity: int
    start_ns: int
    horizon_ns: int
    rules: TradingRules
    arrival_cap_bps: float | None = None

    @property
    def end_ns(self) -> int:
        """When the horizon is over."""
        return self.start_ns + self.horizon_ns

    @property
    def horizon_days(self) -> float:
        """The horizon in trading days of the regular session."""
        return self.horizon_ns / (1e9 * SECONDS_PER_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One execution against the book. fee: currency, positive is paid."""

    parent_id: str
    symbol: str
    side: Side
    quantity: int
    price_ticks: int
    ts_ns: int
    fee: float
    liquidity: Liquidity


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What became of a parent order: its fills, the plan it followed and the market while it was worked.

    arrival_mid: mid price at the order's start, before its first child [currency]. path_ts_ns, path_mid:
    shape (step,), the mid price [currency] at each look at the market, taken before the order acts at that
    instant; the last is at the horizon's end, before the final crossing. plan_ts_ns, plan_quantity: shape
    (slice,), cumulative contracts the schedule wanted by then. market_volume: contracts traded by everybody,
    this order included, over the horizon. leaves_quantity: contracts that the book could not give; filled +
    leaves = the order's quantity. fill_news: shape (fill,), how far news alone had moved the price since the
    start [currency], which only a simulated market knows.
    """

    fills: tuple[Fill, ...]
    path_ts_ns: IntArray
    path_mid: FloatArray
    plan_ts_ns: IntArray
    plan_quantity: FloatArray
    arrival_mid: float
    market_volume: int
    leaves_quantity: int
    fill_news: FloatArray | None = None

    @property
    def filled_quantity(self) -> int:
        """Contracts traded."""
        return sum(fill.quantity for fill in self.fills)

    @property
    def participation(self) -> float:
        """Own filled quantity over the market's volume during the horizon, in [0, 1]."""
        return self.filled_quantity / self.market_volume if self.market_volume else 0.0
