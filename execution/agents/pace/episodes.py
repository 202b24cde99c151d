"""Long orders drawn and worked in many markets, stepped together; groups of places meet the same market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

from execution.agents.pace.actions import BoolArray, IntArray, PaceTable, pace_actions
from execution.agents.pace.desk import PaceDesk
from execution.agents.pace.timelines import LongOrders, long_order
from execution.agents.study_order import StudyOrder
from execution.agents.terms import MarketTerms, terms_of_scenario
from execution.agents.worker import SurpriseCost
from execution.market.agent_batch import AgentMarketBatch

FloatArray = npt.NDArray[np.float64]
FloatArray32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaceReward:
    """How costs become a reward: minus (shortfall less news + risk), a lot of the order, per `ticks`.

    risk_share: of an order's whole price risk, its quantity times the deviation over its time, charged for
    holding all of it all the time; what is left counts by its square, as Almgren and Chriss (2000) do with a
    risk aversion of risk_share over that whole risk. The variance is that of each interval, as it turned out
    against the usual. ticks: a lot that make one unit of reward.
    """

    risk_share: float = 0.75
    ticks: float = 5.0


class PaceStep(NamedTuple):
    """One decision in every market, all of shape (market, ...).

    last: the observation that the order ended with, where it is done. cost, news, risk: of the interval
    [ticks a lot of the order].
    """

    observation: FloatArray32
    reward: FloatArray
    done: BoolArray
    last: FloatArray32
    cost: FloatArray
    news: FloatArray
    risk: FloatArray


@final
class PaceEpisodes:
    """`groups` markets in `members` copies each, where the same order is worked in different ways.

    A copy's reward is less the mean of its group's others: what none of them could help is taken out, and
    since nobody's own actions move the others' rewards, what is best stays best. An order that is done early
    waits for its time to be up, so that its group goes on together.
    """

    def __init__(
        self,
        law: LongOrders,
        reward: PaceReward,
        *,
        groups: int,
        members: int,
        seed: np.random.SeedSequence,
        table: PaceTable | None = None,
    ) -> None:
        self.law, self.reward, self.table = law, reward, table or pace_actions()
        self.groups, self.members = groups, members
        self.start(seed)

    def __len__(self) -> int:
        return self.groups * self.members

    def start(self, seed: np.random.SeedSequence) -> FloatArray32:
        """Make the markets anew from a seed and begin an order in each; return the observation."""
        self._seeds = seed.spawn(self.groups)
        drawn = [self._draw(group) for group in range(self.groups)]
        self._drawn = [one for one, _ in drawn for _ in range(self.members)]
        seeds = [_copy(one) for _, one in drawn for _ in range(self.members)]
        markets = AgentMarketBatch([one.scenario for one in self._drawn], seeds)
        self._terms = [terms_of_scenario(one.scenario) for one in self._drawn]
        self.desk = PaceDesk(markets, self._terms, self.table)
        self._markets, self._surprise, self._told = markets, SurpriseCost(markets), np.zeros(len(self))
        self._begin(np.ones(len(self), np.bool_))
        return self.desk.observation()

    def mask(self) -> BoolArray:
        """Which actions may be chosen, shape (market, action)."""
        return self.desk.mask()

    def step(self, chosen: IntArray) -> PaceStep:
        """Do one decision in every market."""
        desk, quantity = self.desk, self.desk.quantity.astype(np.float64)
        held = desk.left.copy()
        cost = desk.act(chosen) / quantity
        told = self._surprise.cost(desk.side, desk.left)
        news, self._told = (told - self._told) / quantity, told
        risk = self.reward.risk_share * self._whole_risk * (0.5 * (held + desk.left) / quantity) ** 2
        risk *= desk.memory.variance_ratio() / desk.decisions
        done, last = desk.is_over, desk.observation()
        charged = (cost - news + risk).reshape(self.groups, self.members)
        if self.members > 1:
            others = (charged.sum(axis=1, keepdims=True) - charged) / (self.members - 1)
            charged = charged - others
        if done.any():
            self._renew(done)
        return PaceStep(
            desk.observation(), -charged.ravel() / self.reward.ticks, done, last, cost, news, risk
        )

    def _draw(self, group: int) -> tuple[StudyOrder, np.random.SeedSequence]:
        draw, market = self._seeds[group].spawn(2)
        return self.law.draw(np.random.default_rng(draw)), market

    def _renew(self, done: BoolArray) -> None:
        for group in np.flatnonzero(done[:: self.members]):
            study, seed = self._draw(int(group))
            for at in range(group * self.members, (group + 1) * self.members):
                self._markets.renew(at, study.scenario, _copy(seed))
                self._drawn[at], self._terms[at] = study, terms_of_scenario(study.scenario)
        self.desk.renew(done, self._terms)
        self._begin(done)

    def _begin(self, which: BoolArray) -> None:
        now = self._markets.now_ns
        after = np.array([round(60e9 * one.stated.after_minutes) for one in self._drawn])
        self.desk.watch(np.where(which, after, now))
        self.desk.begin(which, [long_order(one) for one in self._drawn])
        self._surprise.restart(which)
        self._told[which] = 0.0
        self._whole_risk = _whole_risk(self._terms, self._drawn)


def _whole_risk(terms: Sequence[MarketTerms], drawn: Sequence[StudyOrder]) -> FloatArray:
    """Deviation of the price over each order's time [ticks]."""
    seconds = np.array([60.0 * one.stated.minutes for one in drawn])
    deviation: FloatArray = np.array([one.volatility_ticks for one in terms]) * np.sqrt(seconds)
    return deviation


def _copy(seed: np.random.SeedSequence) -> np.random.SeedSequence:
    """A seed that has spawned nothing yet: a market's numbers follow from what it spawns."""
    return np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key)
