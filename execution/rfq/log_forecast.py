"""What the next request would meet, from a desk's own history: laws of quotes, and what asking costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from execution.rfq.asker import AskTerms
from execution.rfq.best_quote import QuoteLaws
from execution.rfq.dealer_model import DealerModel, fit_dealer_model, forecast_markups
from execution.rfq.history import remembered
from execution.rfq.log_calibration import FEWEST_QUOTES
from execution.rfq.log_dealers import shrunk_means
from execution.rfq.log_history import FloatArray
from execution.rfq.log_leakage import leak_shares
from execution.rfq.log_measures import MeasuredRequests
from execution.rfq.simulation import RequestLog

FEWEST_FOR_ADVICE = 10  # quotes, below which even a panel's mean is a guess
_PRIOR_ANSWERS = 2.0
_LEAST_DEVIATION = 1e-6


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NextRequest:
    """The request to be advised on. side: +1 to buy. size, volatility: over the typical ones.

    outside: cost of trading elsewhere [model units]. to_follow: how much more is to be traded afterwards, as
    a multiple of this quantity, which pays what leaks after the trade.
    """

    side: float
    size: float
    volatility: float
    outside: float
    to_follow: float = 1.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AskForecast:
    """What dealers would do and what asking them costs, all [model units].

    model: None where the history is too short for one: then each dealer's markup and answers are its own,
    drawn to the panel's, the same for every size and number asked. flow, lean: of `history.remembered` at the
    next request, (dealer,). counts: fewest and most dealers that were asked at once; laws of more or fewer
    are those of the nearest.
    """

    model: DealerModel | None
    plain: QuoteLaws
    flow: FloatArray
    lean: FloatArray
    counts: tuple[int, int]
    terms: AskTerms

    def laws(self, request: NextRequest, count: int) -> QuoteLaws:
        """What each dealer would do with the request if it went to so many."""
        if self.model is None:
            return self.plain
        return self.model.laws(
            dealers=int(np.clip(count, *self.counts)),
            size=request.size,
            volatility=request.volatility,
            flow=self.flow,
            lean=self.lean,
        )


def forecast_request(
    requests: MeasuredRequests, request: NextRequest, *, with_model: bool | None = None
) -> AskForecast:
    """Learn from the requests. What they do not tell of leaks and rejections is taken for none.

    with_model: whether to fit the model; None where there are quotes enough. The next request comes as long
    after the last as requests usually do.
    """
    log = requests.log
    counts = log.requests.asked.sum(axis=1)
    counts = counts[counts > 0]
    panel = log.markup.shape[1]
    if with_model is None:
        with_model = int(log.responded.sum()) >= FEWEST_QUOTES
    model = fit_dealer_model(log) if with_model else None
    none = np.zeros(panel)
    flow, lean = (none, none) if model is None else _remembered_next(log, model, request)
    return AskForecast(
        model=model,
        plain=_plain_laws(requests),
        flow=flow,
        lean=lean,
        counts=(int(counts.min(initial=panel)), int(counts.max(initial=1))),
        terms=_terms(requests, request),
    )


def _terms(requests: MeasuredRequests, request: NextRequest) -> AskTerms:
    panel = len(requests.history.dealers)
    before, after = leak_shares(requests)
    # Markups over the mid at the request have in them what leaked before the quotes came.
    paid = before if requests.over_trade_mid and before is not None else np.zeros(panel)
    usual = float(np.nanmedian(requests.log.best_markup))
    return AskTerms(
        leak_before=paid * request.size,
        leak_after=(np.zeros(panel) if after is None else after) * request.size,
        outside=request.outside,
        rejection=_rejections(requests),
        rejected=max(request.outside - usual, 0.0),
        later_share=request.to_follow,
    )


def _rejections(requests: MeasuredRequests) -> FloatArray:
    """Share of each dealer's taken quotes that it rejected, drawn to the panel's by one of its kind."""
    taken, rejected = requests.history.taken.sum(axis=0), requests.history.rejected.sum(axis=0)
    common = rejected.sum() / max(taken.sum(), 1)
    return np.asarray((rejected + common) / (taken + 1.0), dtype=np.float64)


def _plain_laws(requests: MeasuredRequests) -> QuoteLaws:
    """Each dealer's own markup and answers, drawn to the panel's."""
    markup = requests.log.markup
    asked, answered = requests.history.asked.sum(axis=0), requests.log.responded.sum(axis=0)
    common = answered.sum() / max(asked.sum(), 1)
    return QuoteLaws(
        mean=_means(markup),
        deviation=np.full(len(asked), _spread(markup)),
        response=np.clip((answered + _PRIOR_ANSWERS * common) / (asked + _PRIOR_ANSWERS), 0.0, 1.0),
    )


def _means(markup: FloatArray) -> FloatArray:
    known = markup[np.isfinite(markup)]
    drawn = np.array([each.value for each in shrunk_means(markup)])
    return np.where(np.isfinite(drawn), drawn, float(known.mean()))


def _spread(markup: FloatArray) -> float:
    """Deviation of all quotes."""
    return max(float(np.nanstd(markup)), _LEAST_DEVIATION)


def _remembered_next(
    log: RequestLog, model: DealerModel, request: NextRequest
) -> tuple[FloatArray, FloatArray]:
    """Flow and lean of each dealer when the next request comes."""
    none = np.zeros(log.markup.shape)
    surprise = log.markup - forecast_markups(log, model.markup, none, none)
    silent = np.full((1, log.markup.shape[1]), np.nan)
    flow, lean = remembered(_with_next(log, request.side), np.concatenate((surprise, silent)))
    return flow[-1], lean[-1]


def _with_next(log: RequestLog, side: float) -> RequestLog:
    """The log and one more request to nobody; only what the memory of dealers reads is right."""
    terms = log.requests
    gap = float(np.median(terms.seconds[1:])) if len(terms.seconds) > 1 else 0.0
    longer = replace(
        terms,
        seconds=np.append(terms.seconds, gap),
        side=np.append(terms.side, side),
        size=np.append(terms.size, 1.0),
        volatility=np.append(terms.volatility, 1.0),
        asked=np.vstack((terms.asked, np.zeros(terms.asked.shape[1], dtype=np.bool_))),
        reservation=np.append(terms.reservation, np.inf),
    )
    silent = np.full(log.markup.shape[1], np.nan)
    return replace(log, requests=longer, markup=np.vstack((log.markup, silent)))
