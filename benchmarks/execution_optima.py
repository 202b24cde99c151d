"""What learners lose against exact optima of execution tasks, after seconds of training on one core.

python -m benchmarks.execution_optima [--seeds 8] [--only TASK ...]

Excess is over the cost of the optimum: closed forms for the schedules (execution.schedules) and for one
venue, a search on a sample's cost for three; placements are judged on outflows of their own. CPU seconds are
of this process, on one thread, training alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize

from execution.agents.learn.dqn import train_dqn
from execution.agents.learn.ppo import train_ppo
from execution.agents.learn.settings import DqnSettings, PpoSettings
from execution.agents.learn.vector_markets import StableBaselinesEnv
from execution.agents.optimum_tasks.placement_env import PlacementEnv, PlacementTask, shares_of
from execution.agents.optimum_tasks.scheduling_env import MULTIPLES, SchedulingEnv, schedule_of
from execution.agents.optimum_tasks.scheduling_task import (
    AlmgrenChrissTask,
    FloatArray,
    ObizhaevaWangTask,
    SchedulingTask,
)
from execution.placement.cont_kukanov import PlacementProblem, place_at_one_venue
from execution.placement.outflow import ExponentialOutflow

SCHEDULING_PPO = PpoSettings(
    hidden=(32, 32),
    learning_rate=3e-3,
    final_rate_share=0.05,
    rollout_steps=21,
    batch_size=672,
    epochs=5,
    clip=0.3,
    advantage_decay=0.99,
    first_deviation=0.6,
    final_deviation=0.04,
    standard_steps=1_000,
    averaged_share=0.15,
)
LONGER_PPO = replace(SCHEDULING_PPO, rollout_steps=50, batch_size=400)
SCHEDULING_DQN = DqnSettings(
    hidden=(64, 64),
    learning_rate=1.5e-3,
    final_rate_share=0.01,
    priority_exponent=0.0,
    batch_size=512,
    buffer_steps=20_000,
    learning_starts=1_000,
    target_every=320,
    exploration_share=0.4,
    exploration_final=0.1,
    n_steps=1,
    standard_steps=420,
    averaged_share=0.3,
)
PLACEMENT_PPO = PpoSettings(
    hidden=(16,),
    learning_rate=2e-3,
    final_rate_share=0.02,
    rollout_steps=1,
    batch_size=64,
    epochs=4,
    first_deviation=0.5,
    final_deviation=0.05,
    standard_steps=0,
)
ONE_VENUE = PlacementTask(
    problem=PlacementProblem(
        quantity=1_000.0,
        half_spread=0.02,
        taker_fee=0.003,
        underfill=0.06,
        overfill=0.024,
        rebates=(0.002,),
        queues=(1_000.0,),
    ),
    mean_outflows=(2_200.0,),
)
THREE_VENUES = PlacementTask(
    problem=PlacementProblem(
        quantity=1_000.0,
        half_spread=0.02,
        taker_fee=0.003,
        underfill=0.06,
        overfill=0.04,
        rebates=(0.002, 0.003, 0.0015),
        queues=(2_000.0, 3_000.0, 1_200.0),
    ),
    mean_outflows=(1_800.0, 2_500.0, 800.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One learner on one task. excess: of a seed, in percent, with CPU seconds; plain: of knowing nothing."""

    title: str
    floor: str
    plain: float
    excess: Callable[[int], tuple[float, float]]


def scheduling_case(
    title: str,
    floor: str,
    task: SchedulingTask,
    settings: PpoSettings | DqnSettings,
    markets: int,
    steps: int,
) -> Case:
    """A learner that spreads an order over time; it knows nothing beside the even schedule."""
    best = task.cost(task.best_shares())
    multiples = MULTIPLES if isinstance(settings, DqnSettings) else None

    def excess(seed: int) -> tuple[float, float]:
        begin = time.process_time()
        env = StableBaselinesEnv(SchedulingEnv(task, count=markets, multiples=multiples))
        if isinstance(settings, DqnSettings):
            agent = train_dqn(env, settings, steps=steps, seed=seed, rounds=1)
        else:
            agent = train_ppo(env, settings, steps=steps, seed=seed, rounds=1)
        spent = time.process_time() - begin
        shares = schedule_of(agent.policy(), SchedulingEnv(task, count=1, multiples=multiples))
        return 100.0 * (task.cost(shares) / best - 1.0), spent

    return Case(title=title, floor=floor, plain=100.0 * (1.0 / best - 1.0), excess=excess)


def placement_case(title: str, task: PlacementTask, best: FloatArray) -> Case:
    """PPO that learns a placement from outflows alone, judged on fresh ones that the optimum has too."""
    outflows = task.outflows(np.random.default_rng(99), 1_000_000)
    least = float(task.costs(best, outflows).mean())
    even = np.full(1 + len(task.mean_outflows), 1.0 / (1 + len(task.mean_outflows)))

    def excess(seed: int) -> tuple[float, float]:
        begin = time.process_time()
        env = StableBaselinesEnv(PlacementEnv(task, count=64, outflows=256))
        agent = train_ppo(env, PLACEMENT_PPO, steps=51_200, seed=seed, rounds=1)
        spent = time.process_time() - begin
        shares = shares_of(agent.policy().outputs(np.ones((1, 1), np.float32))[0])
        return 100.0 * (float(task.costs(shares, outflows).mean()) / least - 1.0), spent

    plain = 100.0 * (float(task.costs(even, outflows).mean()) / least - 1.0)
    return Case(title=title, floor="1", plain=plain, excess=excess)


def one_venue_best() -> FloatArray:
    """Shares (market, limit) by the closed form."""
    placed = place_at_one_venue(ONE_VENUE.problem, ExponentialOutflow(mean=ONE_VENUE.mean_outflows[0]))
    return np.array([placed.market, *placed.limits]) / ONE_VENUE.problem.quantity


def searched_best(task: PlacementTask, starts: int = 3, samples: int = 20_000) -> FloatArray:
    """Shares by the simplex search of Nelder and Mead on a sample's mean cost, from several starts."""
    generator = np.random.default_rng(98)
    outflows = task.outflows(generator, samples)
    width = 1 + len(task.mean_outflows)
    found = [
        minimize(
            lambda shares: float(task.costs(shares, outflows).mean()),
            generator.random(width),
            bounds=[(0.0, 1.0)] * width,
            method="Nelder-Mead",
            options={"xatol": 1e-3, "fatol": 1e-6},
        )
        for _ in range(starts)
    ]
    best: FloatArray = min(found, key=lambda answer: float(answer.fun)).x
    return best


def cases(only: list[str]) -> list[Case]:
    """The cases named, by default all."""
    makers: dict[str, Callable[[], Case]] = {
        "ow-ppo": lambda: scheduling_case(
            "Obizhaeva-Wang, PPO", "0.1", ObizhaevaWangTask(), SCHEDULING_PPO, 64, 160_000
        ),
        "ow-dqn": lambda: scheduling_case(
            "Obizhaeva-Wang, DQN", "0.5", ObizhaevaWangTask(), SCHEDULING_DQN, 16, 48_000
        ),
        "ac-ppo": lambda: scheduling_case(
            "Almgren-Chriss, PPO", "1", AlmgrenChrissTask(), LONGER_PPO, 32, 160_000
        ),
        "ck-one": lambda: placement_case("Cont-Kukanov, one venue, PPO", ONE_VENUE, one_venue_best()),
        "ck-three": lambda: placement_case(
            "Cont-Kukanov, three venues, PPO", THREE_VENUES, searched_best(THREE_VENUES)
        ),
    }
    return [makers[name]() for name in only or makers]


def main() -> None:
    """Print excess by seed, and what knowing nothing costs: the even schedule, an even placement."""
    arguments = argparse.ArgumentParser(description="learners against exact optima")
    arguments.add_argument("--seeds", type=int, default=8)
    arguments.add_argument("--first-seed", type=int, default=100, help="settings were chosen on 0 to 10")
    arguments.add_argument("--only", nargs="*", default=[])
    asked = arguments.parse_args()
    table = Table(title="excess over the exact optimum [%]")
    for heading in ("task", "floor", "by seed", "median", "worst", "even", "CPU s"):
        table.add_column(heading, justify="left" if heading == "task" else "right")
    for case in cases(asked.only):
        found = [case.excess(seed) for seed in range(asked.first_seed, asked.first_seed + asked.seeds)]
        excess, spent = (np.array(column) for column in zip(*found, strict=True))
        table.add_row(
            case.title,
            case.floor,
            " ".join(f"{number:.3f}" for number in excess),
            f"{np.median(excess):.3f}",
            f"{excess.max():.3f}",
            f"{case.plain:.1f}",
            f"{np.median(spent):.1f}",
        )
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
