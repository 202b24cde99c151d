"""Exponentially weighted variance: RiskMetrics' with a decay of 0.94, or the decay that is likeliest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.history import PriceHistory
from pricing.paths.bootstrap import ResampledInnovations
from pricing.paths.garch import GjrLaw
from pricing.paths.innovations import ParametricInnovations
from pricing.volatility.fitted import FittedLaw
from pricing.volatility.sample import backcast_of, weighted_variance
from pricing.volatility.window import MAXIMUM_RETURNS, percent_window

FloatArray = npt.NDArray[np.float64]

RISK_METRICS_DECAY = 0.94
_FITTED_DECAYS = (0.70, 0.9999)
_MINIMUM_RESAMPLED = 100
_LEAST = 1e-12  # of the mean square: days without a move must not give a likelihood without bound


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedVariance:
    """A volatility model without parameters (RiskMetrics 1996), or with the decay alone.

    decay: share of yesterday's variance that is kept a day, in (0, 1); None for the likeliest under normal
    returns, between 0.7 and 0.9999. Its forecast is the same at every horizon; simulations draw its own
    residuals. The recursion starts where arch's does.
    """

    decay: float | None = RISK_METRICS_DECAY
    maximum_returns: int = MAXIMUM_RETURNS

    def __post_init__(self) -> None:
        if self.decay is not None and not 0.0 < self.decay < 1.0:
            raise ValueError(f"a decay is between 0 and 1, not {self.decay}")

    @property
    def name(self) -> str:
        """The model in words."""
        decay = "fitted" if self.decay is None else f"{self.decay:g}"
        return f"exponentially weighted variance, decay {decay}"

    def fitted(self, history: PriceHistory) -> FittedLaw:
        """The weighted average of the squared returns of `history`; InputError where it is too short."""
        return self.of_returns(percent_window(history, maximum=self.maximum_returns))

    def of_returns(self, percent_returns: FloatArray, *, note: str = "") -> FittedLaw:
        """The same from percent returns, shape (observations,)."""
        squares = percent_returns * percent_returns
        decay = likeliest_decay(squares) if self.decay is None else self.decay
        variance = _variances(squares, decay)
        return FittedLaw(
            name=self.name if self.decay is not None else f"{self.name} to {decay:.4f}",
            observations=len(squares),
            law=GjrLaw(omega=0.0, alpha=1.0 - decay, gamma=0.0, beta=decay),
            next_variance=float(variance[-1]),
            innovations=_innovations(percent_returns, variance[:-1]),
            note=note,
        )


def likeliest_decay(squares: FloatArray) -> float:
    """The decay of highest normal likelihood (scipy's bounded scalar search)."""
    from scipy.optimize import minimize_scalar  # only this model comes here

    def loss(decay: float) -> float:
        variance = _variances(squares, decay)[:-1]
        return float(np.mean(np.log(variance) + squares / variance))

    found = minimize_scalar(loss, bounds=_FITTED_DECAYS, method="bounded", options={"xatol": 1e-6})
    return float(found.x)


def _variances(squares: FloatArray, decay: float) -> FloatArray:
    """Variance of each day and of the day after the last, shape (observations + 1,)."""
    variance = np.empty(len(squares) + 1)
    weighted_variance(squares, decay, backcast_of(squares), variance)
    floored: FloatArray = np.maximum(variance, _LEAST * squares.mean())
    return floored


def _innovations(returns: FloatArray, variance: FloatArray) -> ParametricInnovations | ResampledInnovations:
    """The model's own residuals where there are enough of them: no law of them is part of the model."""
    if len(returns) < _MINIMUM_RESAMPLED:
        return ParametricInnovations()
    return ResampledInnovations(residuals=returns / np.sqrt(variance))
