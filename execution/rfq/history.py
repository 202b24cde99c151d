"""What an asker knows of dealers from its own past requests: the features that predict their next quotes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from execution.book.compiled import compiled
from execution.rfq.simulation import RequestLog, Requests

FloatArray = npt.NDArray[np.float64]

RESPONSE_FEATURES = ("intercept", "log dealers", "log size", "log volatility")
MARKUP_FEATURES = ("intercept", "log size", "log volatility", "one over dealers", "flow", "lean")
MEMORY_SECONDS = 1000.0


def response_features(dealers: FloatArray, size: FloatArray, volatility: FloatArray) -> FloatArray:
    """Of a request to so many dealers, (row, RESPONSE_FEATURES)."""
    return np.column_stack((np.ones(len(size)), np.log(dealers), np.log(size), np.log(volatility)))


def markup_features(
    dealers: FloatArray, size: FloatArray, volatility: FloatArray, flow: FloatArray, lean: FloatArray
) -> FloatArray:
    """Of a request and one dealer's past, (row, MARKUP_FEATURES); flow and lean as `remembered` has them."""
    return np.column_stack((np.ones(len(size)), np.log(size), np.log(volatility), 1.0 / dealers, flow, lean))


def quote_features(
    dealers: FloatArray, size: FloatArray, volatility: FloatArray, *own: FloatArray
) -> FloatArray:
    """What a dealer knows when it quotes, for `win_model`, (row, feature).

    Log size, log volatility, dealers asked, one over them (alone it has no rival), and columns of its own:
    side times inventory, seconds since it last won, and the like.
    """
    return np.column_stack((np.log(size), np.log(volatility), dealers, 1.0 / dealers, *own))


def asked_count(requests: Requests) -> FloatArray:
    """How many dealers each request went to, (request,); 1 where nobody was asked, so that it has a log."""
    return np.asarray(np.maximum(requests.asked.sum(axis=1), 1), dtype=np.float64)


def remembered(log: RequestLog, surprise: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Flow and lean of each dealer before each request, (request, dealer) each.

    flow: side times what the dealer sold us so far [typical sizes], fading over MEMORY_SECONDS: it raises the
    next quote on the same side. lean: side times the mean of its past side-signed surprises, recent ones
    weighing more: a dealer that was dear to buyers is cheap to sellers. surprise: markup less its forecast
    (request, dealer), NaN where there was no quote.
    """
    sold = np.zeros(log.markup.shape)
    rows = np.flatnonzero(log.traded)
    sold[rows, log.winner[rows]] = log.requests.side[rows] * log.requests.size[rows]
    flow, lean = np.empty(sold.shape), np.empty(sold.shape)
    _fade(log.requests.seconds, log.requests.side, sold, surprise, flow, lean)
    return flow, lean


@compiled
def _fade(
    seconds: FloatArray,
    side: FloatArray,
    sold: FloatArray,
    surprise: FloatArray,
    flow: FloatArray,
    lean: FloatArray,
) -> None:
    for dealer in range(sold.shape[1]):
        dealt, leaned, weight = 0.0, 0.0, 1.0
        for row in range(sold.shape[0]):
            kept = math.exp(-seconds[row] / MEMORY_SECONDS)
            dealt *= kept
            leaned *= kept
            # A mean of few quotes is drawn to zero by one more that was no surprise.
            weight = 1.0 + kept * (weight - 1.0)
            flow[row, dealer] = side[row] * dealt
            lean[row, dealer] = side[row] * leaned / weight
            dealt += sold[row, dealer]
            if not math.isnan(surprise[row, dealer]):
                leaned += side[row] * surprise[row, dealer]
                weight += 1.0
