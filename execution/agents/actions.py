"""What an agent may do at a decision: take so much at market, rest so much at a price, keep, or withdraw."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import product

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


class Placement(IntEnum):
    """Where a resting order goes: left as it is, taken out, or pegged to the near touch, which it follows.

    AS_BEFORE: nothing is said of the venue; an order that was pegged follows on. KEEP: at its price. JOIN: at
    the venue's best price of the own side. IMPROVE: one tick better, until it is the best itself. BEHIND: one
    tick worse.
    """

    AS_BEFORE = -1
    KEEP = 0
    WITHDRAW = 1
    JOIN = 2
    IMPROVE = 3
    BEHIND = 4


EVERYWHERE = -1  # as an action's venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of a table of actions, in multiples of the slice: what is left over the decisions left.

    take: lots at market now, at take_venue. rest: the most lots to have resting at `placement`'s price at
    `venue`, or EVERYWHERE so many at each. Venues by number, from 0; of the others nothing is said.
    """

    placement: Placement = Placement.KEEP
    rest: float = 0.0
    take: float = 0.0
    venue: int = 0
    take_venue: int = 0

    @property
    def name(self) -> str:
        """How the action is written in cards and reports; venues from 1, the first one's number left out."""
        placed = self.placement.name.lower().replace("_", " ") + (f" {self.rest:g}" if self.rest else "")
        placed += _at(self.venue)
        return f"{placed}, take {self.take:g}{_at(self.take_venue)}" if self.take else placed


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What each market is to do at each venue [lots, ticks], all of shape (market, venue).

    take: at market. placement, rest, price_ticks: of the resting order, the last two read where it is pegged.
    """

    take: IntArray
    placement: IntArray
    rest: IntArray
    price_ticks: IntArray


class ActionTable:
    """The actions that an agent chooses from, by number; every pair of a placement and an amount to take."""

    def __init__(self, actions: tuple[Action, ...]) -> None:
        self.actions = actions
        self._take = np.array([action.take for action in actions])
        self._rest = np.array([action.rest for action in actions])
        self._placement = np.array([action.placement for action in actions], np.int64)
        self._venue = np.array([action.venue for action in actions], np.int64)
        self._take_venue = np.array([action.take_venue for action in actions], np.int64)

    def __len__(self) -> int:
        return len(self.actions)

    @property
    def venues(self) -> int:
        """How many venues the actions know."""
        return 1 + int(max(self._venue.max(), self._take_venue.max()))

    @property
    def names(self) -> tuple[str, ...]:
        """The actions' names, in order."""
        return tuple(action.name for action in self.actions)

    def wanted(
        self,
        chosen: IntArray,
        *,
        slice_lots: IntArray,
        left: IntArray,
        side: IntArray,
        touch: IntArray,
        resting_price: IntArray,
    ) -> Wanted:
        """Lots and prices of the chosen actions at each venue; what is left bounds those of each.

        slice_lots, left, side: shape (market,). resting_price: (market, venue), 0 where nothing rests. touch:
        (market, venue, 2), near and far [ticks].
        """
        take = np.minimum(_lots(self._take[chosen], slice_lots), left)
        rest = np.minimum(_lots(self._rest[chosen], slice_lots), left - take)
        venue = self._venue[chosen][:, None]
        named = (np.arange(touch.shape[1]) == venue) | (venue == EVERYWHERE)
        placement = np.where(named, self._placement[chosen][:, None], Placement.AS_BEFORE)
        taken_at = np.arange(touch.shape[1]) == self._take_venue[chosen][:, None]
        return Wanted(
            take=np.where(taken_at, take[:, None], 0),
            placement=placement,
            rest=np.where(named, rest[:, None], 0),
            price_ticks=pegged_price(placement, touch, side[:, None], resting_price),
        )

    def mask(
        self,
        *,
        slice_lots: IntArray,
        left: IntArray,
        spread_ticks: IntArray,
        far_lots: IntArray,
        resting: IntArray,
    ) -> BoolArray:
        """Which actions may be chosen, shape (market, action); at least one is, in every market.

        slice_lots, left: shape (market,). spread_ticks, far_lots, resting: (market, venue).

        Not: to improve a spread of one tick, to take where nobody offers, to take an amount that is another
        action's, to withdraw what does not rest, to rest anything where all is taken.
        """
        count = len(self)
        take = _lots(self._take[None, :], slice_lots[:, None])
        allowed = np.ones((len(left), count), np.bool_)
        takes = self._take[None, :] > 0.0
        allowed &= ~(takes & (far_lots[:, self._take_venue] <= 0))
        # The least multiple that takes all that is left says so; larger ones would say it again.
        smaller = np.where(takes, _next_smaller(self._take)[None, :], 0.0)
        allowed &= ~(takes & (_lots(smaller, slice_lots[:, None]) >= left[:, None]))
        allowed &= ~(takes & (take == _lots(smaller, slice_lots[:, None])))
        improves = self._placement[None, :] == Placement.IMPROVE
        allowed &= ~(improves & (_with_most(spread_ticks)[:, self._venue] <= 1))
        withdraws = self._placement[None, :] == Placement.WITHDRAW
        allowed &= ~(withdraws & (_with_most(resting)[:, self._venue] <= 0))
        # What is taken whole leaves nothing to rest.
        rests = self._rest[None, :] > 0.0
        allowed &= ~(rests & (np.minimum(take, left[:, None]) >= left[:, None]))
        return allowed


def pegged_price(placement: IntArray, touch: IntArray, side: IntArray, resting_price: IntArray) -> IntArray:
    """Where a placement wants an order now [ticks], never so that it would trade at once.

    touch: (..., 2), near and far price [ticks]. The others: of shapes that go with (...).
    """
    near, far = touch[..., 0], touch[..., 1]
    is_best = resting_price == near
    better = (placement == Placement.IMPROVE) & ~is_best
    price = near + side * np.where(better, 1, np.where(placement == Placement.BEHIND, -1, 0))
    found: IntArray = np.where(side > 0, np.minimum(price, far - 1), np.maximum(price, far + 1))
    return found


_PEGS = (
    (Placement.JOIN, 1.0),
    (Placement.JOIN, 4.0),
    (Placement.IMPROVE, 1.0),
    (Placement.BEHIND, 2.0),
)
_TAKES = (1.0, 3.0)


def default_actions(venues: int = 1) -> ActionTable:
    """Keep, withdraw, or rest at three prices and in two sizes; take nothing, one slice, or three.

    With several venues: leave all as it was, or withdraw or rest at one of them or everywhere; take nothing,
    or from one.
    """
    places = range(venues) if venues == 1 else (EVERYWHERE, *range(venues))
    rows = [
        Action(placement=placement, rest=rest, venue=venue)
        for venue in places
        for placement, rest in ((Placement.WITHDRAW, 0.0), *_PEGS)
    ]
    idle = Action(placement=Placement.KEEP if venues == 1 else Placement.AS_BEFORE)
    takes = [(0.0, 0), *product(_TAKES, range(venues))]
    return ActionTable(
        tuple(
            replace(row, take=take, take_venue=venue) for row, (take, venue) in product((idle, *rows), takes)
        )
    )


def _at(venue: int) -> str:
    if venue == EVERYWHERE:
        return " everywhere"
    return f" at {venue + 1}" if venue else ""


def _with_most(by_venue: IntArray) -> IntArray:
    """A last column, which is EVERYWHERE's, of the largest of each row."""
    return np.column_stack([by_venue, by_venue.max(axis=1)])


def _lots(multiple: FloatArray, slice_lots: IntArray) -> IntArray:
    return np.floor(multiple * slice_lots + 0.5).astype(np.int64)


def _next_smaller(values: FloatArray) -> FloatArray:
    """The next smaller of the values for each, 0 for the least."""
    levels = np.unique(np.append(values, 0.0))
    smaller: FloatArray = levels[np.maximum(np.searchsorted(levels, values) - 1, 0)]
    return smaller
