"""What a book holds."""

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

    symbol: canonical (unpadded OSI for options), unique in a portfolio. option is set exactly for options.
    multiplier: units of underlying per contract: 100 for most options, 50 for an E-mini, 0.1 for a share of
    SPY held against the S&P 500; 1 for shares of the underlying itself and for cash. underlying: symbol of
    the market to price it in ("" for cash). expiry: last trading date of options and futures that say theirs.
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
    """The whole book. notes: conventions that were assumed, said in the output. origin: file name.

    lines: the rows as they were read, before those of one symbol became one position; empty where there was
    no file.
    """

    positions: tuple[Position, ...]
    origin: str = ""
    sha256: str | None = None
    notes: tuple[str, ...] = ()
    ignored_expired: tuple[str, ...] = ()
    lines: tuple[Position, ...] = ()

    @property
    def underlyings(self) -> tuple[str, ...]:
        """The markets that the book needs, in the order in which they first appear."""
        return tuple(dict.fromkeys(p.underlying for p in self.positions if p.underlying))
