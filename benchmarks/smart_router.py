"""What dark pools and a router that learns them are worth in the simulated market of two lit venues.

`python -m benchmarks.smart_router [--markets 64]`: five-minute orders of 20 to 80% of an average day's volume
in the shipped market `venues`, beside dark pools. All workers work the same orders in the same fresh markets
with the same pools; costs in bps of arrival notional, fees and a charge for each lot left included, what
unforeseen news made taken out by regression. A market is an independent group of its orders.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numba
import numpy as np

from execution.agents.comparison import PairedDifference, paired_difference
from execution.agents.evaluate import Evaluation, evaluate
from execution.agents.market_source import ScenarioSource
from execution.agents.routers import ContKukanov, EveryVenue, RouterWorker
from execution.agents.shipped_task import shipped_task
from execution.agents.task import ExecutionTask
from execution.agents.worker import Worker
from execution.market.pool_terms import DarkPoolTerms
from execution.market.scenario import load_market
from execution.venues.dark_markets import DarkSource
from execution.venues.even_dark import EvenDark
from execution.venues.router import LitOnly, SmartWorker

LIT, ORDERS, SEED = 2, 2, 20261122
FULL = DarkPoolTerms(arrivals_per_second=0.1, mean_lots=150.0)
THIN = DarkPoolTerms(arrivals_per_second=0.01, mean_lots=100.0)
INFORMED = DarkPoolTerms(arrivals_per_second=0.01, mean_lots=300.0, informed_per_tick=1.0)
CASES = {
    "a pool": (FULL,),
    "a full and a thin pool": (THIN, FULL),
    "a pool of informed ones": (INFORMED,),
    "both": (INFORMED, FULL),
}


def judge(pools: tuple[DarkPoolTerms, ...], task: ExecutionTask, markets: int) -> None:
    """Print every worker's cost and what it saves of the first one's, in the same markets."""
    source = DarkSource(source=ScenarioSource([load_market("venues")], venue_count=LIT), pools=pools)
    workers: list[Worker] = [
        RouterWorker(name="lit only", router=LitOnly(lit=EveryVenue(), venues=LIT)),
        RouterWorker(name="lit only, Cont-Kukanov", router=LitOnly(lit=ContKukanov(), venues=LIT)),
        RouterWorker(name="rest in all pools alike", router=EvenDark(lit=EveryVenue(), venues=LIT)),
        SmartWorker(name="smart router", lit=EveryVenue()),
    ]
    found = [evaluate(one, source, task, markets=markets, orders=ORDERS, seed=SEED) for one in workers]
    print(f"  {found[0].worker:26}{cost(found[0], task):8.3f}{'':27} taken {found[0].taker_share:6.1%}")
    for one in found[1:]:
        less = difference(one, found[0], task)
        interval = f"({less.lower:.3f}, {less.upper:.3f})"
        print(
            f"  {one.worker:26}{cost(one, task):8.3f}{less.mean_bps:9.3f} {interval:17} "
            f"taken {one.taker_share:6.1%}",
            flush=True,
        )
    less = difference(found[-1], found[-2], task)
    print(f"  smart less alike: {less.mean_bps:.3f} ({less.lower:.3f}, {less.upper:.3f})", flush=True)


def cost(found: Evaluation, task: ExecutionTask) -> float:
    """Mean cost of a worker's orders, what news made taken off [bps]."""
    return float((found.cost_bps(task.reward.completion_ticks) - np.nan_to_num(found.news_bps)).mean())


def difference(challenger: Evaluation, baseline: Evaluation, task: ExecutionTask) -> PairedDifference:
    """Paired difference of two workers, what news made taken out, markets as independent groups."""
    markets, orders = baseline.quantity.shape
    costs = [one.cost_bps(task.reward.completion_ticks).ravel() for one in (challenger, baseline)]
    return paired_difference(
        *costs,
        challenger=challenger.worker,
        baseline=baseline.worker,
        control_bps=(challenger.news_bps - baseline.news_bps).ravel(),
        cluster=np.repeat(np.arange(markets), orders),
    )


def main() -> None:
    """Print the table of every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=64)
    options = parser.parse_args()
    numba.set_num_threads(1)
    task = replace(shipped_task(participation=(0.2, 0.8)), decisions=60, pause=10)
    for name, pools in CASES.items():
        print(f"{name}: cost [bps], beside lit only (95% interval)")
        judge(pools, task, options.markets)


if __name__ == "__main__":
    main()
