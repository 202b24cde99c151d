"""The marked flow alone in a market, written down as a recording of it would be."""

from __future__ import annotations

import numpy as np

from execution.book.book import OrderBook
from execution.book.core import Refusal
from execution.book.kernel import apply
from execution.book.layout import EVENT, MESSAGE, RecordArray
from execution.market.flows.marked import observe
from execution.market.flows.marked_play import FINISHED, LOG, LOG_FULL, play, write_log
from execution.market.flows.marked_tape import IntArray, MarkedParameters
from execution.orders import Side
from execution.random_stream import Stream, new_stream
from execution.recorded.book_history import NO_PRICE, BookHistory, rebuild
from execution.recorded.messages import RecordedMessages

_LOG_ROWS = 2**18
_LADDER_MARGIN = 1024  # ticks on either side of the opening book
_ALL_LEVELS = 100_000


class LoneMarket:
    """One book with nothing but the marked flow in it, from `start_ns` on.

    opening: LIMIT messages that the book starts from, which are in no log. state: (1,) MARKED_STATE.
    """

    def __init__(
        self,
        opening: RecordArray,
        state: RecordArray,
        parameters: MarkedParameters,
        seed: np.random.SeedSequence,
    ) -> None:
        low, high = int(opening["price_ticks"].min()), int(opening["price_ticks"].max())
        self.book = OrderBook(
            centre_ticks=(low + high) // 2,
            levels=high - low + 2 * _LADDER_MARGIN,
            orders=2 * len(opening) + 1024,
        )
        self.book.process(opening)
        self.state = state
        self._parameters = parameters
        self._stream: Stream = new_stream(seed)
        self._next_id = np.array([int(opening["order_id"].max()) + 1])
        self._message = np.zeros(1, MESSAGE)
        self._events = np.zeros(4096, EVENT)

    def advance_to(self, ts_ns: int) -> RecordArray:
        """Run up to `ts_ns` and return what happened, (row,) LOG."""
        parts, log, count = [], np.zeros(_LOG_ROWS, LOG), 0
        while True:
            status, count = self._play(ts_ns, log, count)
            if status == FINISHED:
                return np.concatenate([*parts, log[:count]])
            if status == LOG_FULL:
                parts.append(log[:count])
                log, count = np.zeros(max(_LOG_ROWS, 2 * len(self._events)), LOG), 0
            else:
                count = self._apply_with_room(log, count)

    def history_now(self, lots: int) -> BookHistory:
        """The whole book as one row of history, in lots of which one of the flow's is `lots`."""
        bids, asks = (self.book.depth(side, _ALL_LEVELS) for side in (Side.BUY, Side.SELL))
        shape = (1, max(len(bids), len(asks), 1))
        rows: dict[str, IntArray] = {}
        for name, levels in (("bid", bids), ("ask", asks)):
            rows[f"{name}_ticks"] = np.full(shape, NO_PRICE)
            rows[f"{name}_volume"] = np.zeros(shape, np.int64)
            for i, level in enumerate(levels):
                rows[f"{name}_ticks"][0, i] = level.price_ticks
                rows[f"{name}_volume"][0, i] = level.volume * lots
        return BookHistory(ts_ns=self.state["clock_ns"].copy(), **rows)

    def _play(self, ts_ns: int, log: RecordArray, count: int) -> tuple[int, int]:
        status, after = play(
            self.book.arrays,
            self.state,
            self._parameters,
            self._stream,
            ts_ns,
            self._next_id,
            self._message,
            self._events,
            log,
            count,
        )
        return int(status), int(after)

    def _apply_with_room(self, log: RecordArray, count: int) -> int:
        """Apply the message that was refused, after making room for it, and log it."""
        while True:
            made = apply(self.book.arrays, self._message[0], self._events, 0)
            if made >= 0:
                break
            self._make_room(made)
        observe(self.book.arrays, self.state[0], self._parameters, self._events, made)
        ts_ns = int(self.state["clock_ns"][0])
        return int(write_log(log, count, ts_ns, self._message[0], self._events, made))

    def _make_room(self, refusal: int) -> None:
        if refusal == Refusal.EVENT_ROOM:
            self._events = np.zeros(2 * len(self._events), EVENT)
        else:
            self.book.make_room(refusal, int(self._message["price_ticks"][0]))


def as_recording(
    log: RecordArray, before: BookHistory, *, levels: int, lots: int, symbol: str, tick_size: float, lot_size: float
) -> tuple[RecordedMessages, BookHistory]:
    """A log as messages, its lots times `lots`, and the best levels after each, from the book `before` it."""
    messages = RecordedMessages(
        symbol=symbol,
        ts_ns=log["ts_ns"].copy(),
        kind=log["kind"].copy(),
        order_id=log["order_id"].copy(),
        side=log["side"].copy(),
        quantity=log["quantity"].astype(np.int64) * lots,
        price_ticks=log["price_ticks"].astype(np.int64),
        tick_size=tick_size,
        lot_size=lot_size,
        origin="simulated",
    )
    return messages, rebuild(messages, levels, before)
