"""A smart order router: lit venues by a rule, dark pools by what they have filled and what followed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.actions import Placement, Wanted, default_actions, pegged_price
from execution.agents.desk import Desk
from execution.agents.markets import Markets
from execution.agents.routers import Router, RouterSession
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.venues.censored import CensoredLearner
from execution.venues.dark import DarkPool

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RouterBeliefs:
    """What a SmartRouter believes beforehand, and how finely it splits.

    fills, exposure: a gamma belief in how often pools fill all that rests, in so many horizons of an order;
    above 0. markout_lots: at how many lots that were followed by no move each pool begins, and lit venues at
    as many that cost nothing, in parts of the order; the more, the slower both are believed. blocks: parts of
    an order by which what pools have is counted. optimism: CensoredLearner's, less than its own since an
    order has tens of decisions, not thousands. ValueError for what is not above 0 and finite.
    """

    fills: float = 0.5
    exposure: float = 1.0
    markout_lots: float = 0.05
    blocks: int = 200
    optimism: float = 0.5

    def __post_init__(self) -> None:
        numbers = self.fills, self.exposure, self.markout_lots, self.optimism
        if not all(0.0 < number < math.inf for number in numbers):
            raise ValueError(f"expected numbers above 0 and finite; got {self}")
        if self.blocks < 1:
            raise ValueError(f"expected a block or more; got {self.blocks}")


@final
class SmartRouter:
    """Rests in dark pools what the lit venues do not get; learns in each market by itself, so one session's.

    lit: says where a slice goes among the lit venues. What is learnt, decision by decision:

    - how fast pools fill: the part of what rested there that was filled, by which the lit venues are slowed
      down as the optimum of Kratz and Schoneborn without risk does: in each slice a lot is 1 / P(unfilled
      until then) as likely to go to them;
    - what each pool has, from censored fills (CensoredLearner), by which lots are split among pools;
    - what a dark lot costs: its fee, and the mid's adverse move over the decision in which it was filled.
      What it saves is the cost of crossing, which is what becomes of a lot that nobody fills, and twice what
      lit lots have cost beside the mid at arrival, the last lot's part of an impact that is linear in size.
      A pool where a lot saves nothing gets nothing.

    Raises ValueError unless the desk's venues are lit ones and then one dark pool or more.
    """

    def __init__(self, lit: Router, beliefs: RouterBeliefs, desk: Desk) -> None:
        is_dark = [isinstance(venue, DarkPool) for venue in desk.orders.venues]
        self._first = is_dark.index(True) if True in is_dark else 0
        if self._first == 0 or not all(is_dark[self._first :]):
            raise ValueError("expected lit venues and then one dark pool or more")
        self._lit, self._beliefs = lit, beliefs
        shape = len(desk), len(is_dark) - self._first
        self._learners = [
            CensoredLearner(shape[1], beliefs.blocks, optimism=beliefs.optimism) for _ in range(shape[0])
        ]
        self._fills, self._exposure = np.zeros(shape[0]), np.zeros(shape[0])
        self._lots, self._lost = np.zeros(shape), np.zeros(shape)
        self._lit_lots, self._lit_cost = np.zeros(shape[0]), np.zeros(shape[0])
        self._made, self._mid = self._made_now(desk), desk.mid_ticks
        self._bought, self._paid = self._lit_now(desk)

    def route(self, desk: Desk) -> Wanted:
        """What is wanted in each market at each venue, shape (market, venue)."""
        self._learn(desk)
        lit = self._lit.route(lit_view(desk, self._first))
        pace = self._pace(desk)[:, None]
        rest = np.ceil(lit.rest * pace).astype(np.int64)
        take = np.floor(lit.take * pace).astype(np.int64)
        spare = np.maximum(desk.left - take.sum(axis=1) - rest.sum(axis=1), 0)
        dark = self._split(desk, spare)
        placement = np.where(dark > 0, Placement.JOIN, Placement.WITHDRAW).astype(np.int64)
        return Wanted(
            take=np.concatenate([take, np.zeros_like(dark)], axis=1),
            placement=np.concatenate([lit.placement, placement], axis=1),
            rest=np.concatenate([rest, dark], axis=1),
            price_ticks=np.concatenate([lit.price_ticks, self._prices(desk, dark, placement)], axis=1),
        )

    def _learn(self, desk: Desk) -> None:
        """Take note of what the pools have filled since the last decision of the same order."""
        made, mid = self._made_now(desk), desk.mid_ticks
        filled, resting = made - self._made, desk.orders.resting[:, self._first :]
        sent = np.where(desk.memory["decision"][:, None] > 0, resting + filled, 0)
        adverse = desk.memory["side"] * (self._mid - mid)
        self._made, self._mid = made, mid
        self._learn_lit(desk)
        rested = sent.sum(axis=1)
        worked = np.flatnonzero((rested > 0) & ~desk.is_over)
        self._fills[worked] += filled[worked].sum(axis=1) / rested[worked]
        self._exposure[worked] += 1.0 / desk.memory["decisions"][worked]
        self._lots[worked] += filled[worked]
        self._lost[worked] += filled[worked] * adverse[worked, None]
        for at in worked:
            block = self._block(desk, int(at))
            blocks = np.minimum(-(-sent[at] // block), self._beliefs.blocks)
            had = np.minimum((filled[at] + block // 2) // block, blocks)
            self._learners[at].learn(blocks, np.where(filled[at] == sent[at], blocks, had))

    def _learn_lit(self, desk: Desk) -> None:
        """Take note of what the lit venues have cost beside the mid at arrival."""
        bought, paid = self._lit_now(desk)
        is_same = (desk.memory["decision"] > 0) & ~desk.is_over
        lots, spent = bought - self._bought, paid - self._paid
        self._bought, self._paid = bought, paid
        self._lit_lots += np.where(is_same, np.abs(lots), 0.0)
        self._lit_cost += np.where(is_same, spent - 0.5 * lots * desk.memory["arrival_twice"], 0.0)

    def _pace(self, desk: Desk) -> FloatArray:
        """What the lit venues get of an even slice, shape (market,), from 0 to 1.

        Without risk an optimal slice is inverse to the probability that the order is unfilled until then.
        """
        fills, exposure = self._beliefs.fills + self._fills, self._beliefs.exposure + self._exposure
        decisions = desk.memory["decisions"]
        left = np.maximum(decisions - desk.memory["decision"], 1)
        ahead = np.arange(int(left.max())) + 0.5
        weights = (1.0 + ahead / (decisions * exposure)[:, None]) ** fills[:, None]
        total = np.where(ahead < left[:, None], weights, 0.0).sum(axis=1)
        pace: FloatArray = weights[:, 0] / total * left
        return np.minimum(pace, 1.0)

    def _split(self, desk: Desk, spare: IntArray) -> IntArray:
        """Lots of each pool, shape (market, pool)."""
        lots = np.zeros((len(desk), len(self._lots[0])), np.int64)
        saved = self._saved(desk)
        for at in np.flatnonzero(~desk.is_over & (spare > 0)):
            block = self._block(desk, int(at))
            blocks = self._learners[at].allocate(-(-int(spare[at]) // block), gains=saved[at])
            lots[at] = np.minimum(blocks * block, spare[at])
            lots[at] -= np.maximum(np.cumsum(lots[at]) - spare[at], 0).clip(max=lots[at])
        return lots

    def _saved(self, desk: Desk) -> FloatArray:
        """What a lot saves in each pool beside crossing in the end, shape (market, pool) [ticks]."""
        orders, known = desk.orders, self._beliefs.markout_lots * desk.memory["quantity"][:, None]
        spread = np.maximum(orders.ask_ticks[:, 0] - orders.bid_ticks[:, 0], 1)
        crossing = 0.5 * spread + orders.taker_fee[:, : self._first].min(axis=1)
        impact = 2.0 * np.maximum(self._lit_cost / np.maximum(self._lit_lots + known[:, 0], 1.0), 0.0)
        saved: FloatArray = (
            (crossing + impact)[:, None]
            - orders.maker_fee[:, self._first :]
            - self._lost / np.maximum(self._lots + known, 1.0)
        )
        return saved

    def _prices(self, desk: Desk, dark: IntArray, placement: IntArray) -> IntArray:
        """Prices by which the desk tells orders apart; the pools have none.

        One that grows gets another price, so that it is sent anew: there is no queue to lose a place in.
        """
        resting, price = desk.orders.resting[:, self._first :], desk.orders.price_ticks[:, self._first :]
        side = desk.memory["side"]
        pegged = pegged_price(placement, desk.orders.touch(side)[:, self._first :], side[:, None], price)
        return np.where((dark > resting) & (price == pegged), pegged - side[:, None], pegged)

    def _made_now(self, desk: Desk) -> IntArray:
        made: IntArray = desk.orders.traded().made[:, self._first :].astype(np.int64)
        return made

    def _lit_now(self, desk: Desk) -> tuple[FloatArray, FloatArray]:
        """Lots bought less sold at the lit venues and what was paid for them [ticks x lots], (market,)."""
        accounts = [venue.account for venue in desk.orders.venues[: self._first]]
        bought, cash = (np.sum([one[name] for one in accounts], axis=0) for name in ("position", "cash"))
        return bought.astype(np.float64), -cash.astype(np.float64)

    def _block(self, desk: Desk, at: int) -> int:
        return -(-int(desk.memory["quantity"][at]) // self._beliefs.blocks)


def lit_view(desk: Desk, venues: int) -> Desk:
    """The same desk with only its first venues in sight, for a router to look at."""
    view, orders = copy(desk), copy(desk.orders)
    orders.venues = orders.venues[:venues]
    for name in ("resting", "ahead", "price_ticks", "placement", "bid_ticks", "ask_ticks"):
        setattr(orders, name, getattr(desk.orders, name)[:, :venues])
    orders.maker_fee, orders.taker_fee = orders.maker_fee[:, :venues], orders.taker_fee[:, :venues]
    view.orders = orders
    return view


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LitOnly:
    """A router of lit venues at a desk that knows dark pools after them, and leaves these alone."""

    lit: Router
    venues: int

    def route(self, desk: Desk) -> Wanted:
        """What the router of lit venues wants, and nothing in the dark."""
        lit, rest = self.lit.route(lit_view(desk, self.venues)), desk.orders.resting
        nothing = np.zeros((len(rest), rest.shape[1] - self.venues), np.int64)
        return Wanted(
            take=np.concatenate([lit.take, nothing], axis=1),
            placement=np.concatenate([lit.placement, nothing + Placement.WITHDRAW], axis=1),
            rest=np.concatenate([lit.rest, nothing], axis=1),
            price_ticks=np.concatenate([lit.price_ticks, nothing], axis=1),
        )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class SmartWorker:
    """A worker whose sessions each have a SmartRouter of their own. lit: for the lit venues."""

    name: str
    lit: Router
    beliefs: RouterBeliefs = RouterBeliefs()

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> RouterSession:
        """Sit down at a desk that knows every venue."""
        desk = Desk(markets, terms, default_actions(), task.interval_ns)
        return RouterSession(SmartRouter(self.lit, self.beliefs, desk), desk, task)
