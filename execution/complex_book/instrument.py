"""What is traded as one package: legs, their ratio and sides, and what a venue allows of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from execution.errors import OrderRejectedError
from execution.orders import Side

MAX_RATIO = 2**15  # of a leg, so that the sum over legs of ratio times price fits 64 bits


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexLeg:
    """One leg of a package. ratio: contracts per package. side: what a buyer of the package does in it."""

    symbol: str
    ratio: int
    side: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexLimits:
    """What a venue lists. max_ratio: most contracts of one leg per contract of another; None: any.

    The defaults are those of Cboe's complex order book: 16 legs, 3 to 1 among options. A package with shares
    of the underlying in it needs max_ratio=None.
    """

    max_legs: int = 16
    max_ratio: int | None = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplexInstrument:
    """A package of at least two legs in reduced ratio, traded at a net price in integer ticks.

    The net price is the sum over legs of side * ratio * price: what a buyer pays for one package, negative
    where the buyer receives. Prices are of one contract: where multipliers differ, as of options and shares,
    a leg's tick must be so much of its contract's worth as every other's, or they do not add up.

    Raises OrderRejectedError for one leg, a symbol twice, a ratio that is no positive integer or that has a
    common divisor, a side that is none.
    """

    name: str
    legs: tuple[ComplexLeg, ...]

    def __post_init__(self) -> None:
        """Refuse what is no package."""
        if len(self.legs) < 2:
            raise OrderRejectedError(f"{self.name}: {len(self.legs)} leg, expected at least 2")
        twice = [symbol for symbol, count in Counter(self.symbols).items() if count > 1]
        if twice:
            raise OrderRejectedError(f"{self.name}: {', '.join(twice)} is in two legs, expected one")
        for leg in self.legs:
            self._check(leg)
        if (divisor := gcd(*self.ratios)) > 1:
            reduced = " to ".join(str(ratio // divisor) for ratio in self.ratios)
            raise OrderRejectedError(
                f"{self.name}: ratio {' to '.join(map(str, self.ratios))} is not reduced, expected {reduced}"
            )

    def _check(self, leg: ComplexLeg) -> None:
        if isinstance(leg.ratio, bool) or not isinstance(leg.ratio, int) or not 1 <= leg.ratio <= MAX_RATIO:
            raise OrderRejectedError(
                f"{self.name}: ratio of {leg.symbol} is {leg.ratio!r}, expected 1 to {MAX_RATIO}"
            )
        if leg.side not in (Side.BUY, Side.SELL):
            raise OrderRejectedError(f"{self.name}: side of {leg.symbol} is {leg.side!r}, expected +1 or -1")

    @property
    def symbols(self) -> tuple[str, ...]:
        """The legs' symbols."""
        return tuple(leg.symbol for leg in self.legs)

    @property
    def ratios(self) -> tuple[int, ...]:
        """Contracts of each leg per package."""
        return tuple(leg.ratio for leg in self.legs)

    @property
    def weights(self) -> tuple[int, ...]:
        """Contracts of each leg that a buyer of one package buys; negative where it sells."""
        return tuple(int(leg.side) * leg.ratio for leg in self.legs)

    def net_ticks(self, leg_ticks: Sequence[int]) -> int:
        """The package's net price at these prices of its legs [ticks]."""
        return sum(weight * price for weight, price in zip(self.weights, leg_ticks, strict=True))

    def check_listed(self, symbols: Sequence[str], limits: ComplexLimits) -> None:
        """Raise OrderRejectedError unless every leg has a book and the venue's limits hold."""
        unknown = [symbol for symbol in self.symbols if symbol not in symbols]
        if unknown:
            raise OrderRejectedError(f"{self.name}: no book trades {', '.join(unknown)}")
        if len(self.legs) > limits.max_legs:
            raise OrderRejectedError(f"{self.name}: {len(self.legs)} legs, the venue takes {limits.max_legs}")
        if limits.max_ratio is not None and max(self.ratios) > limits.max_ratio * min(self.ratios):
            raise OrderRejectedError(
                f"{self.name}: ratio {max(self.ratios)} to {min(self.ratios)}, "
                f"the venue takes {limits.max_ratio} to 1"
            )
