"""The slow, obvious posterior of a cost curve: beliefs drawn, each weighed by what it says of the fills."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.tca.calibrate import CostObservations
from execution.tca.impact_posterior import CurveBelief

FloatArray = npt.NDArray[np.float64]


def expected_costs(
    observations: CostObservations,
    noise: FloatArray,
    belief: CurveBelief,
    participation: FloatArray,
    *,
    draws: int,
) -> FloatArray:
    """Expected impact, in shares of the horizon's volatility, at each participation; the noise is known."""
    rng = np.random.default_rng(0)
    half = rng.normal(*belief.half_spread, draws)
    variance = np.log1p((belief.impact[1] / belief.impact[0]) ** 2)
    middle = np.log(belief.impact[0]) - 0.5 * variance
    impact = np.exp(middle + np.sqrt(variance) * rng.standard_normal(draws))
    exponent = rng.normal(*belief.exponent, draws)
    log_weight = np.where((exponent >= 0.1) & (exponent <= 1.5), 0.0, -np.inf)
    volatility = observations.horizon_volatility_bps()
    for order in range(len(observations)):
        size = observations.participation[order] / 0.1
        expected = half + volatility[order] * impact * size**exponent
        log_weight -= 0.5 * ((observations.cost_bps[order] - expected) / noise[order]) ** 2
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    return np.array([weight @ (impact * (size / 0.1) ** exponent) for size in participation])
