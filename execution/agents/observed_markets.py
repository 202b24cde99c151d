"""Markets that write down what an order costs and looks like in them, whoever works it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

from execution.agents.markets import Markets, Venue, venues_of
from execution.agents.terms import MarketTerms
from execution.agents.wrapped_markets import WrappedMarkets, innermost
from execution.book.layout import RecordArray
from execution.market.agent_batch import AgentMarketBatch
from execution.orders import ParentOrder

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MARKOUT_SECONDS = 10.0  # after a fill, when the mid is looked at again
_BID, _ASK, _PRICE = 0, 1, 0


class Paths(NamedTuple):
    """An order and its market at even times, shape (market, step + 1), the first at the order's start.

    left: lots still to trade. maker, taker: lots of the order done by resting and by taking. volume: lots
    that everybody traded. mid, spread [ticks]: as seen before the order acts. The last is after its end.
    """

    left: IntArray
    maker: IntArray
    taker: IntArray
    volume: IntArray
    mid: FloatArray
    spread: FloatArray


FILL = np.dtype(
    # What an account traded by one message, or by resting from one look to the next.
    [
        ("market", "i8"),
        ("ts_ns", "i8"),  # of the message, or of the look that found it
        ("lots", "i8"),
        ("price_ticks", "f8"),  # mean
        ("mid_ticks", "f8"),  # last seen at or before it
        ("is_maker", "?"),
        ("venue", "i8"),  # by number, the lit ones first
        ("later_ticks", "f8"),  # mid first seen MARKOUT_SECONDS after ts_ns or later, NaN where none was
    ]
)


class OrderCosts(NamedTuple):
    """Implementation shortfall by its parts, as execution.tca.shortfall has them [ticks x lots], (market,).

    The five parts add up to the shortfall. news: what of it news alone have made. chance: that less what was
    told beforehand, a martingale's gain with mean zero whoever works the order.
    """

    spread: FloatArray
    impact: FloatArray
    timing: FloatArray
    fees: FloatArray
    opportunity: FloatArray
    news: FloatArray
    chance: FloatArray

    @property
    def total(self) -> FloatArray:
        """The shortfall."""
        return self.spread + self.impact + self.timing + self.fees + self.opportunity


@final
class ObservedMarkets(WrappedMarkets):
    """A batch's venues, and pools beside them, stepped no further at a time than to the next written time.

    Each fill is held against the first venue's last mid seen at or before it, which for one that takes is the
    mid that it meets. Every step counts as a look, so that who works the order decides how old that mid may
    be. News count as they are after the step: what was left before it had no part in them.

    markets: an AgentMarketBatch, or others around one. steps: how many times are written down, the start not
    counted. told: move of the fundamental by a time [ns] that was sure beforehand [ticks]. sample: called
    with the markets that have come to a written time and with which time that is.
    """

    def __init__(
        self,
        markets: Markets,
        order: ParentOrder,
        terms: Sequence[MarketTerms],
        *,
        steps: int,
        told: Callable[[IntArray], FloatArray] | None = None,
        sample: Callable[[IntArray, IntArray], None] | None = None,
    ) -> None:
        super().__init__(markets)
        count = len(markets)
        self.order, self.steps = order, steps
        self.grid_ns = order.start_ns + order.horizon_ns * np.arange(steps + 1, dtype=np.int64) // steps
        self._batch, self._places = _batch_of(markets), venues_of(markets)
        fees = np.array([one.fees[: len(self._places)] for one in terms])  # (market, venue, 2)
        self._maker_fee, self._taker_fee = fees[..., 0].T, fees[..., 1].T
        whole, half = np.zeros((count, steps + 1), np.int64), np.zeros((count, steps + 1))
        self._paths = Paths(whole, whole.copy(), whole.copy(), whole.copy(), half, half.copy())
        self._costs = OrderCosts(*np.zeros((7, count)))
        self._fills = [np.zeros(0, FILL)]
        self._due = np.zeros(count, np.int64)
        self._touch = np.zeros((len(self._places), count, 2))
        self._seen: list[tuple[IntArray, FloatArray]] = []
        self._told, self._sample = told, sample
        self._news, self._news_start = np.zeros((2, count)), np.zeros((2, count))
        self._start = markets.account.copy()
        self._booked = [venue.account.copy() for venue in self._places]
        self._hear()
        self._look()
        self._write_down()

    @property
    def venues(self) -> tuple[Venue, ...]:
        """Where the agent may trade; nothing that may trade at once goes past this."""
        if len(self._places) == 1:
            return (self,)
        lit = len(venues_of(self._batch))
        return (*(ObservedVenue(self, venue) for venue in self._places[:lit]), *self._places[lit:])

    def step_until(self, ts_ns: int | IntArray) -> npt.NDArray[np.int32]:
        """Let every market run to this time, or each to its own; return the depth."""
        target = np.broadcast_to(np.asarray(ts_ns, np.int64), len(self))
        while True:
            due_ns = self.grid_ns[np.minimum(self._due, self.steps)]
            until = np.where(self._due <= self.steps, np.minimum(target, due_ns), target)
            self.wrapped.step_until(until)
            self._hear()
            self.book()
            self._look()
            self._seen.append((self.now_ns.copy(), self._mid()))
            self._write_down()
            if bool((until == target).all()):
                return self.depth

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE of the agent in each market; return slots of new orders."""
        rest = super().enter(messages, slots)
        self.book()
        return rest

    def paths(self) -> Paths:
        """What was seen; its last column as it is now, after the order's last message."""
        self._write_order(np.flatnonzero(self._due > self.steps), self.steps)
        return self._paths

    def fills(self) -> RecordArray:
        """What the order traded, of FILL, by market and then by time."""
        found = np.concatenate(self._fills)
        found = found[np.argsort(found["market"], kind="stable")]
        found["later_ticks"] = self._later(found["market"], found["ts_ns"] + round(1e9 * MARKOUT_SECONDS))
        return found

    def costs(self) -> OrderCosts:
        """What the order has cost; what is left of it counts at the mid now."""
        left = int(self.order.side) * self._left()
        opportunity = left * (self._mid() - self._paths.mid[:, 0])
        news, chance = left * (self._news - self._news_start)
        return self._costs._replace(
            opportunity=opportunity, news=self._costs.news + news, chance=self._costs.chance + chance
        )

    def _mid(self) -> FloatArray:
        mid: FloatArray = self._touch[0].mean(axis=1)
        return mid

    def _later(self, market: IntArray, ts_ns: IntArray) -> FloatArray:
        """The mid first seen at each time or after it, NaN where there was no look any more."""
        later = np.full(len(market), np.nan)
        if not self._seen:
            return later
        looks, mids = (np.stack(part) for part in zip(*self._seen, strict=True))
        for at in np.unique(market):
            rows = np.flatnonzero(market == at)
            look = np.searchsorted(looks[:, at], ts_ns[rows])
            known = look < len(looks)
            later[rows[known]] = mids[look[known], at]
        return later

    def _left(self) -> IntArray:
        traded = self.account["position"] - self._start["position"]
        left: IntArray = self.order.quantity - int(self.order.side) * traded
        return left

    def _look(self) -> None:
        """See the best prices; of an empty side the last one seen."""
        best = np.stack([venue.depth[:, :, 0, _PRICE] for venue in self._places])
        self._touch = np.where(best > 0, best, self._touch)

    def _hear(self) -> None:
        """Read how far news have moved the fundamental, all of them and those that nobody was told."""
        at = self._batch.markets[0].arrays.venues["instrument"][0]
        news = np.array([one.arrays.instruments["news_ticks"][at] for one in self._batch.markets])
        told = 0.0 if self._told is None else self._told(self.now_ns)
        self._news = np.stack((news, news - told))

    def book(self) -> None:
        """Count what the accounts have changed by since they were last looked at."""
        for at, venue in enumerate(self._places):
            self._book_venue(at, venue.account)

    def _book_venue(self, at: int, now: RecordArray) -> None:
        then = self._booked[at]
        traded = now["position"] - then["position"]
        if not traded.any():
            return
        paid = -1.0 * (now["cash"] - then["cash"])
        took = now["taker_lots"] - then["taker_lots"]
        made = now["maker_lots"] - then["maker_lots"]
        mid, side = self._mid(), int(self.order.side)
        self._keep_fills(at, traded, paid, took, mid)
        far = self._touch[at, :, _ASK if side > 0 else _BID]
        # A message that takes is its own entry: what it pays beyond the touch is all its own.
        beyond = np.where((took > 0) & (made == 0), paid - traded * far, 0.0)
        costs = self._costs
        costs.impact[:] += beyond
        costs.spread[:] += paid - traded * mid - beyond
        costs.timing[:] += traded * (mid - self._paths.mid[:, 0])
        costs.fees[:] += self._maker_fee[at] * made + self._taker_fee[at] * took
        news, chance = traded * (self._news - self._news_start)
        costs.news[:] += news
        costs.chance[:] += chance
        self._booked[at] = now.copy()

    def _keep_fills(
        self, at: int, traded: IntArray, paid: FloatArray, took: IntArray, mid: FloatArray
    ) -> None:
        here = np.flatnonzero(traded)
        rows = np.zeros(len(here), FILL)
        rows["market"], rows["ts_ns"], rows["lots"] = here, self.now_ns[here], np.abs(traded[here])
        rows["price_ticks"], rows["mid_ticks"] = paid[here] / traded[here], mid[here]
        rows["is_maker"], rows["venue"] = took[here] == 0, at
        self._fills.append(rows)

    def _write_down(self) -> None:
        """Fill the column of the markets that have come to it."""
        due = np.minimum(self._due, self.steps)
        here = np.flatnonzero((self._due <= self.steps) & (self.now_ns == self.grid_ns[due]))
        if not len(here):
            return
        first = here[self._due[here] == 0]
        self._start[first] = self.account[first]
        for booked, venue in zip(self._booked, self._places, strict=True):
            booked[first] = venue.account[first]
        self._news_start[:, first] = self._news[:, first]
        column = self._due[here]
        self._paths.mid[here, column] = self._mid()[here]
        self._paths.spread[here, column] = (self._touch[0, :, _ASK] - self._touch[0, :, _BID])[here]
        self._write_order(here, column)
        self._due[here] += 1
        if self._sample is not None:
            self._sample(here, column)

    def _write_order(self, here: IntArray, column: IntArray | int) -> None:
        """Fill the order's columns of the markets `here`."""
        now, start = self.account[here], self._start[here]
        self._paths.left[here, column] = self._left()[here]
        self._paths.maker[here, column] = now["maker_lots"] - start["maker_lots"]
        self._paths.taker[here, column] = now["taker_lots"] - start["taker_lots"]
        self._paths.volume[here, column] = now["market_lots"] - start["market_lots"]


@final
class ObservedVenue:
    """One lit venue of observed markets, whose trades are counted message by message.

    depth: the venue's own array.
    """

    def __init__(self, markets: ObservedMarkets, venue: Venue) -> None:
        self.depth = venue.depth
        self._markets, self._venue = markets, venue

    @property
    def account(self) -> RecordArray:
        """The agent's accounts at the venue, shape (market,)."""
        return self._venue.account

    def enter(self, messages: RecordArray, slots: IntArray | None = None) -> IntArray:
        """Apply one MESSAGE of the agent in each market; return slots of new orders."""
        rest = self._venue.enter(messages, slots)
        self._markets.book()
        return rest

    def resting(self, slots: IntArray) -> IntArray:
        """Lots of the agent's order in each slot and lots that trade before it, shape (market, 2)."""
        return self._venue.resting(slots)


def _batch_of(markets: Markets) -> AgentMarketBatch:
    """The batch behind all wrappers; TypeError where there is none."""
    found = innermost(markets)
    if not isinstance(found, AgentMarketBatch):
        raise TypeError(f"expected an AgentMarketBatch, found {type(found).__name__}")
    return found
