"""How far a book may grow, and the growing."""

from __future__ import annotations

from dataclasses import dataclass

from execution.book.core import Refusal
from execution.book.growth import living_range, with_ladder, with_room
from execution.book.layout import BookArrays
from execution.errors import BookCapacityError


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """max_levels: prices from the lowest order to the highest. max_orders: orders that live at once."""

    max_levels: int
    max_orders: int

    def grown(self, book: BookArrays, refusal: int, price_ticks: int) -> BookArrays:
        """The book with room for what the kernel refused it, or BookCapacityError."""
        if refusal == Refusal.ORDER_POOL:
            return self._with_more_orders(book)
        return self._with_price(book, price_ticks)

    def may_overflow(self, book: BookArrays, messages: int, low_ticks: int, high_ticks: int) -> bool:
        """Whether so many messages in a range of prices could need more than the book may have."""
        origin, span = int(book.state["origin_ticks"][0]), int(book.state["span"][0])
        low, high = min(origin, low_ticks), max(origin + span - 1, high_ticks)
        lives = int(book.state["live_orders"][0] + book.state["stops"][0])
        return high - low >= self.max_levels or lives + messages > self.max_orders

    def _with_price(self, book: BookArrays, price_ticks: int) -> BookArrays:
        """Widen the ladder, or move it to where the orders are."""
        low, high = living_range(book)
        low, high = (min(low, price_ticks), max(high, price_ticks)) if low <= high else (price_ticks,) * 2
        span, levels = high - low + 1, int(book.state["span"][0])
        if span > self.max_levels:
            raise BookCapacityError(
                f"price {price_ticks} ticks would stretch the book over {span} prices from {low} to {high}; "
                f"it holds at most {self.max_levels}"
            )
        while levels < min(2 * span, self.max_levels):
            levels = min(2 * levels, self.max_levels)
        return with_ladder(book, origin_ticks=low - (levels - span) // 2, levels=levels)

    def _with_more_orders(self, book: BookArrays) -> BookArrays:
        orders = len(book.orders) - 1
        if orders >= self.max_orders:
            raise BookCapacityError(f"the book holds {orders} orders, its maximum; cancel one first")
        return with_room(book, orders=min(2 * orders, self.max_orders))
