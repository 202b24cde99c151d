"""The curves that tapes are compared on, point by point: functions of a lag, horizon, distance or size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from execution.realism import activity, book_shape, returns, signs
from execution.realism import response as responses
from execution.realism.blocks import BlockSums, autocorrelation, ratio
from execution.realism.ruler import (
    CLUSTER_LAGS,
    HORIZON_STEPS,
    RESPONSE_LAGS,
    RETURN_LAGS,
    SIGN_LAGS,
    Ruler,
)
from execution.realism.tape import Floats, Tape


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A function of a lag, horizon, distance or size to be compared point by point.

    sums: what blocks contribute; value: the curve of summed contributions. points: where it is known.
    compared: the scale on which two curves are held against each other.
    """

    name: str
    unit: str
    axis: str
    sums: Callable[[Tape, Ruler], BlockSums]
    value: Callable[[Floats], Floats]
    points: Callable[[Ruler], Floats]
    compared: Callable[[Floats], Floats] = np.asarray


CURVES = (
    Curve(
        name="book shape",
        unit="lots",
        axis="ticks behind the best price",
        sums=book_shape.mean_volume,
        value=ratio,
        points=lambda ruler: ruler.distance_edges_ticks[:-1].astype(np.float64),
    ),
    Curve(
        name="cancel rate by distance",
        unit="1/s",
        axis="ticks behind the best price",
        sums=book_shape.cancel_rate,
        value=ratio,
        points=lambda ruler: ruler.distance_edges_ticks[:-1].astype(np.float64),
    ),
    Curve(
        name="return autocorrelation",
        unit="1",
        axis="lag [steps]",
        sums=returns.return_autocorrelation,
        value=autocorrelation,
        points=lambda ruler: RETURN_LAGS.astype(np.float64),
    ),
    Curve(
        name="volatility clustering",
        unit="1",
        axis="lag [steps]",
        sums=returns.absolute_return_autocorrelation,
        value=autocorrelation,
        points=lambda ruler: CLUSTER_LAGS.astype(np.float64),
    ),
    Curve(
        name="activity clustering",
        unit="1",
        axis="lag [steps]",
        sums=returns.activity_autocorrelation,
        value=autocorrelation,
        points=lambda ruler: CLUSTER_LAGS.astype(np.float64),
    ),
    Curve(
        name="excess kurtosis by horizon",
        unit="1",
        axis="horizon [steps]",
        sums=returns.moments_by_horizon,
        value=returns.excess_kurtosis,
        points=lambda ruler: np.array(HORIZON_STEPS, np.float64),
        compared=returns.log_kurtosis_ratio,
    ),
    Curve(
        name="variance signature",
        unit="1",
        axis="horizon [steps]",
        sums=returns.moments_by_horizon,
        value=returns.variance_signature,
        points=lambda ruler: np.array(HORIZON_STEPS, np.float64),
    ),
    Curve(
        name="order-sign memory",
        unit="1",
        axis="lag [market orders]",
        sums=signs.sign_autocorrelation,
        value=autocorrelation,
        points=lambda ruler: SIGN_LAGS.astype(np.float64),
    ),
    Curve(
        name="response to market orders",
        unit="spreads",
        axis="lag [market orders]",
        sums=responses.response,
        value=ratio,
        points=lambda ruler: RESPONSE_LAGS.astype(np.float64),
    ),
    Curve(
        name="impact by size",
        unit="spreads",
        axis="class of size",
        sums=responses.impact_by_size,
        value=ratio,
        points=lambda ruler: np.arange(1.0, len(ruler.size_edges_lots) + 2.0),
    ),
    Curve(
        name="messages a second",
        unit="1/s",
        axis="",
        sums=activity.message_rate,
        value=ratio,
        points=lambda ruler: np.zeros(1),
    ),
    Curve(
        name="messages a trade",
        unit="1",
        axis="",
        sums=activity.messages_to_trades,
        value=ratio,
        points=lambda ruler: np.zeros(1),
    ),
)
