"""Where orders are placed and withdrawn, and how large they are.

Distances and levels are seen in the book before the message, which is what its sender could see.
"""

from __future__ import annotations

import numpy as np

from execution.realism.observed import Observed, observed
from execution.realism.ruler import Ruler
from execution.realism.tape import Floats, Integers, Tape
from execution.recorded.messages import RecordedKind

BID, ASK = 1, -1
_WITHDRAWN = (RecordedKind.REDUCE, RecordedKind.DELETE)


def bid_limit_depth(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the distance below the mid of new bids [ticks]."""
    return _depth(tape, _new(tape, BID))


def ask_limit_depth(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the distance above the mid of new asks [ticks]."""
    return _depth(tape, _new(tape, ASK))


def bid_cancel_depth(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the distance below the mid of bids withdrawn in part or whole [ticks]."""
    return _depth(tape, _gone(tape, BID))


def ask_cancel_depth(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the distance above the mid of asks withdrawn in part or whole [ticks]."""
    return _depth(tape, _gone(tape, ASK))


def bid_limit_level(tape: Tape, ruler: Ruler) -> Observed:
    """Level at which new bids join, 1 at the best, 0 inside the spread; deeper ones one behind the last."""
    return _level(tape, ruler, _new(tape, BID))


def ask_limit_level(tape: Tape, ruler: Ruler) -> Observed:
    """Level at which new asks join, counted as for bids."""
    return _level(tape, ruler, _new(tape, ASK))


def bid_cancel_level(tape: Tape, ruler: Ruler) -> Observed:
    """Level at which bids are withdrawn, counted as for new ones."""
    return _level(tape, ruler, _gone(tape, BID))


def ask_cancel_level(tape: Tape, ruler: Ruler) -> Observed:
    """Level at which asks are withdrawn, counted as for new ones."""
    return _level(tape, ruler, _gone(tape, ASK))


def limit_size(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the size of new limit orders [lots]."""
    return _size(tape, tape.of_kind(RecordedKind.ADD))


def cancel_size(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the size withdrawn [lots]."""
    return _size(tape, tape.of_kind(*_WITHDRAWN))


def market_order_size(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the size of marketable orders, their executions put together [lots]."""
    orders = tape.market_orders()
    return observed(np.log10(np.maximum(orders.quantity, 1)), orders.at)


def share_of_touch(tape: Tape, ruler: Ruler) -> Observed:
    """Market order over the volume that it found at the touch, at most 2: 1 takes just what is there."""
    orders = tape.market_orders()
    before = np.maximum(orders.at - 1, 0)
    history = tape.history
    found = np.where(orders.sign > 0, history.ask_volume[before, 0], history.bid_volume[before, 0])
    known = (orders.at > 0) & (found > 0)
    share = np.where(known, orders.quantity / np.maximum(found, 1), np.nan)
    return observed(np.minimum(share, 2.0), orders.at)


def distance_behind_best(tape: Tape, at: Integers) -> Floats:
    """Ticks behind the best price of the own side before the message, negative inside the spread."""
    before = np.maximum(at - 1, 0)
    side, history = tape.messages.side[at], tape.history
    best = np.where(side > 0, history.bid_ticks[before, 0], history.ask_ticks[before, 0])
    there = np.where(side > 0, history.bid_volume[before, 0], history.ask_volume[before, 0])
    distance = side * (best - tape.messages.price_ticks[at])
    return np.where((at > 0) & (there > 0), distance, np.nan)


def _new(tape: Tape, side: int) -> Integers:
    added = tape.of_kind(RecordedKind.ADD)
    return np.asarray(added[tape.messages.side[added] == side])


def _gone(tape: Tape, side: int) -> Integers:
    withdrawn = tape.of_kind(*_WITHDRAWN)
    return np.asarray(withdrawn[tape.messages.side[withdrawn] == side])


def _size(tape: Tape, at: Integers) -> Observed:
    return observed(np.log10(np.maximum(tape.messages.quantity[at], 1)), at)


def _depth(tape: Tape, at: Integers) -> Observed:
    """On a log scale: the law of distances has a power tail (Zovko and Farmer 2002)."""
    mid = tape.mid_ticks()[np.maximum(at - 1, 0)]
    distance = tape.messages.side[at] * (mid - tape.messages.price_ticks[at])
    known = (at > 0) & np.isfinite(mid)
    return observed(np.where(known, np.log10(np.maximum(distance, 0.5)), np.nan), at)


def _level(tape: Tape, ruler: Ruler, at: Integers) -> Observed:
    """Number of levels of the own side that are better, plus one unless the order makes a new best."""
    before, side = np.maximum(at - 1, 0), tape.messages.side[at]
    price = tape.messages.price_ticks[at]
    level = np.empty(len(at))
    for one, ticks, volume in (
        (BID, tape.history.bid_ticks, tape.history.bid_volume),
        (ASK, tape.history.ask_ticks, tape.history.ask_volume),
    ):
        mine = side == one
        there = volume[before[mine], : ruler.levels] > 0
        gap = one * (ticks[before[mine], : ruler.levels] - price[mine, None])
        better = np.count_nonzero(there & (gap > 0), axis=1)
        level[mine] = np.where((gap[:, 0] < 0) & there[:, 0], 0, better + 1)
    return observed(np.where(at > 0, level, np.nan), at)
