"""A simulated market's events as a recording: the same messages and book history as a file of an exchange."""

from __future__ import annotations

import numpy as np
from numba import njit

from execution.book.layout import EventKind, RecordArray
from execution.market.agent_market import AgentMarket
from execution.recorded.book_history import BookHistory, rebuild
from execution.recorded.messages import IntArray, RecordedKind, RecordedMessages

_COLUMNS = 6  # ts_ns, kind, order_id, side, quantity, price_ticks


def recorded(market: AgentMarket, venue: str, *, levels: int = 10) -> tuple[RecordedMessages, BookHistory]:
    """What happened at a venue since the start, with the book of `levels` after each message.

    The first messages add the orders that rested at the start. A marketable order appears as the TRADEs that
    it made and an ADD of what was left; an iceberg's next slice as an ADD. ValueError unless the market keeps
    a log, KeyError when there is no such venue.
    """
    at = market.book_number(venue)
    log = market.logged_events()
    rows = as_messages(log[log["book"] == at])
    terms = market.scenario.venues[at]
    tick = next(one.tick_size for one in market.scenario.instruments if one.symbol == terms.symbol)
    messages = RecordedMessages(
        symbol=terms.symbol,
        ts_ns=rows[:, 0],
        kind=rows[:, 1].astype(np.uint8),
        order_id=rows[:, 2],
        side=rows[:, 3].astype(np.int8),
        quantity=rows[:, 4],
        price_ticks=rows[:, 5],
        tick_size=tick,
        lot_size=1.0,
        origin=f"simulated: {market.scenario.name}, {terms.name}",
    )
    return messages, rebuild(messages, levels)


def as_messages(log: RecordArray) -> IntArray:
    """Rows (message, 6) of ts_ns, RecordedKind, order_id, side, quantity, price_ticks of one book's events.

    Of an iceberg only what is shown appears; a cancel takes out what is shown.
    """
    ids, order = np.unique(
        np.concatenate((log["event"]["order_id"], log["event"]["maker_id"])), return_inverse=True
    )
    rows = np.zeros((len(log), _COLUMNS), np.int64)
    shown = np.zeros(len(ids), np.int64)
    count = _convert(log, order[: len(log)], order[len(log) :], shown, rows)
    return rows[:count]


@njit(cache=True)
def _convert(log: RecordArray, order: IntArray, maker: IntArray, shown: IntArray, rows: IntArray) -> int:
    """Write the messages and return how many; shown[order]: lots of each order that the book shows now.

    A replaced order that moves has its next event, a trade or its resting, right behind the replacement.
    """
    count = 0
    for i in range(len(log)):
        event = log[i]["event"]
        kind, quantity, side, order_id = 0, event["quantity"], event["side"], event["order_id"]
        if event["kind"] == EventKind.TRADE:
            kind, side, order_id = RecordedKind.TRADE.value, -side, event["maker_id"]
            shown[maker[i]] -= quantity
        elif event["kind"] == EventKind.RESTED or event["kind"] == EventKind.REFRESHED:
            kind = RecordedKind.ADD.value
            quantity = log[i]["shown"] if event["kind"] == EventKind.RESTED else quantity
            shown[order[i]] = quantity
        elif event["kind"] == EventKind.CANCELLED or event["kind"] == EventKind.REPLACED:
            moves = event["kind"] == EventKind.REPLACED and i + 1 < len(log) and order[i + 1] == order[i]
            left = 0 if moves else min(log[i]["shown"], shown[order[i]])
            quantity = shown[order[i]] - left
            shown[order[i]] = left
            kind = RecordedKind.REDUCE.value if left > 0 else RecordedKind.DELETE.value
        if kind == 0 or quantity == 0:
            continue
        rows[count, 0] = log[i]["ts_ns"]
        rows[count, 1] = kind
        rows[count, 2] = order_id
        rows[count, 3] = side
        rows[count, 4] = quantity
        rows[count, 5] = event["price_ticks"]
        count += 1
    return count
