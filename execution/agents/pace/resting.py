"""One resting order in each of many markets, which follows the best price of the others."""

from __future__ import annotations

from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets
from execution.agents.pace.actions import BoolArray, IntArray
from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.market.batch_kernel import NO_MESSAGE, OWN

FloatArray = npt.NDArray[np.float64]
_PRICE, _LOTS = 0, 1


@final
class RestingOrders:
    """An order's lots at the touch. bid, ask: best prices, of an empty side the last.

    side: +1 buys, shape (market,), the caller's to set.
    """

    def __init__(self, markets: Markets) -> None:
        count = len(markets)
        self._markets = markets
        self.side = np.ones(count, np.int64)
        self.bid, self.ask = np.zeros(count, np.int64), np.ones(count, np.int64)
        self.lots, self.price, self._slots, self._ids = (np.zeros(count, np.int64) for _ in range(4))
        self.see()

    @property
    def mid_ticks(self) -> FloatArray:
        """Half way between the best prices, shape (market,)."""
        mid: FloatArray = (0.5 * (self.bid + self.ask)).astype(np.float64)
        return mid

    def see(self) -> None:
        """Take notice of what rests and of the best prices."""
        self.lots = self._markets.resting(self._slots)[:, 0]
        best = self._markets.depth[:, :, 0]
        self.bid = np.where(best[:, 0, _LOTS] > 0, best[:, 0, _PRICE], self.bid).astype(np.int64)
        self.ask = np.where(best[:, 1, _LOTS] > 0, best[:, 1, _PRICE], self.ask).astype(np.int64)

    def forget(self, which: BoolArray) -> None:
        """Nothing rests in these markets: they are new, or their order is."""
        self._slots[which] = 0
        self.see()

    def take(self, lots: IntArray) -> None:
        """Send market orders where lots are above 0."""
        sends = lots > 0
        if not sends.any():
            return
        messages = self._messages()
        messages["kind"][sends] = MessageKind.MARKET
        messages["quantity"] = lots
        self._markets.enter(messages)
        self.see()

    def follow(self, lots: IntArray, *, leads: BoolArray) -> None:
        """Have so many lots rest at the best price of others, one tick better where it leads.

        An order that is there already keeps its place unless its lots are others.
        """
        price = self._price_beside(leads)
        stays = (self.price == price) & (self.lots == lots)
        self.withdraw((self.lots > 0) & ~stays)
        messages, sends = self._messages(), (self.lots == 0) & (lots > 0)
        if not sends.any():
            return
        messages["kind"][sends] = MessageKind.LIMIT
        messages["quantity"], messages["price_ticks"] = lots, price
        slots = self._markets.enter(messages)
        self._slots[sends], self._ids[sends] = slots[sends], messages["order_id"][sends]
        self.price[sends] = price[sends]
        self.see()

    def withdraw(self, which: BoolArray) -> None:
        """Cancel what rests in the chosen markets."""
        cancels = which & (self.lots > 0)
        if not cancels.any():
            return
        messages = self._messages()
        messages["kind"][cancels] = MessageKind.CANCEL
        messages["order_id"] = self._ids
        self._markets.enter(messages, self._slots)
        self._slots[cancels] = 0
        self.see()

    def _price_beside(self, leads: BoolArray) -> IntArray:
        """The best price of others, or one tick better, never so that it would trade at once."""
        buys = self.side > 0
        levels = self._markets.depth[np.arange(len(buys)), np.where(buys, 0, 1)]
        near = np.where(buys, self.bid, self.ask)
        alone = (self.lots > 0) & (self.price == near) & (levels[:, 0, _LOTS] <= self.lots)
        # Who is alone at the best price need not stay there: the next one is that of the others.
        if levels.shape[1] > 1:
            near = np.where(alone & (levels[:, 1, _LOTS] > 0), levels[:, 1, _PRICE], near)
        price = near + np.where(leads, self.side, 0)
        beside: IntArray = np.where(buys, np.minimum(price, self.ask - 1), np.maximum(price, self.bid + 1))
        return beside

    def _messages(self) -> RecordArray:
        messages = np.zeros(len(self.side), MESSAGE)
        messages["kind"], messages["owner"], messages["side"] = NO_MESSAGE, OWN, self.side
        return messages
