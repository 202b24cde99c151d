"""Episodes of an execution task in many markets: parent orders one after the other, stepped together."""

from __future__ import annotations

from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

from execution.agents.actions import ActionTable, BoolArray, IntArray, default_actions
from execution.agents.charged_desk import ChargedDesk
from execution.agents.desk import Costs, Desk
from execution.agents.market_source import MarketSource
from execution.agents.markets import venues_of
from execution.agents.task import ExecutionTask
from execution.agents.twins import TwinOrders

FloatArray = npt.NDArray[np.float64]
FloatArray32 = npt.NDArray[np.float32]


class Step(NamedTuple):
    """One decision in every market, all of shape (market, ...).

    observation: at the next decision, of the next order where this one is done. last: the observation that
    the order ended with, equal to `observation` elsewhere. costs: [ticks x lots]. completion, risk: the
    reward's further terms [ticks x lots]. control: what news have cost in the step [ticks x lots]; it is
    taken off the costs where the task asks for it. twin: what the order's twin cost in the step [ticks x
    lots], taken off too; 0 without twins. quantity: lots of the order that was worked.
    """

    observation: FloatArray32
    reward: FloatArray
    done: BoolArray
    last: FloatArray32
    costs: Costs
    completion: FloatArray
    risk: FloatArray
    control: FloatArray
    twin: FloatArray
    quantity: IntArray


@final
class Episodes:
    """Orders drawn and worked in `count` markets of a source; a market is renewed after `orders` of them.

    One seed gives one sequence of markets and orders for each place, whatever the count of places. table: by
    default that of as many venues as the source's markets have.
    """

    def __init__(
        self,
        source: MarketSource,
        task: ExecutionTask,
        *,
        count: int,
        seed: np.random.SeedSequence,
        table: ActionTable | None = None,
        orders: int = 4,
    ) -> None:
        self.source, self.task, self.orders = source, task, orders
        self._table, self._count = table, count
        self.start(seed)

    def __len__(self) -> int:
        return self._count

    def start(self, seed: np.random.SeedSequence) -> FloatArray32:
        """Make the markets anew from a seed and begin an order in each; return the observation."""
        markets_seed, renewals, draws = seed.spawn(3)
        self._seeds = renewals.spawn(self._count)
        self._rngs = [np.random.default_rng(one) for one in draws.spawn(self._count)]
        markets, self._terms = self.source.make(self._count, markets_seed)
        self.table = self._table or default_actions(len(venues_of(markets)))
        self.desk = Desk(markets, self._terms, self.table, self.task.interval_ns)
        reward = self.task.reward
        self._charged = ChargedDesk(self.desk, reward)
        self._twins = None if reward.twin_action is None else TwinOrders(self.desk, self._terms, reward)
        self._worked = np.zeros(self._count, np.int64)
        everywhere = np.ones(self._count, np.bool_)
        self._begin(everywhere)
        return self.desk.observation()

    def mask(self) -> BoolArray:
        """Which actions may be chosen, shape (market, action)."""
        return self.desk.mask()

    def step(self, chosen: IntArray) -> Step:
        """Do one decision in every market."""
        desk, reward = self.desk, self._charged.reward
        charged = self._charged.act(chosen, self.task.repeats)
        done, quantity = desk.is_over, desk.memory["quantity"].copy()
        twin = np.zeros(self._count)
        if self._twins is not None:
            # An order waits for its twin's end: a part of a twin's cost would reward whoever is quick.
            twin = self._twins.step(self.task.repeats)
            done = done & self._twins.is_over
        last = desk.observation()
        if done.any():
            self._begin(done)
        return Step(
            observation=desk.observation() if done.any() else last,
            reward=(twin - charged.total) / (reward.ticks * quantity),
            done=done,
            last=last,
            costs=charged.costs,
            completion=charged.completion,
            risk=charged.risk,
            control=charged.control,
            twin=twin,
            quantity=quantity,
        )

    def _begin(self, which: BoolArray) -> None:
        """Watch the chosen markets for a while, fresh ones where they are used up, and draw an order each."""
        self._renew(which & (self._worked >= self.orders))
        self.desk.watch(self.task.pause, which)
        side, quantity = np.ones(self._count, np.int64), np.ones(self._count, np.int64)
        for at in np.flatnonzero(which):
            side[at], quantity[at] = self.task.draw(self._rngs[at], self._terms[at])
        self._charged.begin(which, side, quantity, self.task.steps)
        if self._twins is not None:
            self._twins.begin(which, self.desk, side, quantity, self._terms)
        self._worked[which] += 1

    def _renew(self, which: BoolArray) -> None:
        renewed = np.zeros(self._count, np.bool_)
        for at in np.flatnonzero(which):
            terms = self.source.renew(self.desk.markets, int(at), self._seeds[at].spawn(1)[0])
            if terms is not None:
                self._terms[at], renewed[at] = terms, True
                self._worked[at] = 0
        if renewed.any():
            self.desk.renew(renewed, self._terms)
