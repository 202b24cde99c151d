"""What a desk's own requests say of who leaks: moves against it beside like requests without a dealer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from execution.rfq.leakage import Leakage, PriceMoves, leak_by_dealer, measure_leakage
from execution.rfq.log_history import Flags, FloatArray
from execution.rfq.log_measures import MeasuredRequests

FEWEST_REQUESTS = 20  # with and without a dealer, so that a matched difference says something
_FEWEST_PER_DEALER = 10


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLeakage:
    """Leakage of each dealer asked, beside like requests that did not go to it [report units].

    later: whether moves are until `mid_after`, else until the quotes had come. matched: of each dealer, None
    where too few requests were with or without it. before, after: until the quotes had come and from then
    on, of a request of a typical size, each dealer's share by a regression on who was asked [model units],
    (dealer,); None where the mids are not known.
    """

    later: bool
    matched: tuple[Leakage | None, ...]
    before: FloatArray | None
    after: FloatArray | None


def request_leakage(requests: MeasuredRequests) -> RequestLeakage | None:
    """Leakage by dealer; None where no request says what the mid did after it.

    Requests are matched by log size, log volatility, and size times how many others were asked, in proportion
    to which these leak. What the price does when nobody is asked is not in a file of requests: the number is
    of a dealer relative to the others.
    """
    history = requests.history
    before, whole = requests.moved(history.mid_at_trade), requests.moved(history.mid_after)
    later = bool(np.isfinite(whole).sum() >= np.isfinite(before).sum())
    against = whole if later else before
    if not np.isfinite(against).any():
        return None
    shares = leak_shares(requests)
    return RequestLeakage(
        later=later,
        matched=tuple(_matched(requests, against, dealer) for dealer in range(len(history.dealers))),
        before=shares[0],
        after=shares[1],
    )


def leak_shares(requests: MeasuredRequests) -> tuple[FloatArray | None, FloatArray | None]:
    """The `before` and `after` of a RequestLeakage."""
    before = requests.moved(requests.history.mid_at_trade)
    whole = requests.moved(requests.history.mid_after)
    return _shares(requests, before), _shares(requests, whole - np.where(np.isfinite(before), before, 0.0))


def _matched(requests: MeasuredRequests, against: FloatArray, dealer: int) -> Leakage | None:
    known = np.isfinite(against)
    asked = requests.history.asked[:, dealer]
    others = requests.history.asked.sum(axis=1) - asked
    log = requests.log.requests
    features = np.column_stack((np.log(log.size), np.log(log.volatility), log.size * others))
    in_report = against * requests.ratio

    def moves(which: Flags) -> PriceMoves:
        return PriceMoves(against=in_report[which], features=features[which])

    # A request that went to nobody else has no like one without this dealer.
    ours, theirs = known & asked & (others > 0), known & ~asked
    if min(int(ours.sum()), int(theirs.sum())) < FEWEST_REQUESTS:
        return None
    return measure_leakage(moves(ours), moves(theirs))


def _shares(requests: MeasuredRequests, against: FloatArray) -> FloatArray | None:
    known = np.isfinite(against)
    if int(known.sum()) < _FEWEST_PER_DEALER * len(requests.history.dealers):
        return None
    log = requests.log.requests
    return leak_by_dealer(against[known], log.asked[known], log.size[known])
