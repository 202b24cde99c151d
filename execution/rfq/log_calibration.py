"""Whether the dealers' model tells who quotes best, judged on the later requests of a desk's own history."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from execution.impact.calibration import Reliability, reliability
from execution.rfq.dealer_model import DealerModel, fit_dealer_model, forecast_markups
from execution.rfq.history import asked_count, remembered
from execution.rfq.log_estimates import Estimate, mean_of
from execution.rfq.log_history import Flags, FloatArray, IntArray
from execution.rfq.log_measures import MeasuredRequests, part_of
from execution.rfq.simulation import RequestLog

FEWEST_QUOTES = 100  # of which a model of six terms a dealer can say something
FEWEST_TESTED = 20
_TRAINED = 0.8
_MOST_TESTED = 2_000
_LEAST = 1e-9
_PRIOR_WINS = 10.0
_ROWS_PER_BLOCK = 40


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class WinCalibration:
    """Told probabilities to quote best against what came, on requests after those learned from.

    trained, tested: requests; rows: dealers asked in the tested. log_loss, base_log_loss [nats a row]: of the
    model and of past frequencies (how often one of so many was best, times the dealer's own past). gain: base
    less model, over requests. error: of ten bins of told probabilities, mean distance of told and seen
    [points]. reliability: None where there are too few rows.
    """

    trained: int
    tested: int
    rows: int
    log_loss: float
    base_log_loss: float
    gain: Estimate
    error: float
    reliability: Reliability | None


def win_calibration(requests: MeasuredRequests) -> WinCalibration | None:
    """Learn from the first four fifths, judge on the last 2,000 of the rest; None where that is too few."""
    log = requests.log
    cut = int(len(log.winner) * _TRAINED)
    first, tested = part_of(log, np.arange(cut)), _tested_rows(log, cut)
    if int(first.responded.sum()) < FEWEST_QUOTES or len(tested) < FEWEST_TESTED:
        return None
    told = told_wins(fit_dealer_model(first), log, tested)
    asked, best = log.requests.asked[tested], best_quotes(log)[tested]
    base = _past_frequencies(log, cut)[tested]
    losses, base_losses = _losses(told, best), _losses(base, best)
    gains = np.where(asked, base_losses - losses, 0.0).sum(axis=1) / asked.sum(axis=1).mean()
    curve = _reliability(told[asked], best[asked])
    return WinCalibration(
        trained=cut,
        tested=len(tested),
        rows=int(asked.sum()),
        log_loss=float(losses[asked].mean()),
        base_log_loss=float(base_losses[asked].mean()),
        gain=mean_of(gains),
        error=math.nan if curve is None else 100.0 * float(np.abs(curve.forecast - curve.realised).mean()),
        reliability=curve,
    )


def told_wins(model: DealerModel, log: RequestLog, rows: IntArray) -> FloatArray:
    """Probability of each dealer asked to quote best, from what was before its request, (row, dealer)."""
    none = np.zeros(log.markup.shape)
    flow, lean = remembered(log, log.markup - forecast_markups(log, model.markup, none, none))
    counts, terms = asked_count(log.requests), log.requests
    told = np.zeros((len(rows), log.markup.shape[1]))
    for at, row in enumerate(rows):
        dealers = np.flatnonzero(terms.asked[row])
        laws = model.laws(
            dealers=int(counts[row]),
            size=float(terms.size[row]),
            volatility=float(terms.volatility[row]),
            flow=flow[row],
            lean=lean[row],
        )
        told[at, dealers] = laws.of(dealers).win_probability()
    return told


def best_quotes(log: RequestLog) -> Flags:
    """Who quoted best, the first of equal ones, (request, dealer)."""
    found = np.zeros(log.markup.shape, dtype=np.bool_)
    rows = np.flatnonzero(log.responded.any(axis=1))
    found[rows, np.where(log.responded, log.markup, np.inf)[rows].argmin(axis=1)] = True
    return found


def _tested_rows(log: RequestLog, cut: int) -> IntArray:
    after = np.arange(cut, len(log.winner))
    return after[log.requests.asked[after].any(axis=1)][-_MOST_TESTED:]


def _past_frequencies(log: RequestLog, cut: int) -> FloatArray:
    """How often one of so many was best before the cut, times how much more often this dealer was."""
    asked, best = log.requests.asked, best_quotes(log)
    counts = asked.sum(axis=1)
    seen, won = (
        np.bincount(counts[:cut], part[:cut].sum(axis=1), counts.max() + 1) for part in (asked, best)
    )
    by_count = (won + 1.0) / (seen + np.maximum(np.arange(len(seen)), 1))
    expected = np.where(asked, by_count[counts][:, None], 0.0)
    more = (best[:cut].sum(axis=0) + _PRIOR_WINS) / (expected[:cut].sum(axis=0) + _PRIOR_WINS)
    return np.asarray(np.minimum(expected * more, 1.0 - _LEAST), dtype=np.float64)


def _losses(told: FloatArray, came: Flags) -> FloatArray:
    sure = np.clip(told, _LEAST, 1.0 - _LEAST)
    return np.asarray(-np.log(np.where(came, sure, 1.0 - sure)), dtype=np.float64)


def _reliability(told: FloatArray, came: Flags) -> Reliability | None:
    if len(told) < 5 * _ROWS_PER_BLOCK:
        return None
    return reliability(told, came.astype(np.float64), block=_ROWS_PER_BLOCK)
