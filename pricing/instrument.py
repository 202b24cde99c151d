"""What hedges: a future, an ETF or a share that follows the underlying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class InstrumentKind(StrEnum):
    """How the instrument's price follows its underlying."""

    FUTURE = "future"
    ETF = "etf"
    STOCK = "stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class HedgeInstrument:
    """A tradeable instrument that carries an underlying's delta.

    ratio: instrument price per unit of underlying price (SPY on SPX 0.1; a future or share 1.0).
    multiplier: currency per contract per 1.00 of instrument price. tick_size: currency.
    lot_size: smallest tradeable quantity [contracts]. fee_per_contract: currency, each side.
    average_daily_volume: contracts a day. half_spread_ticks: usual half bid-ask in ticks.
    expiry: a future's last trading instant (aware, UTC); None for ETF and stock.
    """

    symbol: str
    underlying: str
    kind: InstrumentKind
    tick_size: float
    multiplier: float = 1.0
    ratio: float = 1.0
    lot_size: int = 1
    fee_per_contract: float = 0.0
    half_spread_ticks: float = 0.5
    average_daily_volume: float
    expiry: datetime | None = None
