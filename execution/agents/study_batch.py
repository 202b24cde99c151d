"""One worker with one order in a batch of markets: what it cost, what was seen, and how the markets were."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import get_num_threads, set_num_threads

from execution.agents.observed_markets import ObservedMarkets, OrderCosts, Paths
from execution.agents.study_markets import FirstVenue, study_terms, with_pools
from execution.agents.task import ExecutionTask
from execution.agents.venue_workers import VenueWorker
from execution.agents.worker import Worker
from execution.book.layout import RecordArray
from execution.market.agent_batch import AgentMarketBatch
from execution.market.layout import ParticipantKind
from execution.market.scenario import MarketScenario
from execution.market.told_news import told_ticks
from execution.market.validity import quoted_lots
from execution.orders import ParentOrder

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

STEPS = 180  # times at which an order is written down, its start not counted
_SAMPLE_EVERY = 6  # written times between two looks at the makers
_LEAST_QUOTED = 0.999  # of the time, by both sides


class WorkedBatch(NamedTuple):
    """One batch of markets after the order: costs [ticks x lots], what was seen, and how the markets were.

    fills: of FILL, market by market in time.
    """

    costs: OrderCosts
    paths: Paths
    makers_alive: BoolArray
    spread_ticks: FloatArray
    discarded: IntArray
    fills: RecordArray


def work_batch(
    scenario: MarketScenario,
    order: ParentOrder,
    worker: Worker,
    task: ExecutionTask,
    seeds: Sequence[np.random.SeedSequence],
) -> WorkedBatch:
    """Let a worker work the order in a market of each seed, which alone decides what that market is."""
    with one_thread():
        return _work(scenario, order, worker, task, seeds)


@contextmanager
def one_thread() -> Iterator[None]:
    """Step markets on one thread: a step is so short that threads cost more waiting than they save."""
    threads = get_num_threads()
    set_num_threads(1)
    try:
        yield
    finally:
        set_num_threads(threads)


def _work(
    scenario: MarketScenario,
    order: ParentOrder,
    worker: Worker,
    task: ExecutionTask,
    seeds: Sequence[np.random.SeedSequence],
) -> WorkedBatch:
    count = len(seeds)
    batch = AgentMarketBatch([scenario] * count, seeds, venue_count=len(scenario.lit_venues))
    alive = np.ones(count, np.bool_)

    def sample(here: IntArray, column: IntArray) -> None:
        for at in here[column % _SAMPLE_EVERY == 0]:
            people = batch.markets[at].arrays.participants
            makers = people["kind"] == ParticipantKind.MARKET_MAKER
            alive[at] &= bool((quoted_lots(batch.markets[at])[makers] > 0).all())

    terms, worked_in = [study_terms(scenario)] * count, with_pools(batch, scenario, seeds)
    markets = ObservedMarkets(worked_in, order, terms, steps=STEPS, told=told_of(scenario), sample=sample)
    shown = markets if isinstance(worker, VenueWorker) or len(markets.venues) == 1 else FirstVenue(markets)
    lots = np.full(count, order.quantity, np.int64)
    worker.session(shown, terms, task).work(np.full(count, int(order.side), np.int64), lots)
    markets.step_until(np.maximum(markets.now_ns, order.end_ns))
    paths, lit = markets.paths(), len(scenario.lit_venues)
    venues = [market.arrays.venues[:lit] for market in batch.markets]
    empty_ns = np.array([each["empty_ns"][0] for each in venues])
    quoted = empty_ns <= (1.0 - _LEAST_QUOTED) * order.end_ns
    return WorkedBatch(
        costs=markets.costs(),
        paths=paths,
        makers_alive=alive,
        spread_ticks=np.where(quoted[:, None], paths.spread, np.inf),
        discarded=paths.left[:, -1] + np.array([each["found_nobody"].sum() for each in venues]),
        fills=markets.fills(),
    )


def told_of(scenario: MarketScenario) -> Callable[[IntArray], FloatArray] | None:
    """What the timeline tells; nothing of an instrument that is valued on another."""
    symbol = scenario.venues[0].symbol
    if any(one.driver for one in scenario.instruments if one.symbol == symbol):
        return None
    return lambda ts_ns: told_ticks(scenario, ts_ns)
