"""Workers compared on one parent order in one scenario, market by market from the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import get_num_threads, set_num_threads

from execution.agents.comparison import PairedDifference, compare
from execution.agents.comparison_checks import MarketValidityReport
from execution.agents.observed_markets import ObservedMarkets, OrderCosts, Paths
from execution.agents.study_order import StudyOrder
from execution.agents.task import ExecutionTask
from execution.agents.terms import terms_of_scenario
from execution.agents.worker import Worker
from execution.market.agent_batch import AgentMarketBatch
from execution.market.layout import ParticipantKind
from execution.market.scenario import MarketScenario
from execution.market.stated_order import StatedOrder
from execution.market.told_news import told_ticks
from execution.market.validity import quoted_lots
from execution.orders import ParentOrder

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Progress = Callable[[str, float], None]

STEPS = 180  # times at which an order is written down, its start not counted
_BATCH = 50  # markets side by side
_SAMPLE_EVERY = 6  # written times between two looks at the makers
_LEAST_QUOTED = 0.999  # of the time, by both sides
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
    parts add up to the shortfall; news and chance as in OrderCosts. paths: shape (episode, step + 1).
    """

    worker: str
    shortfall_bps: FloatArray
    parts_bps: Mapping[str, FloatArray]
    news_bps: FloatArray
    chance_bps: FloatArray
    paths: Paths
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
    decision_seconds: float = 5.0,
    progress: Progress | None = None,
) -> ScenarioStudy:
    """Let every worker work the order in the same markets of its scenario, at its first venue.

    The first worker is what the others are compared with. decision_seconds: between two decisions of an
    agent, rounded so that a whole number of them makes the order's time. ValueError without a worker, for two
    of one name, or with fewer than three episodes.
    """
    names = [worker.name for worker in workers]
    if not names or len(set(names)) < len(names) or episodes < 3:
        raise ValueError(f"workers {', '.join(names) or 'none'} in {episodes} markets, expected 3 or more")
    scenario, task = order.scenario, _task(order.stated, decision_seconds)
    # A pause is a whole number of decisions, and an order begins after it.
    parent = replace(order.parent(), start_ns=task.pause * task.interval_ns)
    seeds = np.random.SeedSequence(seed, spawn_key=_SPAWN_KEY).spawn(episodes)
    worked = []
    for place, worker in enumerate(workers):

        def say(done: float, name: str = worker.name, place: int = place) -> None:
            if progress is not None:
                progress(f"{name} in {episodes} markets", (place + done) / len(workers))

        found = _work_all(scenario, parent, worker, task, seeds, say)
        worked.append(_gathered(worker.name, parent, found))
    return ScenarioStudy(
        scenario=scenario,
        order=parent,
        seed=seed,
        minutes=np.linspace(0.0, parent.horizon_ns / 6e10, STEPS + 1),
        phases=_phases(scenario, parent),
        workers=tuple(worked),
        differences=_differences(worked, adjusted=_told(scenario) is not None),
    )


class _Batch(NamedTuple):
    """One batch of markets after the order: costs [ticks x lots], what was seen, and how the markets were."""

    costs: OrderCosts
    paths: Paths
    makers_alive: BoolArray
    spread_ticks: FloatArray
    discarded: IntArray


def _task(order: StatedOrder, decision_seconds: float) -> ExecutionTask:
    horizon = 60.0 * order.minutes
    decisions = max(1, round(horizon / decision_seconds))
    pause = round(60.0 * order.after_minutes / horizon * decisions)
    return ExecutionTask(horizon_seconds=horizon, decisions=decisions, pause=pause)


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
    scenario: MarketScenario,
    order: ParentOrder,
    worker: Worker,
    task: ExecutionTask,
    seeds: Sequence[np.random.SeedSequence],
    say: Callable[[float], None],
) -> list[_Batch]:
    """Batch by batch, on one thread: a step is so short that threads cost more waiting than they save."""
    threads, found = get_num_threads(), []
    set_num_threads(1)
    try:
        for at in range(0, len(seeds), _BATCH):
            say(at / len(seeds))
            found.append(_work(scenario, order, worker, task, seeds[at : at + _BATCH]))
    finally:
        set_num_threads(threads)
    return found


def _work(
    scenario: MarketScenario,
    order: ParentOrder,
    worker: Worker,
    task: ExecutionTask,
    seeds: Sequence[np.random.SeedSequence],
) -> _Batch:
    count = len(seeds)
    batch = AgentMarketBatch([scenario] * count, seeds)
    alive = np.ones(count, np.bool_)

    def sample(here: IntArray, column: IntArray) -> None:
        for at in here[column % _SAMPLE_EVERY == 0]:
            people = batch.markets[at].arrays.participants
            makers = people["kind"] == ParticipantKind.MARKET_MAKER
            alive[at] &= bool((quoted_lots(batch.markets[at])[makers] > 0).all())

    terms = [terms_of_scenario(scenario)] * count
    markets = ObservedMarkets(batch, order, terms, steps=STEPS, told=_told(scenario), sample=sample)
    lots = np.full(count, order.quantity, np.int64)
    worker.session(markets, terms, task).work(np.full(count, int(order.side), np.int64), lots)
    markets.step_until(np.maximum(markets.now_ns, order.end_ns))
    paths, venues = markets.paths(), [market.arrays.venues[0] for market in batch.markets]
    empty_ns = np.array([venue["empty_ns"] for venue in venues])
    quoted = empty_ns <= (1.0 - _LEAST_QUOTED) * order.end_ns
    return _Batch(
        costs=markets.costs(),
        paths=paths,
        makers_alive=alive,
        spread_ticks=np.where(quoted[:, None], paths.spread, np.inf),
        discarded=paths.left[:, -1] + np.array([venue["found_nobody"] for venue in venues]),
    )


def _told(scenario: MarketScenario) -> Callable[[IntArray], FloatArray] | None:
    """What the timeline tells; nothing of an instrument that is valued on another."""
    symbol = scenario.venues[0].symbol
    if any(one.driver for one in scenario.instruments if one.symbol == symbol):
        return None
    return lambda ts_ns: told_ticks(scenario, ts_ns)


def _gathered(name: str, order: ParentOrder, batches: Sequence[_Batch]) -> WorkedOrders:
    paths = Paths(*(np.concatenate(part) for part in zip(*(one.paths for one in batches), strict=True)))
    notional = order.quantity * paths.mid[:, 0]
    costs = OrderCosts(
        *(1e4 * np.concatenate(part) / notional for part in zip(*(one.costs for one in batches), strict=True))
    )
    spread = np.concatenate([one.spread_ticks for one in batches])
    return WorkedOrders(
        worker=name,
        shortfall_bps=costs.total,
        parts_bps={part: getattr(costs, part) for part in OrderCosts._fields[:5]},
        news_bps=costs.news,
        chance_bps=costs.chance,
        paths=paths,
        validity=MarketValidityReport.of(
            makers_alive=np.concatenate([one.makers_alive for one in batches]),
            spread_ticks=spread.mean(axis=1),
            widest_spread_ticks=spread.max(axis=1),
            lots_discarded=np.concatenate([one.discarded for one in batches]),
            completion=1.0 - paths.left[:, -1] / order.quantity,
        ),
    )


def _differences(worked: Sequence[WorkedOrders], *, adjusted: bool) -> tuple[PairedDifference, ...]:
    if len(worked) == 1:
        return ()
    return compare(
        {one.worker: one.shortfall_bps for one in worked},
        baseline=worked[0].worker,
        control_bps={one.worker: one.chance_bps for one in worked} if adjusted else None,
    )
