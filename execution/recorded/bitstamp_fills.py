"""Which two orders of Bitstamp's feed met in each fill, and which of them was the aggressor.

The feed tells each fill twice, once for each order, and names no counterpart (Stubbings, ob-analytics, pairs
them by volume too). Two fills of one volume, of opposite sides, with prices that cross, within a few seconds
are one trade.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

from execution.recorded.bitstamp_lives import ROUNDING, UNKNOWN, Act, Life, Step

PAIRING_WINDOW_MS = 5_000
_ALIKE = 1e-3


def pair_fills(every: Sequence[Life]) -> None:
    """Set `took`, `trade_line` and unknown quantities of the fills that find their counterpart."""
    fills = [step for life in every for step in life.steps if step.act is Act.FILL]
    fills.sort(key=lambda step: step.event.line)
    repriced = {
        step.event.order_id: step.event.ts_ms
        for life in every
        for step in life.steps
        if step.act is Act.REPRICE
    }
    _pair(fills, repriced, lambda one, other: abs(one.quantity - other.quantity) <= ROUNDING)
    # What is left of orders from before the recording has no volume to compare.
    left = [step for step in fills if step.took is None]
    _pair(left, repriced, lambda one, other: (one.quantity == UNKNOWN) != (other.quantity == UNKNOWN))
    _end_market_orders(every, repriced)


def _end_market_orders(every: Sequence[Life], repriced: dict[int, int]) -> None:
    """A market order's last fill may be told as a deletion of about as much: what it met knows the volume."""
    ends = [step for life in every for step in life.steps if step.act is Act.CANCEL]
    ends.sort(key=lambda step: step.event.line)
    times = [step.event.ts_ms for step in ends]
    for fill in [step for life in every for step in life.steps if step.act is Act.FILL and step.took is None]:
        at = fill.event.ts_ms
        near = ends[bisect_left(times, at - PAIRING_WINDOW_MS) : bisect_right(times, at + PAIRING_WINDOW_MS)]
        for end in near:
            alike = abs(end.quantity - fill.quantity) <= _ALIKE * fill.quantity
            if end.act is Act.CANCEL and alike and _can_meet(end, fill):
                end.act, end.quantity = Act.FILL, fill.quantity
                _marry(fill, end, repriced)
                break


def _pair(fills: list[Step], repriced: dict[int, int], fit: Callable[[Step, Step], bool]) -> None:
    open_fills: list[Step] = []
    for fill in fills:
        oldest = fill.event.ts_ms - PAIRING_WINDOW_MS
        open_fills = [other for other in open_fills if other.event.ts_ms >= oldest]
        other = next((o for o in open_fills if _can_meet(fill, o) and fit(fill, o)), None)
        if other is None:
            open_fills.append(fill)
        else:
            open_fills.remove(other)
            _marry(other, fill, repriced)


def _can_meet(one: Step, other: Step) -> bool:
    bid, ask = (one, other) if one.event.side > 0 else (other, one)
    return bid.event.side != ask.event.side and bid.event.price >= ask.event.price


def _marry(one: Step, other: Step, repriced: dict[int, int]) -> None:
    """The aggressor is the order that the exchange moved to meet the other, else the younger one."""
    younger = max(one, other, key=lambda step: (step.event.order_id in repriced, step.event.order_id))
    quantity = max(one.quantity, other.quantity)
    for step in (one, other):
        step.took = step is younger
        step.trade_line = min(one.event.line, other.event.line)
        if step.quantity == UNKNOWN:
            step.quantity = quantity
