"""Workers judged on the same orders in the same markets, market by market from the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.agents.market_source import MarketSource
from execution.agents.task import ExecutionTask
from execution.agents.worker import Outcome, Worker

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BATCH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a worker's orders cost, all of shape (market, order); one seed, one row, whatever the batch.

    shortfall_bps, news_bps, fees_bps: of arrival notional. shortfall_ticks: a lot of the order. quantity,
    left, taken: lots.
    """

    worker: str
    shortfall_bps: FloatArray
    news_bps: FloatArray
    fees_bps: FloatArray
    shortfall_ticks: FloatArray
    quantity: IntArray
    left: IntArray
    taken: IntArray

    @property
    def completion(self) -> float:
        """Lots traded over lots ordered."""
        return 1.0 - float(self.left.sum()) / float(self.quantity.sum())

    @property
    def taker_share(self) -> float:
        """Lots that crossed the spread over lots traded."""
        return float(self.taken.sum()) / max(float((self.quantity - self.left).sum()), 1.0)


def evaluate(
    worker: Worker,
    source: MarketSource,
    task: ExecutionTask,
    *,
    markets: int,
    orders: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> Evaluation:
    """Let a worker work `orders` parent orders in each of `markets` fresh markets.

    Sides and sizes come from the seed and not from the worker, so that workers compare order by order.
    """
    seeds = np.random.SeedSequence(seed).spawn(-(-markets // BATCH))
    rows: list[list[tuple[Outcome, IntArray]]] = []
    for at, one in enumerate(seeds):
        count = min(BATCH, markets - at * BATCH)
        rows.append(_batch(worker, source, task, count=count, orders=orders, seed=one))
        if progress is not None:
            progress((at + 1) / len(seeds))
    return _evaluation(worker.name, rows)


def _batch(
    worker: Worker,
    source: MarketSource,
    task: ExecutionTask,
    *,
    count: int,
    orders: int,
    seed: np.random.SeedSequence,
) -> list[tuple[Outcome, IntArray]]:
    market_seed, draw_seed = seed.spawn(2)
    markets, terms = source.make(count, market_seed)
    session = worker.session(markets, terms, task)
    rngs = [np.random.default_rng(one) for one in draw_seed.spawn(count)]
    worked = []
    for _ in range(orders):
        drawn = [task.draw(rng, own) for rng, own in zip(rngs, terms, strict=True)]
        side, quantity = (np.array(column, np.int64) for column in zip(*drawn, strict=True))
        worked.append((session.work(side, quantity), quantity))
    return worked


def _evaluation(name: str, rows: Sequence[Sequence[tuple[Outcome, IntArray]]]) -> Evaluation:
    def gathered(take: Callable[[Outcome, IntArray], npt.NDArray[np.generic]]) -> npt.NDArray[np.generic]:
        return np.concatenate([np.column_stack([take(*one) for one in row]) for row in rows])

    def in_bps(field: str) -> FloatArray:
        return np.asarray(
            gathered(lambda out, lots: 1e4 * getattr(out, field) / (lots * out.arrival_ticks)), np.float64
        )

    return Evaluation(
        worker=name,
        shortfall_bps=in_bps("shortfall"),
        news_bps=in_bps("news"),
        fees_bps=in_bps("fees"),
        shortfall_ticks=np.asarray(gathered(lambda out, lots: out.shortfall / lots), np.float64),
        quantity=np.asarray(gathered(lambda _, lots: lots), np.int64),
        left=np.asarray(gathered(lambda out, _: out.left), np.int64),
        taken=np.asarray(gathered(lambda out, _: out.taken), np.int64),
    )
