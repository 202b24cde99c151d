"""A market looked at in even steps of time: what forecasts are learnt from and made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from execution.errors import RecordingError, RecordingProblem
from execution.impact.order_flow_imbalance import order_flow_imbalance
from execution.recorded.book_rows import BookHistory, book_sides
from execution.recorded.messages import RecordedKind, RecordedMessages

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LEVELS = 5
_COLUMNS = ("flow", "bought", "sold", "order", "reversed_mid_ticks", "context")
CONTEXT = ("implied_volatility", "sentiment", "event")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSamples:
    """One market in steps of step_ns; row i is the book at the end of step i and what happened within it.

    depth: (step, side, level, 2) price [ticks] and volume [lots], bids first, (0, 0) where there is no level.
    flow: (step, level) order-flow imbalance [lots]. bought, sold: (step,) lots that buyers and sellers took.
    order: (step,) signed lots of an order that is sent at the step's end, whose impact is looked at; 0 where
    there is none. reversed_mid_ticks: (step,) the mid where every such order had the other side and all else
    was the same; NaN where that is not known. context: (step, 3): log of implied over realised volatility,
    sentiment from -1 to 1, nearness of a scheduled event from 0 to 1; 0 where not known.
    """

    step_ns: int
    depth: IntArray
    flow: FloatArray
    bought: FloatArray
    sold: FloatArray
    order: FloatArray
    reversed_mid_ticks: FloatArray
    context: FloatArray

    def __post_init__(self) -> None:
        steps = len(self.depth)
        if self.depth.shape != (steps, 2, LEVELS, 2):
            raise ValueError(f"depth has shape {self.depth.shape}, expected (step, 2, {LEVELS}, 2)")
        shapes = {"flow": (steps, LEVELS), "context": (steps, len(CONTEXT))}
        for name in _COLUMNS:
            shape = shapes.get(name, (steps,))
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} has shape {getattr(self, name).shape}, expected {shape}")

    def __len__(self) -> int:
        return len(self.depth)

    @property
    def mid_ticks(self) -> FloatArray:
        """Half way between the best prices [ticks], (step,); NaN while a side is empty."""
        both = np.all(self.depth[:, :, 0, 1] > 0, axis=1)
        return np.where(both, 0.5 * self.depth[:, :, 0, 0].sum(axis=1), np.nan)

    def rows(self, which: slice) -> MarketSamples:
        """The steps of a slice."""
        return replace(self, **{name: getattr(self, name)[which] for name in ("depth", *_COLUMNS)})

    def from_snapshots(self) -> MarketSamples:
        """The same with the order-flow imbalance that the book at the steps' ends alone tells."""
        return replace(self, flow=order_flow_imbalance(self.depth))


def recorded_samples(messages: RecordedMessages, history: BookHistory, step_ns: int) -> MarketSamples:
    """Steps of a recording, whole ones, with the order-flow imbalance of every message.

    The order of a step is what was taken in the next one, buyers less sellers. RecordingError where the
    recording is shorter than two steps, ValueError for a step below a nanosecond.
    """
    if step_ns < 1:
        raise ValueError(f"step_ns is {step_ns}, expected at least 1")
    ts_ns = messages.ts_ns
    steps = int((ts_ns[-1] - ts_ns[0]) // step_ns) if len(ts_ns) else 0
    if steps < 2:
        expected = f"a recording of at least two steps of {1e-9 * step_ns:g} s"
        raise RecordingError(RecordingProblem(file=messages.origin or messages.symbol, expected=expected))
    ends = ts_ns[0] + step_ns * np.arange(1, steps + 1)
    depth = depth_rows(history)
    flow = np.concatenate((np.zeros((1, LEVELS)), np.cumsum(order_flow_imbalance(depth), axis=0)))
    rows = np.searchsorted(ts_ns, ends, side="left")
    starts = np.concatenate(([0], rows[:-1]))
    bought, sold = (_taken(messages, -side, starts, rows) for side in (1, -1))
    return MarketSamples(
        step_ns=step_ns,
        depth=depth[rows - 1],
        flow=flow[rows] - flow[starts],
        bought=bought,
        sold=sold,
        order=np.append((bought - sold)[1:], 0.0),
        reversed_mid_ticks=np.full(steps, np.nan),
        context=np.zeros((steps, len(CONTEXT))),
    )


def depth_rows(history: BookHistory) -> IntArray:
    """A book history as (message, side, level, 2) with the levels that samples have."""
    depth = np.zeros((len(history), 2, LEVELS, 2), np.int64)
    kept = min(LEVELS, history.levels)
    for at, (_, price_ticks, volume) in enumerate(book_sides(history)):
        there = volume[:, :kept] > 0
        depth[:, at, :kept, 0] = np.where(there, price_ticks[:, :kept], 0)
        depth[:, at, :kept, 1] = np.where(there, volume[:, :kept], 0)
    return depth


def _taken(messages: RecordedMessages, resting: int, starts: IntArray, ends: IntArray) -> FloatArray:
    """Lots traded against one side's resting orders in each step."""
    hit = (messages.kind == RecordedKind.TRADE) & (messages.side == resting)
    total = np.concatenate(([0.0], np.cumsum(np.where(hit, messages.quantity, 0), dtype=np.float64)))
    return np.asarray(total[ends] - total[starts])
