"""Shipped agents against the best classical schedule tuned for each simulated market (result 3).

`python -m benchmarks.execution_markets [--markets 256] [--flip-steps 0]`: schedules are tuned on seeds of
their own; agents and the winner then work the same orders in fresh markets. Costs are in bps of notional,
fees and the task's charge for each lot left included; what unforeseen news made is taken out by
regression, the same in mean. A market is an independent group of its orders. Controls: a market in which no
agent can win, and a learner that is taught to save beside the same taught to pay; both act as they learn, by
their probabilities, since neither is taught long enough to be sure of anything.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.sampled_policy import SampledPolicy
from execution.agents.classical import ScheduleFor, ScheduleWorker
from execution.agents.comparison import PairedDifference
from execution.agents.evaluate import Evaluation, evaluate
from execution.agents.market_source import MarketSource
from execution.agents.no_signal import FairGameSource
from execution.agents.shipped_task import shipped_source, shipped_task
from execution.agents.study_workers import AGENTS, agent_file
from execution.agents.task import ExecutionTask
from execution.agents.training import PPO, difference, load_agent, train_agent
from execution.agents.worker import RenamedWorker, Worker, agent_worker
from execution.schedules.almgren_chriss import AlmgrenChriss
from execution.schedules.obizhaeva_wang import ObizhaevaWang
from execution.schedules.pov import Pov
from execution.schedules.twap import Twap

REGIMES = ("calm", "volatile", "squeeze")
ORDERS = 2
TUNING_SEED, TEST_SEED = 0x7011, 0x7E57
HEAD = (
    f"{'market':<10}{'worker':<26}{'cost':>8}{'less':>8}{'95% interval':>20}{'share':>8}{'p':>10}{'left':>8}"
)


def schedules() -> list[Worker]:
    """Everything that is tried in every market."""
    made: dict[str, ScheduleFor] = {"twap": lambda *_: Twap()}
    for urgency in (1.0, 3.0):
        made[f"almgren-chriss {urgency:g}"] = _almgren_chriss(urgency)
    made["obizhaeva-wang 5"] = lambda terms, lots, seconds: ObizhaevaWang(horizon=1.0, resilience=5.0)
    made["pov 15%"] = lambda *_: Pov(minimum=0.15, maximum=0.15)
    return [
        ScheduleWorker(
            name=f"{name}, {slices} slices, {look:g} s",
            schedule_for=made[name],
            slices=slices,
            look_seconds=look,
        )
        for name in made
        for slices, look in ((30, 1.0), (60, 1.0), (150, 1.0))
    ]


def _almgren_chriss(urgency: float) -> ScheduleFor:
    model = AlmgrenChriss(horizon=1.0, volatility=1.0, temporary_impact=1.0, risk_aversion=urgency**2)
    return lambda *_: model


def cost(found: Evaluation, task: ExecutionTask) -> float:
    """Mean cost of a worker's orders, what news made taken off [bps]."""
    return float((found.cost_bps(task.reward.completion_ticks) - np.nan_to_num(found.news_bps)).mean())


def tuned(source: MarketSource, task: ExecutionTask, markets: int) -> tuple[Worker, list[tuple[str, float]]]:
    """The schedule that costs least on the tuning seeds, and what all of them cost there."""
    workers = schedules()
    costs = [
        cost(evaluate(one, source, task, markets=markets, orders=ORDERS, seed=TUNING_SEED), task)
        for one in workers
    ]
    ranked = sorted(zip(costs, range(len(workers)), strict=True))
    return workers[ranked[0][1]], [(workers[at].name, value) for value, at in ranked]


def row(market: str, found: PairedDifference, costs: tuple[float, float], left: float) -> str:
    """One line of the table; costs: of the worker and of the one that it is compared with."""
    interval = f"({found.lower:.3f}, {found.upper:.3f})"
    return (
        f"{market:<10}{found.challenger:<26}{costs[0]:>8.3f}{found.mean_bps:>8.3f}"
        f"{interval:>20}{found.mean_bps / abs(costs[1]):>8.0%}{found.p_value:>10.1e}{left:>8.2%}"
    )


def judge(name: str, source: MarketSource, task: ExecutionTask, workers: list[Worker], markets: int) -> None:
    """Print the workers' table of one market; the first worker is what the others are compared with."""
    found = [evaluate(one, source, task, markets=markets, orders=ORDERS, seed=TEST_SEED) for one in workers]
    base = found[0]
    print(f"{name:<10}{base.worker:<26}{cost(base, task):>8.3f}{'':>46}{1.0 - base.completion:>8.2%}")
    for other in found[1:]:
        costs = cost(other, task), cost(base, task)
        print(row(name, difference(other, base, task), costs, 1.0 - other.completion))
    for one in found:
        print(f"  {one.worker:<30} {validity(one)}", flush=True)


def validity(found: Evaluation) -> str:
    """What a worker's markets were like."""
    valid = found.validity
    return (
        f"makers alive {valid.makers_alive:.2%}, both sides quoted {valid.spread_finite:.2%}, spread "
        f"{valid.mean_spread_ticks:.2f} (at most {valid.widest_spread_ticks:.0f}) ticks, messages that met "
        f"an empty side {valid.lots_discarded:,}, taken {found.taker_share:.1%}"
    )


def shipped_agents() -> list[Worker]:
    """The agents whose weights are shipped."""
    files = [agent_file(name) for name in AGENTS]
    return [agent_worker(load_agent(path)) for path in files if path is not None]


def taught(name: str, sign: float, source: MarketSource, task: ExecutionTask, steps: int) -> Worker:
    """A PPO agent whose reward is multiplied by a sign, from even odds: habits would hide what it learns."""
    signed = replace(task, reward=replace(task.reward, ticks=sign * task.reward.ticks))
    even = replace(PPO, first_odds=())
    with tempfile.TemporaryDirectory() as folder:
        path = train_agent("ppo", source, signed, out=Path(folder), steps=steps, rounds=1, seed=1, ppo=even)
        policy = SampledPolicy(load_agent(path), seed=TEST_SEED)
    return RenamedWorker(name=name, worker=agent_worker(policy))


def timed(what: str, work: Callable[[], None]) -> None:
    """Do it and say how long it took."""
    start = time.process_time()
    work()
    print(f"  {what}: {time.process_time() - start:.0f} s of CPU", flush=True)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markets", type=int, default=256)
    parser.add_argument("--regimes", nargs="*", default=REGIMES, help="none: the controls alone")
    parser.add_argument("--flip-steps", type=int, default=160_000, help="decisions of each; 0 for none")
    options = parser.parse_args()
    task, agents = shipped_task(), shipped_agents()
    print(HEAD)
    for name in options.regimes:
        source = shipped_source((name,))
        best, ranked = tuned(source, task, max(16, options.markets // 8))
        print(
            f"{name}: tuned on other seeds: "
            + "; ".join(f"{label} {value:.3f}" for label, value in ranked[:4])
        )
        timed(name, lambda s=source, n=name, b=best: judge(n, s, task, [b, *agents], options.markets))
    twap = schedules()[1]
    print("Controls: nobody can win (all must cost the same)")
    judge("no signal", FairGameSource(), task, [twap, *agents], options.markets)
    if options.flip_steps:
        print("One learner from even odds, taught to save and to pay (must be dearer)")
        calm, steps = shipped_source(("calm",)), options.flip_steps
        signs = {"taught to save": 1.0, "taught to pay": -1.0}
        learners = [taught(name, sign, calm, task, steps) for name, sign in signs.items()]
        judge("calm", calm, task, learners, max(16, options.markets // 4))


if __name__ == "__main__":
    main()
