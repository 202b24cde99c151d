"""A referee for the queue-reactive task: backward induction on a coarse table of what is seen.

The market is the same at every price, and a purchase acts on it only through the lots it takes. So one sample
of (book, action, change of the best ask, next book) tells of every inventory and every decision, and few
samples tell what there is to be won before anything is trained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.agents.queue_reactive_play import Rule
from execution.agents.queue_reactive_task import (
    FloatArray,
    IntArray,
    QueueReactiveMarkets,
    QueueReactiveTask,
    published_market,
)

ASK_EDGES = np.array([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 17, 21])
BID_EDGES = np.array([2, 3, 5, 7, 9, 12, 16])
CELLS = (len(ASK_EDGES) + 1) * (len(BID_EDGES) + 1) * 2
MARKETS, FEWEST = 256, 5
WAIT_SHARE = 0.6
NEVER = -1e9


@dataclass(frozen=True, kw_only=True)
class Transitions:
    """What followed on what, shape (sample,): cells of the book, actions, lots taken, change of the ask."""

    before: IntArray
    actions: IntArray
    lots: IntArray
    ask_moves: IntArray
    after: IntArray


def cells(depth: npt.NDArray[np.int32]) -> IntArray:
    """The cell of each book: lots at the best ask and bid in bins, and whether the spread is one."""
    asks, bids = np.digitize(depth[:, 1, 0, 1], ASK_EDGES), np.digitize(depth[:, 0, 0, 1], BID_EDGES)
    is_wide = depth[:, 1, 0, 0] - depth[:, 0, 0, 0] > 1
    return np.asarray((asks * (len(BID_EDGES) + 1) + bids) * 2 + is_wide, np.int64)


def sampled(steps: int, seed: int) -> Transitions:
    """Act at random, without end, for so many steps of 256 markets."""
    endless = QueueReactiveTask(quantity=10**9, decisions=10**9)
    markets = QueueReactiveMarkets(
        published_market(), count=MARKETS, seed=np.random.SeedSequence(seed), task=endless
    )
    rng, rows = np.random.default_rng(seed), []
    for _ in range(steps):
        lots = markets.lots(rng.choice(3, MARKETS, p=(WAIT_SHARE, *2 * (0.5 - 0.5 * WAIT_SHARE,))))
        before, ask = cells(markets.depth), markets.ask_ticks.copy()
        posted = markets.depth[:, 1, 0, 1].copy()
        markets.step(lots)
        actions = np.where(lots == 0, 0, np.where(lots >= posted, 2, 1))
        rows.append((before, actions, lots, markets.ask_ticks - ask, cells(markets.depth)))
    columns = [np.concatenate(column).astype(np.int64) for column in zip(*rows, strict=True)]
    before, actions, lots, moves, after = columns
    return Transitions(before=before, actions=actions, lots=lots, ask_moves=moves, after=after)


def induced(found: Transitions, task: QueueReactiveTask) -> FloatArray:
    """Values (decision, cell, action, lots left) [ticks x lots], less those of buying all at the ask."""
    left = np.arange(task.quantity + 1)
    rest = left - np.minimum(found.lots[:, None], left)
    key = found.before * 3 + found.actions
    count = np.bincount(key, minlength=3 * CELLS)
    visits = np.bincount(found.before, minlength=CELLS)
    values = np.empty((task.decisions, CELLS, 3, len(left)))
    outcome = -task.penalty / task.tick * rest
    for decision in range(task.decisions - 1, -1, -1):
        sums = np.array([np.bincount(key, outcome[:, at], minlength=3 * CELLS) for at in left]).T
        mean = np.where(count[:, None] >= FEWEST, sums / np.maximum(count, 1)[:, None], NEVER)
        values[decision] = mean.reshape(CELLS, 3, -1)
        best = values[decision].max(axis=1)
        is_known = best[:, -1] > NEVER
        best[~is_known] = np.average(best[is_known], axis=0, weights=visits[is_known])
        outcome = -rest * found.ask_moves[:, None] + np.take_along_axis(best[found.after], rest, axis=1)
    return values


def referee(values: FloatArray) -> Rule:
    """Take what the table values most of what is permitted."""

    def rule(markets: QueueReactiveMarkets) -> IntArray:
        decision = np.minimum(markets.decision, len(values) - 1)
        worth = values[decision, cells(markets.depth), :, markets.left]
        return markets.lots(np.where(markets.action_masks(), worth, 2 * NEVER).argmax(axis=1))

    return rule
