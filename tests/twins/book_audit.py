"""Hold the order book's arrays against the twin and against themselves: every link, total, bit and bucket."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from execution.book.book import OrderBook
from execution.book.layout import (
    BOOK_ROW,
    BUY_STOP_ROW,
    LEVELS_PER_WORD,
    NO_ASK,
    NO_BID,
    NO_SLOT,
    SELL_STOP_ROW,
    BookArrays,
    MessageKind,
    OrderKind,
    RecordArray,
)
from tests.twins.order_book import Event, Message, SlowBook, SlowOrder

Slot = int


def plain(events: RecordArray) -> list[Event]:
    """Events as the twin writes them."""
    columns = [events[name].tolist() for name in Event._fields]
    return [Event(*row) for row in zip(*columns, strict=True)]


def check_against_twin(book: OrderBook, twin: SlowBook) -> None:
    """Same orders in the same queues, same stops, same memory of trades; and the arrays are sound."""
    arrays, state = book.arrays, book.arrays.state[0]
    slots = _queued(arrays, BOOK_ROW)
    resting = [_resting(arrays, slot) for slot in slots]
    expected = sorted(twin.resting, key=lambda o: o.price_ticks)
    assert resting == [_plain_order(order) for order in expected]
    for side, row in ((1, BUY_STOP_ROW), (-1, SELL_STOP_ROW)):
        stops = [_stop(arrays, slot) for slot in _queued(arrays, row)]
        own = sorted((s for s in twin.waiting if s.side == side), key=lambda s: s.stop_ticks)
        assert stops == [_plain_stop(stop) for stop in own]
    assert bool(state["halted"]) == twin.halted
    assert bool(state["traded"]) == (twin.last_price is not None)
    assert twin.last_price is None or int(state["last_trade"]) == twin.last_price
    audit(arrays)


def audit(arrays: BookArrays) -> None:
    """Links, totals, best prices, bitmap, free list and hash agree with the orders that live."""
    state, orders, reserves = arrays.state[0], arrays.orders, arrays.reserves
    rows = [_queued(arrays, row) for row in (BOOK_ROW, BUY_STOP_ROW, SELL_STOP_ROW)]
    live = [slot for row in rows for slot in row]
    assert (len(rows[0]), len(rows[1]) + len(rows[2])) == (state["live_orders"], state["stops"])
    bids = [int(orders["price_ticks"][slot]) for slot in rows[0] if orders["side"][slot] > 0]
    asks = [int(orders["price_ticks"][slot]) for slot in rows[0] if orders["side"][slot] < 0]
    triggers = [[int(orders["price_ticks"][slot]) for slot in row] for row in rows[1:]]
    assert int(state["best_bid"]) == max(bids, default=NO_BID)
    assert int(state["best_ask"]) == min(asks, default=NO_ASK)
    assert int(state["best_bid"]) < int(state["best_ask"])
    assert int(state["buy_stop"]) == min(triggers[0], default=NO_ASK)
    assert int(state["sell_stop"]) == max(triggers[1], default=NO_BID)
    hidden = [(int(reserves["hidden"][slot]), int(reserves["display"][slot])) for slot in rows[0]]
    icebergs = [pair for pair, slot in zip(hidden, rows[0], strict=True) if _is_iceberg(arrays, slot)]
    assert int(state["refills"]) == sum(-(-rest // display) for rest, display in icebergs)
    _check_pool(arrays, live)
    _check_hash(arrays, live)


def _queued(arrays: BookArrays, row: int) -> list[Slot]:
    """Slots of one row of the ladder by rising price and then priority, each level checked."""
    span, origin = int(arrays.state["span"][0]), int(arrays.state["origin_ticks"][0])
    levels = arrays.levels[row * span : (row + 1) * span]
    words = arrays.occupied[row * span // LEVELS_PER_WORD : (row + 1) * span // LEVELS_PER_WORD]
    bits = np.unpackbits(words.view(np.uint8), bitorder="little").astype(bool)
    assert ((levels["head"] != NO_SLOT) == bits).all()
    assert ((levels["tail"] != NO_SLOT) == bits).all()
    assert not levels["orders"][~bits].any()
    assert not levels["volume"][~bits].any()
    assert not levels["hidden"][~bits].any()
    return [slot for place in np.flatnonzero(bits) for slot in _level(arrays, levels[place], origin + place)]


def _level(arrays: BookArrays, level: np.void, price_ticks: int) -> list[Slot]:
    orders, reserves = arrays.orders, arrays.reserves
    slots = list(_linked(arrays, int(level["head"]), "next"))
    assert slots == list(_linked(arrays, int(level["tail"]), "prev"))[::-1]
    assert len(slots) == level["orders"]
    assert (orders["price_ticks"][slots] == price_ticks).all()
    assert (orders["quantity"][slots] > 0).all()
    assert len(set(orders["side"][slots].tolist())) == 1
    if orders["kind"][slots[0]] < OrderKind.STOP:
        icebergs = [slot for slot in slots if _is_iceberg(arrays, slot)]
        assert int(level["volume"]) == int(orders["quantity"][slots].sum(dtype=np.int64))
        assert int(level["hidden"]) == int(reserves["hidden"][icebergs].sum(dtype=np.int64))
    return slots


def _check_pool(arrays: BookArrays, live: list[Slot]) -> None:
    """Every used slot lives or is in the free list, once."""
    used = int(arrays.state["used_slots"][0])
    free = list(_linked(arrays, int(arrays.state["free_head"][0]), "next"))
    assert sorted(live + free) == list(range(1, used))
    assert not arrays.orders["quantity"][free].any()
    assert not arrays.orders["quantity"][used:].any()


def _check_hash(arrays: BookArrays, live: list[Slot]) -> None:
    """Each living order has one bucket, which probing from its home reaches before an empty one."""
    buckets, shift = arrays.ids.tolist(), int(arrays.state["id_shift"][0])
    found = {bucket & 0xFFFFFFFF: at for at, bucket in enumerate(buckets) if bucket}
    assert len(found) == sum(map(bool, buckets))
    assert set(found) == set(live)
    assert 2 * len(live) <= len(buckets)
    for slot, at in found.items():
        tag = (int(arrays.orders["order_id"][slot]) * 0x9E3779B97F4A7C15 % 2**64) >> 32
        assert buckets[at] >> 32 == tag
        probe = tag >> shift
        while probe != at:
            assert buckets[probe]
            probe = (probe + 1) % len(buckets)


def _linked(arrays: BookArrays, slot: int, link: str) -> Iterator[Slot]:
    while slot != NO_SLOT:
        yield slot
        slot = int(arrays.orders[link][slot])


def _is_iceberg(arrays: BookArrays, slot: Slot) -> bool:
    return bool(arrays.orders["kind"][slot] == OrderKind.ICEBERG)


def _resting(arrays: BookArrays, slot: Slot) -> tuple[int, ...]:
    order, reserve = arrays.orders[slot], arrays.reserves[slot]
    kept = (reserve["hidden"], reserve["display"]) if _is_iceberg(arrays, slot) else (0, 0)
    names = ("order_id", "owner", "side", "price_ticks", "quantity")
    return tuple(int(value) for value in (*(order[name] for name in names), *kept))


def _plain_order(o: SlowOrder) -> tuple[int, ...]:
    return (o.order_id, o.owner, o.side, o.price_ticks, o.shown, o.hidden, o.display)


def _stop(arrays: BookArrays, slot: Slot) -> tuple[int, ...]:
    order = arrays.orders[slot]
    limit = int(arrays.reserves["limit_ticks"][slot])
    names = ("order_id", "owner", "side", "price_ticks", "quantity", "self_trade", "kind")
    return (*(int(order[name]) for name in names), limit)


def _plain_stop(s: Message) -> tuple[int, ...]:
    kind = OrderKind.STOP if s.kind == MessageKind.STOP else OrderKind.STOP_LIMIT
    return (s.order_id, s.owner, s.side, s.stop_ticks, s.quantity, s.self_trade, kind, s.price_ticks)
