"""What a desk's own requests cannot say, and what it would take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from execution.rfq.log_calibration import FEWEST_QUOTES, FEWEST_TESTED, WinCalibration
from execution.rfq.log_forecast import FEWEST_FOR_ADVICE
from execution.rfq.log_history import RfqHistory
from execution.rfq.log_leakage import FEWEST_REQUESTS, RequestLeakage
from execution.rfq.log_measures import MeasuredRequests
from execution.rfq.log_waiting import FEWEST_REQUESTS as FEWEST_FOR_WAITING
from execution.rfq.log_waiting import market_states

_NAMED = 3  # slips


def unknown_of_requests(
    history: RfqHistory,
    requests: MeasuredRequests | None,
    leakage: RequestLeakage | None,
    calibration: WinCalibration | None,
    *,
    wants_waiting: bool,
) -> tuple[str, ...]:
    """Sentences 'what; it takes what' on all that the file does not tell."""
    return tuple(_sentences(history, requests, leakage, calibration, wants_waiting))


def _sentences(
    history: RfqHistory,
    requests: MeasuredRequests | None,
    leakage: RequestLeakage | None,
    calibration: WinCalibration | None,
    wants_waiting: bool,
) -> Iterator[str]:
    if not history.knows_outcome:
        yield "hit rates and last looks: not known; it takes a column outcome, won or winner"
    if requests is None:
        has_quote = bool(np.isfinite(history.quote).any())
        need = "a column mid (or bid and ask) at the request" if has_quote else "quotes: a column quote"
        yield f"markups, leakage, who will win and whom to ask: not known; it takes {need}"
        return
    yield from _short(requests, calibration)
    yield from _moves(history, leakage)
    if not np.isfinite(history.half_spread).all():
        yield "costs in half-spreads, like for like between packages: not known; it takes columns bid and ask"
    if wants_waiting and market_states(requests) is None:
        yield (
            "when to ask: not known; it takes a column volatility in "
            f"{FEWEST_FOR_WAITING} requests or more, a third of them each quiet, usual and busy"
        )
    yield "how far the forecasts are from the best there could be: not known; it takes the dealers' own odds"


def _short(requests: MeasuredRequests, calibration: WinCalibration | None) -> Iterator[str]:
    history = requests.history
    quotes = int(requests.log.responded.sum())
    if quotes < FEWEST_FOR_ADVICE:
        yield f"whom to ask: not known from so few quotes; it takes {FEWEST_FOR_ADVICE} quotes"
    elif quotes < FEWEST_QUOTES:
        yield (
            f"how quotes depend on size, volatility and the number asked: not known from {quotes:,} quotes, "
            f"each dealer is taken for its own mean drawn to the panel's; it takes {FEWEST_QUOTES} quotes"
        )
    if calibration is None:
        yield (
            "whether forecasts of who wins are right: not known; it takes "
            f"{FEWEST_QUOTES} quotes in the first four fifths and {FEWEST_TESTED} requests in the last"
        )
    silent = int((history.answered & ~np.isfinite(history.quote)).sum())
    if silent:
        yield f"{silent:,} answers without a price: none for the forecasts; it takes the quotes of all"
    if requests.slips:
        yield _slipped(requests)
    counts = history.asked.sum(axis=1)
    if len(np.unique(counts)) == 1:
        yield (
            f"what another number of dealers would change: not known, all requests went to {int(counts[0])}, "
            "and taken for nothing; it takes requests to more or fewer"
        )


def _moves(history: RfqHistory, leakage: RequestLeakage | None) -> Iterator[str]:
    if leakage is None:
        yield "leakage: not known, and taken for none; it takes a column mid_at_trade or mid_after"
        return
    if not np.isfinite(history.mid_at_trade).any():
        yield "what leaks before the quotes come: in the markups, not known apart; it takes mid_at_trade"
    if not np.isfinite(history.mid_after).any():
        yield "what leaks after the trade: not known, and taken for none; it takes a column mid_after"
    few = sum(each is None for each in leakage.matched)
    if few:
        yield (
            f"leakage of {few:,} of {len(leakage.matched):,} dealers: not known; it takes {FEWEST_REQUESTS} "
            "requests with the dealer and others, and as many without it"
        )


def _slipped(requests: MeasuredRequests) -> str:
    count = len(requests.slips)
    named = ", ".join(f"request {request} of {dealer}" for request, dealer in requests.slips[:_NAMED])
    more = ", ..." if count > _NAMED else ""
    return (
        f"{count:,} quote{'s' if count > 1 else ''} far from all others, taken for slips and left out of "
        f"markups and forecasts ({named}{more}); it takes a look at them"
    )
