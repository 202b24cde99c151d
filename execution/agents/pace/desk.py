"""A desk that works a long order in each of many markets, its pace and style chosen every few minutes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets
from execution.agents.pace.actions import BoolArray, IntArray, PaceTable, Style
from execution.agents.pace.observation import FEATURES, PaceMemory
from execution.agents.pace.order import LongOrder
from execution.agents.pace.resting import RestingOrders
from execution.agents.terms import MarketTerms
from execution.book.layout import RecordArray

FloatArray = npt.NDArray[np.float64]
SLICES = 5  # of an interval: at the end of each an eager order crosses what is behind
LOOKS = 12  # of a slice: times at which resting orders follow the market
_WATCH_NS = 12e9  # about so long between two looks at a market in which nothing is done yet


@final
class PaceDesk:
    """One order at a time in each market, each with intervals of its own length.

    `begin` gives markets their orders, `act` works all of them for an interval. What an order costs is exact,
    against the mid at its arrival [ticks x lots]; what is left counts at the mid.
    """

    def __init__(self, markets: Markets, terms: Sequence[MarketTerms], table: PaceTable) -> None:
        count = len(markets)
        self.markets, self.table = markets, table
        self.orders = RestingOrders(markets)
        self.memory = PaceMemory(markets, terms)
        self._take_fees(terms)
        self.quantity, self.decision, self.decisions = np.ones((3, count), np.int64)
        self.interval_ns = np.ones(count, np.int64)
        self._start, self._arrival = markets.account.copy(), np.zeros(count)

    def __len__(self) -> int:
        return len(self.markets)

    @property
    def side(self) -> IntArray:
        """+1 where the order buys, shape (market,)."""
        return self.orders.side

    @property
    def left(self) -> IntArray:
        """Lots still to trade, shape (market,)."""
        left: IntArray = self.quantity - self._traded()
        return left

    @property
    def arrival_ticks(self) -> FloatArray:
        """The mid at each order's arrival, shape (market,)."""
        return self._arrival.copy()

    @property
    def is_over(self) -> BoolArray:
        """Where the order's time is up, shape (market,)."""
        over: BoolArray = self.decision >= self.decisions
        return over

    @property
    def fees(self) -> FloatArray:
        """What the venue has charged for the order so far [ticks x lots], shape (market,)."""
        account, start = self.markets.account, self._start
        made, took = (account[name] - start[name] for name in ("maker_lots", "taker_lots"))
        fees: FloatArray = self._maker_fee * made + self._taker_fee * took
        return fees

    def watch(self, until_ns: IntArray) -> None:
        """Let markets run to their times without trading, and learn what is usual in them."""
        begun = self.markets.now_ns
        looks = max(1, round(float((until_ns - begun).max()) / _WATCH_NS))
        for look in range(1, looks + 1):
            self._run(begun + (until_ns - begun) * look // looks)

    def renew(self, which: BoolArray, terms: Sequence[MarketTerms]) -> None:
        """Begin anew in markets that fresh ones have taken the place of; terms: of every market."""
        self._take_fees(terms)
        self.memory.renew(which, terms)
        self.orders.forget(which)
        self._start[which] = self.markets.account[which]

    def begin(self, which: BoolArray, orders: Sequence[LongOrder]) -> None:
        """Give the chosen markets an order; orders: one for every market, read where chosen."""
        for at in np.flatnonzero(which):
            order = orders[int(at)]
            self.orders.side[at], self.quantity[at] = order.side, order.quantity
            self.decisions[at], self.interval_ns[at] = order.decisions, order.interval_ns
            self.memory.begin(int(at), order)
        self.orders.forget(which)
        self.decision[which] = 0
        self._start[which], self._arrival[which] = self.markets.account[which], self.orders.mid_ticks[which]

    def observation(self) -> npt.NDArray[np.float32]:
        """FEATURES of every market, shape (market, feature)."""
        out = np.zeros((len(self), len(FEATURES)), np.float32)
        self.memory.observe(self.left, self.quantity, self.decision, self.decisions, out)
        return out

    def mask(self) -> BoolArray:
        """Which actions may be chosen now, shape (market, action)."""
        return self.table.mask(self.left, self.decisions - self.decision)

    def shortfall(self) -> FloatArray:
        """What the orders have cost so far against their arrival [ticks x lots], shape (market,)."""
        account, start = self.markets.account, self._start
        cash, traded = account["cash"] - start["cash"], account["position"] - start["position"]
        drift = self.side * self.left * (self.orders.mid_ticks - self._arrival)
        shortfall: FloatArray = self.fees - cash - traded * self._arrival + drift
        return shortfall

    def act(self, chosen: IntArray) -> FloatArray:
        """Work an interval by the chosen actions; return its part of the shortfall, shape (market,).

        Orders whose time is up wait, whatever is chosen. At the end of an order's time what is left crosses.
        """
        before, over, filled = self.shortfall(), self.is_over, self._traded()
        lots = np.where(over, 0, self.table.lots(chosen, self.left, self.decisions - self.decision))
        style, begun = self.table.style[chosen], self.markets.now_ns
        even, usual = self._even(), self.memory.usual_volume(self.decision)
        self.memory.open_interval(self._account(), self.table.pace[chosen], style)
        for each in range(SLICES):
            share = np.where(style == Style.EAGER, each + 1, SLICES)
            self._work_slice(each, style, begun, filled, lots, filled + lots * share // SLICES)
        self.decision += ~over
        self._cross(~over & self.is_over, self.quantity)
        self.memory.close_interval(self._account(), even, usual)
        return self.shortfall() - before

    def _work_slice(
        self, each: int, style: IntArray, begun: IntArray, filled: IntArray, lots: IntArray, target: IntArray
    ) -> None:
        takes, all_looks = style == Style.BRISK, SLICES * LOOKS
        for look in range(each * LOOKS + 1, (each + 1) * LOOKS + 1):
            piece = filled + lots * look // all_looks - self._traded()
            self.orders.take(np.where(takes, piece, 0))
            rests = np.where(takes, 0, target - self._traded())
            self.orders.follow(rests, leads=style != Style.PATIENT)
            self._run(begun + self.interval_ns * look // all_looks)
        self._cross(style == Style.EAGER, target)

    def _run(self, until_ns: IntArray) -> None:
        self.markets.step_until(until_ns)
        self.orders.see()
        self.memory.look(self.orders)

    def _cross(self, which: BoolArray, target: IntArray) -> None:
        """Withdraw what rests and take what is behind the target, where chosen."""
        self.orders.withdraw(which)
        self.orders.take(np.where(which, target - self._traded(), 0))

    def _traded(self) -> IntArray:
        traded: IntArray = self.side * (self.markets.account["position"] - self._start["position"])
        return traded

    def _even(self) -> FloatArray:
        even: FloatArray = np.maximum(self.left / np.maximum(self.decisions - self.decision, 1), 1.0)
        return even

    def _account(self) -> RecordArray:
        return self.markets.account.copy()

    def _take_fees(self, terms: Sequence[MarketTerms]) -> None:
        self._maker_fee = np.array([one.maker_fee_ticks for one in terms])
        self._taker_fee = np.array([one.taker_fee_ticks for one in terms])
