"""Samples of a simulated market, with orders sent into it at random so that their impact can be learnt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.book.layout import EventKind, RecordArray
from execution.impact.order_flow_imbalance import order_flow_imbalance
from execution.impact.samples import CONTEXT, LEVELS, MarketSamples, depth_rows
from execution.market.event_log import as_messages
from execution.market.scenario import MarketScenario
from execution.market.scenario_engine import ScenarioEngine
from execution.market.simulator import MarketSimulator
from execution.orders import Side
from execution.recorded.book_history import rebuild
from execution.recorded.messages import RecordedMessages

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomOrders:
    """Market orders of random side, every so many steps, their size log-uniform in multiples of the touch.

    Nothing that anybody sees decides on them, so that what follows them is what they cause.
    """

    every_steps: int = 20
    least: float = 0.3
    most: float = 30.0


def simulated_samples(
    scenario: MarketScenario | str,
    steps: int,
    seed: np.random.SeedSequence,
    *,
    step_ns: int = 10**9,
    orders: RandomOrders | None = None,
    every_event: bool = False,
) -> MarketSamples:
    """Run a scenario for so many steps at its first venue and look at it after each.

    orders: what is sent in; by default RandomOrders(). every_event: the order-flow imbalance of each event,
    a rebuild of the book from the log, instead of the snapshots'. ScenarioError where the scenario cannot be
    read, ValueError for less than two steps.
    """
    if steps < 2:
        raise ValueError(f"steps is {steps}, expected at least 2")
    market_seed, order_seed = seed.spawn(2)
    simulator = MarketSimulator.from_scenario(scenario, market_seed, logged=True)
    sent = orders or RandomOrders()
    depth, order = _run(simulator, steps, step_ns, np.random.default_rng(order_seed), sent)
    log = _first_book(simulator)
    ends = step_ns * np.arange(1, steps + 1)
    bought, sold = (_taken(log, side, ends) for side in (1, -1))
    return MarketSamples(
        step_ns=step_ns,
        depth=depth,
        flow=_event_flow(log, ends) if every_event else order_flow_imbalance(depth),
        bought=bought,
        sold=sold,
        order=order,
        context=np.zeros((steps, len(CONTEXT))),
    )


def _run(
    simulator: MarketSimulator, steps: int, step_ns: int, rng: np.random.Generator, sent: RandomOrders
) -> tuple[IntArray, FloatArray]:
    """The book after each step (step, 2, level, 2), and the signed order sent right behind it (step,)."""
    depth, order = np.zeros((steps, 2, LEVELS, 2), np.int64), np.zeros(steps)
    for step in range(steps):
        simulator.advance_to((step + 1) * step_ns)
        for at, side in enumerate((Side.BUY, Side.SELL)):
            for level, (price_ticks, volume) in enumerate(simulator.depth(side, LEVELS)):
                depth[step, at, level] = price_ticks, volume
        if (step + 1) % sent.every_steps == 0:
            side = Side.BUY if rng.random() < 0.5 else Side.SELL
            touch = max(1.0, float(depth[step, :, 0, 1].mean()))
            multiple = np.exp(rng.uniform(np.log(sent.least), np.log(sent.most)))
            order[step] = int(side) * max(1, round(multiple * touch))
            simulator.submit_market(side, abs(int(order[step])))
            simulator.take_fills()
    return depth, order


def _first_book(simulator: MarketSimulator) -> RecordArray:
    engine = simulator.engine
    if not isinstance(engine, ScenarioEngine):
        raise TypeError(f"the engine is a {type(engine).__name__}, expected a ScenarioEngine")
    log = engine.market.logged_events()
    first: RecordArray = log[log["book"] == 0]
    return first


def _taken(log: RecordArray, side: int, ends: IntArray) -> FloatArray:
    """Lots that takers of a side traded in each step; what comes at a step's very end is the next one's."""
    trades = log[(log["event"]["kind"] == EventKind.TRADE) & (log["event"]["side"] == side)]
    step = np.searchsorted(ends, trades["ts_ns"], side="right")
    lots = np.bincount(step, trades["event"]["quantity"], len(ends) + 1)
    return np.asarray(lots[: len(ends)], np.float64)


def _event_flow(log: RecordArray, ends: IntArray) -> FloatArray:
    """Order-flow imbalance of every event of the log, summed by step, (step, level)."""
    rows = as_messages(log)
    messages = RecordedMessages(
        symbol="",
        ts_ns=rows[:, 0],
        kind=rows[:, 1].astype(np.uint8),
        order_id=rows[:, 2],
        side=rows[:, 3].astype(np.int8),
        quantity=rows[:, 4],
        price_ticks=rows[:, 5],
        tick_size=1.0,
        lot_size=1.0,
    )
    flow = order_flow_imbalance(depth_rows(rebuild(messages, LEVELS)))
    opening = int(np.searchsorted(messages.ts_ns, messages.ts_ns[0], side="right"))
    flow[:opening] = 0.0  # the orders that rest at the start are entered one by one
    step = np.searchsorted(ends, messages.ts_ns, side="right")
    total = np.zeros((len(ends) + 1, LEVELS))
    np.add.at(total, step, flow)
    return total[: len(ends)]
