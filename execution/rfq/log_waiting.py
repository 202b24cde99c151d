"""Whether to ask now or wait for a quieter market, by the volatilities of a desk's own requests."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np

from execution.rfq.asker import expected_ask
from execution.rfq.log_advice import AskAdvice
from execution.rfq.log_history import Flags, FloatArray, IntArray
from execution.rfq.log_measures import MeasuredRequests
from execution.rfq.reservation import when_to_ask

FEWEST_REQUESTS = 60
_STATES = ("quiet", "usual", "busy")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAdvice:
    """Ask or wait in each state of the market, thirds of the volatilities at past requests, (state,) each.

    volatility: the middle of each state, over the typical one; share: of requests in it. cost: of asking now,
    asks: whether to, value: expected cost with the waits left [model units]. looks: how often one may wait;
    gap_seconds: how long each time, what usually lies between two requests. now: the state of the request.
    """

    states: tuple[str, ...]
    volatility: FloatArray
    cost: FloatArray
    asks: Flags
    value: FloatArray
    looks: int
    gap_seconds: float
    now: int


def waiting_advice(requests: MeasuredRequests, advice: AskAdvice, *, looks: int) -> WaitingAdvice | None:
    """Ask or wait, waiting itself costing nothing; None without `market_states`.

    From one state to the next as from one request to the next in the history. In each state the dealers are
    the cheapest of the advice's.
    """
    if (found := market_states(requests)) is None:
        return None
    edges, volatility, state = found
    middle = np.array([np.median(volatility[state == each]) for each in range(len(_STATES))])
    cost = np.array([_cost_at(advice, float(each)) for each in middle])
    asks, value = when_to_ask(cost, _transition(state), steps=looks)
    return WaitingAdvice(
        states=_STATES,
        volatility=middle,
        cost=cost,
        asks=asks[0],
        value=value[0],
        looks=looks,
        gap_seconds=float(np.median(requests.log.requests.seconds[1:])),
        now=int(np.digitize(advice.request.volatility, edges)),
    )


def market_states(requests: MeasuredRequests) -> tuple[FloatArray, FloatArray, IntArray] | None:
    """Edges between the thirds of past volatilities, these over the typical one, and the third of each.

    Shapes (2,), (request,) and (request,), of the requests whose volatility is known. None below
    `FEWEST_REQUESTS` of them, and where so many are equal that a third is empty.
    """
    known = np.isfinite(requests.history.volatility)
    volatility = requests.log.requests.volatility[known]
    if len(volatility) < FEWEST_REQUESTS:
        return None
    edges = np.quantile(volatility, (1.0 / 3.0, 2.0 / 3.0))
    state = np.digitize(volatility, edges)
    return (edges, volatility, state) if len(np.unique(state)) == len(_STATES) else None


def _transition(state: IntArray) -> FloatArray:
    """How often each state followed each, drawn to none in particular by one of each."""
    count = np.ones((len(_STATES), len(_STATES))) / len(_STATES)
    np.add.at(count, (state[:-1], state[1:]), 1.0)
    return np.asarray(count / count.sum(axis=1, keepdims=True), dtype=np.float64)


def _cost_at(advice: AskAdvice, volatility: float) -> float:
    request = replace(advice.request, volatility=volatility)
    forecast = advice.forecast
    return min(
        expected_ask(
            forecast.laws(request, max(len(ask.dealers), 1)), forecast.terms, ask.dealers
        ).expected_cost
        for ask in advice.by_count
    )
