"""A desk whose orders are charged as a task's reward says."""

from __future__ import annotations

from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

from execution.agents.actions import BoolArray, IntArray
from execution.agents.desk import Costs, Desk
from execution.agents.markets import Markets
from execution.agents.task import RewardTerms
from execution.agents.worker import SurpriseCost
from execution.agents.wrapped_markets import innermost
from execution.market.agent_batch import AgentMarketBatch

FloatArray = npt.NDArray[np.float64]
_SHORTEST = 0.03  # share of the time in which a finish may still be thought even


class Charged(NamedTuple):
    """What a decision cost [ticks x lots], shape (market,); total: with or without control, as asked for.

    completion, risk: see RewardTerms. control: what unforeseen news have cost.
    """

    costs: Costs
    completion: FloatArray
    risk: FloatArray
    control: FloatArray
    total: FloatArray


@final
class ChargedDesk:
    """Counts what the orders of a desk cost; an order that is over costs nothing more.

    ValueError for a reward that is marked at a reference which the markets do not know.
    """

    def __init__(self, desk: Desk, reward: RewardTerms) -> None:
        self.desk, self.reward = desk, reward
        self._surprise, self._told = SurpriseCost(desk.markets), np.zeros(len(desk))
        self._bounce, self._finish = np.zeros((2, len(desk)))

    def begin(self, which: BoolArray, side: IntArray, quantity: IntArray, decisions: int) -> None:
        """Give the chosen markets an order, as Desk.begin does."""
        self.desk.begin(which, side, quantity, decisions)
        self._surprise.restart(which)
        self._told[which] = 0.0
        self._bounce[which], self._finish[which] = self._bounces()[which], self._finishes()[which]

    def act(self, chosen: IntArray, times: int = 1) -> Charged:
        """Do what is chosen so many times in every market, a step each."""
        steps = [self._act(chosen) for _ in range(times)]
        costs, *rest = zip(*steps, strict=True)
        return Charged(
            Costs(*(np.sum(part, axis=0) for part in zip(*costs, strict=True))),
            *(np.sum(part, axis=0) for part in rest),
        )

    def _act(self, chosen: IntArray) -> Charged:
        desk, reward, over = self.desk, self.reward, self.desk.is_over
        costs = desk.act(chosen)
        left, ends = desk.left, desk.is_over & ~over
        completion = np.where(ends, reward.completion_ticks * left, 0.0)
        risk = np.where(over, 0.0, reward.risk_aversion * (left * desk.memory["usual_deviation"]) ** 2)
        told = self._surprise.cost(desk.memory["side"], left)
        control, self._told = np.where(over, 0.0, np.nan_to_num(told - self._told)), told
        total = costs.total + completion + risk - (control if reward.news_control else 0.0)
        bounce, self._bounce = self._bounce, self._bounces()
        finish, self._finish = self._finish, self._finishes()
        total += np.where(over, 0.0, self._finish - finish - (self._bounce - bounce))
        return Charged(costs=costs, completion=completion, risk=risk, control=control, total=total)

    def _bounces(self) -> FloatArray:
        """What the mid is off the reference, on what is left [ticks x lots]; zero unless that is asked."""
        desk = self.desk
        if not self.reward.marked_at_reference:
            return np.zeros(len(desk))
        off: FloatArray = desk.memory["side"] * desk.left * (desk.mid_ticks - reference_of(desk.markets))
        return np.where(desk.is_over, 0.0, off)

    def _finishes(self) -> FloatArray:
        """What an even finish would cost [ticks x lots]: lots left, by their share over that of the time."""
        desk, memory, ticks = self.desk, self.desk.memory, self.reward.finish_ticks
        if ticks == 0.0:
            return np.zeros(len(desk))
        time_left = np.maximum(1.0 - memory["decision"] / memory["decisions"], _SHORTEST)
        finish: FloatArray = ticks * desk.left**2 / (memory["quantity"] * time_left)
        return np.where(desk.is_over, 0.0, finish)


def reference_of(markets: Markets) -> FloatArray:
    """What each market's instrument is worth [ticks], shape (market,); ValueError where nobody knows."""
    known = innermost(markets)
    if not isinstance(known, AgentMarketBatch):
        raise ValueError(f"{type(known).__name__} has no reference price, expected an AgentMarketBatch")
    return known.reference_ticks
