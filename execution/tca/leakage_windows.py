"""Windows of a market tape: those before our trades, and those of the same tape without an order of ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.tca.blotter import NO_TIME, Blotter, FloatArray, IntArray, TextArray
from execution.tca.market_tape import SymbolTape

BoolArray = npt.NDArray[np.bool_]

FEATURES = ("log spread", "log volatility", "trend in deviations", "cosine of day", "sine of day")
_SHORTEST_NS = 10**9  # of a wait; from less nothing can be told
_STEPS = 20  # of the look back
_LEAST_BACK_NS, _MOST_BACK_NS = 60 * 10**9, 1_800 * 10**9
_DAY_NS = 86_400 * 10**9
_FLOOR_BPS = 0.01  # of spread and volatility, whose logarithms are taken
_MOST_CONTROLS = 2_000  # of one symbol and length


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWindows:
    """The time before each order's first fill in which the market may have known of it, arrays (order,).

    start_ns, end_ns: NO_TIME for an order without a fill. kind: what the window begins with, '' for none.
    """

    start_ns: IntArray
    end_ns: IntArray
    kind: TextArray

    @property
    def known(self) -> BoolArray:
        """Whether there is a window."""
        return np.asarray(self.end_ns != NO_TIME, dtype=np.bool_)


def order_windows(blotter: Blotter, *, before_ns: int) -> OrderWindows:
    """From decision to first fill; else from arrival; where neither is a second earlier, before_ns before it.

    before_ns: at least a second; ValueError for less.
    """
    if before_ns < _SHORTEST_NS:
        raise ValueError(f"a window of {before_ns} ns before the first fill, expected a second or more")
    first, orders = blotter.first_ns(), blotter.orders
    start, filled = first - before_ns, first != NO_TIME
    kind = np.full(len(orders), f"{before_ns / 6e10:g} min before first fill", dtype="<U64")
    for since, stated in (("arrival", orders.arrival_ns), ("decision", orders.decision_ns)):
        waited = filled & (stated != NO_TIME) & (stated <= first - _SHORTEST_NS)
        start, kind = np.where(waited, stated, start), np.where(waited, f"{since} to first fill", kind)
    return OrderWindows(
        start_ns=np.where(filled, start, NO_TIME),
        end_ns=first,
        kind=np.where(filled, kind, ""),
    )


def length_class(length_ns: IntArray) -> IntArray:
    """The power of two next to each length in seconds: lengths of one class differ by less than two."""
    return np.rint(np.log2(np.maximum(length_ns, 1) / 1e9)).astype(np.int64)


def meets_another(start_ns: IntArray, end_ns: IntArray, busy_from: IntArray, busy_to: IntArray) -> BoolArray:
    """Whether an order's window, up to but not with its end, meets the time of another order.

    busy_from, busy_to: when each order was at work, in the same order as the windows, (order,).
    """
    begun = np.searchsorted(np.sort(busy_from), end_ns, side="left")
    over = np.searchsorted(np.sort(busy_to), start_ns, side="left")
    itself = (busy_from < end_ns) & (busy_to >= start_ns)
    return np.asarray(begun - over - itself > 0, dtype=np.bool_)


def control_starts(tape: SymbolTape, length_ns: int, busy_from: IntArray, busy_to: IntArray) -> IntArray:
    """Starts of windows of one length that meet no time of ours, nor does the look back before them.

    They do not meet each other, and are spread over the whole tape where there are more than are of use.
    """
    times = tape.quote_ns if tape.has_quotes else tape.trade_ns
    if not len(times):
        return np.empty(0, dtype=np.int64)
    begins, ends = _merged(busy_from, busy_to)
    begins, ends = np.append(begins, int(times[-1]) + 1), np.append(int(times[0]) - 1, ends)
    step = max(length_ns, int(times[-1] - times[0]) // _MOST_CONTROLS)
    back_ns = int(np.clip(length_ns, _LEAST_BACK_NS, _MOST_BACK_NS))
    free = [
        np.arange(over + back_ns + 1, begun - length_ns, step, dtype=np.int64)
        for over, begun in zip(ends.tolist(), begins.tolist(), strict=True)
    ]
    starts = np.concatenate(free)
    inside: IntArray = starts[(starts - back_ns >= times[0]) & (starts + length_ns <= times[-1])]
    return inside


def moves_of(tape: SymbolTape, start_ns: IntArray, end_ns: IntArray) -> tuple[FloatArray, FloatArray]:
    """Log moves of the mid in windows [bps], (window,), and FEATURES of a buyer known before, (window, 5).

    Volatility and trend are those of the time before the window, as long as the window is but at least a
    minute and at most half an hour. NaN where the tape does not cover all of it.
    """
    length = end_ns - start_ns
    back = np.clip(length, _LEAST_BACK_NS, _MOST_BACK_NS)
    grid = start_ns[:, None] - back[:, None] * np.arange(_STEPS, -1, -1) // _STEPS
    path = np.log(tape.mid(grid.ravel()).reshape(grid.shape))
    bid, ask = tape.at(start_ns)
    per_step = (np.diff(path, axis=1) ** 2).mean(axis=1)
    deviation = 1e4 * np.sqrt(per_step * length / (back / _STEPS))
    over_back = np.maximum(1e4 * np.sqrt(per_step * _STEPS), _FLOOR_BPS)
    day = 2.0 * np.pi * (start_ns % _DAY_NS) / _DAY_NS
    features = np.column_stack(
        (
            np.log(np.maximum(1e4 * (ask - bid) / (0.5 * (ask + bid)), _FLOOR_BPS)),
            np.log(np.maximum(deviation, _FLOOR_BPS)),
            1e4 * (path[:, -1] - path[:, 0]) / over_back,
            np.cos(day),
            np.sin(day),
        )
    )
    return 1e4 * (np.log(tape.mid(end_ns, before=True)) - path[:, -1]), features


def for_side(features: FloatArray, side: FloatArray | float) -> FloatArray:
    """The features as a trader of the side meets them: a trend is one with or against it."""
    turned = features.copy()
    turned[:, FEATURES.index("trend in deviations")] *= side
    return turned


def _merged(begins: IntArray, ends: IntArray) -> tuple[IntArray, IntArray]:
    """The same time as intervals that do not meet, in order."""
    at = np.argsort(begins, kind="stable")
    begins, reached = begins[at], np.maximum.accumulate(ends[at])
    first: Sequence[bool] | BoolArray = np.concatenate(([True], begins[1:] > reached[:-1]))[: len(begins)]
    kept = np.flatnonzero(first)
    last = np.append(kept[1:], len(begins)) - 1 if len(kept) else kept
    return begins[kept], reached[last]
