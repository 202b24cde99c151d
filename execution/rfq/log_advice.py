"""Advice on the next request from a desk's own history: whom to ask, up to which price, at what cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from execution.rfq.asker import Ask, AskTerms, best_ask, best_asks, expected_ask
from execution.rfq.best_quote import QuoteLaws
from execution.rfq.log_estimates import Estimate, jackknifed
from execution.rfq.log_forecast import FEWEST_FOR_ADVICE, AskForecast, NextRequest, forecast_request
from execution.rfq.log_history import FloatArray, IntArray
from execution.rfq.log_measures import MeasuredRequests
from execution.rfq.reservation import AskRound, reservation_plan

_GROUPS = 10


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class AskAdvice:
    """What to do with one request, all [model units].

    best: the cheapest of `by_count`, which has the best dealers of every number from nobody on; everybody:
    all dealers at once. cost: of `best` with its interval, history left out by tenths. bound: what no choice
    of dealers undercuts, none of them leaking or rejecting. second: whom to ask where the first quotes are
    declined, nobody where trading elsewhere is cheaper. reservation: highest markup to deal at.
    """

    request: NextRequest
    forecast: AskForecast
    best: Ask
    by_count: tuple[Ask, ...]
    everybody: Ask
    cost: Estimate
    bound: float
    second: Ask
    reservation: float


def advise(requests: MeasuredRequests, request: NextRequest, *, most: int) -> AskAdvice | None:
    """Advice on a request to at most so many dealers; ValueError where `most` is below 1.

    None where there are fewer than `FEWEST_FOR_ADVICE` quotes.
    """
    if int(requests.log.responded.sum()) < FEWEST_FOR_ADVICE:
        return None
    forecast = forecast_request(requests, request)
    panel = len(requests.history.dealers)
    by_count = best_asks(lambda count: forecast.laws(request, count), forecast.terms, most=most)
    best = min(by_count, key=lambda ask: ask.expected_cost)
    second = _second(forecast, request, best, most)
    return AskAdvice(
        request=request,
        forecast=forecast,
        best=best,
        by_count=by_count,
        everybody=expected_ask(forecast.laws(request, panel), forecast.terms, range(panel)),
        cost=jackknifed(best.expected_cost, _without_each_part(requests, forecast, request, best)),
        bound=_bound(forecast, request),
        second=second,
        reservation=_reservation(forecast, request, best, second),
    )


def _without_each_part(
    requests: MeasuredRequests, whole: AskForecast, request: NextRequest, ask: Ask
) -> FloatArray:
    """Expected cost of the same dealers learned without each tenth of the history, (part,).

    What the dealers did last is known in any case.
    """
    rows = np.arange(len(requests.history))
    found = []
    for part in np.array_split(rows, min(_GROUPS, len(rows))):
        rest = requests.part(np.setdiff1d(rows, part))
        if not rest.log.responded.any():
            continue
        forecast = forecast_request(rest, request, with_model=whole.model is not None)
        forecast = replace(forecast, flow=whole.flow, lean=whole.lean)
        laws = forecast.laws(request, max(len(ask.dealers), 1))
        found.append(expected_ask(laws, forecast.terms, ask.dealers).expected_cost)
    return np.array(found, dtype=np.float64)


def _bound(forecast: AskForecast, request: NextRequest) -> float:
    """All dealers asked, each at the number asked where it is cheapest and answers most, for nothing.

    The price is convex in a quote, so that of several deviations the largest is the cheapest.
    """
    low, high = forecast.counts
    each = [forecast.laws(request, count) for count in range(low, high + 1)]
    ideal = QuoteLaws(
        mean=np.min([laws.mean for laws in each], axis=0),
        deviation=np.max([laws.deviation for laws in each], axis=0),
        response=np.max([laws.response for laws in each], axis=0),
    )
    return ideal.expected_price(request.outside)


def _second(forecast: AskForecast, request: NextRequest, best: Ask, most: int) -> Ask:
    """Whom of the others to ask when the first have been asked in vain; their numbers are the panel's."""
    panel = len(forecast.terms.leak_before)
    others = np.array([dealer for dealer in range(panel) if dealer not in best.dealers], dtype=np.int64)
    if not (len(others) and best.dealers):
        return expected_ask(forecast.laws(request, 1), forecast.terms, ())
    terms = _terms_of(forecast.terms, others)
    found = best_ask(lambda count: forecast.laws(request, count).of(others), terms, most=most)
    return replace(found, dealers=tuple(int(others[dealer]) for dealer in found.dealers))


def _terms_of(terms: AskTerms, dealers: IntArray) -> AskTerms:
    return replace(
        terms,
        leak_before=terms.leak_before[dealers],
        leak_after=terms.leak_after[dealers],
        rejection=None if terms.rejection is None else terms.rejection[dealers],
    )


def _reservation(forecast: AskForecast, request: NextRequest, best: Ask, second: Ask) -> float:
    rounds = [
        AskRound(
            laws=forecast.laws(request, len(ask.dealers)).of(np.array(ask.dealers, dtype=np.int64)),
            leak=float(forecast.terms.leak_before[list(ask.dealers)].sum()),
        )
        for ask in (best, second)
        if ask.dealers
    ]
    return reservation_plan(rounds, request.outside)[0].reservation if rounds else request.outside
