"""A recorded book seen as queues around a reference price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.market.calibration.flow_events import seconds_after
from execution.recorded.book_history import BookHistory

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFrame:
    """Prices are in queues' widths, `ticks_per_queue` of the recording's, rounded away from the spread.

    below: the price under the reference, half a width under it, after each message, (message,).
    double_mid: best bid plus best ask, (message,). volume: lots of each queue, (message, side, queue), bids
    first.
    """

    ticks_per_queue: int
    below: IntArray
    double_mid: IntArray
    volume: IntArray

    def coarse(self, price_ticks: IntArray, side: IntArray) -> IntArray:
        """The price of the queue that an order of a side belongs to."""
        return np.where(
            side > 0, price_ticks // self.ticks_per_queue, -(-price_ticks // self.ticks_per_queue)
        )

    def moves(self) -> tuple[int, int]:
        """How often the mid-price left the reference, and how often the reference went along.

        An emptied first queue leaves the mid-price on a price; whether that side fills again or the other
        follows shows where the spread is odd again.
        """
        odd = np.flatnonzero(self.double_mid % 2 == 1)
        moves = np.concatenate([[0], np.cumsum(np.diff(self.double_mid) != 0)])
        left = np.diff(moves[odd]) > 0
        return int(left.sum()), int((left & (np.diff(self.below[odd]) != 0)).sum())


def queue_frame(history: BookHistory, queues: int) -> QueueFrame:
    """The frame of a history with the reference of Huang, Lehalle and Rosenbaum (2015), section 2.1: the
    mid-price where the spread is odd, else the nearer to the reference before of the two prices half a tick
    from it. Where a side is empty everything stays as it was.
    """
    seconds = seconds_after(history)
    known = (history.bid_volume[:, 0] > 0) & (history.ask_volume[:, 0] > 0) & ~history.crossed
    spread = (history.ask_ticks - history.bid_ticks)[:, 0]
    order = np.argsort(spread[known], kind="stable")
    spent = np.cumsum(seconds[known][order])
    width = max(1, int(spread[known][order][np.searchsorted(spent, 0.5 * spent[-1])]))
    row = np.maximum.accumulate(np.where(known, np.arange(len(known)), np.flatnonzero(known)[0]))
    bid = history.bid_ticks[row] // width
    ask = -(-history.ask_ticks[row] // width)
    below = np.empty(len(row), np.int64)
    _follow(np.ascontiguousarray(bid[:, 0]), np.ascontiguousarray(ask[:, 0]), below)
    volume = np.zeros((len(row), 2, queues), np.int64)
    for queue in range(queues):
        at_bid = (bid == (below - queue)[:, None]) & (history.bid_volume[row] > 0)
        at_ask = (ask == (below + 1 + queue)[:, None]) & (history.ask_volume[row] > 0)
        volume[:, 0, queue] = np.where(at_bid, history.bid_volume[row], 0).sum(axis=1)
        volume[:, 1, queue] = np.where(at_ask, history.ask_volume[row], 0).sum(axis=1)
    return QueueFrame(ticks_per_queue=width, below=below, double_mid=bid[:, 0] + ask[:, 0], volume=volume)


@njit(cache=True)
def _follow(bid: IntArray, ask: IntArray, below: IntArray) -> None:
    """The price under the reference after each message, from the best prices."""
    for row in range(len(bid)):
        total = bid[row] + ask[row]
        half = total // 2
        even = total % 2 == 0  # then the mid-price is a price, and the reference half a tick from it
        below[row] = half - 1 if even and (row == 0 or below[row - 1] < half) else half
