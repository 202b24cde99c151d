"""Routers: rules that spread an order over the venues of a market, without learning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from execution.agents.actions import Placement, Wanted, default_actions, pegged_price
from execution.agents.desk import Desk
from execution.agents.markets import Markets
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.agents.worker import Outcome, worked
from execution.placement.consolidated import cheapest_first
from execution.placement.cont_kukanov import PlacementProblem
from execution.placement.programme import place_by_programme

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Router(Protocol):
    """Says at each decision what to take and what to rest at every venue."""

    def route(self, desk: Desk) -> Wanted:
        """What is wanted in each market at each venue, shape (market, venue)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryVenue:
    """Rests a slice at the near touch of every venue."""

    def route(self, desk: Desk) -> Wanted:
        """A slice everywhere."""
        return join(desk, np.repeat(desk.slice_lots[:, None], len(desk.orders.venues), axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapestVenue:
    """Rests a slice at the near touch of the venue that charges least for it."""

    def route(self, desk: Desk) -> Wanted:
        """A slice at one venue, ever the same."""
        return join(desk, _at_best(desk, desk.orders.maker_fee))


@dataclass(frozen=True, slots=True, kw_only=True)
class BestPrice:
    """Rests a slice at the best near price of all venues; of equal ones at the venue that charges least."""

    def route(self, desk: Desk) -> Wanted:
        """A slice at one venue."""
        own = desk.memory["side"][:, None] * desk.orders.touch(desk.memory["side"])[:, :, 0]
        is_best = own == own.max(axis=1, keepdims=True)
        return join(desk, _at_best(desk, np.where(is_best, desk.orders.maker_fee, np.inf)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Takes a slice at once, from the cheapest levels of all venues, fees included."""

    def route(self, desk: Desk) -> Wanted:
        """Nothing rests."""
        return join(desk, np.zeros_like(desk.orders.resting), take=desk.slice_lots)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContKukanov:
    """Splits what is due between taking and resting at each venue by Cont and Kukanov (2017).

    slices: due within as many decisions. What flows out of a venue's queue in that time is taken to be
    exponential with the mean of what has traded there against that side since the market's start; `samples`
    draws of it stand for the law. A lot too few costs a taker's half spread and fee and `urgency_ticks`; one
    too many `overfill` times what the worst venue's fill earns, 0 to 1, so that the cost is convex.
    """

    slices: int = 1
    urgency_ticks: float = 0.5
    overfill: float = 1.0
    samples: int = 24

    def route(self, desk: Desk) -> Wanted:
        """The programme's answer in every market."""
        due = np.minimum(desk.slice_lots * self.slices, desk.left)
        means, queues, half_spread = self._outflow(desk), _queues(desk), _half_spread(desk)
        rest, take = np.zeros_like(desk.orders.resting), np.zeros_like(due)
        draws = np.random.default_rng(self.samples).standard_exponential((self.samples, rest.shape[1]))
        for at in np.flatnonzero(~desk.is_over):
            problem = self._problem(desk, int(at), float(due[at]), float(half_spread[at]), queues[at])
            found = place_by_programme(problem, draws * means[at])
            rest[at] = np.round(found.limits)
            take[at] = round(found.market)
        return join(desk, rest, take=take)

    def _problem(
        self, desk: Desk, at: int, due: float, half_spread: float, queues: FloatArray
    ) -> PlacementProblem:
        # The programme knows no venue at which a fill costs more than the spread earns.
        rebates = np.maximum(-desk.orders.maker_fee[at], -half_spread)
        taker_fee = float(desk.orders.taker_fee[at].min())
        return PlacementProblem(
            quantity=due,
            half_spread=half_spread,
            taker_fee=taker_fee,
            underfill=max(half_spread + taker_fee + self.urgency_ticks, 0.0),
            overfill=self.overfill * (half_spread + float(rebates.min())),
            rebates=tuple(rebates.tolist()),
            queues=tuple(queues.tolist()),
        )

    def _outflow(self, desk: Desk) -> FloatArray:
        """Mean lots that trade against the order's side within the time, shape (market, venue)."""
        accounts = np.stack([venue.account for venue in desk.orders.venues], axis=1)
        against = 0.5 * (accounts["market_lots"] - desk.memory["side"][:, None] * accounts["signed_lots"])
        share = self.slices * desk.interval_ns / np.maximum(desk.markets.now_ns, desk.interval_ns)
        mean: FloatArray = against * share[:, None]
        return mean


@dataclass(frozen=True, slots=True, kw_only=True)
class RouterWorker:
    """A router at a desk that knows every venue."""

    name: str
    router: Router

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> RouterSession:
        """Sit down at a desk."""
        return RouterSession(self.router, Desk(markets, terms, default_actions(), task.interval_ns), task)


class RouterSession:
    """The router's desk."""

    def __init__(self, router: Router, desk: Desk, task: ExecutionTask) -> None:
        self.desk, self._router, self._task = desk, router, task

    def work(self, side: IntArray, quantity: IntArray) -> Outcome:
        """Watch for the task's pause, then work an order in each market, shape (market,)."""
        desk, router = self.desk, self._router
        return worked(
            desk, self._task, side, quantity, lambda: desk.work(router.route(desk)), times=self._task.steps
        )


def join(desk: Desk, rest: IntArray, *, take: IntArray | None = None) -> Wanted:
    """Rest so many lots at each venue's near touch, (market, venue), withdraw where it is none.

    take: lots, shape (market,), from the cheapest levels of all venues, fees included.
    """
    orders, side = desk.orders, desk.memory["side"]
    placement = np.where(rest > 0, Placement.JOIN, Placement.WITHDRAW).astype(np.int64)
    taken = np.zeros_like(rest)
    if take is not None:
        levels = orders.far_side(side)
        each = side[:, None, None] * levels[..., 0] + orders.taker_fee[:, :, None]
        taken = cheapest_first(np.minimum(take, desk.left), each, levels[..., 1])
    price = pegged_price(placement, orders.touch(side), side[:, None], orders.price_ticks)
    return Wanted(take=taken, placement=placement, rest=rest, price_ticks=price)


def _at_best(desk: Desk, cost: FloatArray) -> IntArray:
    """A slice at the venue of the lowest cost, the first of equal ones, shape (market, venue)."""
    best = np.arange(cost.shape[1]) == np.argmin(cost, axis=1)[:, None]
    return np.where(best, desk.slice_lots[:, None], 0)


def _queues(desk: Desk) -> FloatArray:
    """Lots that trade before an order at each venue's near touch: before our own where it is there."""
    orders, side = desk.orders, desk.memory["side"]
    near = orders.touch(side)[:, :, 0]
    is_there = (orders.resting > 0) & (orders.price_ticks == near)
    return np.where(is_there, orders.ahead, orders.far_side(-side)[:, :, 0, 1]).astype(np.float64)


def _half_spread(desk: Desk) -> FloatArray:
    """Half of the first venue's spread, at least half a tick, shape (market,)."""
    half: FloatArray = 0.5 * np.maximum(desk.orders.ask_ticks[:, 0] - desk.orders.bid_ticks[:, 0], 1)
    return half
