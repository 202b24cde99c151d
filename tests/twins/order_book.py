"""A price-time-priority book in plain Python: one list of orders, searched from end to end every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from execution.book.book import OrderBook
from execution.book.layout import ASK, BID, MESSAGE, NIL, BookArrays, EventKind, MessageKind, RecordArray

Event = tuple[int, int, int, int, int, int, int]


@dataclass
class SlowOrder:
    order_id: int
    side: int
    price_ticks: int
    quantity: int
    owner: int


@dataclass
class SlowBook:
    """Orders in order of arrival; the best is found by looking at all of them."""

    resting: list[SlowOrder] = field(default_factory=list)
    next_id: int = 0

    def apply(
        self, kind: int, side: int, quantity: int, price_ticks: int, owner: int, order_id: int
    ) -> list[Event]:
        if kind == MessageKind.CANCEL:
            return self._cancel(order_id)
        new = SlowOrder(self.next_id, side, price_ticks, quantity, owner)
        self.next_id += 1
        events = []
        while new.quantity and (maker := self._best_for(new, kind)):
            traded = min(new.quantity, maker.quantity)
            new.quantity -= traded
            maker.quantity -= traded
            if not maker.quantity:
                self.resting.remove(maker)
            where = (maker.price_ticks, new.order_id, maker.order_id, maker.owner)
            events.append((int(EventKind.TRADE), side, traded, *where))
        if new.quantity and kind == MessageKind.LIMIT:
            self.resting.append(new)
            events.append((int(EventKind.RESTED), side, new.quantity, price_ticks, new.order_id, -1, 0))
        elif new.quantity:
            events.append((int(EventKind.EXPIRED), side, new.quantity, price_ticks, new.order_id, -1, 0))
        return events

    def queue(self, side: int) -> list[tuple[int, int, int]]:
        """(price, order id, quantity) of a side in the order in which it would trade."""
        own = [o for o in self.resting if o.side == side]
        own.sort(key=lambda o: (-side * o.price_ticks, o.order_id))
        return [(o.price_ticks, o.order_id, o.quantity) for o in own]

    def _best_for(self, new: SlowOrder, kind: int) -> SlowOrder | None:
        takes_any = kind == MessageKind.MARKET
        facing = [
            o
            for o in self.resting
            if o.side == -new.side and (takes_any or new.side * (new.price_ticks - o.price_ticks) >= 0)
        ]
        return min(facing, key=lambda o: (new.side * o.price_ticks, o.order_id), default=None)

    def _cancel(self, order_id: int) -> list[Event]:
        for order in self.resting:
            if order.order_id == order_id:
                self.resting.remove(order)
                return [
                    (int(EventKind.CANCELLED), order.side, order.quantity, order.price_ticks, order_id, -1, 0)
                ]
        return [(int(EventKind.UNKNOWN), 0, 0, 0, order_id, -1, 0)]


def random_messages(rng: np.random.Generator, count: int, *, width_ticks: int = 12) -> RecordArray:
    """A stream that trades, queues and cancels a lot: prices near 0, ids alive, dead and unborn."""
    messages = np.zeros(count, MESSAGE)
    messages["kind"] = rng.choice(list(MessageKind), count, p=(0.55, 0.08, 0.07, 0.30))
    messages["side"] = rng.choice((-1, 1), count)
    messages["quantity"] = rng.integers(1, 20, count)
    messages["owner"] = rng.integers(0, 3, count)
    # Bids sit mostly below 0 and asks above, so that both queues and crossing orders happen.
    behind = rng.integers(-width_ticks // 3, width_ticks, count)
    messages["price_ticks"] = -messages["side"] * behind
    newest = np.cumsum(messages["kind"] != MessageKind.CANCEL)
    messages["order_id"] = newest - rng.integers(0, 30, count)
    return messages


def plain(events: RecordArray) -> list[Event]:
    """Events as tuples that the twin's can be compared with."""
    return [tuple(event) for event in events.tolist()]


def queue_of(book: BookArrays, side: int) -> list[tuple[int, int, int]]:
    """(price, order id, quantity) of a side as the kernel's arrays hold it, every link and total checked."""
    origin = int(book.state["origin_ticks"][0])
    row = BID if side > 0 else ASK
    queue = []
    for index in np.flatnonzero(book.levels["volume"][row])[::-side]:
        level = book.levels[row, index]
        slots = list(_linked(book, int(level["head"]), "next"))
        assert slots == list(_linked(book, int(level["tail"]), "prev"))[::-1]
        assert int(book.orders["quantity"][slots].sum()) == int(level["volume"])
        assert (book.orders["price_ticks"][slots] == origin + index).all()
        assert (book.slot_of[book.orders["order_id"][slots]] == slots).all()
        queue += [(int(origin + index), int(o["order_id"]), int(o["quantity"])) for o in book.orders[slots]]
    return queue


def _linked(book: BookArrays, slot: int, link: str) -> Iterator[int]:
    while slot != NIL:
        yield slot
        slot = int(book.orders[link][slot])


def check_against_twin(book: OrderBook, twin: SlowBook) -> None:
    """Same orders in the same priority on both sides, best prices and free slots right."""
    bids, asks = queue_of(book.arrays, 1), queue_of(book.arrays, -1)
    assert bids == twin.queue(1)
    assert asks == twin.queue(-1)
    assert book.best_bid_ticks == (bids[0][0] if bids else None)
    assert book.best_ask_ticks == (asks[0][0] if asks else None)
    state = book.arrays.state[0]
    free = len(list(_linked(book.arrays, int(state["free_head"]), "next")))
    assert len(bids) + len(asks) == book.live_orders == int(state["used_slots"]) - free
