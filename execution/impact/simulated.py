"""Samples of a simulated market, with orders sent into it at random so that their impact can be learnt."""

from __future__ import annotations

from dataclasses import dataclass, replace

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

    Nothing that anybody sees decides on them, so that what follows them is what they cause. The market is run
    a second time with their sides turned round, which takes the news out of what is measured.
    """

    every_steps: int = 15
    least: float = 0.3
    most: float = 10.0


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
    market_seed, order_seed = seed.generate_state(2)
    rule, ends = orders or RandomOrders(), step_ns * np.arange(1, steps + 1)
    sent = _drawn(rule, steps, np.random.default_rng(order_seed))
    simulator, depth, order = _run(scenario, market_seed, ends, sent, None)
    reversed_depth = _run(scenario, market_seed, ends, sent, -order)[1]
    log = _first_book(simulator)
    bought, sold = (_taken(log, side, ends) for side in (1, -1))
    samples = MarketSamples(
        step_ns=step_ns,
        depth=reversed_depth,
        flow=_event_flow(log, ends) if every_event else order_flow_imbalance(depth),
        bought=bought,
        sold=sold,
        order=order,
        reversed_mid_ticks=np.zeros(steps),
        context=np.zeros((steps, len(CONTEXT))),
    )
    return replace(samples, depth=depth, reversed_mid_ticks=samples.mid_ticks)


def _drawn(rule: RandomOrders, steps: int, rng: np.random.Generator) -> FloatArray:
    """Signed size of each step's order in touches, (step,); 0 for none."""
    sent = np.zeros(steps)
    at = np.arange(rule.every_steps - 1, steps, rule.every_steps)
    size = np.exp(rng.uniform(np.log(rule.least), np.log(rule.most), len(at)))
    sent[at] = np.where(rng.random(len(at)) < 0.5, 1.0, -1.0) * size
    return sent


def _run(
    scenario: MarketScenario | str,
    seed: np.uint32,
    ends: IntArray,
    multiples: FloatArray,
    lots: FloatArray | None,
) -> tuple[MarketSimulator, IntArray, FloatArray]:
    """A market with orders of so many touches, or of so many lots, right behind each step's end.

    Returns it, the book at each end (step, 2, level, 2), and the signed orders sent (step,).
    """
    simulator = MarketSimulator.from_scenario(scenario, int(seed), logged=lots is None)
    depth, order = np.zeros((len(ends), 2, LEVELS, 2), np.int64), np.zeros(len(ends))
    for step, end_ns in enumerate(ends.tolist()):
        simulator.advance_to(end_ns)
        for at, side in enumerate((Side.BUY, Side.SELL)):
            for level, shown in enumerate(simulator.depth(side, LEVELS)):
                depth[step, at, level] = shown
        if multiples[step]:
            touch = max(1.0, float(depth[step, :, 0, 1].mean()))
            size = max(1.0, round(abs(multiples[step]) * touch))
            order[step] = np.sign(multiples[step]) * size if lots is None else lots[step]
            simulator.submit_market(Side.BUY if order[step] > 0 else Side.SELL, abs(int(order[step])))
            simulator.take_fills()
    return simulator, depth, order


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
