"""A recorded book with orders of our own in it, in plain Python: one list of orders, walked end to end."""

from __future__ import annotations

from dataclasses import dataclass, field

from execution.recorded.messages import RecordedKind, RecordedMessages


@dataclass
class SlowOrder:
    """A recorded order (name >= 0: its id), or one of ours (own: its number)."""

    name: int
    own: int
    side: int
    price: int
    left: int
    lost: int = 0

    @property
    def there(self) -> int:
        return self.left - self.lost


@dataclass
class SlowReplay:
    """Orders in order of arrival; fills are (own number, lots, price)."""

    orders: list[SlowOrder] = field(default_factory=list)
    fills: list[tuple[int, int, int]] = field(default_factory=list)

    def play(self, messages: RecordedMessages, row: int) -> None:
        kind, name = int(messages.kind[row]), int(messages.order_id[row])
        side, price = int(messages.side[row]), int(messages.price_ticks[row])
        quantity = int(messages.quantity[row])
        if kind == RecordedKind.ADD:
            taken = self._fill_ours(-side, price + side, quantity, before=None)
            self.orders.append(SlowOrder(name, -1, side, price, quantity, taken))
        elif kind == RecordedKind.HIDDEN_TRADE:
            self._fill_ours(side, price, quantity, before=None)
        elif kind <= RecordedKind.TRADE:
            order = next((o for o in self.orders if o.own < 0 and o.name == name and o.left > 0), None)
            if kind == RecordedKind.TRADE:
                rest = quantity - self._fill_ours(side, price, quantity, before=None)
                if order is not None:
                    self._fill_ours(side, price - side, rest, before=order)
            if order is not None:
                order.left = 0 if kind == RecordedKind.DELETE else max(order.left - quantity, 0)
                order.lost = min(order.lost, order.left)
        self.orders = [o for o in self.orders if o.left > 0]

    def submit(self, own: int, side: int, quantity: int, price: int) -> None:
        facing = [o for o in self.orders if o.side == -side and o.there > 0 and side * (price - o.price) >= 0]
        taken: dict[int, int] = {}
        for order in sorted(facing, key=lambda o: side * o.price):
            lots = min(quantity, order.there)
            order.lost += lots
            quantity -= lots
            taken[order.price] = taken.get(order.price, 0) + lots
        self.fills += [(own, lots, level) for level, lots in taken.items() if lots]
        if quantity:
            self.orders.append(SlowOrder(-1, own, side, price, quantity))

    def ahead(self, own: int) -> int | None:
        mine = next((o for o in self.orders if o.own == own), None)
        if mine is None:
            return None
        before = self.orders[: self.orders.index(mine)]
        return sum(o.there for o in before if o.side == mine.side and o.price == mine.price)

    def levels(self, side: int) -> dict[int, int]:
        volume: dict[int, int] = {}
        for order in self.orders:
            if order.side == side and order.there > 0:
                volume[order.price] = volume.get(order.price, 0) + order.there
        return volume

    def _fill_ours(self, side: int, price: int, quantity: int, before: SlowOrder | None) -> int:
        """Our orders of a side better than a price, of those only the ones `before` a recorded order."""
        ahead = self.orders if before is None else self.orders[: self.orders.index(before)]
        mine = [o for o in ahead if o.own >= 0 and o.side == side and side * (o.price - price) > 0]
        filled = 0
        for order in sorted(mine, key=lambda o: -side * o.price):
            lots = min(order.left, quantity - filled)
            if lots:
                order.left -= lots
                filled += lots
                self.fills.append((order.own, lots, order.price))
        return filled
