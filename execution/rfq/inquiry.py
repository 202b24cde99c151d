"""What is asked of dealers and what comes back: a package of legs at a net price in ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from execution.errors import OrderRejectedError
from execution.orders import Fill, Side


class Leg(Protocol):
    """One leg of a package: so many contracts of a symbol, on a side, for each package bought."""

    @property
    def symbol(self) -> str:
        """What is traded."""

    @property
    def ratio(self) -> int:
        """Contracts for each package, 1 or more."""

    @property
    def side(self) -> Side:
        """What buying the package does in this leg."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A package for which quotes are asked.

    legs: one or more. leg_mid_ticks: mid of each leg [ticks], (leg,). side: +1 buys what the legs say.
    quantity: packages. half_spread_ticks: half of the package's usual net spread, the unit of dealers'
    markups. volatility_ticks: deviation of the net mid over a second. fee_per_contract: [currency].
    OrderRejectedError names the first of these that cannot be.
    """

    parent_id: str
    legs: tuple[Leg, ...]
    leg_mid_ticks: tuple[float, ...]
    side: Side
    quantity: int
    half_spread_ticks: float
    volatility_ticks: float
    ts_ns: int
    fee_per_contract: float = 0.0

    def __post_init__(self) -> None:
        symbols = [leg.symbol for leg in self.legs]
        checks = (
            (len(self.legs) > 0, "one leg or more", 0),
            (len(set(symbols)) == len(symbols), "each symbol in one leg", symbols),
            (len(self.leg_mid_ticks) == len(self.legs), "a mid for each leg", len(self.leg_mid_ticks)),
            (all(leg.ratio >= 1 for leg in self.legs), "ratios of 1 or more", [x.ratio for x in self.legs]),
            (all(map(math.isfinite, self.leg_mid_ticks)), "finite mids", self.leg_mid_ticks),
            (self.quantity >= 1, "a quantity of 1 or more", self.quantity),
            (0.0 < self.half_spread_ticks < math.inf, "a positive half-spread", self.half_spread_ticks),
            (0.0 < self.volatility_ticks < math.inf, "a positive volatility", self.volatility_ticks),
        )
        for is_good, expected, found in checks:
            if not is_good:
                raise OrderRejectedError(f"inquiry {self.parent_id}: found {found}, expected {expected}")

    @property
    def mid_ticks(self) -> float:
        """Net mid of one package [ticks], paid by who buys it."""
        pairs = zip(self.legs, self.leg_mid_ticks, strict=True)
        return math.fsum(leg.side * leg.ratio * mid for leg, mid in pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class DealerQuote:
    """A net price [ticks] at which a dealer deals in minimum_quantity to quantity packages."""

    dealer: int
    price_ticks: int
    quantity: int
    minimum_quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotes:
    """What came back: quotes, best for the asker first.

    request_id: the venue's own number. ts_ns: when they arrive. mid_ticks: net mid that the dealers quoted
    around. leak_ticks: how far the asking has moved it against the asker; what else it moved was news.
    """

    request_id: int
    inquiry: Inquiry
    asked: tuple[int, ...]
    quotes: tuple[DealerQuote, ...]
    ts_ns: int
    expires_ns: int
    mid_ticks: float
    leak_ticks: float

    @property
    def best(self) -> DealerQuote | None:
        """The best price, None where nobody responded."""
        return self.quotes[0] if self.quotes else None

    def of(self, dealer: int) -> DealerQuote:
        """A dealer's quote. OrderRejectedError where it gave none."""
        for quote in self.quotes:
            if quote.dealer == dealer:
                return quote
        raise OrderRejectedError(
            f"dealer {dealer} gave no quote to {self.inquiry.parent_id}; "
            f"those who did: {', '.join(str(quote.dealer) for quote in self.quotes) or 'none'}"
        )


class RfqEnd(StrEnum):
    """How an acceptance ended."""

    FILLED = "filled"
    LAST_LOOK_REJECTED = "last-look rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class RfqOutcome:
    """What became of an acceptance: all legs of all its packages, or none.

    mid_ticks: net mid when the last look ended, or where the venue had it last.
    """

    end: RfqEnd
    dealer: int
    quantity: int
    price_ticks: int
    fills: tuple[Fill, ...]
    ts_ns: int
    mid_ticks: float
