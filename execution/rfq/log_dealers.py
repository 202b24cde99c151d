"""What a desk's own requests say of each dealer: answers, hits, markups, rejections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from execution.rfq.log_estimates import Estimate, mean_of, normal_estimate, nothing_known, share_of
from execution.rfq.log_history import Flags, FloatArray, RfqHistory
from execution.rfq.log_measures import MeasuredRequests
from execution.rfq.shrinkage import shrunk

_LEAST_VARIANCE = 1e-12


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class DealerRecord:
    """One dealer. Answers, quotes and hits are taken as independent.

    answered: of the requests that it got; hit: taken, of its answers; rejected: by its last look, of those
    taken; neither is known without outcomes. best: it quoted best, of the requests that it got. markup: mean
    of its quotes over the mid [report units]. drawn: the same drawn to the panel (empirical Bayes), which a
    dealer with few quotes is taken for.
    """

    name: str
    answered: Estimate
    hit: Estimate
    rejected: Estimate
    best: Estimate
    markup: Estimate
    drawn: Estimate


def dealer_records(history: RfqHistory, requests: MeasuredRequests | None) -> tuple[DealerRecord, ...]:
    """One record a dealer, in the order of the history's. requests: None where no mid or quote is known."""
    columns = range(len(history.dealers))
    none = [nothing_known() for _ in columns]
    means = none if requests is None else _mean_markups(requests.markups)
    drawn = none if requests is None else shrunk_means(requests.markups)
    return tuple(
        DealerRecord(
            name=history.dealers[dealer],
            answered=share_of(int(history.answered[:, dealer].sum()), int(history.asked[:, dealer].sum())),
            hit=_of_outcomes(history, history.taken, history.answered, dealer),
            rejected=_of_outcomes(history, history.rejected, history.taken, dealer),
            best=nothing_known() if requests is None else _best(requests, dealer),
            markup=means[dealer],
            drawn=drawn[dealer],
        )
        for dealer in columns
    )


def shrunk_means(values: FloatArray) -> list[Estimate]:
    """Means of columns drawn to their common law, (dealer,); NaN is no value. Nothing is known without two.

    Every column has the pooled variance within columns.
    """
    known = np.isfinite(values)
    counts = known.sum(axis=0)
    if counts.sum() < 2:
        return [nothing_known() for _ in counts]
    filled = np.where(known, values, 0.0)
    means = filled.sum(axis=0) / np.maximum(counts, 1)
    left = max(int(counts.sum() - (counts > 0).sum()), 1)
    within = float(np.where(known, (filled - means) ** 2, 0.0).sum()) / left
    # Without two values of one dealer the spread of all stands for the spread within.
    within = max(within if left > 1 else float(np.var(values[known])), _LEAST_VARIANCE)
    scale = np.sqrt(within)
    drawn = shrunk((counts * 1.0)[:, None, None], (filled.sum(axis=0) / scale)[:, None])
    return [
        normal_estimate(float(weight * scale), float(np.sqrt(variance) * scale), int(count))
        for weight, variance, count in zip(drawn.weight[:, 0], drawn.covariance[:, 0, 0], counts, strict=True)
    ]


def _mean_markups(markups: FloatArray) -> list[Estimate]:
    return [mean_of(column[np.isfinite(column)]) for column in markups.T]


def _of_outcomes(history: RfqHistory, hits: Flags, trials: Flags, dealer: int) -> Estimate:
    if not history.knows_outcome:
        return nothing_known()
    return share_of(int(hits[:, dealer].sum()), int(trials[:, dealer].sum()))


def _best(requests: MeasuredRequests, dealer: int) -> Estimate:
    """How often of the requests that it got, and that anybody quoted for, its quote was the best."""
    log = requests.log
    priced = log.responded.any(axis=1) & requests.history.asked[:, dealer]
    markup = np.where(np.isfinite(log.markup), log.markup, np.inf)
    is_best = np.isfinite(log.markup[:, dealer]) & (markup.argmin(axis=1) == dealer)
    return share_of(int(is_best[priced].sum()), int(priced.sum()))
