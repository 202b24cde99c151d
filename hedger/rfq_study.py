"""A study of a desk's own requests for quote: its dealers, who leaks, who will win, whom to ask next."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from execution.errors import RecordingProblem
from execution.rfq.log_advice import AskAdvice, advise
from execution.rfq.log_calibration import WinCalibration, win_calibration
from execution.rfq.log_dealers import DealerRecord, dealer_records
from execution.rfq.log_forecast import NextRequest
from execution.rfq.log_history import Flags, RfqHistory
from execution.rfq.log_leakage import RequestLeakage, request_leakage
from execution.rfq.log_measures import CostUnit, MeasuredRequests, measured
from execution.rfq.log_unknown import unknown_of_requests
from execution.rfq.log_waiting import WaitingAdvice, waiting_advice
from hedger.errors import UsageError

_DEAREST = 0.95  # quantile of the markups that stands for trading elsewhere where nothing is known of it


@dataclass(frozen=True, slots=True, kw_only=True)
class RfqQuestion:
    """The request that advice is wanted on.

    side: +1 to buy. quantity: None for the median of the history. outside: cost of trading elsewhere [the
    report's unit], None to take it from the history. mid: of the package now, None if prices are not wanted.
    symbol: whose sizes, spreads and volatilities are typical, None for all. volatility: in the file's unit,
    None for the last that is known. most: dealers to ask at most. to_follow: how much more is to be traded
    afterwards, as a multiple of the quantity. looks: how often one can wait.
    """

    side: float = 1.0
    quantity: float | None = None
    outside: float | None = None
    mid: float | None = None
    symbol: str | None = None
    volatility: float | None = None
    most: int = 8
    to_follow: float = 1.0
    looks: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RfqStudy:
    """What the history says. None is not known, and `unknown` says why.

    unit: of markups, leakage and costs; per_model_unit: how many of it are in a unit of the advice. quantity:
    of the advice. outside_said: where the cost of trading elsewhere comes from.
    """

    history: RfqHistory
    problems: tuple[RecordingProblem, ...]
    question: RfqQuestion
    requests: MeasuredRequests | None
    records: tuple[DealerRecord, ...]
    leakage: RequestLeakage | None
    calibration: WinCalibration | None
    advice: AskAdvice | None
    waiting: WaitingAdvice | None
    unit: CostUnit
    per_model_unit: float
    quantity: float
    outside_said: str
    unknown: tuple[str, ...]


def study_requests(
    history: RfqHistory,
    question: RfqQuestion,
    *,
    tick_size: float | None = None,
    problems: tuple[RecordingProblem, ...] = (),
) -> RfqStudy:
    """Study the requests and advise on the question.

    UsageError for a symbol that the history has not, and a mid that is not positive where costs are in bps.
    """
    requests = measured(history, tick_size=tick_size)
    _require_mid(requests, question.mid)
    own = _own(history, question.symbol)
    quantity = question.quantity or float(np.median(history.quantity[own]))
    calibration = None if requests is None else win_calibration(requests)
    leakage = None if requests is None else request_leakage(requests)
    ratio, outside, said = _outside(requests, question)
    advice = waiting = None
    if requests is not None:
        request = NextRequest(
            side=question.side,
            size=quantity / float(np.median(history.quantity[own])),
            volatility=_volatility(history, question, own),
            outside=outside / ratio,
            to_follow=question.to_follow,
        )
        advice = advise(requests, request, most=question.most)
        if advice is not None and question.looks:
            waiting = waiting_advice(requests, advice, looks=question.looks)
    return RfqStudy(
        history=history,
        problems=problems,
        question=question,
        requests=requests,
        records=dealer_records(history, requests),
        leakage=leakage,
        calibration=calibration,
        advice=advice,
        waiting=waiting,
        unit=CostUnit.BPS if requests is None else requests.unit,
        per_model_unit=ratio,
        quantity=quantity,
        outside_said=said,
        unknown=unknown_of_requests(
            history, requests, leakage, calibration, wants_waiting=question.looks > 0
        ),
    )


def _own(history: RfqHistory, symbol: str | None) -> Flags:
    if symbol is None:
        return np.ones(len(history), dtype=np.bool_)
    own: Flags = history.symbol == symbol
    if not own.any():
        known = ", ".join(str(name) for name in np.unique(history.symbol)[:8])
        raise UsageError(
            f"--symbol: found '{symbol}', expected one of the history's: {known or 'it has none'}"
        )
    return own


def _require_mid(requests: MeasuredRequests | None, mid: float | None) -> None:
    if requests is not None and requests.unit is CostUnit.BPS and mid is not None and mid <= 0.0:
        raise UsageError(f"--mid: found {mid:g}, expected above zero, since costs are in bps of it")


def _volatility(history: RfqHistory, question: RfqQuestion, own: Flags) -> float:
    """Over the typical one of the symbol; 1 where nothing is known."""
    known = history.volatility[own & np.isfinite(history.volatility)]
    if not len(known):
        return 1.0
    return float((known[-1] if question.volatility is None else question.volatility) / np.median(known))


def _outside(requests: MeasuredRequests | None, question: RfqQuestion) -> tuple[float, float, str]:
    """Report units in a model unit, the cost of trading elsewhere [report units], and where that is from."""
    if requests is None:
        return math.nan, math.nan, ""
    own = requests.history.symbol == question.symbol
    ratio = float(np.median(requests.ratio[own] if own.any() else requests.ratio))
    if question.outside is not None:
        return ratio, question.outside, "as given"
    if requests.in_half_spreads:
        return ratio, ratio, "half the market's spread, its median in the history"
    dear = float(np.nanquantile(requests.log.markup, _DEAREST)) * ratio
    return (
        ratio,
        dear,
        f"what {_DEAREST:.0%} of the quotes were below, since nothing else is known (--outside)",
    )
