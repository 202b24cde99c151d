"""Agents of the pace against schedules on long orders that nobody has seen: timelines, sides and sizes drawn.

`python -m benchmarks.execution_pace [--orders 40] [--markets 4] [--agents dqn,ppo]`: each order is worked by
everybody in the same few markets, which are one independent group. Costs are shortfalls in bps of arrival
notional, fees included; what unforeseen news made is taken off by regression, the same in mean. The best
schedule is the one that costs least on orders drawn from the tuning seed. `even pace` is an agent that never
looks: what an agent of the pace gains on it is what its reading of the market is worth.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import set_num_threads

from execution.agents.comparison import compare
from execution.agents.pace.actions import pace_actions
from execution.agents.pace.timelines import shipped_law
from execution.agents.pace.worker import PaceWorker
from execution.agents.study_order import StudyOrder
from execution.agents.study_workers import worker_named
from execution.agents.task import ExecutionTask
from execution.agents.terms import terms_of_scenario
from execution.agents.worker import Worker
from execution.market.agent_batch import AgentMarketBatch

FloatArray = npt.NDArray[np.float64]
SCHEDULES = ("twap", "vwap", "vwap-realised", "pov", "almgren-chriss")
AGENTS = ("even pace", "dqn", "ppo")
TUNING_SEED, TEST_SEED = 0x70AC, 0x7E5A
DECISION_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EvenPace:
    """The even pace in the style of a schedule, whatever it sees."""

    name: str = "even pace"

    def act(self, observation: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
        """The action of the even pace, else the first that may be chosen."""
        usual = pace_actions().names.index("eager 1")
        return np.where(mask[:, usual], usual, mask.argmax(axis=1)).astype(np.int64)


def worker_of(name: str, order: StudyOrder) -> Worker:
    """A worker by its name, for one order."""
    return PaceWorker(policy=EvenPace()) if name == "even pace" else worker_named(name, order)


def work(name: str, order: StudyOrder, seed: np.random.SeedSequence, markets: int) -> FloatArray:
    """Shortfall, news and the share that took of an order in each market, shape (3, market) [bps, bps, 1]."""
    stated = order.stated
    decisions = round(60.0 * stated.minutes / DECISION_SECONDS)
    task = ExecutionTask(
        horizon_seconds=60.0 * stated.minutes,
        decisions=decisions,
        pause=round(decisions * stated.after_minutes / stated.minutes),
    )
    batch = AgentMarketBatch([order.scenario] * markets, seed.spawn(markets))
    terms = [terms_of_scenario(order.scenario)] * markets
    side, quantity = np.full(markets, int(stated.side)), np.full(markets, stated.quantity)
    outcome = worker_of(name, order).session(batch, terms, task).work(side, quantity)
    bps = 1e4 / (outcome.arrival_ticks * stated.quantity)
    return np.stack((bps * outcome.shortfall, bps * outcome.news, outcome.taken / stated.quantity))


def costs(names: tuple[str, ...], seed: int, orders: int, markets: int) -> dict[str, FloatArray]:
    """What each worker's orders cost, shape (3, order, market)."""
    seeds = [one.spawn(2) for one in np.random.SeedSequence(seed).spawn(orders)]
    drawn = [shipped_law().draw(np.random.default_rng(draw)) for draw, _ in seeds]
    found = {}
    for name in names:
        begun = time.process_time()
        rows = [
            work(name, order, np.random.SeedSequence(own.entropy, spawn_key=own.spawn_key), markets)
            for order, (_, own) in zip(drawn, seeds, strict=True)
        ]
        found[name] = np.stack(rows, axis=1)
        print(f"  {name}: {time.process_time() - begun:.0f} s of CPU", flush=True)
    return found


def mean_cost(found: FloatArray) -> float:
    """Mean shortfall less news [bps]."""
    return float((found[0] - found[1]).mean())


def table(found: dict[str, FloatArray], baseline: str) -> None:
    """Every worker's cost against one of them."""
    _, orders, markets = found[baseline].shape
    print(f"{'worker':<16}{'less news':>10}{'taken':>8}{'against ' + baseline:>26}{'95%':>20}{'p':>10}")
    differences = compare(
        {name: one[0].ravel() for name, one in found.items()},
        baseline=baseline,
        control_bps={name: one[1].ravel() for name, one in found.items()},
        cluster=np.repeat(np.arange(orders), markets),
    )
    print(f"{baseline:<16}{mean_cost(found[baseline]):>10.2f}{found[baseline][2].mean():>8.0%}")
    for one in differences:
        own = found[one.challenger]
        print(
            f"{one.challenger:<16}{mean_cost(own):>10.2f}{own[2].mean():>8.0%}{one.mean_bps:>26.2f}"
            f"{f'({one.lower:.2f}, {one.upper:.2f})':>20}{one.p_adjusted:>10.1e}"
        )


def main() -> None:
    """Print the schedules on the tuning orders, then everybody on fresh ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=40)
    parser.add_argument("--tuning", type=int, default=16, help="orders on which the best schedule is chosen")
    parser.add_argument("--markets", type=int, default=4)
    parser.add_argument("--agents", default=",".join(AGENTS), help="names or files, by commas")
    options = parser.parse_args()
    set_num_threads(1)
    tuned = costs(SCHEDULES, TUNING_SEED, options.tuning, options.markets)
    best = min(SCHEDULES, key=lambda name: mean_cost(tuned[name]))
    print("on the tuning orders: " + ", ".join(f"{name} {mean_cost(tuned[name]):.2f}" for name in SCHEDULES))
    names = tuple(dict.fromkeys(("twap", best, *options.agents.split(","))))
    found = costs(names, TEST_SEED, options.orders, options.markets)
    table(found, "twap")
    if best != "twap":
        table({name: one for name, one in found.items() if name != "twap"}, best)


if __name__ == "__main__":
    main()
