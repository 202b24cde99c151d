"""One market of any kind, a replayed recording above all, as an agent's desk sees many side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np
import numpy.typing as npt

from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.errors import OrderRejectedError
from execution.market.batch_kernel import ACCOUNT, NO_MESSAGE
from execution.market.market import Market, OwnFill
from execution.orders import Side
from execution.recorded.messages import RecordedKind, RecordedMessages

IntArray = npt.NDArray[np.int64]
SignedLots = Callable[[int], int]

_MOST = np.iinfo(np.int32).max


@dataclass(slots=True, kw_only=True)
class _Order:
    """An order of the agent's that may still trade."""

    order_id: int
    side: Side
    price_ticks: int
    leaves: int


@runtime_checkable
class ReducibleMarket(Protocol):
    """A market in which an order can give up a part and keep its place; MarketSimulator and ReplayMarket."""

    def reduce(self, order_id: int, quantity: int) -> int:
        """Take lots off an own resting order and return how many; 0 when it rests no longer."""
        ...


@runtime_checkable
class SignedMarket(Protocol):
    """A market that tells the direction of its trades; MarketSimulator."""

    @property
    def signed_volume(self) -> int:
        """Lots since the start that buyers began less those that sellers began, the agent's included."""
        ...


@final
class SingleMarket:
    """A Market as Markets of length 1; the account is kept from the market's own fills.

    depth: shape (1, side, level, 2), after each step and entry: price [ticks] and volume [lots, at most what
    32 bits hold] of the best `depth_levels` occupied levels, bids first; (0, 0) where there is none.
    Messages: LIMIT, MARKET, IMMEDIATE_OR_CANCEL, CANCEL and, in a ReducibleMarket, REDUCE. Slots count the
    orders from 1. With a latency an order under way counts as resting behind all that is shown at its price,
    and one whose cancellation is under way may still trade; both reach the account.

    signed_lots: lots that buyers began less those that sellers began, of others, up to a time: `signed_flow`
    for a recording; without it only the agent's own are counted, unless it is a SignedMarket.

    worst_ticks: price beyond which the agent neither rests nor takes, None for any. What it wants at market
    is then taken up to there, and what it wants to rest beyond rests there. fills: the agent's, in the order
    in which they came. path: times and the mid when each was reached [ns, ticks].
    """

    def __init__(
        self,
        market: Market,
        *,
        depth_levels: int = 10,
        signed_lots: SignedLots | None = None,
        worst_ticks: int | None = None,
    ) -> None:
        self.market = market
        self.fills: list[OwnFill] = []
        self.path = [(market.now_ns, market.mid_ticks)]
        self.depth = np.zeros((1, 2, depth_levels, 2), np.int32)
        self.account: RecordArray = np.zeros(1, ACCOUNT)
        self._signed_lots, self._worst_ticks = signed_lots, worst_ticks
        self._own_signed_lots = 0
        self._sides: dict[int, Side] = {}
        self._orders: dict[int, _Order] = {}
        self._slots = 0
        self._observe()

    def __len__(self) -> int:
        return 1

    @property
    def now_ns(self) -> IntArray:
        """The time reached, shape (1,)."""
        return np.array([self.market.now_ns], np.int64)

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let the market run to a time, one not in the past; return the depth (the same array each time)."""
        self.market.advance_to(max(int(np.ravel(ts_ns)[0]), self.market.now_ns))
        if self.market.now_ns > self.path[-1][0]:
            self.path.append((self.market.now_ns, self.market.mid_ticks))
        self._observe()
        return self.depth

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE of the agent, shape (1,); NO_MESSAGE as its kind for none.

        slots: where the order of a CANCEL or REDUCE rests; one that rests no longer is left alone. Returns
        the slot of a new order, shape (1,), 0 when nothing of it rests; `messages` then has its order_id.
        OrderRejectedError for a message that the market does not take.
        """
        if messages.shape != (1,) or messages.dtype != MESSAGE:
            raise OrderRejectedError(f"messages have shape {messages.shape}, expected (1,) of MESSAGE")
        kind, made = int(messages["kind"][0]), 0
        if kind == NO_MESSAGE:
            return np.zeros(1, np.int64)
        if kind in (MessageKind.CANCEL, MessageKind.REDUCE):
            quantity = int(messages["quantity"][0]) if kind == MessageKind.REDUCE else None
            self._amend(0 if slots is None else int(slots[0]), quantity)
        else:
            made = self._submit(messages)
        self._observe()
        return np.array([made], np.int64)

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the agent's order in a slot and lots that trade before it, shape (1, 2); 0, 0 for none."""
        order = self._orders.get(int(slots[0]))
        if order is None:
            return np.zeros((1, 2), np.int64)
        ahead = self.market.volume_ahead(order.order_id)
        if ahead is None:
            ahead = self._shown(order.side, order.price_ticks)
        return np.array([[order.leaves, ahead]], np.int64)

    def _amend(self, slot: int, quantity: int | None) -> None:
        """Take lots off the order in a slot, all of them where no quantity is given."""
        order = self._orders.get(slot)
        if quantity is not None and quantity < 1:
            raise OrderRejectedError(f"quantity is {quantity}, expected at least 1")
        if order is None:
            return
        if quantity is None or quantity >= order.leaves:
            self.market.cancel(order.order_id)
            del self._orders[slot]
        elif isinstance(self.market, ReducibleMarket):
            self.market.reduce(order.order_id, quantity)
            order.leaves -= quantity
        else:
            raise OrderRejectedError("the market reduces no orders; cancel the order and enter a smaller one")

    def _submit(self, messages: RecordArray) -> int:
        kind, quantity = int(messages["kind"][0]), int(messages["quantity"][0])
        price_ticks, sign = int(messages["price_ticks"][0]), int(messages["side"][0])
        if abs(sign) != 1:
            raise OrderRejectedError(f"side is {sign}, expected +1 or -1")
        if quantity < 1:
            raise OrderRejectedError(f"quantity is {quantity}, expected at least 1")
        side = Side(sign)
        if kind == MessageKind.MARKET and self._worst_ticks is not None:
            kind, price_ticks = MessageKind.IMMEDIATE_OR_CANCEL, self._worst_ticks
        price_ticks = self._within(side, price_ticks)
        if kind == MessageKind.MARKET:
            order_id = self.market.submit_market(side, quantity)
        elif kind in (MessageKind.LIMIT, MessageKind.IMMEDIATE_OR_CANCEL):
            order_id = self.market.submit_limit(side, quantity, price_ticks)
        else:
            raise OrderRejectedError(f"kind is {kind}, expected one that SingleMarket knows")
        self._sides[order_id] = side
        messages["order_id"] = order_id
        if kind == MessageKind.LIMIT:
            self._slots += 1
            order = _Order(order_id=order_id, side=side, price_ticks=price_ticks, leaves=quantity)
            self._orders[self._slots] = order
            self._settle()
            return self._slots if self._slots in self._orders else 0
        if kind == MessageKind.IMMEDIATE_OR_CANCEL:
            self.market.cancel(order_id)
        return 0

    def _within(self, side: Side, price_ticks: int) -> int:
        """The price, or the worst one where it is beyond that."""
        if self._worst_ticks is None:
            return price_ticks
        return (
            min(price_ticks, self._worst_ticks) if side is Side.BUY else max(price_ticks, self._worst_ticks)
        )

    def _observe(self) -> None:
        """Bring depth and account up to date."""
        self._settle()
        self.depth[:] = 0
        for row, side in enumerate((Side.BUY, Side.SELL)):
            for column, level in enumerate(self.market.depth(side, self.depth.shape[2])):
                self.depth[0, row, column] = level.price_ticks, min(level.volume, _MOST)
        self.account["market_lots"] = self.market.traded_volume
        self.account["signed_lots"] = self._signed()

    def _signed(self) -> int:
        if self._signed_lots is not None:
            return self._signed_lots(self.market.now_ns) + self._own_signed_lots
        if isinstance(self.market, SignedMarket):
            return self.market.signed_volume
        return self._own_signed_lots

    def _settle(self) -> None:
        fills = self.market.take_fills()
        slots = {order.order_id: slot for slot, order in self._orders.items()} if fills else {}
        self.fills += fills
        for fill in fills:
            self._book(fill)
            slot = slots.get(fill.order_id)
            if slot is not None:
                self._orders[slot].leaves -= fill.quantity
        self._orders = {slot: order for slot, order in self._orders.items() if order.leaves > 0}

    def _book(self, fill: OwnFill) -> None:
        signed = self._sides[fill.order_id] * fill.quantity
        self.account["position"] += signed
        self.account["cash"] -= signed * fill.price_ticks
        self.account["maker_lots" if fill.is_maker else "taker_lots"] += fill.quantity
        self._own_signed_lots += 0 if fill.is_maker else signed

    def _shown(self, side: Side, price_ticks: int) -> int:
        levels = self.market.depth(side, self.depth.shape[2])
        return sum(level.volume for level in levels if level.price_ticks == price_ticks)


def signed_flow(messages: RecordedMessages) -> SignedLots:
    """Lots that buyers began less those that sellers began in a recording, as a function of the time.

    Hidden trades count where the recording gives their side.
    """
    traded = (messages.kind == RecordedKind.TRADE) | (messages.kind == RecordedKind.HIDDEN_TRADE)
    ts_ns = messages.ts_ns[traded]
    # The message's side is the resting order's; its aggressor has the other.
    signed = np.concatenate(([0], np.cumsum(-messages.side[traded] * messages.quantity[traded])))
    return lambda now_ns: int(signed[np.searchsorted(ts_ns, now_ns, side="right")])
