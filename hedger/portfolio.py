"""The user's book, read from CSV, JSON or parquet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pricing.option import Option


class PositionKind(StrEnum):
    """What a row of the portfolio holds."""

    OPTION = "option"
    STOCK = "stock"
    ETF = "etf"
    INDEX = "index"
    FUTURE = "future"
    CASH = "cash"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One netted holding. quantity: signed contracts, shares or currency (cash); positive is long.

    symbol: canonical (unpadded OSI for options). option is set exactly for option rows. multiplier: units of
    underlying per contract; 1 for shares and cash. underlying: root symbol of the market to price it in ("" for cash).
    """

    symbol: str
    kind: PositionKind
    quantity: float
    underlying: str
    multiplier: float
    currency: str
    option: Option | None = None
    expiry: date | None = None
    strategy: str | None = None
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """The whole book. notes: conventions that were assumed, said in the output. origin: file name."""

    positions: tuple[Position, ...]
    origin: str = ""
    sha256: str | None = None
    notes: tuple[str, ...] = ()
    ignored_expired: tuple[str, ...] = ()
