"""Orders and fills: integer ticks, integer quantities, integer nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


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
    """A quantity to be worked over a horizon. quantity: contracts, positive, a multiple of the lot."""

    parent_id: str
    symbol: str
    side: Side
    quantity: int
    start_ns: int
    horizon_ns: int
    rules: TradingRules


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
