"""The orders that a desk has at work: at most one that rests at each venue of each market."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

from execution.agents.actions import BoolArray, IntArray, Placement, Wanted, pegged_price
from execution.agents.markets import Markets, venues_of
from execution.agents.terms import MarketTerms
from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.market.batch_kernel import NO_MESSAGE, OWN

FloatArray = npt.NDArray[np.float64]


class Traded(NamedTuple):
    """Lots that the accounts have traded at each venue by resting and by taking: (market, venue)."""

    made: IntArray
    took: IntArray


@final
class VenueOrders:
    """What rests where, and the messages that change it; all arrays of shape (market, venue).

    resting, ahead: lots of the order and lots that trade before it, as last seen. price_ticks, placement: of
    the order. bid_ticks, ask_ticks: best prices last seen. maker_fee, taker_fee: ticks a lot.
    """

    def __init__(self, markets: Markets, terms: Sequence[MarketTerms]) -> None:
        self.venues = venues_of(markets)
        shape = len(markets), len(self.venues)
        self.resting, self.ahead, self.price_ticks = (np.zeros(shape, np.int64) for _ in range(3))
        self.bid_ticks, self.ask_ticks = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self.placement = np.full(shape, Placement.KEEP, np.int64)
        self._slots, self._ids = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        self.take_terms(terms)

    def take_terms(self, terms: Sequence[MarketTerms]) -> None:
        """Be charged what these say; ValueError where they name fewer venues than there are."""
        count = len(self.venues)
        if any(len(one.fees) < count for one in terms):
            raise ValueError(f"terms name the fees of fewer venues than the markets have, {count}")
        self.maker_fee = np.array([[fees.maker_ticks for fees in one.fees[:count]] for one in terms])
        self.taker_fee = np.array([[fees.taker_ticks for fees in one.fees[:count]] for one in terms])

    def forget(self, which: BoolArray) -> None:
        """Begin anew in the chosen markets, where nothing rests."""
        self._slots[which], self.resting[which] = 0, 0
        self.placement[which] = Placement.KEEP

    def see(self) -> None:
        """Look how the orders stand."""
        for at, venue in enumerate(self.venues):
            found = venue.resting(self._slots[:, at].copy())
            self.resting[:, at], self.ahead[:, at] = found.T

    def see_prices(self, which: BoolArray | None = None) -> None:
        """Look at the best prices; of an empty side the last one seen stays."""
        for at, venue in enumerate(self.venues):
            for side, seen in enumerate((self.bid_ticks, self.ask_ticks)):
                best = venue.depth[:, side, 0]
                news = best[:, 1] > 0 if which is None else which & (best[:, 1] > 0)
                seen[:, at] = np.where(news, best[:, 0], seen[:, at])

    def touch(self, side: IntArray) -> IntArray:
        """Near and far best price, shape (market, venue, 2); side: (market,)."""
        buys = side[:, None] > 0
        near = np.where(buys, self.bid_ticks, self.ask_ticks)
        return np.stack([near, np.where(buys, self.ask_ticks, self.bid_ticks)], axis=2)

    def far_side(self, side: IntArray) -> IntArray:
        """Prices and lots of the levels that an order may take, shape (market, venue, level, 2)."""
        rows, far = np.arange(len(side)), np.where(side > 0, 1, 0)
        return np.stack([venue.depth[rows, far] for venue in self.venues], axis=1).astype(np.int64)

    def traded(self) -> Traded:
        """Lots traded at each venue so far."""
        accounts = [venue.account for venue in self.venues]
        return Traded(*(np.stack([one[n] for one in accounts], axis=1) for n in ("maker_lots", "taker_lots")))

    def amend(self, wanted: Wanted, works: BoolArray) -> BoolArray:
        """Cancel or reduce what rests and should not; return where a new order is to be sent.

        works: (market,), where the order goes on; elsewhere orders stay, but follow no more.
        """
        asked, rest = wanted.placement, wanted.rest
        as_it_is = (asked == Placement.KEEP) | (asked == Placement.AS_BEFORE)
        rests = self.resting > 0
        stays = as_it_is | ((rest > 0) & rests & (wanted.price_ticks == self.price_ticks))
        said = np.where(asked == Placement.AS_BEFORE, self.placement, asked)
        self.placement = np.where(works[:, None], said, Placement.KEEP)
        acts = rests & works[:, None]
        self.withdraw(acts & ~stays)
        self._reduce(np.where(acts & stays & ~as_it_is, np.maximum(self.resting - rest, 0), 0))
        pegged = (asked >= Placement.JOIN) & (rest > 0)
        fresh: BoolArray = works[:, None] & pegged & ~(stays & rests)
        return fresh

    def withdraw(self, which: BoolArray) -> None:
        """Cancel the chosen orders, shape (market, venue)."""
        for at in _used(which):
            messages, chosen = self._messages(at), which[:, at]
            messages["kind"][chosen] = MessageKind.CANCEL
            self.venues[at].enter(messages, self._slots[:, at])
            self._slots[chosen, at], self.resting[chosen, at] = 0, 0

    def cut(self, surplus: IntArray) -> None:
        """Take so many lots off what rests in each market, shape (market,), from the last venue on."""
        off = within(self.resting[:, ::-1], surplus)[:, ::-1]
        whole = (off > 0) & (off >= self.resting)
        self._reduce(np.where(whole, 0, off))
        self.withdraw(whole)

    def rest(self, lots: IntArray, price_ticks: IntArray, side: IntArray) -> None:
        """Send limit orders of so many lots, where any, at prices of shape (market, venue)."""
        for at in _used(lots > 0):
            messages, sends = self._messages(at), lots[:, at] > 0
            messages["kind"][sends] = MessageKind.LIMIT
            messages["side"], messages["quantity"] = side, lots[:, at]
            messages["price_ticks"] = price_ticks[:, at]
            slots = self.venues[at].enter(messages)
            self._slots[sends, at], self._ids[sends, at] = slots[sends], messages["order_id"][sends]
            self.price_ticks[sends, at], self.resting[sends, at] = price_ticks[sends, at], lots[sends, at]

    def take(self, lots: IntArray, side: IntArray) -> None:
        """Send market orders of so many lots, where any."""
        for at in _used(lots > 0):
            messages, sends = self._messages(at), lots[:, at] > 0
            messages["kind"][sends] = MessageKind.MARKET
            messages["side"], messages["quantity"] = side, lots[:, at]
            self.venues[at].enter(messages)

    def follow(self, side: IntArray) -> None:
        """Put pegged orders where their placement wants them now; one that is there keeps its place."""
        self.see()
        self.see_prices()
        price = pegged_price(self.placement, self.touch(side), side[:, None], self.price_ticks)
        moves = (self.resting > 0) & (self.placement >= Placement.JOIN) & (price != self.price_ticks)
        lots = np.where(moves, self.resting, 0)
        self.withdraw(moves)
        self.rest(lots, price, side)

    def _reduce(self, lots: IntArray) -> None:
        for at in _used(lots > 0):
            messages, chosen = self._messages(at), lots[:, at] > 0
            messages["kind"][chosen] = MessageKind.REDUCE
            messages["quantity"] = lots[:, at]
            self.venues[at].enter(messages, self._slots[:, at])
            self.resting[chosen, at] -= lots[chosen, at]

    def _messages(self, at: int) -> RecordArray:
        messages = np.zeros(len(self._ids), MESSAGE)
        messages["kind"], messages["owner"], messages["order_id"] = NO_MESSAGE, OWN, self._ids[:, at]
        return messages


def within(lots: IntArray, most: IntArray) -> IntArray:
    """At most so many lots in all, those of the first columns first; (row, column), (row,)."""
    before = np.cumsum(lots, axis=1) - lots
    kept: IntArray = np.clip(most[:, None] - before, 0, lots)
    return kept


def _used(which: BoolArray) -> list[int]:
    """Numbers of the venues at which anything is chosen."""
    return [int(at) for at in np.flatnonzero(which.any(axis=0))]
