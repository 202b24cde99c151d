"""A reduced-form market of correlated leg books, as facts about its legs, its complex orders and its dealers.

Everything happens on a grid of steps. A leg's makers quote a fixed number of ticks around their mid; what the
contract is worth, its fair value, wanders away from that mid with a common factor and with news of its own
until the makers requote. Orders that rest inside the spread meet takers who mind the price, makers who take
what pays them enough, makers who outbid, and informed takers after whom the fair value falls. It is a model
of one order's counterparties and not a book of orders: there is no depth behind the touch, a clip is what
the touch shows, and what a clip does to the price does not last.

References: D. Muravyev and N. Pearson, Options trading costs are lower than you think, Review of Financial
Studies 33 (2020), for fair values that leave quotes behind and traders who wait for it; M. Avellaneda and
S. Stoikov, High-frequency trading in a limit order book, Quantitative Finance 8 (2008), equation 2.12, for
arrivals that fall exponentially in the distance to the fair value.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

MOST_LEGS = 5
# How many grid steps lie between a leg's mid and its touch: fair values within the touch, one step inside.
_STEPS_TO_TOUCH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LegMarket:
    """One leg's market. Probabilities and arrivals are per step, prices in ticks of one contract.

    ratio: contracts in a package, its weight in the net price; where multipliers differ, contracts times
    multiplier. side: +1 where the package buys the leg. mid_ticks: the makers' mid at the start. unit_ticks:
    distance of two fair values that are told apart. half_spread_ticks: from the mid to the touch.
    widest: how many units the fair value may be from the mid before the makers follow; 0 for a liquid
    underlying whose quotes never lag. loading: units by which the common factor moves the fair value;
    followed_ticks: by how much it moves fair value and quotes together, our orders with them, as far as
    everybody prices off the factor at once.
    own_move: probability of a move by a unit on the leg's own news. requote: that the makers centre their
    quotes again. takers: expected arrivals on either side of those who trade at the fair value; decay: fall
    of their logarithm per unit that they would give up. maker_edge: what a maker must earn to take our order
    [parts of the half spread]; maker_takers: his arrivals where he does. outbid: probability that a maker
    stands before us. informed: part of the takers after whom the fair value has moved by jump_ticks.
    leak_ticks: by how much a request for quotes that is declined moves the price against us.
    """

    mid_ticks: int
    half_spread_ticks: int
    ratio: int = 1
    side: int = 1
    unit_ticks: int = 1
    widest: int = _STEPS_TO_TOUCH - 1
    loading: int = 1
    own_move: float = 0.3
    requote: float = 0.1
    takers: float = 0.025
    decay: float = 0.5
    maker_edge: float = 0.77
    maker_takers: float = 1.0
    outbid: float = 0.3
    informed: float = 0.4
    jump_ticks: int = 2
    leak_ticks: int = 0
    followed_ticks: int = 0

    def __post_init__(self) -> None:
        parts = (self.own_move, self.requote, self.outbid, self.informed)
        rates = (self.takers, self.decay, self.maker_edge, self.maker_takers)
        if not (all(0.0 <= part <= 1.0 for part in parts) and all(0.0 <= rate < math.inf for rate in rates)):
            raise ValueError(f"expected probabilities in [0, 1] and finite rates, none negative: {self}")
        if self.side not in (-1, 1) or min(self.ratio, self.unit_ticks, self.half_spread_ticks) < 1:
            raise ValueError(f"expected a side of +1 or -1; ratio, unit, half spread of at least 1: {self}")
        if self.widest < 0 or self.widest * self.unit_ticks >= self.half_spread_ticks:
            raise ValueError(f"the fair value stays inside of the touch: {self.widest} units do not")
        if min(self.jump_ticks, self.leak_ticks) < 0:
            raise ValueError(f"jump and leak are not negative; got {self.jump_ticks} and {self.leak_ticks}")

    @property
    def package_half_spread(self) -> int:
        """What the leg adds to the package's half spread [ticks of net price]."""
        return self.ratio * self.half_spread_ticks

    @property
    def factor_ticks(self) -> int:
        """By how much a move of the common factor moves the fair value [ticks of one contract]."""
        return self.loading * self.unit_ticks + self.followed_ticks

    @property
    def own_variance(self) -> float:
        """Variance of a step's own news [ticks squared, one contract]."""
        return self.own_move * self.unit_ticks**2


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageMarket:
    """The legs' markets, complex orders and dealers for one clip of packages, over a horizon of steps.

    factor_move: probability per step that the common factor moves, up or down alike. complex_edge: what
    makers of complex orders and a single dealer want [parts of the package's half spread]; complex_takers,
    complex_decay: arrivals of those who trade the package at its fair value, and the fall of their logarithm
    [per part of the half spread]; complex_makers: arrivals of the makers where it pays them;
    complex_informed: part of them all after whom every leg's fair value has jumped. dealers: how many are
    asked at once, none for a market without; response: probability that one answers; dealer_noise: deviation
    of a dealer's mid [parts of his half spread]. offsets: where a leg may rest [parts of its half spread from
    the mid, negative on our side], complex_offsets: the same for the package; they are every plan's menu.
    """

    legs: tuple[LegMarket, ...]
    steps: int = 60
    step_seconds: float = 5.0
    factor_move: float = 0.2
    complex_edge: float = 0.5
    complex_takers: float = 0.0125
    complex_decay: float = 4.0
    complex_makers: float = 1.0
    complex_informed: float = 0.1
    dealers: int = 3
    response: float = 0.8
    dealer_noise: float = 0.5
    offsets: tuple[float, ...] = (-0.5, 0.0, 0.5)
    complex_offsets: tuple[float, ...] = (-0.5, -0.25, 0.0, 0.25, 0.5)

    def __post_init__(self) -> None:
        if not 1 <= len(self.legs) <= MOST_LEGS:
            raise ValueError(f"a package has 1 to {MOST_LEGS} legs; got {len(self.legs)}")
        parts = (self.factor_move, self.response, self.complex_informed)
        if not all(0.0 <= part <= 1.0 for part in parts) or self.dealers < 0:
            raise ValueError("expected probabilities in [0, 1] and no negative number of dealers")
        rates = (self.complex_edge, self.complex_takers, self.complex_decay, self.complex_makers)
        if not all(0.0 <= rate < math.inf for rate in (*rates, self.dealer_noise)):
            raise ValueError("expected rates of complex orders and a noise that are finite and not negative")
        if not 0.0 < self.step_seconds < math.inf:
            raise ValueError(f"expected steps that take time; got {self.step_seconds} seconds")
        if self.steps < 1:
            raise ValueError(f"expected at least one step; got {self.steps}")
        if not all(-1.0 <= offset < 1.0 for offset in (*self.offsets, *self.complex_offsets)):
            raise ValueError("an order rests from its own touch to inside of the other: offsets in [-1, 1)")

    @property
    def half_spread_ticks(self) -> int:
        """The package's quoted half spread, every leg crossed [ticks of net price]."""
        return sum(leg.package_half_spread for leg in self.legs)

    def split(self, part: float) -> IntArray:
        """Ticks of each leg that make up a part of the package's half spread, shape (leg,).

        What rounding leaves over goes on to the next wider leg, so that the sum over legs is as near as the
        widest leg's ratio allows.
        """
        given, wanted, offsets = 0, 0.0, np.zeros(len(self.legs), np.int64)
        for at in sorted(range(len(self.legs)), key=lambda at: self.legs[at].package_half_spread):
            wanted += part * self.legs[at].package_half_spread
            offsets[at] = round((wanted - given) / self.legs[at].ratio)
            given += self.legs[at].ratio * offsets[at]
        return offsets

    def covariance(self) -> FloatArray:
        """Covariance of a step's moves of the legs' fair values, as the package holds them [ticks squared].

        Shape (leg, leg): the factor's moves and each leg's own, with ratio and side.
        """
        held = np.array([float(leg.side * leg.ratio * leg.factor_ticks) for leg in self.legs])
        own = np.array([leg.ratio**2 * leg.own_variance for leg in self.legs])
        covariance: FloatArray = self.factor_move * np.outer(held, held) + np.diag(own)
        return covariance


def stated_market(
    legs: Sequence[LegMarket], *, steps: int = 60, step_seconds: float = 5.0, maker_edge: float = 0.77
) -> PackageMarket:
    """A market of these legs in which makers of packages are no dearer than the legs' own news make them.

    A maker of one leg wants maker_edge of its half spread, by default what an average trade pays by Muravyev
    and Pearson (2020); one of a package bears n legs' news, which partly cancel, so that he wants the same of
    the root of the sum of squares, as do the dealers. Takers of the package are as quick to go as a leg's.
    """
    halves = [leg.package_half_spread for leg in legs]
    root, decay = math.hypot(*halves), max(leg.decay * leg.half_spread_ticks / leg.unit_ticks for leg in legs)
    return PackageMarket(
        legs=tuple(legs),
        steps=steps,
        step_seconds=step_seconds,
        complex_edge=maker_edge * root / sum(halves),
        complex_decay=decay * sum(halves) / root,
    )


def stressed(market: PackageMarket) -> PackageMarket:
    """The same package in a stressed market.

    Half spreads, units, jumps and leaks double, the factor and the legs move twice as often, makers requote
    twice as often, half as many takers come, half of whom are informed, a quarter fewer dealers answer.
    """
    legs = tuple(
        replace(
            leg,
            half_spread_ticks=2 * leg.half_spread_ticks,
            unit_ticks=2 * leg.unit_ticks,
            jump_ticks=2 * leg.jump_ticks,
            leak_ticks=2 * leg.leak_ticks,
            own_move=min(1.0, 2.0 * leg.own_move),
            requote=min(1.0, 2.0 * leg.requote),
            takers=0.5 * leg.takers,
            informed=max(leg.informed, 0.5),
        )
        for leg in market.legs
    )
    return replace(
        market,
        legs=legs,
        factor_move=min(1.0, 2.0 * market.factor_move),
        complex_takers=0.5 * market.complex_takers,
        response=0.75 * market.response,
    )
