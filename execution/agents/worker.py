"""Whoever works parent orders in many markets at once, an agent or a schedule, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from execution.agents.actions import ActionTable, default_actions
from execution.agents.desk import Costs, Desk
from execution.agents.markets import Markets
from execution.agents.network_policy import NetworkPolicy
from execution.agents.policy import ExecutionPolicy, begun
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.impact.predictor import Predictor, shipped_predictor
from execution.impact.watched_markets import WatchedMarkets

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an order cost in each market, shape (market,): [ticks x lots], positive is a cost.

    shortfall: against the mid at arrival, fees included, what is left at the end's mid. news: the part of it
    that news made, of mean zero where news are a martingale; NaN where a market knows none. fees: within
    shortfall. left: lots not traded. taken: lots that crossed the spread. arrival_ticks: the mid then.
    """

    shortfall: FloatArray
    news: FloatArray
    fees: FloatArray
    left: IntArray
    taken: IntArray
    arrival_ticks: FloatArray


class Session(Protocol):
    """A worker at its desk in many markets, who works one order after the other there."""

    def work(self, side: IntArray, quantity: IntArray) -> Outcome:
        """Watch for the task's pause, then work an order in each market, shape (market,)."""
        ...


class Worker(Protocol):
    """An agent or a schedule; keeps nothing from one session to the next."""

    @property
    def name(self) -> str:
        """How reports call it."""
        ...

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> Session:
        """Sit down at a desk."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWorker:
    """A policy that chooses from a table of actions. predictor: whose forecasts it is shown; or None."""

    policy: ExecutionPolicy
    table: ActionTable
    predictor: Predictor | None = None

    @property
    def name(self) -> str:
        """The policy's name."""
        return self.policy.name

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> AgentSession:
        """Sit down at a desk."""
        return AgentSession(self, markets, terms, task)

    def desk(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> Desk:
        """A desk that shows what the policy has learnt to see."""
        watched = markets if self.predictor is None else WatchedMarkets(markets, self.predictor)
        return Desk(watched, terms, self.table, task.interval_ns)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenamedWorker:
    """A worker under another name, where two agents have one."""

    name: str
    worker: Worker

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> Session:
        """Sit down at a desk."""
        return self.worker.session(markets, terms, task)


def agent_worker(policy: ExecutionPolicy, predictor: Predictor | None = None) -> AgentWorker:
    """A policy of the default actions; by default it is shown what its card says, of shipped predictors."""
    shown = predictor
    if shown is None and isinstance(policy, NetworkPolicy) and policy.card.forecasts is not None:
        shown = shipped_predictor(policy.card.forecasts)
    return AgentWorker(policy=policy, table=default_actions(), predictor=shown)


class AgentSession:
    """The agent's desk, which remembers its markets from order to order."""

    def __init__(
        self, worker: AgentWorker, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask
    ) -> None:
        self.desk = worker.desk(markets, terms, task)
        self._policy, self._task = worker.policy, task

    def work(self, side: IntArray, quantity: IntArray) -> Outcome:
        """Watch for the task's pause, then work an order in each market, shape (market,)."""
        desk, repeats, policy = self.desk, self._task.repeats, begun(self._policy, len(self.desk))

        def decide() -> Costs:
            return desk.act(policy.act(desk.observation(), desk.mask()), repeats)

        return worked(desk, self._task, side, quantity, decide, times=self._task.decisions)


def worked(
    desk: Desk,
    task: ExecutionTask,
    side: IntArray,
    quantity: IntArray,
    decide: Callable[[], Costs],
    *,
    times: int,
) -> Outcome:
    """Watch for the task's pause, work an order in each market by so many decisions; say what came of it."""
    desk.watch(task.pause)
    desk.begin(np.ones(len(desk), np.bool_), side, quantity, task.steps)
    arrival, surprise, took = desk.mid_ticks, SurpriseCost(desk.markets), desk.orders.traded().took
    shortfall, fees = np.zeros(len(desk)), np.zeros(len(desk))
    for _ in range(times):
        costs = decide()
        shortfall, fees = shortfall + costs.total, fees + costs.fees
    return Outcome(
        shortfall=shortfall,
        news=surprise.cost(side, desk.left),
        fees=fees,
        left=desk.left,
        taken=(desk.orders.traded().took - took).sum(axis=1).astype(np.int64),
        arrival_ticks=arrival,
    )


class SurpriseCost:
    """What unforeseen news cost an order, fill by fill: a gain of mean zero, whatever the worker does.

    A fill counts at the news by its own instant: what was left over a whole look would not do, since orders
    that rest are filled by the very news of the look. NaN where a market knows no news.
    """

    def __init__(self, markets: Markets) -> None:
        self._markets, self._known = markets, hasattr(markets, "surprise_ticks")
        self.restart()

    def restart(self, which: npt.NDArray[np.bool_] | None = None) -> None:
        """Count from now on, in the markets where an order begins."""
        chosen = np.ones(len(self._markets), np.bool_) if which is None else which
        if which is None:
            self._account, self._level = self._markets.account.copy(), self._now()
        self._account[chosen], self._level[chosen] = self._markets.account[chosen], self._now()[chosen]

    def cost(self, side: IntArray, left: IntArray) -> FloatArray:
        """Cost since the start [ticks x lots], what is left included, shape (market,)."""
        account = self._markets.account
        bought = account["position"] - self._account["position"]
        filled = account["surprise"] - self._account["surprise"] - bought * self._level
        cost: FloatArray = filled + side * left * (self._now() - self._level)
        return cost

    def _now(self) -> FloatArray:
        if not self._known:
            return np.full(len(self._markets), np.nan)
        return np.array(self._markets.surprise_ticks, np.float64)  # type: ignore[attr-defined]
