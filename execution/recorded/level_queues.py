"""Level totals turned into orders that could have made them."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from execution.recorded.messages import RecordedKind

OLD_ORDER_ID = 0


class Change(NamedTuple):
    """A message of a made-up order; units are the file's."""

    kind: RecordedKind
    order_id: int
    side: int
    quantity: int
    price: int


class LevelQueues:
    """Every growth of a level is a new order; trades take the oldest volume, shrinking the newest.

    Which order a shrinking level lost cannot be known from its total. Taking the newest keeps what is ahead
    of an order as it is while anything behind it can have gone: the answer that flatters a queue position
    least.
    """

    def __init__(self) -> None:
        self._orders: dict[tuple[int, int], deque[tuple[int, int]]] = {}
        self._volume: dict[tuple[int, int], int] = {}
        # Occupied prices times their side, so that the best of either side is the last.
        self._ranks: dict[int, list[int]] = {1: [], -1: []}
        self._next_id = OLD_ORDER_ID + 1

    def volume(self, side: int, price: int) -> int:
        """What rests at a price."""
        return self._volume.get((side, price), 0)

    def seed(self, side: int, price: int, quantity: int) -> None:
        """Volume that was there before the recording."""
        self._enter(side, price, OLD_ORDER_ID, quantity)

    def set_levels(self, levels: list[tuple[int, int, int]]) -> Iterator[Change]:
        """Make (side, price, volume) levels so, those that shrink first."""
        for side, price, volume in levels:
            excess = self.volume(side, price) - volume
            if excess > 0:
                yield from self.shrink(side, price, excess)
        for side, price, volume in levels:
            missing = volume - self.volume(side, price)
            if missing > 0:
                yield from self.add(side, price, missing)

    def add(self, side: int, price: int, quantity: int) -> Iterator[Change]:
        """A new order; what it would cross is stale and goes first."""
        yield from self.clear_beyond(-side, price + side)
        self._enter(side, price, self._next_id, quantity)
        yield Change(RecordedKind.ADD, self._next_id, side, quantity, price)
        self._next_id += 1

    def trade(self, side: int, price: int, quantity: int) -> Iterator[Change]:
        """Take the oldest; what rests better than the trade's price is stale and goes first."""
        yield from self.clear_beyond(side, price)
        missing = quantity - min(quantity, self.volume(side, price))
        yield from self._take(side, price, quantity, oldest=True)
        if missing:
            yield Change(RecordedKind.HIDDEN_TRADE, OLD_ORDER_ID, side, missing, price)

    def shrink(self, side: int, price: int, quantity: int) -> Iterator[Change]:
        """Take the newest away without a trade."""
        yield from self._take(side, price, quantity, oldest=False)

    def clear_beyond(self, side: int, price: int) -> Iterator[Change]:
        """Delete every level of a side that is better than a price."""
        ranks = self._ranks[side]
        while ranks and ranks[-1] > side * price:
            best = side * ranks[-1]
            yield from self.shrink(side, best, self.volume(side, best))

    def _take(self, side: int, price: int, quantity: int, *, oldest: bool) -> Iterator[Change]:
        orders = self._orders.get((side, price), deque())
        while quantity and orders:
            order_id, lots = orders[0] if oldest else orders[-1]
            taken = min(lots, quantity)
            quantity -= taken
            self._volume[side, price] -= taken
            if taken == lots:
                _ = orders.popleft() if oldest else orders.pop()
            else:
                orders[0 if oldest else -1] = (order_id, lots - taken)
            kind = RecordedKind.DELETE if taken == lots else RecordedKind.REDUCE
            yield Change(RecordedKind.TRADE if oldest else kind, order_id, side, taken, price)
        if not orders and (side, price) in self._orders:
            self._forget(side, price)

    def _enter(self, side: int, price: int, order_id: int, quantity: int) -> None:
        if (side, price) not in self._orders:
            self._orders[side, price] = deque()
            self._volume[side, price] = 0
            insort(self._ranks[side], side * price)
        self._orders[side, price].append((order_id, quantity))
        self._volume[side, price] += quantity

    def _forget(self, side: int, price: int) -> None:
        del self._orders[side, price], self._volume[side, price]
        ranks = self._ranks[side]
        del ranks[bisect_left(ranks, side * price)]
