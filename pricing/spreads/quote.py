"""A structure's market from the quotes of its legs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from pricing.option import Option
from pricing.spreads.structure import Structure, UnderlyingLot


@dataclass(frozen=True, slots=True, kw_only=True)
class LegQuote:
    """The touch of one instrument: prices per unit of underlying [currency], sizes in contracts or lots.

    A size that is not known is infinite. Raises ValueError for a quote that cannot be traded on both sides:
    one without a positive bid or ask (zero is none), and one that is crossed.
    """

    bid: float
    ask: float
    bid_size: float = math.inf
    ask_size: float = math.inf

    def __post_init__(self) -> None:
        if not 0.0 < self.bid < math.inf:
            raise ValueError(f"a bid of {self.bid:g}: one-sided")
        if not 0.0 < self.ask < math.inf:
            raise ValueError(f"an ask of {self.ask:g}: one-sided")
        if self.bid > self.ask:
            raise ValueError(f"a bid of {self.bid:g} above an ask of {self.ask:g}: crossed")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetQuote:
    """What one package sells (bid) and buys (ask) for when each leg crosses its spread [currency].

    Negative where the package is received for. bid_packages, ask_packages: whole packages that the touch of
    every leg gives; infinite where no size is known.
    """

    bid: float
    ask: float
    bid_packages: float = math.inf
    ask_packages: float = math.inf

    @property
    def mid(self) -> float:
        """Half way between bid and ask, which is the sum of the legs' mids."""
        return 0.5 * (self.bid + self.ask)

    def natural(self, side: int) -> float:
        """What trades at once: the ask for side +1, a buyer; the bid for -1, a seller."""
        return self.ask if side > 0 else self.bid


def net_quote(structure: Structure, quotes: Mapping[Option | UnderlyingLot, LegQuote]) -> NetQuote:
    """One package's market: bought legs at their asks and sold ones at their bids, and the other way round.

    Raises KeyError for a leg without a quote.
    """
    legs = [(leg.ratio, leg.instrument.multiplier, quotes[leg.instrument]) for leg in structure.legs]
    return NetQuote(
        bid=math.fsum(ratio * size * (each.bid if ratio > 0 else each.ask) for ratio, size, each in legs),
        ask=math.fsum(ratio * size * (each.ask if ratio > 0 else each.bid) for ratio, size, each in legs),
        bid_packages=min(
            _whole((each.bid_size if ratio > 0 else each.ask_size) / abs(ratio)) for ratio, _, each in legs
        ),
        ask_packages=min(
            _whole((each.ask_size if ratio > 0 else each.bid_size) / abs(ratio)) for ratio, _, each in legs
        ),
    )


def _whole(packages: float) -> float:
    return packages if packages == math.inf else float(math.floor(packages))
