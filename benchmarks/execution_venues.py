"""An agent that chooses among venues against routers and against an agent of one venue.

`python -m benchmarks.execution_venues [--markets 128] [--steps 400000] [--agent FILE]`: five-minute orders in
the shipped market of two venues, whose fees are each other's mirror. Without a file PPO is trained first.
Routers' settings are chosen on seeds of their own; all then work the same orders in the same fresh markets.
Costs are in bps of arrival notional, fees and a charge for each lot left included; what unforeseen news made
is taken out by regression, the same in mean. A market is an independent group of its orders.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt

from benchmarks.sampled_policy import SampledPolicy
from execution.agents.actions import default_actions
from execution.agents.best_round import BestRound
from execution.agents.card import AgentCard
from execution.agents.evaluate import Evaluation, evaluate
from execution.agents.learn.ppo import train_ppo
from execution.agents.learn.rounds import Progress
from execution.agents.learn.vector_markets import StableBaselinesEnv
from execution.agents.market_source import ScenarioSource
from execution.agents.markets import Markets, venues_of
from execution.agents.network_policy import NetworkPolicy
from execution.agents.observation import FEATURES
from execution.agents.policy import ExecutionPolicy
from execution.agents.routers import BestPrice, CheapestVenue, ContKukanov, EveryVenue, RouterWorker, Sweep
from execution.agents.shipped_task import shipped_task
from execution.agents.task import ExecutionTask
from execution.agents.terms import MarketTerms
from execution.agents.training import MARKETS, PPO, difference
from execution.agents.vector_environment import ExecutionVectorEnv
from execution.agents.venue_observation import venue_features
from execution.agents.worker import AgentWorker, Outcome, Session, Worker
from execution.market.scenario import load_market

VENUES, ORDERS = 2, 2
TUNING_SEED, TEST_SEED, TRAINING_SEED, LIVE_SEED = 0x5E47, 0x7E5E, 11, 0x11FE
ROUNDS, LIVE_MARKETS = 5, 64
USUAL = "join 1 everywhere"
# Learning begins among the patient ways, at every venue and at each alone.
PATIENT = tuple(
    f"{way}{where}"
    for way in ("join 1", "join 4", "improve 1", "behind 2")
    for where in (" everywhere", "", " at 2")
)
HEAD = (
    f"{'worker':<28}{'cost':>8}{'less':>8}{'95% interval':>20}{'p':>10}{'fees':>8}{'taken':>8}"
    f"{'left':>8}  share of fills (resting, taking) by venue"
)
IntArray = npt.NDArray[np.int64]


def venues_task() -> ExecutionTask:
    """Orders of 20 to 80% of an average day's volume in five minutes, a decision each second.

    Such orders need both venues. Learning is from what they cost more than twins that rest everywhere.
    """
    task, usual = shipped_task(participation=(0.2, 0.8)), default_actions(VENUES).names.index(USUAL)
    return replace(task, reward=replace(task.reward, twin_action=usual))


def source(venues: int) -> ScenarioSource:
    """The market of two venues, of which an agent knows so many."""
    return ScenarioSource([load_market("venues")], venue_count=venues)


class CountedPolicy:
    """A policy whose actions are counted: `chosen`, shape (action,)."""

    def __init__(self, policy: ExecutionPolicy, names: Sequence[str]) -> None:
        self._policy, self.name, self._names = policy, policy.name, names
        self.chosen = np.zeros(len(names), np.int64)

    def act(self, observation: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> IntArray:
        """Actions (market,) for observations (market, feature) and masks (market, action)."""
        chosen = self._policy.act(observation, mask)
        left = observation[:, FEATURES.index("inventory_left")] > 0.0
        self.chosen += np.bincount(chosen[left], minlength=len(self.chosen))
        return chosen

    def told(self) -> str:
        """The actions chosen most while there was something left, with their shares."""
        most = np.argsort(-self.chosen, kind="stable")[:8]
        return "; ".join(f"{self._names[at]} {self.chosen[at] / self.chosen.sum():.0%}" for at in most)


class Counted:
    """A worker whose lots are counted by venue and by whether they rested: `lots`, (venue, 2)."""

    def __init__(self, worker: Worker) -> None:
        self._worker, self.name = worker, worker.name
        self.lots = np.zeros((VENUES, 2), np.int64)

    def session(self, markets: Markets, terms: Sequence[MarketTerms], task: ExecutionTask) -> Session:
        """Sit down at a desk whose trades are counted."""
        return _CountedSession(self, self._worker.session(markets, terms, task), markets)


@dataclass(frozen=True, slots=True)
class _CountedSession:
    counted: Counted
    inner: Session
    markets: Markets

    def work(self, side: IntArray, quantity: IntArray) -> Outcome:
        """Work an order in each market, shape (market,)."""
        before = self._lots()
        outcome = self.inner.work(side, quantity)
        self.counted.lots[: len(before)] += self._lots() - before
        return outcome

    def _lots(self) -> IntArray:
        accounts = [venue.account for venue in venues_of(self.markets)]
        return np.array(
            [[int(one[name].sum()) for name in ("maker_lots", "taker_lots")] for one in accounts], np.int64
        )


def routers() -> list[RouterWorker]:
    """Every rule that is not tuned."""
    return [
        RouterWorker(name="every venue", router=EveryVenue()),
        RouterWorker(name="cheapest venue", router=CheapestVenue()),
        RouterWorker(name="best price", router=BestPrice()),
        RouterWorker(name="sweep", router=Sweep()),
    ]


def tuned_split(task: ExecutionTask, markets: int) -> RouterWorker:
    """Cont and Kukanov's split, its settings chosen on the tuning seeds."""
    tried = [
        RouterWorker(
            name=f"Cont-Kukanov {slices}, {urgency:g}",
            router=ContKukanov(slices=slices, urgency_ticks=urgency),
        )
        for slices, urgency in ((1, 0.25), (1, 0.5), (1, 1.0), (4, 0.5))
    ]
    costs = [
        cost(evaluate(one, source(VENUES), task, markets=markets, orders=ORDERS, seed=TUNING_SEED), task)
        for one in tried
    ]
    found = ", ".join(f"{one.name}: {value:.3f}" for one, value in zip(tried, costs, strict=True))
    print(f"tuned on other seeds: {found}", flush=True)
    return tried[int(np.argmin(costs))]


def cost(found: Evaluation, task: ExecutionTask) -> float:
    """Mean cost of a worker's orders, what news made taken off [bps]."""
    return float((found.cost_bps(task.reward.completion_ticks) - np.nan_to_num(found.news_bps)).mean())


def train(out: Path, task: ExecutionTask, steps: int) -> NetworkPolicy:
    """Train PPO to choose among venues, telling how it goes."""
    names = default_actions(VENUES).names
    card = AgentCard(
        name="ppo of venues",
        algorithm="ppo",
        feature_names=FEATURES + venue_features(VENUES),
        action_names=names,
        notes={"command": f"python -m benchmarks.execution_venues --steps {steps}"},
    )

    best, live = BestRound(out, "venues"), source(VENUES)

    def tell(progress: Progress) -> None:
        policy = progress.agent.policy(card)
        worker = AgentWorker(policy=policy, table=default_actions(VENUES))
        own = cost(evaluate(worker, live, task, markets=LIVE_MARKETS, orders=ORDERS, seed=LIVE_SEED), task)
        best.take(progress.round, progress.agent, card, cost=own)
        spent = time.process_time() - start
        print(f"{progress.steps:,} decisions, {spent:.0f} s: {own:.3f} bps in live markets", flush=True)

    start = time.process_time()
    env = StableBaselinesEnv(ExecutionVectorEnv(source(VENUES), task, count=MARKETS))
    settings = replace(PPO, first_odds=tuple((names.index(name), 4.0) for name in PATIENT))
    train_ppo(
        env,
        settings,
        steps=steps,
        seed=TRAINING_SEED,
        rounds=ROUNDS,
        progress=tell,
        checkpoint=out / "checkpoint",
    )
    return NetworkPolicy.load(best.path, actions=names)


def row(found: Evaluation, base: Evaluation, counted: Counted, task: ExecutionTask) -> str:
    """One line of the table."""
    shares = counted.lots / counted.lots.sum()
    by_venue = ", ".join(
        f"{name} {made:.0%} + {took:.0%}" for name, (made, took) in zip(_names(), shares, strict=True)
    )
    own = f"{found.fees_bps.mean():>8.3f}{found.taker_share:>8.1%}{1.0 - found.completion:>8.2%}  {by_venue}"
    if found is base:
        return f"{found.worker:<28}{cost(found, task):>8.3f}{'':>38}{own}"
    less = difference(found, base, task)
    interval = f"({less.lower:.3f}, {less.upper:.3f})"
    compared = f"{less.mean_bps:>8.3f}{interval:>20}{less.p_value:>10.1e}"
    return f"{found.worker:<28}{cost(found, task):>8.3f}{compared}{own}"


def _names() -> list[str]:
    return [venue.name for venue in load_market("venues").venues[:VENUES]]


def judge(workers: Sequence[Worker], task: ExecutionTask, markets: int) -> None:
    """Print the table; all are compared with the agent of one venue, and the last with the others."""
    print(HEAD)
    alone = RouterWorker(name="first venue alone", router=EveryVenue())
    places = [(alone, 1), *((one, VENUES) for one in workers)]
    counted = [Counted(one) for one, _ in places]
    found = [
        evaluate(one, source(venues), task, markets=markets, orders=ORDERS, seed=TEST_SEED)
        for one, (_, venues) in zip(counted, places, strict=True)
    ]
    for one, lots in zip(found, counted, strict=True):
        print(row(one, found[0], lots, task), flush=True)
    for one in found[:-1]:
        less = difference(found[-1], one, task)
        print(
            f"{less.challenger} less {one.worker}: {less.mean_bps:.3f} ({less.lower:.3f}, {less.upper:.3f})"
        )
    valid = found[-1].validity
    print(f"makers alive {valid.makers_alive:.2%}, both sides quoted {valid.spread_finite:.2%}")


def main() -> None:
    """Train where asked to, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=128)
    parser.add_argument("--steps", type=int, default=400_000)
    parser.add_argument("--agent", type=Path, help="weights that an earlier training has written")
    parser.add_argument("--out", type=Path, help="folder for weights and checkpoint")
    options = parser.parse_args()
    numba.set_num_threads(1)
    task = venues_task()
    with tempfile.TemporaryDirectory() as folder:
        if options.agent is None:
            policy = train(options.out or Path(folder), task, options.steps)
        else:
            policy = NetworkPolicy.load(options.agent, actions=default_actions(VENUES).names)
    both = policy, SampledPolicy(policy, seed=TEST_SEED)
    counted = [CountedPolicy(one, policy.card.action_names) for one in both]
    agents = [AgentWorker(policy=one, table=default_actions(VENUES)) for one in counted]
    judge([*routers(), tuned_split(task, options.markets // 8), *agents], task, options.markets)
    for one in counted:
        print(f"{one.name} chose: {one.told()}")


if __name__ == "__main__":
    main()
