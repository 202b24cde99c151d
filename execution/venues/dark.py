"""A dark pool: orders that nobody sees, filled at the mid of the lit book by whoever happens to come."""

from __future__ import annotations

import math
from typing import final

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.book.layout import MessageKind, RecordArray
from execution.market.batch import check_messages
from execution.market.batch_kernel import ACCOUNT, NO_MESSAGE
from execution.market.pool_terms import DarkPoolTerms
from execution.random_stream import Stream, exponential, new_streams, uniform

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@final
class DarkPool:
    """One pool of each of several markets: an execution.agents.markets.Venue that shows nothing.

    An own order is a limit order of any price, pegged to the mid, at most one in each market; it has no place
    in a queue. Market orders find nobody. A mid between two ticks is traded half at one and half at the
    other, so that cash stays whole ticks; of an odd number of lots one is at the tick that is worse for us.

    seed: decides who comes, whatever is traded: those who know nothing come alike in markets of equal seeds.
    """

    def __init__(self, terms: DarkPoolTerms, markets: int, levels: int, seed: np.random.SeedSequence) -> None:
        self.terms = terms
        self.depth = np.zeros((markets, 2, levels, 2), np.int32)
        self.account: RecordArray = np.zeros(markets, ACCOUNT)
        self.orders = np.zeros((markets, 2), np.int64)  # side, lots left
        self._ids = np.zeros(markets, np.int64)
        self._streams = new_streams(seed, 2 * markets).reshape(markets, 2, 4)

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE in each market, NO_MESSAGE for none; 1 as the slot of an order that rests.

        LIMIT replaces what rests; CANCEL and REDUCE act on the order of their order_id. OrderRejectedError
        for a message that no book takes.
        """
        check_messages(messages, len(self.orders))
        kind, quantity = messages["kind"], messages["quantity"].astype(np.int64)
        rests = kind == MessageKind.LIMIT
        self._ids[rests] += 1
        messages["order_id"][rests] = self._ids[rests]
        self.orders[rests, 0] = messages["side"][rests]
        own = messages["order_id"] == self._ids
        left = self.orders[:, 1]
        left = np.where(rests, quantity, left)
        left = np.where(own & (kind == MessageKind.CANCEL), 0, left)
        left = np.where(own & (kind == MessageKind.REDUCE), np.maximum(left - quantity, 0), left)
        self.orders[:, 1] = left
        found: IntArray = ((kind != NO_MESSAGE) & (left > 0)).astype(np.int64)
        return found

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the order in each slot, 0 where the slot is, and none that trade before it: (market, 2)."""
        lots = np.where(slots > 0, self.orders[:, 1], 0)
        return np.stack([lots, np.zeros_like(lots)], axis=1)

    def renew(self, at: int, seed: np.random.SeedSequence) -> None:
        """Empty one market's pool and its account."""
        self.orders[at], self.account[at] = 0, np.zeros(1, ACCOUNT)[0]
        self._streams[at] = new_streams(seed, 2)

    def match(
        self, seconds: FloatArray, mids_twice: IntArray, moved_ticks: FloatArray, surprise: FloatArray
    ) -> None:
        """Let whoever comes in a stretch of time trade with what rests, at the mid that it began with.

        All of shape (market,). seconds: its length. mids_twice: twice the mid before it [ticks]. moved_ticks:
        the mid's move in it. surprise: as ACCOUNT's.
        """
        terms = self.terms
        trade_arrivals(
            np.array([terms.arrivals_per_second, terms.informed_per_tick, terms.mean_lots]),
            terms.least_lots,
            np.ascontiguousarray(seconds, np.float64),
            np.ascontiguousarray(mids_twice, np.int64),
            np.ascontiguousarray(moved_ticks, np.float64),
            np.ascontiguousarray(surprise, np.float64),
            self.orders,
            self.account,
            self._streams,
        )


@njit(cache=True)
def trade_arrivals(
    law: FloatArray,
    least_lots: int,
    seconds: FloatArray,
    mids_twice: IntArray,
    moved_ticks: FloatArray,
    surprise: FloatArray,
    orders: IntArray,
    account: RecordArray,
    streams: npt.NDArray[np.uint64],
) -> None:
    """Trade what rests in each market with those who come.

    law: arrivals a second, informed ones a tick, mean lots. streams: (market, 2, 4), one for each of the two
    kinds of counterparties.
    """
    for at in range(len(orders)):
        side, left = orders[at, 0], orders[at, 1]
        arrivals = law[0] * seconds[at]
        # Those who know nothing are drawn for both sides, order or none, so that they are the same for all.
        lots = traded_with(streams[at, 0], arrivals, law[2], left if side > 0 else 0, least_lots)
        lots += traded_with(streams[at, 0], arrivals, law[2], left if side < 0 else 0, least_lots)
        against = max(-side * moved_ticks[at], 0.0) * law[1]
        lots += traded_with(streams[at, 1], against, law[2], left - lots, least_lots)
        orders[at, 1] -= lots
        own = account[at]
        own["position"] += side * lots
        own["maker_lots"] += lots
        own["surprise"] += side * lots * surprise[at]
        # The odd half tick is ours to pay.
        if side > 0:
            own["cash"] -= (lots * mids_twice[at] + 1) // 2
        else:
            own["cash"] += lots * mids_twice[at] // 2


@njit(cache=True)
def traded_with(stream: Stream, arrivals: float, mean_lots: float, left: int, least_lots: int) -> int:
    """Lots of an order of `left` that trade with so many arrivals on average, of geometric sizes."""
    traded, clock = 0, exponential(stream)
    stays = math.log1p(-1.0 / mean_lots) if mean_lots > 1.0 else -math.inf
    while clock < arrivals:
        size = 1 + int(math.log(1.0 - uniform(stream)) / stays)
        lots = min(size, left - traded)
        if lots >= least_lots:
            traded += lots
        clock += exponential(stream)
    return traded
