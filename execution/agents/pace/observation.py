"""What an agent of the pace is shown at a decision: the last interval against what is usual there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets
from execution.agents.pace.actions import BoolArray, IntArray, Style
from execution.agents.pace.order import LongOrder
from execution.agents.pace.resting import RestingOrders
from execution.agents.terms import MarketTerms
from execution.book.layout import RecordArray

FloatArray = npt.NDArray[np.float64]

FEATURES = (
    "inventory_left",  # share of the order
    "time_left",  # share of its time
    "behind_even",  # inventory_left - time_left
    "decisions_left",  # log
    "participation_ahead",  # log of what is left over the usual volume of the time left
    "participation",  # the same of the whole order
    "spread",  # mean over the last interval, over the usual one, log
    "spread_now",
    "near_touch",  # lots at the best price of the order's own side, mean over the usual, log
    "far_touch",
    "near_depth",  # the same of all levels
    "far_depth",
    "depth_imbalance",  # (near - far) / (near + far) lots, mean
    "even_over_far_depth",  # log of the even pace a minute over the far side's lots
    "volume",  # of the last interval over its usual one, log
    "volume_slow",  # the same, remembered longer
    "flow",  # signed volume less the own over the usual volume; positive is against the order
    "flow_slow",
    "volatility",  # of the last interval over the usual, log
    "move_1",  # of the mid over so many intervals, in deviations; positive is against the order
    "move_3",
    "move_12",
    "move_since_arrival",
    "fill_cost",  # of the last interval's lots against the mid before it, in usual spreads
    "filled",  # lots of the last interval over its even pace
    "rested",  # share of them that rested
    "own_share",  # of the last interval's volume
    "last_pace",
    "last_led",  # 1 where the last style led the others
    "last_crossed",  # 1 where it crossed the spread
    "sentiment",  # of headlines, positive is for the order
    "usual_spread",  # log [ticks]
    "usual_spread_in_deviations",  # of the mid over an interval, log
)
_SLOW = 0.7  # kept from one interval to the next
LARGEST_FEATURE = 4.0  # of any feature: what is rarer still says no more
_KEPT_MIDS = 13
_VARIANCE_RATIOS = (0.25, 9.0)
_SPREAD, _NEAR, _FAR, _NEAR_ALL, _FAR_ALL, _IMBALANCE, _VARIANCE = range(7)
_SEEN = 7  # figures that are averaged over looks


@final
class PaceMemory:
    """Averages over the last interval, and over all that was seen before the order: what is usual."""

    def __init__(self, markets: Markets, terms: Sequence[MarketTerms]) -> None:
        count = len(markets)
        self._markets = markets
        self._take_terms(terms)
        self._sums, self._usual_sums = np.zeros((2, _SEEN, count))
        self._looks, self._usual_looks = np.zeros((2, count))
        self._mids, self._mid, self._spread = np.zeros((count, _KEPT_MIDS)), np.zeros(count), np.ones(count)
        self._seen_ns, self._side = np.zeros(count, np.int64), np.ones(count, np.int64)
        self._volumes, self._interval, self._arrival = [np.ones(1)] * count, np.ones(count), np.zeros(count)
        self._last = np.zeros((8, count))  # volume, slow, flow, slow, cost, filled, rested, share
        self._choice, self._account = np.zeros((3, count)), markets.account.copy()

    def renew(self, which: BoolArray, terms: Sequence[MarketTerms]) -> None:
        """Forget the chosen markets; terms: of every market."""
        self._take_terms(terms)
        self._sums[:, which] = self._usual_sums[:, which] = 0.0
        self._looks[which] = self._usual_looks[which] = 0.0
        self._seen_ns[which] = 0

    def look(self, orders: RestingOrders) -> None:
        """Take one look at every market into the averages."""
        depth, at = self._markets.depth, np.arange(len(self._mid))
        buys = self._side > 0
        own, far = depth[at, np.where(buys, 0, 1)], depth[at, np.where(buys, 1, 0)][:, :, 1]
        near = own[:, :, 1] - np.where(own[:, :, 0] == orders.price[:, None], orders.lots[:, None], 0)
        near_all, far_all = near.sum(axis=1), far.sum(axis=1)
        now, mid = self._markets.now_ns, orders.mid_ticks
        self._spread = np.maximum(orders.ask - orders.bid, 1).astype(np.float64)
        seconds = np.maximum(1e-9 * (now - self._seen_ns), 1e-3)
        first = self._seen_ns == 0
        rate = np.where(first, self._deviation**2, (mid - self._mid) ** 2 / seconds)
        imbalance = (near_all - far_all) / np.maximum(near_all + far_all, 1)
        self._sums += np.stack((self._spread, near[:, 0], far[:, 0], near_all, far_all, imbalance, rate))
        self._looks += 1.0
        self._mid, self._seen_ns = mid, now

    def begin(self, at: int, order: LongOrder) -> None:
        """An order begins in a market: what was seen so far is what is usual there."""
        if order.side != self._side[at]:
            for sums in (self._sums, self._usual_sums):
                sums[[_NEAR, _FAR, _NEAR_ALL, _FAR_ALL], at] = sums[[_FAR, _NEAR, _FAR_ALL, _NEAR_ALL], at]
                sums[_IMBALANCE, at] *= -1.0
        self._side[at], self._volumes[at] = order.side, order.usual_volume()
        self._usual_sums[:, at] += self._sums[:, at]
        self._usual_looks[at] += self._looks[at]
        self._mids[at] = self._arrival[at] = self._mid[at]
        self._interval[at] = 1e-9 * order.interval_ns
        self._last[:, at] = self._choice[:, at] = 0.0
        self._last[5, at] = self._choice[0, at] = 1.0

    def open_interval(self, account: RecordArray, pace: FloatArray, style: IntArray) -> None:
        """An interval begins, worked by a pace and a style, shape (market,)."""
        self._account = account
        self._sums[:], self._looks[:] = 0.0, 0.0
        leads = (style == Style.LEADING) | (style == Style.EAGER)
        self._choice = np.stack((pace, leads, style >= Style.EAGER)).astype(np.float64)

    def close_interval(self, account: RecordArray, even: FloatArray, usual: FloatArray) -> None:
        """It is over; even: lots of its even pace; usual: lots that usually trade in it, shape (market,)."""
        changed = {name: account[name] - self._account[name] for name in account.dtype.names or ()}
        made, took, volume = changed["maker_lots"], changed["taker_lots"], changed["market_lots"]
        own = made + took
        flow = self._side * (changed["signed_lots"] - self._side * took) / usual
        traded = _log_ratio(volume - own, usual)
        cost = -changed["cash"] - changed["position"] * self._mids[:, 0]
        spread = self._usual(_SPREAD) * np.maximum(own, 1)
        slow = [_SLOW * self._last[row] + (1.0 - _SLOW) * new for row, new in ((1, traded), (3, flow))]
        rested, share = made / np.maximum(own, 1), own / np.maximum(volume, 1)
        self._last = np.stack((traded, slow[0], flow, slow[1], cost / spread, own / even, rested, share))
        self._mids = np.column_stack((self._mid, self._mids[:, :-1]))

    def variance_ratio(self) -> FloatArray:
        """Variance of the mid over the last interval over the usual one, within bounds, shape (market,)."""
        ratio: FloatArray = (self._mean(_VARIANCE) + 1e-6) / (self._usual(_VARIANCE) + 1e-6)
        return np.clip(ratio, *_VARIANCE_RATIOS)

    def usual_volume(self, decision: IntArray) -> FloatArray:
        """Lots that usually trade in the interval of each market's decision, shape (market,)."""
        rows = zip(self._volumes, decision, strict=True)
        return np.array([volumes[min(int(at), len(volumes) - 1)] for volumes, at in rows])

    def observe(
        self,
        left: IntArray,
        quantity: IntArray,
        decision: IntArray,
        decisions: IntArray,
        out: npt.NDArray[np.float32],
    ) -> None:
        """Write every market's FEATURES: out (market, feature)."""
        ahead = [float(v[int(at) :].sum()) for v, at in zip(self._volumes, decision, strict=True)]
        in_all = [float(v.sum()) for v in self._volumes]
        inventory, time = left / quantity, (decisions - decision) / decisions
        minutes = np.maximum(self._interval * np.maximum(decisions - decision, 1) / 60.0, 1.0)
        columns = (
            inventory,
            time,
            inventory - time,
            np.log(np.maximum(decisions - decision, 1)),
            _log_ratio(left, np.array(ahead)),
            _log_ratio(quantity, np.array(in_all)),
            *self._ratios(),
            self._mean(_IMBALANCE),
            _log_ratio(left / minutes, self._mean(_FAR_ALL)),
            *self._last[:4],
            0.5 * np.log((self._mean(_VARIANCE) + 1e-6) / (self._usual(_VARIANCE) + 1e-6)),
            *self._moves(decisions),
            *self._last[4:],
            *self._choice,
            -self._side * np.asarray(getattr(self._markets, "sentiment", 0.0)),
            np.log(self._usual(_SPREAD)),
            np.log(self._usual(_SPREAD) / (self._deviation * np.sqrt(self._interval))),
        )
        for at, column in enumerate(columns):
            out[:, at] = np.clip(column, -LARGEST_FEATURE, LARGEST_FEATURE)

    def _ratios(self) -> list[FloatArray]:
        spread = self._usual(_SPREAD)
        depths = [_log_ratio(self._mean(row), self._usual(row)) for row in (_NEAR, _FAR, _NEAR_ALL, _FAR_ALL)]
        return [np.log(self._mean(_SPREAD) / spread), np.log(self._spread / spread), *depths]

    def _moves(self, decisions: IntArray) -> list[FloatArray]:
        against = self._side / (self._deviation * np.sqrt(self._interval))
        moves = [against * (self._mid - self._mids[:, back]) / back**0.5 for back in (1, 3, 12)]
        return [*moves, against * (self._mid - self._arrival) / np.sqrt(decisions)]

    def _mean(self, row: int) -> FloatArray:
        return np.where(self._looks > 0, self._sums[row] / np.maximum(self._looks, 1.0), self._usual(row))

    def _usual(self, row: int) -> FloatArray:
        usual: FloatArray = self._usual_sums[row] / np.maximum(self._usual_looks, 1.0)
        return usual

    def _take_terms(self, terms: Sequence[MarketTerms]) -> None:
        self._deviation = np.array([one.volatility_ticks for one in terms])


def _log_ratio(lots: npt.ArrayLike, usual: npt.ArrayLike) -> FloatArray:
    ratio: FloatArray = np.log((np.maximum(lots, 0.0) + 1.0) / (np.maximum(usual, 0.0) + 1.0))
    return ratio
