"""The book of a recording after each of its messages, rebuilt from the messages."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.recorded.book_rows import BookHistory, book_row, book_sides
from execution.recorded.level_ladder import NO_PRICE, write_levels
from execution.recorded.messages import RecordedKind, RecordedMessages
from execution.recorded.replay_flow import CancelRule, OwnFills, OwnOrders, ShownLevels, play
from execution.recorded.replay_state import Replay, new_replay

__all__ = ["NO_PRICE", "BookHistory", "rebuild", "rebuild_checked", "undo"]


def rebuild(
    messages: RecordedMessages,
    levels: int,
    initial: BookHistory | None = None,
    *,
    shown: BookHistory | None = None,
) -> BookHistory:
    """The book's best `levels` after each message, from an empty book or from `initial`'s last row.

    `initial` is the state before the first message; its volume belongs to orders whose ids the recording
    does not know. A message about an order that was not added in the recording takes from that volume at its
    price, as much as is there. A level that a message proves stale goes: one that an ADD would cross, and one
    better than where a TRADE was. `shown`, as many rows as messages, are recorded levels that the book is
    made to agree with after each message; a file that records only the best levels needs them.
    """
    return rebuild_checked(messages, levels, initial, shown)[0]


def rebuild_checked(
    messages: RecordedMessages, levels: int, initial: BookHistory | None, shown: BookHistory | None
) -> tuple[BookHistory, npt.NDArray[np.bool_]]:
    """The same, and (message,) where a message proved a level stale."""
    if levels < 1:
        raise ValueError(f"levels is {levels}, expected at least 1")
    bid, bids, ask, asks = (np.empty((len(messages), levels), np.int64) for _ in range(4))
    replay = new_replay(messages, initial, shown)
    _rebuild(replay, no_own_orders(), no_fills(0), shown_levels(messages, shown), (bid, bids, ask, asks))
    history = BookHistory(
        ts_ns=messages.ts_ns, bid_ticks=bid, bid_volume=bids, ask_ticks=ask, ask_volume=asks
    )
    return history, replay.stale


def undo(history: BookHistory, messages: RecordedMessages) -> BookHistory:
    """The book before the first message, one row, out of the book after it."""
    after = history.rows(slice(1))
    volume = {
        (side, price): lots
        for side, prices, volumes in book_sides(after)
        for price, lots in zip(prices[0].tolist(), volumes[0].tolist(), strict=True)
    }
    kind, side, price = int(messages.kind[0]), int(messages.side[0]), int(messages.price_ticks[0])
    if kind <= RecordedKind.TRADE:
        change = int(messages.quantity[0]) * (-1 if kind == RecordedKind.ADD else 1)
        volume[side, price] = volume.get((side, price), 0) + change
    return book_row(volume)


def no_own_orders() -> OwnOrders:
    """Nothing of ours in the market."""
    none = np.zeros(0, np.int64)
    return OwnOrders(none, none, none, none, np.zeros(0, np.float64))


def no_fills(room: int) -> OwnFills:
    """Room for so many fills, none written."""
    order, quantity, price_ticks = (np.zeros(room, np.int64) for _ in range(3))
    return OwnFills(order, quantity, price_ticks, np.zeros(1, np.int64))


def shown_levels(messages: RecordedMessages, shown: BookHistory | None) -> ShownLevels:
    """The recorded levels as the kernels take them; ValueError where they are not one row a message."""
    if shown is None:
        none = np.zeros((0, 1), np.int64)
        return none, none, none, none
    if len(shown) != len(messages):
        raise ValueError(f"{len(shown)} shown rows for {len(messages)} messages, expected as many")
    bid, ask = ((np.ascontiguousarray(p), np.ascontiguousarray(v)) for _, p, v in book_sides(shown))
    return *bid, *ask


@njit(cache=True)
def _rebuild(replay: Replay, own: OwnOrders, fills: OwnFills, shown: ShownLevels, out: ShownLevels) -> None:
    for row in range(len(replay.flow.kind)):
        play(replay, own, CancelRule.BY_ORDER.value, shown, fills)
        write_levels(replay.ladder, 1, row, out[0], out[1])
        write_levels(replay.ladder, -1, row, out[2], out[3])
