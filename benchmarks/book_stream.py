"""The order flow that benchmarks/book.py feeds to every book: adds, cancels of live orders, market orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.book.book import OrderBook
from execution.book.kernel import process
from execution.book.layout import EVENT, MESSAGE, BookArrays, EventKind, MessageKind, RecordArray
from execution.random_stream import Stream, below, new_stream, uniform

WITHIN_TICKS = 50
LARGEST_LOTS = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeStream:
    """`live` orders that rest before the clock starts, then what is timed."""

    messages: RecordArray
    live: int

    @property
    def timed(self) -> RecordArray:
        """The messages after the first `live`."""
        return self.messages[self.live :]

    def describe(self) -> str:
        """The shares that were really drawn."""
        kinds = self.timed["kind"]
        shares = {kind.name.lower(): float(np.mean(kinds == kind)) for kind in MessageKind}
        return ", ".join(f"{share:.1%} {name}" for name, share in shares.items() if share)


def exchange_stream(count: int, live: int, seed: int) -> ExchangeStream:
    """`count` messages: 55% passive limits within 50 ticks, 40% cancels of live orders, 5% market orders.

    The shares of limits and cancels lean a little against the number of live orders, which so stays near
    `live`; every cancel names an order that lives at that moment. Ids are arbitrary 64-bit integers.
    """
    messages = np.zeros(live + count, MESSAGE)
    book = OrderBook(levels=4 * WITHIN_TICKS, orders=4 * live + 1000)
    events = np.empty(20 * live + 10_000, EVENT)
    _draw(book.arrays, new_stream(np.random.SeedSequence(seed)), messages, events, live)
    messages["order_id"] = scrambled(messages["order_id"])
    return ExchangeStream(messages=messages, live=live)


def scrambled(index: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Any 64 bits, one to one (Steele, Lea and Flood's SplitMix64 finaliser)."""
    word = index.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        word = (word ^ (word >> np.uint64(shift))) * np.uint64(factor)
    return (word ^ (word >> np.uint64(31))).view(np.int64)


@njit(cache=True)
def _draw(book: BookArrays, stream: Stream, messages: RecordArray, events: RecordArray, target: int) -> None:
    """Fill the messages, ids counting up, following in the book which orders live."""
    alive = np.empty(len(messages), np.int64)
    place = np.full(len(messages), -1)
    leaves = np.zeros(len(messages), np.int64)
    count = 0
    for i in range(len(messages)):
        message, draw = messages[i], uniform(stream)
        cancels = 0.4 + min(max(0.5 * (count - target) / target, -0.1), 0.1)
        message["order_id"] = i
        message["side"] = 1 if uniform(stream) < 0.5 else -1
        message["quantity"] = 1 + below(stream, LARGEST_LOTS)
        if i < target or draw > 0.05 + cancels or count == 0:
            message["kind"] = MessageKind.LIMIT.value
            message["price_ticks"] = -message["side"] * (1 + below(stream, WITHIN_TICKS))
        elif draw < 0.05:
            message["kind"] = MessageKind.MARKET.value
            message["quantity"] *= 3
        else:
            message["kind"] = MessageKind.CANCEL.value
            message["order_id"] = alive[below(stream, count)]
        written = process(book, messages[i : i + 1], events)[1]
        for j in range(written):
            event = events[j]
            if event["kind"] == EventKind.RESTED:
                alive[count], place[event["order_id"]] = event["order_id"], count
                leaves[event["order_id"]] = event["quantity"]
                count += 1
                continue
            gone = event["maker_id"] if event["kind"] == EventKind.TRADE else event["order_id"]
            if event["kind"] == EventKind.TRADE or event["kind"] == EventKind.CANCELLED:
                leaves[gone] -= event["quantity"]
                if leaves[gone] == 0:
                    count -= 1
                    alive[place[gone]] = alive[count]
                    place[alive[count]] = place[gone]
