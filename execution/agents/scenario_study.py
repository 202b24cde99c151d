"""Workers compared on one parent order in one scenario, market by market from the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from execution.agents.comparison import PairedDifference, compare
from execution.agents.comparison_checks import MarketValidityReport
from execution.agents.observed_markets import OrderCosts, Paths
from execution.agents.shipped_task import task_of
from execution.agents.study_batch import STEPS, WorkedBatch, told_of, work_batch
from execution.agents.study_control import LeakageByMarket, control_batch, leakage_by_market
from execution.agents.study_order import StudyOrder
from execution.agents.task import ExecutionTask
from execution.agents.worker import Worker
from execution.book.layout import RecordArray
from execution.market.scenario import MarketScenario
from execution.market.stated_order import StatedOrder
from execution.orders import ParentOrder
from execution.process_pool import process_pool

FloatArray = npt.NDArray[np.float64]
Progress = Callable[[str, float], None]
Job = TypeVar("Job")

_BATCH = 50  # markets side by side
# Apart from the seeds that agents are trained and chosen on, whatever number the user gives.
_SPAWN_KEY = (0x5CE9A810,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """A stretch of the scenario's timeline within the order [minutes since the order's start]."""

    name: str
    begin: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedOrders:
    """What one worker made of the order in every market.

    shortfall_bps, news_bps, chance_bps and each of parts_bps: shape (episode,), of arrival notional; the
    parts add up to the shortfall; news and chance as in OrderCosts. paths: shape (episode, step + 1). fills:
    of FILL, their markets numbered as the episodes. leakage: against the same markets without the order.
    """

    worker: str
    shortfall_bps: FloatArray
    parts_bps: Mapping[str, FloatArray]
    news_bps: FloatArray
    chance_bps: FloatArray
    paths: Paths
    fills: RecordArray
    leakage: LeakageByMarket
    validity: MarketValidityReport

    @property
    def completion(self) -> float:
        """Lots traded over lots ordered."""
        left = self.paths.left
        return 1.0 - float(left[:, -1].mean() / left[0, 0])

    def traded(self, first: int, last: int) -> tuple[float, float]:
        """Share of the order done between two written times, and the share of that which took liquidity."""
        took, made = (
            float((lots[:, last] - lots[:, first]).mean()) for lots in (self.paths.taker, self.paths.maker)
        )
        return (took + made) / float(self.paths.left[0, 0]), took / (took + made) if took + made else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioStudy:
    """Workers side by side. minutes: since the order's start, shape (step + 1,).

    differences: of each worker's shortfall to the first one's, chance taken out by regression.
    """

    scenario: MarketScenario
    order: ParentOrder
    seed: int
    minutes: FloatArray
    phases: tuple[Phase, ...]
    workers: tuple[WorkedOrders, ...]
    differences: tuple[PairedDifference, ...]

    @property
    def episodes(self) -> int:
        """How many markets each worker met."""
        return len(self.workers[0].shortfall_bps)

    def step_at(self, minutes: float) -> int:
        """The written time nearest to so many minutes since the order's start."""
        return int(np.abs(self.minutes - minutes).argmin())


def study_scenario(
    order: StudyOrder,
    workers: Sequence[Worker],
    *,
    episodes: int,
    seed: int = 0,
    processes: int = 1,
    progress: Progress | None = None,
) -> ScenarioStudy:
    """Let every worker work the order in the same markets of its scenario, at its first venue.

    The first worker is what the others are compared with. Agents decide as shipped_task.task_of says.
    processes: side by side, which changes no figure; for more than one the workers must be picklable.
    ValueError without a worker, for two of one name, or with fewer than three episodes.
    """
    names = [worker.name for worker in workers]
    if not names or len(set(names)) < len(names) or episodes < 3:
        raise ValueError(f"workers {', '.join(names) or 'none'} in {episodes} markets, expected 3 or more")
    scenario, task = order.scenario, _task(order.stated)
    # A pause is a whole number of decisions, and an order begins after it.
    parent = replace(order.parent(), start_ns=task.pause * task.interval_ns)
    seeds = np.random.SeedSequence(seed, spawn_key=_SPAWN_KEY).spawn(episodes)

    def say(done: float) -> None:
        if progress is not None:
            progress(f"{len(names)} workers in {episodes} markets each", done)

    found, control = _work_all(order, parent, workers, task, seeds, processes, say)
    worked = [_gathered(name, parent, batches, control) for name, batches in zip(names, found, strict=True)]
    return ScenarioStudy(
        scenario=scenario,
        order=parent,
        seed=seed,
        minutes=np.linspace(0.0, parent.horizon_ns / 6e10, STEPS + 1),
        phases=_phases(scenario, parent),
        workers=tuple(worked),
        differences=_differences(worked, adjusted=told_of(scenario) is not None),
    )


def _task(order: StatedOrder) -> ExecutionTask:
    task = task_of(60.0 * order.minutes)
    return replace(task, pause=round(60.0 * order.after_minutes / task.horizon_seconds * task.steps))


def _phases(scenario: MarketScenario, order: ParentOrder) -> tuple[Phase, ...]:
    """The timeline's stretches as far as the order meets them; the last one holds on."""
    start, length = order.start_ns / 6e10, order.horizon_ns / 6e10
    found, begin, last = [], 0.0, len(scenario.timeline) - 1
    for place, stretch in enumerate(scenario.timeline):
        end = np.inf if place == last else begin + stretch.minutes
        since, until = max(begin - start, 0.0), min(end - start, length)
        if until > since:
            found.append(Phase(name=stretch.regime.name, begin=since, end=until))
        begin = end
    return tuple(found)


def _work_all(
    order: StudyOrder,
    parent: ParentOrder,
    workers: Sequence[Worker],
    task: ExecutionTask,
    seeds: Sequence[np.random.SeedSequence],
    processes: int,
    say: Callable[[float], None],
) -> tuple[list[list[WorkedBatch]], FloatArray]:
    """Batches by worker, and the mids of the markets without the order, (episode, look + 1).

    Batches do not know of each other, so that their number changes no figure.
    """
    size = min(_BATCH, -(-len(seeds) // processes))
    batches = [seeds[at : at + size] for at in range(0, len(seeds), size)]
    jobs = [(order.scenario, parent, worker, task, batch) for worker in workers for batch in batches]
    untouched = [(order.scenario, parent, batch) for batch in batches]
    if processes == 1:
        found = [work_batch(*job) for job in _telling(jobs, say)]
        control = [control_batch(*each) for each in untouched]
    else:
        with process_pool(min(processes, len(jobs) + len(untouched))) as pool:
            working = [pool.submit(work_batch, *job) for job in jobs]
            running = [pool.submit(control_batch, *each) for each in untouched]
            for done, future in enumerate(as_completed(working)):
                say(done / len(jobs))
                future.result()
            found, control = [one.result() for one in working], [one.result() for one in running]
    by_worker = [found[at : at + len(batches)] for at in range(0, len(found), len(batches))]
    return by_worker, np.concatenate(control)


def _telling(jobs: Sequence[Job], say: Callable[[float], None]) -> Iterator[Job]:
    """The jobs, each announced as it begins."""
    for done, job in enumerate(jobs):
        say(done / len(jobs))
        yield job


def _gathered(
    name: str, order: ParentOrder, batches: Sequence[WorkedBatch], control: FloatArray
) -> WorkedOrders:
    paths = Paths(*(np.concatenate(part) for part in zip(*(one.paths for one in batches), strict=True)))
    notional = order.quantity * paths.mid[:, 0]
    costs = OrderCosts(
        *(1e4 * np.concatenate(part) / notional for part in zip(*(one.costs for one in batches), strict=True))
    )
    spread = np.concatenate([one.spread_ticks for one in batches])
    fills = _joined_fills(batches)
    return WorkedOrders(
        worker=name,
        shortfall_bps=costs.total,
        parts_bps={part: getattr(costs, part) for part in OrderCosts._fields[:5]},
        news_bps=costs.news,
        chance_bps=costs.chance,
        paths=paths,
        fills=fills,
        leakage=leakage_by_market(order, fills, paths.mid[:, 0], control),
        validity=MarketValidityReport.of(
            makers_alive=np.concatenate([one.makers_alive for one in batches]),
            spread_ticks=spread.mean(axis=1),
            widest_spread_ticks=spread.max(axis=1),
            lots_discarded=np.concatenate([one.discarded for one in batches]),
            completion=1.0 - paths.left[:, -1] / order.quantity,
        ),
    )


def _joined_fills(batches: Sequence[WorkedBatch]) -> RecordArray:
    """The fills of all batches, the markets of each numbered on from the one before."""
    before = np.cumsum([0, *(len(one.makers_alive) for one in batches[:-1])])
    found = np.concatenate([one.fills for one in batches])
    found["market"] += np.repeat(before, [len(one.fills) for one in batches])
    return found


def _differences(worked: Sequence[WorkedOrders], *, adjusted: bool) -> tuple[PairedDifference, ...]:
    if len(worked) == 1:
        return ()
    return compare(
        {one.worker: one.shortfall_bps for one in worked},
        baseline=worked[0].worker,
        control_bps={one.worker: one.chance_bps for one in worked} if adjusted else None,
    )
