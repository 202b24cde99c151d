"""What one step does to a leg, to the package and to a request for quotes: the market's terms as arrays.

Axes: `shift` is the common factor's move (down, none, up), `order` is what is done in the leg (nothing, then
the menu's offsets), `level` is the fair value from the makers' mid, in the package's favour, and `state` is
the level of an open leg followed by one entry for a leg that is filled.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from execution.spread.terms import FloatArray, IntArray, LegMarket, PackageMarket

SHIFTS = (-1, 0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LegLaw:
    """One leg's step.

    kernel: shape (shift, order, state, state), probabilities of the next state. resting_cost: shape (order,
    state), expected cost of a fill times its probability [ticks of net price, against the fair value after
    it]. crossing_cost: shape (level,). move: shape (shift, level, reached); settle: shape (reached, level),
    the makers' answer; worth: shape (reached,), the fair value reached from the mid before [ticks of net
    price]. offsets: shape (order,), ticks of one contract from the mid, the first is no order.
    """

    kernel: FloatArray
    resting_cost: FloatArray
    crossing_cost: FloatArray
    move: FloatArray
    settle: FloatArray
    worth: FloatArray
    offsets: IntArray

    @property
    def levels(self) -> int:
        """Number of levels of an open leg; the state of that number is a filled one."""
        return len(self.crossing_cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLaw:
    """The best answer to one request. offsets: shape (quote, leg), ticks of one contract from its fair value.

    cost: shape (quote,), rising [ticks of net price]. probability: shape (quote,); what is missing to one is
    that nobody answers.
    """

    offsets: IntArray
    cost: FloatArray
    probability: FloatArray


def factor_law(market: PackageMarket) -> FloatArray:
    """Probabilities of the common factor's moves, shape (shift,)."""
    half = 0.5 * market.factor_move
    return np.array([half, 1.0 - market.factor_move, half])


def arrivals(leg: LegMarket, given_up_ticks: FloatArray) -> FloatArray:
    """Expected counterparties in a step of an order at whose price they give up so much of the fair value."""
    takers = leg.takers * np.exp(-leg.decay * np.maximum(given_up_ticks / leg.unit_ticks, 0.0))
    makers = leg.maker_takers * (given_up_ticks <= -leg.maker_edge * leg.half_spread_ticks)
    return np.asarray(takers + makers, dtype=np.float64)


def package_arrivals(market: PackageMarket, given_up_ticks: FloatArray) -> FloatArray:
    """The same for an order for the whole package; makers of complex orders come within a step."""
    part = given_up_ticks / market.half_spread_ticks
    takers = market.complex_takers * np.exp(-market.complex_decay * np.maximum(part, 0.0))
    makers = market.complex_makers * (part <= -market.complex_edge)
    return np.asarray(takers + makers, dtype=np.float64)


def filled_probability(leg: LegMarket, offset_ticks: int, given_up_ticks: FloatArray) -> FloatArray:
    """That an order trades in a step: somebody comes, or a second one where another stands before it.

    Inside of the spread a maker has outbid the order or not, drawn anew each step; at the touch one always
    stands before it. A place in the queue is not earned by waiting, which errs on the dear side.
    """
    expected = arrivals(leg, given_up_ticks)
    behind = 1.0 if offset_ticks <= -leg.half_spread_ticks else leg.outbid
    return np.asarray(1.0 - np.exp(-expected) * (1.0 + behind * expected), dtype=np.float64)


def leg_menu(leg: LegMarket, market: PackageMarket) -> IntArray:
    """What may be done in a leg: nothing, then the offsets at which it may rest [ticks from the mid].

    Without takers there is nothing but to wait; the first entry stands for that.
    """
    if leg.takers == leg.maker_takers == 0.0:
        return np.zeros(1, dtype=np.int64)
    offsets = {round(part * leg.half_spread_ticks) for part in market.offsets}
    return np.array([0, *sorted(offsets)], dtype=np.int64)


def leg_law(leg: LegMarket, market: PackageMarket) -> LegLaw:
    """The step of one leg under each order of its menu."""
    levels = np.arange(-leg.widest, leg.widest + 1)
    reach = leg.widest + abs(leg.loading) + 1
    reached = np.arange(-reach, reach + 1)
    move = np.zeros((len(SHIFTS), len(levels), len(reached)))
    for at, shift in enumerate(SHIFTS):
        for step, probability in ((-1, leg.own_move / 2), (0, 1 - leg.own_move), (1, leg.own_move / 2)):
            to = levels + leg.side * leg.loading * shift + step + reach
            move[at, np.arange(len(levels)), to] += probability
    settle = np.zeros((len(reached), len(levels)))
    settle[np.arange(len(reached)), np.clip(reached, -leg.widest, leg.widest) + leg.widest] = 1 - leg.requote
    settle[:, leg.widest] += leg.requote
    worth = reached * leg.unit_ticks
    offsets = leg_menu(leg, market)
    kernel = np.zeros((len(SHIFTS), len(offsets), len(levels) + 1, len(levels) + 1))
    kernel[:, :, -1, -1] = 1.0
    kernel[:, 0, :-1, :-1] = move @ settle
    resting_cost = np.zeros((len(offsets), len(levels) + 1))
    for order, offset in enumerate(offsets[1:], start=1):
        filled = filled_probability(leg, int(offset), (worth - offset).astype(np.float64))
        kernel[:, order, :-1, :-1] = (move * (1.0 - filled)) @ settle
        kernel[:, order, :-1, -1] = move @ filled
        paid = offset - worth + leg.informed * leg.jump_ticks
        resting_cost[order, :-1] = factor_law(market) @ (move @ (filled * paid)) * leg.ratio
    return LegLaw(
        kernel=kernel,
        resting_cost=resting_cost,
        crossing_cost=leg.ratio * (leg.half_spread_ticks - levels * leg.unit_ticks).astype(np.float64),
        move=move,
        settle=settle,
        worth=(leg.ratio * worth).astype(np.float64),
        offsets=offsets,
    )


def quote_law(market: PackageMarket) -> QuoteLaw:
    """The best of the dealers' quotes, each normal around what one wants, cut to a grid of net prices.

    With all answering and the deviation 1 / R of the dealer's spread the mean is the published 1 - 2 m_N / R
    of a single dealer's, m_N the mean maximum of N standard normals.
    """
    wanted = market.complex_edge * market.half_spread_ticks
    offsets = np.array([market.split(part) for part in np.linspace(-0.5, 1.5, 81)])
    cost, first = np.unique(offsets @ [leg.ratio for leg in market.legs], return_index=True)
    edges = np.concatenate(((cost[1:] + cost[:-1]) / 2, [np.inf]))
    deviation = max(market.dealer_noise * wanted, np.finfo(np.float64).tiny)
    worse = (1.0 - market.response * ndtr((edges - wanted) / deviation)) ** market.dealers
    return QuoteLaw(
        offsets=offsets[first],
        cost=cost.astype(np.float64),
        probability=-np.diff(np.concatenate(([1.0], worse))),
    )
