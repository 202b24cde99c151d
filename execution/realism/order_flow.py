"""The flow of messages: time between them, volume traded, order-flow imbalance."""

from __future__ import annotations

import numpy as np

from execution.realism.observed import Observed, log10_seconds, observed
from execution.realism.ruler import Ruler
from execution.realism.tape import Floats, Tape
from execution.recorded.messages import RecordedKind

_WINDOW = 100
_SECOND_NS = 10**9


def time_between_messages(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the seconds since the message before."""
    return observed(log10_seconds(np.diff(tape.messages.ts_ns)), np.arange(1, len(tape)))


def time_between_trades(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the seconds since the market order before."""
    at = tape.market_orders().at
    return observed(log10_seconds(np.diff(tape.messages.ts_ns[at])), at[1:])


def volume_by_minute(tape: Tape, ruler: Ruler) -> Observed:
    """Log10 of the volume executed in a second, times 60, of the seconds with an execution [lots/minute]."""
    trades = tape.of_kind(RecordedKind.TRADE)
    second = (tape.messages.ts_ns[trades] - tape.messages.ts_ns[0]) // _SECOND_NS
    starts = np.flatnonzero(np.diff(second, prepend=-1))
    if len(starts) == 0:
        return observed(np.empty(0), trades)
    total = np.add.reduceat(tape.messages.quantity[trades].astype(np.float64), starts)
    return observed(np.log10(60.0 * np.maximum(total, 1.0)), trades[starts])


def order_flow_imbalance(tape: Tape, ruler: Ruler) -> Observed:
    """Mean over 100 messages of what each added to the bid side and took from the ask side [lots].

    Cont, Kukanov and Stoikov (2014), equation 4, with the window of LOB-Bench.
    """
    flow = _signed_flow(tape)
    if len(flow) < _WINDOW:
        return observed(np.empty(0), np.empty(0, np.int64))
    total = np.cumsum(np.concatenate(([0.0], flow)))
    mean = (total[_WINDOW:] - total[:-_WINDOW]) / _WINDOW
    return observed(mean, np.arange(_WINDOW, len(tape)))


def next_mid_move(tape: Tape) -> Floats:
    """Sign of the mid's move by the message after each one, shape (message,), NaN for the last."""
    return np.append(np.sign(np.diff(tape.mid_ticks())), np.nan)


def _signed_flow(tape: Tape) -> Floats:
    """Order-flow imbalance of each message but the first; a side that is empty has no volume."""
    history = tape.history
    bid, ask = history.bid_ticks[:, 0], history.ask_ticks[:, 0]
    bids, asks = history.bid_volume[:, 0].astype(np.float64), history.ask_volume[:, 0].astype(np.float64)
    up, down = bid[1:] >= bid[:-1], bid[1:] <= bid[:-1]
    ask_up, ask_down = ask[1:] >= ask[:-1], ask[1:] <= ask[:-1]
    return np.asarray(up * bids[1:] - down * bids[:-1] - ask_down * asks[1:] + ask_up * asks[:-1])
