"""The distributions that tapes are compared on, as in LOB-Bench.

The definitions of LOB-Bench (Nagy et al. 2025) are kept where it has the statistic; distances and sizes of
orders are on a log scale here, as times are there, since all of them have power tails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from execution.realism import book_state, lifetimes, order_flow, order_placement, returns
from execution.realism.observed import Statistic
from execution.realism.tape import Floats, Tape

PerMessage = Callable[[Tape], Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A law to be compared. given: a number by message on which it is conditioned, None for the whole law.

    whole: values are integers, so that bins must not cut between two of them unevenly.
    """

    name: str
    unit: str
    sample: Statistic
    whole: bool = False
    given: PerMessage | None = None


def _spread_before(tape: Tape) -> Floats:
    """Spread before each message [ticks]."""
    return np.concatenate(([np.nan], tape.spread_ticks()[:-1]))


def _recent_volatility(tape: Tape) -> Floats:
    """Mean absolute move of the mid by the hundred messages before each one [ticks]."""
    moves = np.nan_to_num(np.abs(np.diff(tape.mid_ticks(), prepend=np.nan)))
    total = np.concatenate(([0.0], np.cumsum(moves)))
    at = np.arange(len(tape))
    return np.asarray((total[at] - total[np.maximum(at - 100, 0)]) / 100.0)


DISTRIBUTIONS = (
    Distribution(name="spread", unit="ticks", sample=book_state.spread, whole=True),
    Distribution(name="imbalance at the touch", unit="1", sample=book_state.imbalance),
    Distribution(name="bid volume at the touch", unit="lots", sample=book_state.bid_touch_volume),
    Distribution(name="ask volume at the touch", unit="lots", sample=book_state.ask_touch_volume),
    Distribution(name="bid volume, all levels", unit="lots", sample=book_state.bid_volume),
    Distribution(name="ask volume, all levels", unit="lots", sample=book_state.ask_volume),
    Distribution(name="gap behind the best bid", unit="ticks", sample=book_state.bid_gap, whole=True),
    Distribution(name="gap behind the best ask", unit="ticks", sample=book_state.ask_gap, whole=True),
    Distribution(name="time between messages", unit="log10 s", sample=order_flow.time_between_messages),
    Distribution(name="time between trades", unit="log10 s", sample=order_flow.time_between_trades),
    Distribution(name="time to first fill", unit="log10 s", sample=lifetimes.time_to_first_fill),
    Distribution(name="time to cancel", unit="log10 s", sample=lifetimes.time_to_cancel),
    Distribution(name="depth of new bids", unit="log10 ticks", sample=order_placement.bid_limit_depth),
    Distribution(name="depth of new asks", unit="log10 ticks", sample=order_placement.ask_limit_depth),
    Distribution(name="depth of cancelled bids", unit="log10 ticks", sample=order_placement.bid_cancel_depth),
    Distribution(name="depth of cancelled asks", unit="log10 ticks", sample=order_placement.ask_cancel_depth),
    Distribution(name="level of new bids", unit="level", sample=order_placement.bid_limit_level, whole=True),
    Distribution(name="level of new asks", unit="level", sample=order_placement.ask_limit_level, whole=True),
    Distribution(
        name="level of cancelled bids", unit="level", sample=order_placement.bid_cancel_level, whole=True
    ),
    Distribution(
        name="level of cancelled asks", unit="level", sample=order_placement.ask_cancel_level, whole=True
    ),
    Distribution(name="size of limit orders", unit="log10 lots", sample=order_placement.limit_size),
    Distribution(name="size of cancels", unit="log10 lots", sample=order_placement.cancel_size),
    Distribution(name="size of market orders", unit="log10 lots", sample=order_placement.market_order_size),
    Distribution(name="share of the touch taken", unit="1", sample=order_placement.share_of_touch),
    Distribution(name="volume traded", unit="log10 lots/min", sample=order_flow.volume_by_minute),
    Distribution(name="order-flow imbalance", unit="lots", sample=order_flow.order_flow_imbalance),
    Distribution(name="return of ten steps", unit="ticks", sample=returns.return_of_ten_steps),
    Distribution(name="realised volatility", unit="ticks", sample=returns.realised_volatility),
    Distribution(
        name="ask volume | spread", unit="lots", sample=book_state.ask_touch_volume, given=Tape.spread_ticks
    ),
    Distribution(
        name="bid volume | spread", unit="lots", sample=book_state.bid_touch_volume, given=Tape.spread_ticks
    ),
    Distribution(
        name="spread | volatility",
        unit="ticks",
        sample=book_state.spread,
        whole=True,
        given=_recent_volatility,
    ),
    Distribution(
        name="time between messages | spread",
        unit="log10 s",
        sample=order_flow.time_between_messages,
        given=_spread_before,
    ),
    Distribution(
        name="order-flow imbalance | next move",
        unit="lots",
        sample=order_flow.order_flow_imbalance,
        given=order_flow.next_mid_move,
    ),
)
