"""The backward tabular Q-learning of Nevmyvaka, Feng and Kearns (2006) on recorded flow.

A replayed market does not react, so that what an order does in one slice of time depends on where the slice
begins, on its price and on its size alone: every slice is tried once with every price, and serves every time
that may be left and every size. What is left of the order after a slice is valued by the table of the next
decision; after the last one it is crossed.

Reference: Y. Nevmyvaka, Y. Feng and M. Kearns, Reinforcement learning for optimized trade execution, ICML
(2006), figure 2 and sections 3 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.quoting import VARIABLES, immediate_cost, look, market_variables, walked_cost
from execution.agents.single_market import signed_flow
from execution.orders import Side
from execution.recorded.recording import Recording
from execution.recorded.replay import ReplayMarket

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

SIDES = (Side.BUY, Side.SELL)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotingTask:
    """An order of `units` x `unit_lots`, worked over so many decisions.

    offsets_ticks: the prices to choose from, ticks better than the own side's best; one beyond the far touch
    crosses.
    """

    decisions: int
    units: int
    unit_lots: int
    offsets_ticks: tuple[int, ...]

    def __post_init__(self) -> None:
        for name in ("decisions", "units", "unit_lots"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}, expected at least 1")
        if not self.offsets_ticks:
            raise ValueError("offsets_ticks is empty, expected at least one price")

    @property
    def lots(self) -> FloatArray:
        """Sizes of the table, shape (unit + 1,)."""
        return np.arange(self.units + 1, dtype=np.float64) * self.unit_lots


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceOutcomes:
    """What becomes of each size at each price in each slice between two edges of a recording.

    cost: shape (side, slice, offset, unit + 1), against the mid at the slice's start [ticks x lots], with
    what is left moved to the mid at its end. left: the same shape [units, a fraction where part of one
    traded]. crossing: shape (side, edge, unit + 1), cost of crossing at the edge. variables: shape (side,
    edge, variable).
    """

    cost: FloatArray
    left: FloatArray
    crossing: FloatArray
    variables: FloatArray

    def first(self, slices: int) -> SliceOutcomes:
        """The outcomes of the first so many slices, for learning from a part of the time; at least one."""
        if slices < 1:
            raise ValueError(f"slices is {slices}, expected at least 1")
        return SliceOutcomes(
            cost=self.cost[:, :slices],
            left=self.left[:, :slices],
            crossing=self.crossing[:, : slices + 1],
            variables=self.variables[:, : slices + 1],
        )


def slice_outcomes(recording: Recording, task: QuotingTask, edges_ns: IntArray) -> SliceOutcomes:
    """Try every price at every edge but the last, for buyers and sellers; ValueError below two edges."""
    if len(edges_ns) < 2:
        raise ValueError(f"{len(edges_ns)} edges, expected at least 2")
    slices, shape = len(edges_ns) - 1, (len(task.offsets_ticks), task.units + 1)
    cost, left = (np.zeros((2, slices, *shape)) for _ in range(2))
    crossing = np.zeros((2, slices + 1, task.units + 1))
    variables, mids = np.zeros((2, slices + 1, len(VARIABLES))), np.zeros(slices + 1)
    market, flow = ReplayMarket(recording, start_ns=int(edges_ns[0])), signed_flow(recording.messages)
    length_ns = int(edges_ns[1] - edges_ns[0])
    for edge, edge_ns in enumerate(edges_ns.tolist()):
        market.advance_to(edge_ns)
        mids[edge] = market.mid_ticks
        for row, side in enumerate(SIDES):
            whole, seen = int(task.lots[-1]), look(market, side)
            crossing[row, edge] = immediate_cost(market, side, seen, task.lots)
            variables[row, edge] = market_variables(market, side, whole, seen, edge_ns - length_ns, flow)
            if edge < slices:
                cost[row, edge], left[row, edge] = _tried(market, side, task, int(edges_ns[edge + 1]))
    # The undisturbed mid: that of a trial is moved by the trial's own order.
    moves = np.multiply.outer(np.array(SIDES, np.float64), np.diff(mids))[:, :, None, None]
    cost += left * task.unit_lots * moves
    return SliceOutcomes(cost=cost, left=left, crossing=crossing, variables=variables)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BackwardQ:
    """A learned table and what it needs to be read: a Quoter.

    values: expected cost to the end, shape (decision, unit + 1, bin, offset) [ticks x lots]. edges: of the
    bins of each variable used, by its name; none for the private variables alone.
    """

    task: QuotingTask
    values: FloatArray
    edges: tuple[tuple[str, FloatArray], ...] = ()

    def offset_ticks(self, decision: int, left_lots: int, variables: FloatArray) -> int | None:
        """The price of least expected cost for what is left, rounded up to a unit."""
        unit = min(-(-left_lots // self.task.unit_lots), self.task.units)
        place = int(bins(variables, self.edges))
        return self.task.offsets_ticks[int(self.values[decision, unit, place].argmin())]


def learn(
    outcomes: SliceOutcomes,
    task: QuotingTask,
    *,
    variables: tuple[str, ...] = (),
    parts: int = 3,
    fewest: int = 30,
) -> BackwardQ:
    """Learn the table from the last decision to the first.

    variables: which of VARIABLES the table tells apart, each by quantiles in `parts` parts. A bin that has
    fewer than `fewest` slices learns from all of them. ValueError for an unknown variable.
    """
    unknown = [name for name in variables if name not in VARIABLES]
    if unknown:
        raise ValueError(f"variables are {', '.join(unknown)}, expected some of {', '.join(VARIABLES)}")
    levels = np.arange(1, parts) / parts
    edges = tuple(
        (name, np.quantile(outcomes.variables[..., VARIABLES.index(name)], levels)) for name in variables
    )
    place = bins(outcomes.variables, edges)
    values = np.empty((task.decisions, task.units + 1, parts ** len(edges), len(task.offsets_ticks)))
    ahead = outcomes.crossing
    for decision in reversed(range(task.decisions)):
        sample = outcomes.cost + _interpolated(ahead[:, 1:], outcomes.left)
        values[decision] = _means(sample, place[:, :-1], values.shape[2], fewest)
        best = values[decision].min(axis=2)  # (unit + 1, bin)
        ahead = best.T[place]
    return BackwardQ(task=task, values=values, edges=edges)


def bins(variables: FloatArray, edges: tuple[tuple[str, FloatArray], ...]) -> IntArray:
    """Number of the bin of the last axis' variables, shape of the axes before it."""
    place = np.zeros(variables.shape[:-1], np.int64)
    for name, bounds in edges:
        part = np.searchsorted(bounds, variables[..., VARIABLES.index(name)])
        place = place * (len(bounds) + 1) + part
    return place


def _tried(
    market: ReplayMarket, side: Side, task: QuotingTask, until_ns: int
) -> tuple[FloatArray, FloatArray]:
    """Cost of what trades, and units left, for each offset and size, both of shape (offset, unit + 1)."""
    cost, left = np.empty((2, len(task.offsets_ticks), task.units + 1))
    near, mid = look(market, side).near_ticks(side), market.mid_ticks
    for row, offset in enumerate(task.offsets_ticks):
        trial = market.copy()
        trial.submit_limit(side, int(task.lots[-1]), near + side * offset)
        trial.advance_to(until_ns)
        fills = trial.take_fills()
        lots = np.array([fill.quantity for fill in fills], np.float64)
        each = np.array([side * (fill.price_ticks - mid) for fill in fills], np.float64)
        # A smaller order at the same place is filled by the first of the same trades.
        cost[row] = walked_cost(lots, each, task.lots)
        left[row] = np.maximum(task.lots - lots.sum(), 0.0) / task.unit_lots
    return cost, left


def _interpolated(ahead: FloatArray, left: FloatArray) -> FloatArray:
    """Value of a fraction of units: ahead (side, slice, unit + 1) at left (side, slice, offset, unit + 1)."""
    lower = np.minimum(left.astype(np.int64), ahead.shape[2] - 2)
    flat = lower.reshape(*lower.shape[:2], -1)
    below, above = (np.take_along_axis(ahead, at, axis=2).reshape(left.shape) for at in (flat, flat + 1))
    found: FloatArray = below + (left - lower) * (above - below)
    return found


def _means(sample: FloatArray, place: IntArray, count: int, fewest: int) -> FloatArray:
    """Means over sides and slices by bin, shape (unit + 1, bin, offset); of all where a bin has too few."""
    means = np.repeat(sample.mean(axis=(0, 1)).T[:, None, :], count, axis=1)
    for at in range(count):
        here = place == at
        if here.sum() >= fewest:
            means[:, at] = sample[here].mean(axis=0).T
    return means
