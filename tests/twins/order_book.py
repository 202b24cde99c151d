"""The order book's rules in plain Python: one list of orders, searched from end to end every time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from execution.book.layout import EventKind, MessageKind, Reason, SelfTrade

NIL = -1
NEW_AND_RESTING = (MessageKind.LIMIT, MessageKind.POST_ONLY, MessageKind.ICEBERG)
STOPS_AT_OWN = (SelfTrade.CANCEL_NEWEST, SelfTrade.CANCEL_BOTH)


class Message(NamedTuple):
    kind: int
    side: int = 0
    self_trade: int = SelfTrade.ALLOW
    quantity: int = 0
    price_ticks: int = 0
    display: int = 0
    stop_ticks: int = 0
    owner: int = 0
    order_id: int = 0


class Event(NamedTuple):
    kind: int
    side: int
    reason: int
    quantity: int
    price_ticks: int
    maker_owner: int
    order_id: int
    maker_id: int


@dataclass(eq=False, slots=True)
class SlowOrder:
    order_id: int
    owner: int
    side: int
    price_ticks: int
    shown: int
    hidden: int = 0
    display: int = 0  # 0: not an iceberg

    @property
    def leaves(self) -> int:
        return self.shown + self.hidden

    def shrink(self, quantity: int) -> None:
        from_hidden = min(self.hidden, quantity)
        self.hidden -= from_hidden
        self.shown -= quantity - from_hidden


@dataclass(eq=False)
class SlowBook:
    """`resting` and `waiting` (stops, kept as their messages) are in order of arrival: priority in time."""

    resting: list[SlowOrder] = field(default_factory=list)
    waiting: list[Message] = field(default_factory=list)
    halted: bool = False
    last_price: int | None = None
    prints: list[int] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def apply(self, message: Message) -> list[Event]:
        """Do what one message asks for, then wake stops in rounds; return the events."""
        self.events, self.prints = [], []
        self._act(message)
        while woken := self._reached_stops():
            self.prints = []
            self.waiting = [stop for stop in self.waiting if stop not in woken]
            for stop in woken:
                self._wake(stop)
        return self.events

    def queue(self, side: int) -> list[SlowOrder]:
        """The orders of a side in the order in which they would trade."""
        return sorted((o for o in self.resting if o.side == side), key=lambda o: -side * o.price_ticks)

    def ahead(self, order_id: int) -> tuple[int, int] | None:
        """Shown quantity and number of orders in front of an order at its own price; None when it is gone."""
        order = self._find(order_id)
        if order is None:
            return None
        level = [o for o in self.queue(order.side) if o.price_ticks == order.price_ticks]
        before = level[: level.index(order)]
        return sum(o.shown for o in before), len(before)

    def _act(self, message: Message) -> None:
        kind = message.kind
        if kind in (MessageKind.HALT, MessageKind.RESUME):
            self.halted = kind == MessageKind.HALT
            self._write(EventKind.HALTED if self.halted else EventKind.RESUMED, order_id=message.order_id)
        elif kind in (MessageKind.CANCEL, MessageKind.REDUCE):
            self._take_out(message)
        elif self.halted:
            self._reject(message, Reason.HALTED)
        elif kind == MessageKind.REPLACE:
            self._replace(message)
        elif self._find(message.order_id) or self._find_stop(message.order_id):
            self._reject(message, Reason.DUPLICATE_ID)
        elif kind in (MessageKind.STOP, MessageKind.STOP_LIMIT):
            self._wait(message)
        else:
            self._enter(message)

    def _enter(self, message: Message) -> None:
        if message.kind == MessageKind.POST_ONLY and self._best_for(message):
            return self._reject(message, Reason.WOULD_TRADE)
        if message.kind == MessageKind.FILL_OR_KILL and not self._can_fill(message):
            return self._write_order(EventKind.EXPIRED, message, message.quantity)
        leaves = self._trade(message)
        if leaves == 0:
            return None
        if message.kind not in NEW_AND_RESTING:
            return self._write_order(EventKind.EXPIRED, message, leaves)
        display = message.display if message.kind == MessageKind.ICEBERG else 0
        shown = min(display or leaves, leaves)
        where = (message.order_id, message.owner, message.side, message.price_ticks)
        self.resting.append(SlowOrder(*where, shown, leaves - shown, display))
        return self._write_order(EventKind.RESTED, message, leaves)

    def _trade(self, taker: Message) -> int:
        """Meet the best opposite order until none is in reach; return what is left."""
        leaves = taker.quantity
        while leaves and (maker := self._best_for(taker)):
            if _same_owner(taker, maker):
                leaves = self._prevent(taker, maker, leaves)
                continue
            traded = min(leaves, maker.shown)
            leaves -= traded
            self.last_price = maker.price_ticks
            self.prints.append(maker.price_ticks)
            where = (maker.price_ticks, maker.owner, taker.order_id, maker.order_id)
            self.events.append(Event(EventKind.TRADE, taker.side, Reason.NONE, traded, *where))
            self._use(maker, traded)
            self._refresh(maker)
        return leaves

    def _prevent(self, taker: Message, maker: SlowOrder, leaves: int) -> int:
        """Self-trade prevention between the two; return what the taker has left."""
        mode = taker.self_trade
        if mode in (SelfTrade.CANCEL_OLDEST, SelfTrade.CANCEL_BOTH):
            self.resting.remove(maker)
            self._cancelled(maker, maker.leaves, Reason.SELF_TRADE)
        lost = leaves if mode in STOPS_AT_OWN else 0
        if mode == SelfTrade.DECREMENT:
            lost = min(leaves, maker.shown)
            self._cancelled(maker, lost, Reason.SELF_TRADE)
            self._use(maker, lost)
        if lost:
            self._write_order(EventKind.CANCELLED, taker, lost, Reason.SELF_TRADE)
        if mode == SelfTrade.DECREMENT:
            self._refresh(maker)
        return leaves - lost

    def _use(self, maker: SlowOrder, quantity: int) -> None:
        maker.shown -= quantity
        if maker.shown == 0:
            self.resting.remove(maker)

    def _refresh(self, maker: SlowOrder) -> None:
        if maker.shown == 0 and maker.hidden:
            maker.shown = min(maker.display, maker.hidden)
            maker.hidden -= maker.shown
            self.resting.append(maker)
            where = {"price_ticks": maker.price_ticks, "order_id": maker.order_id}
            self._write(EventKind.REFRESHED, side=maker.side, quantity=maker.shown, **where)

    def _best_for(self, taker: Message) -> SlowOrder | None:
        # min keeps the first of equals, which is the oldest.
        return min(self._facing(taker), key=lambda o: taker.side * o.price_ticks, default=None)

    def _facing(self, taker: Message) -> list[SlowOrder]:
        side, limit = taker.side, taker.side * taker.price_ticks
        if taker.kind == MessageKind.MARKET:
            return [o for o in self.resting if o.side != side]
        return [o for o in self.resting if o.side != side and side * o.price_ticks <= limit]

    def _can_fill(self, taker: Message) -> bool:
        others = [o for o in self._facing(taker) if not _same_owner(taker, o)]
        if sum(o.leaves for o in others) < taker.quantity:
            return False
        if taker.self_trade not in STOPS_AT_OWN:
            return True
        trial = SlowBook([replace(order) for order in self.resting])
        trial._trade(taker)
        return not any(event.kind == EventKind.CANCELLED for event in trial.events)

    def _take_out(self, message: Message) -> None:
        everything = message.kind == MessageKind.CANCEL
        if order := self._find(message.order_id):
            quantity = order.leaves if everything else min(order.leaves, message.quantity)
            self._cancelled(order, quantity, Reason.OWNER)
            order.shrink(quantity)
            if order.leaves == 0:
                self.resting.remove(order)
        elif stop := self._find_stop(message.order_id):
            quantity = stop.quantity if everything else min(stop.quantity, message.quantity)
            self._write_stop(EventKind.CANCELLED, stop, quantity, Reason.OWNER)
            self._swap(stop, stop._replace(quantity=stop.quantity - quantity))
        else:
            self._write(EventKind.UNKNOWN, order_id=message.order_id)

    def _replace(self, message: Message) -> None:
        if stop := self._find_stop(message.order_id):
            return self._replace_stop(stop, message)
        order = self._find(message.order_id)
        if order is None:
            return self._write(EventKind.UNKNOWN, order_id=message.order_id)
        self._write_order(EventKind.REPLACED, message._replace(side=order.side), message.quantity)
        if message.price_ticks == order.price_ticks and message.quantity <= order.leaves:
            return order.shrink(order.leaves - message.quantity)
        self.resting.remove(order)
        kind = MessageKind.ICEBERG if order.display else MessageKind.LIMIT
        own = {"side": order.side, "owner": order.owner, "display": order.display}
        return self._enter(message._replace(kind=kind, **own))

    def _replace_stop(self, stop: Message, message: Message) -> None:
        new = stop._replace(quantity=message.quantity, stop_ticks=message.stop_ticks)
        if stop.kind == MessageKind.STOP_LIMIT:
            new = new._replace(price_ticks=message.price_ticks)
        self._write_stop(EventKind.REPLACED, new, new.quantity)
        if new.quantity <= stop.quantity and new._replace(quantity=stop.quantity) == stop:
            return self._swap(stop, new)
        self.waiting.remove(stop)
        if _reaches(new, self.last_price):
            return self._wake(new)
        return self.waiting.append(new)

    def _swap(self, stop: Message, new: Message) -> None:
        """Keep a stop's place among the waiting; gone when nothing is left of it."""
        self.waiting = [new if s is stop else s for s in self.waiting if s is not stop or new.quantity]

    def _wait(self, stop: Message) -> None:
        if _reaches(stop, self.last_price):
            return self._wake(stop)
        self.waiting.append(stop)
        return self._write_stop(EventKind.PENDING, stop, stop.quantity)

    def _reached_stops(self) -> list[Message]:
        reached = [s for s in self.waiting if any(_reaches(s, price) for price in self.prints)]
        # Buys come first, and sorting keeps the order of arrival among equals.
        return sorted(reached, key=lambda s: (-s.side, s.side * s.stop_ticks))

    def _wake(self, stop: Message) -> None:
        self._write_stop(EventKind.TRIGGERED, stop, stop.quantity)
        kind = MessageKind.MARKET if stop.kind == MessageKind.STOP else MessageKind.LIMIT
        self._enter(stop._replace(kind=kind))

    def _find(self, order_id: int) -> SlowOrder | None:
        return next((o for o in self.resting if o.order_id == order_id), None)

    def _find_stop(self, order_id: int) -> Message | None:
        return next((s for s in self.waiting if s.order_id == order_id), None)

    def _reject(self, message: Message, reason: Reason) -> None:
        self._write_order(EventKind.REJECTED, message, message.quantity, reason)

    def _cancelled(self, order: SlowOrder, quantity: int, reason: Reason) -> None:
        where = {"side": order.side, "price_ticks": order.price_ticks, "order_id": order.order_id}
        self._write(EventKind.CANCELLED, reason=reason, quantity=quantity, **where)

    def _write_order(self, kind: EventKind, of: Message, quantity: int, reason: Reason = Reason.NONE) -> None:
        where = {"side": of.side, "price_ticks": of.price_ticks, "order_id": of.order_id}
        self._write(kind, reason=reason, quantity=quantity, **where)

    def _write_stop(self, kind: EventKind, of: Message, quantity: int, reason: Reason = Reason.NONE) -> None:
        self._write_order(kind, of._replace(price_ticks=of.stop_ticks), quantity, reason)

    def _write(
        self,
        kind: EventKind,
        *,
        side: int = 0,
        reason: Reason = Reason.NONE,
        quantity: int = 0,
        price_ticks: int = 0,
        order_id: int = 0,
    ) -> None:
        self.events.append(Event(kind, side, reason, quantity, price_ticks, 0, order_id, NIL))


def _same_owner(taker: Message, maker: SlowOrder) -> bool:
    return taker.self_trade != SelfTrade.ALLOW and taker.owner != 0 and maker.owner == taker.owner


def _reaches(stop: Message, price_ticks: int | None) -> bool:
    return price_ticks is not None and stop.side * (price_ticks - stop.stop_ticks) >= 0
