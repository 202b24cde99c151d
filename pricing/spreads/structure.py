"""A multi-leg structure: whole numbers of options and of the underlying, held together."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import gcd

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray
from pricing.option import Exercise, Option, Right, Settlement


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingLot:
    """A round lot of the underlying itself. multiplier: units of underlying in the lot."""

    underlying: str
    multiplier: float = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StructureLeg:
    """So many contracts or lots of one instrument in one structure. ratio: whole, positive is long."""

    ratio: int
    instrument: Option | UnderlyingLot


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Legs on one underlying that are valued, quoted and traded as one.

    name: the field's, for people. Raises ValueError for no leg, a ratio that is zero or not whole, legs on
    different underlyings, or an instrument that two legs share.
    """

    name: str
    legs: tuple[StructureLeg, ...]

    def __post_init__(self) -> None:
        if not self.legs:
            raise ValueError(f"a {self.name} needs at least one leg")
        for leg in self.legs:
            if not isinstance(leg.ratio, int) or leg.ratio == 0:
                raise ValueError(
                    f"a leg of a {self.name} has ratio {leg.ratio}; a whole number but zero is needed"
                )
        symbols = sorted({leg.instrument.underlying for leg in self.legs})
        if len(symbols) > 1:
            raise ValueError(f"the legs of a {self.name} lie on different underlyings: {', '.join(symbols)}")
        if len({leg.instrument for leg in self.legs}) < len(self.legs):
            raise ValueError(f"two legs of a {self.name} are the same instrument; add up their ratios")

    @property
    def underlying(self) -> str:
        """The symbol that every leg lies on."""
        return self.legs[0].instrument.underlying

    @property
    def options(self) -> tuple[tuple[int, Option], ...]:
        """The option legs: ratio and contract."""
        return tuple((leg.ratio, leg.instrument) for leg in self.legs if isinstance(leg.instrument, Option))

    @property
    def underlying_units(self) -> float:
        """Units of underlying that the structure holds outright."""
        return sum(
            leg.ratio * leg.instrument.multiplier
            for leg in self.legs
            if isinstance(leg.instrument, UnderlyingLot)
        )

    def times(self, number: int) -> Structure:
        """So many of the structure as one; a negative number is the other side of the trade."""
        legs = tuple(replace(leg, ratio=leg.ratio * number) for leg in self.legs)
        return replace(self, legs=legs)

    def reduced(self) -> tuple[int, Structure]:
        """How many, and of which structure with ratios that have no common divisor."""
        number = gcd(*(leg.ratio for leg in self.legs))
        legs = tuple(replace(leg, ratio=leg.ratio // number) for leg in self.legs)
        return number, replace(self, legs=legs)

    def expiries(self) -> tuple[datetime, ...]:
        """The distinct instants at which options expire, in order."""
        return tuple(sorted({option.expiry for _, option in self.options}))

    def payoff(self, spot: npt.ArrayLike) -> FloatArray:
        """What all legs are worth when the options expire [currency], at spots of any shape.

        Raises ValueError where options expire at different instants: the later ones have no payoff then.
        """
        if len(self.expiries()) > 1:
            raise ValueError(
                f"the options of a {self.name} expire at different instants; value it on a market"
            )
        prices = np.asarray(spot, dtype=np.float64)
        worth = self.underlying_units * prices
        for ratio, option in self.options:
            sign = 1.0 if option.right is Right.CALL else -1.0
            worth = worth + ratio * option.multiplier * np.maximum(sign * (prices - option.strike), 0.0)
        return np.asarray(worth, dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionSeries:
    """All strikes of one expiry: what structures are built from. Fields as in `Option`."""

    underlying: str
    expiry: datetime
    exercise: Exercise = Exercise.EUROPEAN
    settlement: Settlement = Settlement.PM
    multiplier: float = 100.0

    def option(self, right: Right, strike: float) -> Option:
        """The contract at a strike [currency]; ValueError unless it is positive and finite."""
        if not 0.0 < strike < np.inf:
            raise ValueError(f"a strike of {strike} is not a positive price")
        return Option(
            underlying=self.underlying,
            expiry=self.expiry,
            strike=float(strike),
            right=right,
            exercise=self.exercise,
            settlement=self.settlement,
            multiplier=self.multiplier,
        )

    def call(self, strike: float) -> Option:
        """The call at a strike."""
        return self.option(Right.CALL, strike)

    def put(self, strike: float) -> Option:
        """The put at a strike."""
        return self.option(Right.PUT, strike)

    def lot(self) -> UnderlyingLot:
        """As much underlying as one contract is about."""
        return UnderlyingLot(underlying=self.underlying, multiplier=self.multiplier)
