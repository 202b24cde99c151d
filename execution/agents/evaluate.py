"""Workers judged on the same orders in the same markets, market by market from the same seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.agents.comparison_checks import MarketValidityReport
from execution.agents.market_source import MarketSource
from execution.agents.markets import Markets
from execution.agents.task import ExecutionTask
from execution.agents.worker import Outcome, Worker
from execution.agents.wrapped_markets import innermost
from execution.market.agent_batch import AgentMarketBatch
from execution.market.layout import ParticipantKind
from execution.market.validity import quoted_lots

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
BATCH = 32


class _Worked(NamedTuple):
    """An order worked in every market of a batch, and how the market was when it ended."""

    outcome: Outcome
    quantity: IntArray
    regime: npt.NDArray[np.str_]
    makers_alive: BoolArray
    spread_ticks: FloatArray
    discarded: IntArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """What a worker's orders cost, all of shape (market, order); one seed, one row, whatever the batch.

    shortfall_bps, news_bps, fees_bps: of arrival notional; bps_per_tick: what a tick is of it. quantity,
    left, taken: lots. makers_alive: whether every maker quoted when the order ended. spread_ticks: then,
    infinite where a side was empty. discarded: anybody's messages that met an empty side, since the start.
    regime: shape (market,), the name of each one's scenario.
    """

    worker: str
    regime: npt.NDArray[np.str_]
    shortfall_bps: FloatArray
    news_bps: FloatArray
    fees_bps: FloatArray
    bps_per_tick: FloatArray
    quantity: IntArray
    left: IntArray
    taken: IntArray
    makers_alive: npt.NDArray[np.bool_]
    spread_ticks: FloatArray
    discarded: IntArray

    def cost_bps(self, charge_ticks: float) -> FloatArray:
        """Shortfall with a charge for each lot that is left, which else would go for nothing."""
        return self.shortfall_bps + charge_ticks * self.bps_per_tick * self.left / self.quantity

    @property
    def validity(self) -> MarketValidityReport:
        """What the markets were like."""
        return MarketValidityReport.of(
            makers_alive=self.makers_alive.ravel(),
            spread_ticks=self.spread_ticks.ravel(),
            widest_spread_ticks=self.spread_ticks.ravel(),
            lots_discarded=np.diff(self.discarded, axis=1, prepend=0).ravel(),
            completion=1.0 - (self.left / self.quantity).ravel(),
        )

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
    rows: list[list[_Worked]] = []
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
) -> list[_Worked]:
    market_seed, draw_seed = seed.spawn(2)
    markets, terms = source.make(count, market_seed)
    session = worker.session(markets, terms, task)
    rngs = [np.random.default_rng(one) for one in draw_seed.spawn(count)]
    worked = []
    for _ in range(orders):
        drawn = [task.draw(rng, own) for rng, own in zip(rngs, terms, strict=True)]
        side, quantity = (np.array(column, np.int64) for column in zip(*drawn, strict=True))
        worked.append(_Worked(session.work(side, quantity), quantity, *_state_of(markets)))
    return worked


def _state_of(markets: Markets) -> tuple[npt.NDArray[np.str_], BoolArray, FloatArray, IntArray]:
    """Regime, makers, spread and discarded lots of every market, as far as it tells them."""
    markets = innermost(markets)
    count, depth = len(markets), markets.depth[:, :, 0]
    quoted = (depth[:, :, 1] > 0).all(axis=1)
    spread = np.where(quoted, depth[:, 1, 0] - depth[:, 0, 0], np.inf)
    if not isinstance(markets, AgentMarketBatch):
        return np.full(count, ""), np.ones(count, np.bool_), spread, np.zeros(count, np.int64)
    alive, names, nobody = np.ones(count, np.bool_), [], np.zeros(count, np.int64)
    for at, market in enumerate(markets.markets):
        makers = market.arrays.participants["kind"] == ParticipantKind.MARKET_MAKER
        alive[at] = bool((quoted_lots(market)[makers] > 0).all())
        names.append(market.scenario.name)
        nobody[at] = int(market.arrays.venues["found_nobody"].sum())
    return np.array(names), alive, spread, nobody


def _evaluation(name: str, rows: Sequence[Sequence[_Worked]]) -> Evaluation:
    def gathered(take: Callable[[_Worked], npt.NDArray[np.generic]]) -> npt.NDArray[np.generic]:
        return np.concatenate([np.column_stack([take(one) for one in row]) for row in rows])

    def whole(take: Callable[[_Worked], npt.NDArray[np.generic]]) -> IntArray:
        return np.asarray(gathered(take), np.int64)

    def in_bps(field: str) -> FloatArray:
        return np.asarray(
            gathered(
                lambda one: 1e4 * getattr(one.outcome, field) / (one.quantity * one.outcome.arrival_ticks)
            ),
            np.float64,
        )

    return Evaluation(
        worker=name,
        regime=np.concatenate([row[0].regime for row in rows]),
        shortfall_bps=in_bps("shortfall"),
        news_bps=in_bps("news"),
        fees_bps=in_bps("fees"),
        bps_per_tick=np.asarray(gathered(lambda one: 1e4 / one.outcome.arrival_ticks), np.float64),
        quantity=whole(lambda one: one.quantity),
        left=whole(lambda one: one.outcome.left),
        taken=whole(lambda one: one.outcome.taken),
        makers_alive=np.asarray(gathered(lambda one: one.makers_alive), np.bool_),
        spread_ticks=np.asarray(gathered(lambda one: one.spread_ticks), np.float64),
        discarded=whole(lambda one: one.discarded),
    )
