"""What a heterogeneous autoregression sees of the past: variance and return over several spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_LONGEST_SUMMED = 22


class Spans(Protocol):
    """Which spans of past days a model looks at; see `LogHar`."""

    @property
    def leads(self) -> Sequence[int]: ...  # noqa: D102

    @property
    def leverage(self) -> Sequence[int]: ...  # noqa: D102

    @property
    def downside_only(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentDays:
    """The last days as far back as the longest span, oldest first: daily variance and log return."""

    variance: FloatArray
    log_return: FloatArray

    def followed_by(self, variance: float, log_return: float) -> RecentDays:
        """One day later: the oldest day falls out."""
        return RecentDays(
            variance=np.append(self.variance[1:], variance),
            log_return=np.append(self.log_return[1:], log_return),
        )


def moving_mean(daily: FloatArray, span: int) -> FloatArray:
    """Mean of each run of `span` days, shape (days - span + 1,)."""
    if span > _LONGEST_SUMMED:
        total = np.concatenate([[0.0], np.cumsum(daily)])
        running: FloatArray = (total[span:] - total[:-span]) / span
        return running
    # A running sum would lose the small days after a large one.
    windows = np.lib.stride_tricks.sliding_window_view(daily, span)
    mean: FloatArray = windows.mean(axis=1)
    return mean


def feature_rows(variance: FloatArray, log_return: FloatArray, spans: Spans, *, floor: float) -> FloatArray:
    """One row a day from the first that has all spans behind it, shape (days - longest + 1, feature).

    Columns: one; log of the mean variance of each lead, no less than log of `floor`; return over each
    leverage span by the deviation of so many days at the variance of the lead nearest to a month.
    """
    longest = max(*spans.leads, *spans.leverage)
    days = len(variance) - longest + 1
    means = {span: np.maximum(moving_mean(variance, span)[-days:], floor) for span in spans.leads}
    deviation = np.sqrt(means[_monthly(spans.leads)])
    moves = [np.sqrt(span) * moving_mean(log_return, span)[-days:] / deviation for span in spans.leverage]
    if spans.downside_only:
        moves = [np.minimum(move, 0.0) for move in moves]
    return np.stack([np.ones(days), *(np.log(mean) for mean in means.values()), *moves], axis=1)


def _monthly(leads: Sequence[int]) -> int:
    """The lead nearest to a month, by whose deviation returns are measured."""
    return min(leads, key=lambda span: abs(span - 22))
