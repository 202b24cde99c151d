"""Work an order by one limit order that is placed again at each decision, and at market at the end.

The setting of Y. Nevmyvaka, Y. Feng and M. Kearns, Reinforcement learning for optimized trade execution, ICML
(2006): an action is a price relative to the own side's best, all that is left rests there.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, Protocol, final, runtime_checkable

import numpy as np
import numpy.typing as npt

from execution.agents.single_market import SignedLots
from execution.market.market import Market
from execution.orders import Side

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

VARIABLES = ("spread", "immediate cost", "signed volume")
_DEPTH = 64


@runtime_checkable
class Quoter(Protocol):
    """Says at each decision where the order rests."""

    def offset_ticks(self, decision: int, left_lots: int, variables: FloatArray) -> int | None:
        """Ticks that the order is better than the own side's best price; None to leave it where it is.

        variables: of the market for the order's side, in the order of VARIABLES.
        """
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitAndLeave:
    """One limit order at the start, left to the end: the classical policy that the paper improves on."""

    offset: int

    def offset_ticks(self, decision: int, left_lots: int, variables: FloatArray) -> int | None:
        """The one offset at the first decision, nothing after it."""
        return self.offset if decision == 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What became of an order. cost: against the mid at the start [ticks x lots], positive is a cost.

    Lots that found nobody at the end are valued at the last mid, as the opportunity that they are.
    """

    filled_lots: int
    cost: float
    arrival_mid_ticks: float

    def bps(self, quantity: int) -> float:
        """Cost in bps of the whole order at the arrival mid."""
        return 1e4 * self.cost / (quantity * self.arrival_mid_ticks)


def work_quotes(
    quoter: Quoter,
    market: Market,
    *,
    side: Side,
    quantity: int,
    edges_ns: IntArray,
    signed_lots: SignedLots | None = None,
) -> Quoted:
    """Work an order from the first edge to the last, a decision at each but the last, then cross the rest.

    market: not yet later than the first edge. signed_lots: as in SingleMarket; without it the signed volume
    is 0.
    """
    market.advance_to(int(edges_ns[0]))
    arrival_mid, left, cost = market.mid_ticks, quantity, 0.0
    resting: Resting | None = None
    for decision, (now_ns, next_ns) in enumerate(pairwise(edges_ns.tolist())):
        seen = look(market, side, left, resting)
        since_ns = 2 * now_ns - next_ns
        variables = market_variables(market, side, left, seen, since_ns, signed_lots)
        offset = quoter.offset_ticks(decision, left, variables) if left else None
        if offset is not None:
            resting = _place(market, side, left, seen.near_ticks(side) + side * offset, resting)
        market.advance_to(next_ns)
        left, cost = _collect(market, side, arrival_mid, left, cost)
    if resting is not None:
        market.cancel(resting.order_id)
    if left:
        market.submit_market(side, left)
        left, cost = _collect(market, side, arrival_mid, left, cost)
    cost += left * side * (market.mid_ticks - arrival_mid)
    return Quoted(filled_lots=quantity - left, cost=cost, arrival_mid_ticks=arrival_mid)


class Resting(NamedTuple):
    """The order at its price."""

    order_id: int
    price_ticks: int


class Touch(NamedTuple):
    """Best price of the own side, the own order not counted, and of the other side [ticks]."""

    own_ticks: int
    far_ticks: int

    @property
    def mid_ticks(self) -> float:
        """Half way between the two [ticks]."""
        return 0.5 * (self.own_ticks + self.far_ticks)

    def near_ticks(self, side: Side) -> int:
        """The own side's best, a tick inside the far touch where the book is crossed."""
        return side * min(side * self.own_ticks, side * self.far_ticks - 1)


def look(market: Market, side: Side, left: int = 0, resting: Resting | None = None) -> Touch:
    """The touch as it is without the own order of `left` lots; last seen prices where a side is empty."""
    bid, ask = market.best_bid_ticks, market.best_ask_ticks
    own, far = (bid, ask) if side is Side.BUY else (ask, bid)
    if resting is not None and own == resting.price_ticks:
        levels = market.depth(side, 2)
        alone = bool(levels) and levels[0].volume <= left
        own = levels[1].price_ticks if alone and len(levels) > 1 else own
    return Touch(own, far)


def market_variables(
    market: Market, side: Side, quantity: int, seen: Touch, since_ns: int, signed_lots: SignedLots | None
) -> FloatArray:
    """What the market looks like to an order, in the order of VARIABLES.

    Spread [ticks]; cost of crossing `quantity` now against the mid [ticks a lot]; lots that others took on
    the order's side since `since_ns`, less those on the other side.
    """
    signed = 0 if signed_lots is None else signed_lots(market.now_ns) - signed_lots(since_ns)
    immediate = immediate_cost(market, side, seen, np.array([quantity], np.float64))[0] / max(quantity, 1)
    return np.array([side * (seen.far_ticks - seen.own_ticks), immediate, side * signed], np.float64)


def immediate_cost(market: Market, side: Side, seen: Touch, lots: FloatArray) -> FloatArray:
    """Cost of crossing each of these quantities now against the mid [ticks x lots], same shape.

    What the best levels do not hold is priced at the last of them, and at the touch where none is there.
    """
    levels = market.depth(Side(-side), _DEPTH)
    price = np.array([level.price_ticks for level in levels] or [seen.far_ticks], np.float64)
    volume = np.array([level.volume for level in levels] or [0], np.float64)
    each = side * (price - seen.mid_ticks)
    beyond: FloatArray = np.maximum(lots - volume.sum(), 0.0) * each[-1]
    return walked_cost(volume, each, lots) + beyond


def walked_cost(lots: FloatArray, cost_each: FloatArray, wanted: FloatArray) -> FloatArray:
    """Cost of the first `wanted` of a row of trades of so many lots at so much each, shape of `wanted`."""
    reached, paid = np.append(0.0, np.cumsum(lots)), np.append(0.0, np.cumsum(lots * cost_each))
    cost: FloatArray = np.interp(wanted, reached, paid)
    return cost


def _place(market: Market, side: Side, left: int, price_ticks: int, resting: Resting | None) -> Resting:
    """Rest all that is left at a price; an order that is there already keeps its place in the queue."""
    if resting is not None:
        if resting.price_ticks == price_ticks:
            return resting
        market.cancel(resting.order_id)
    return Resting(market.submit_limit(side, left, price_ticks), price_ticks)


def _collect(market: Market, side: Side, arrival_mid: float, left: int, cost: float) -> tuple[int, float]:
    for fill in market.take_fills():
        left -= fill.quantity
        cost += fill.quantity * side * (fill.price_ticks - arrival_mid)
    return left, cost
