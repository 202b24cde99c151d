"""The parameters of a surface law as they might have been: draws from their sampling error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedger.network.markets.surface_law import FAMILY, MONTH_DAYS, SurfaceLaw
from pricing.paths.garch import GjrLaw
from pricing.volatility.uncertainty import relative_error_of_level, sampled_fits

FloatArray = npt.NDArray[np.float64]

_BLOCK_DAYS = 21
_PERCENT_SQUARED = 1e4


def drawn_parameters(law: SurfaceLaw, draws: int, rng: np.random.Generator) -> FloatArray:
    """Parameters of `garch_kernel.market_paths`, shape (draws, 12), first the estimate.

    The variance law is drawn from the asymptotic normal law of its fit, its long-run variance from the error
    of the sample's mean square, the volatility's coefficients by regression on blocks of 21 days drawn with
    replacement. Losses have more of the variance in the residuals than in the fit's symmetric law; beta takes
    up the difference, so that the persistence stays the fitted one. A
    pull that comes out negative is none: it would drive implied volatility away from what it reverts to.
    """
    return np.concatenate((_variance_rows(law, draws, rng), _volatility_rows(law, draws, rng)), axis=1)


def _variance_rows(law: SurfaceLaw, draws: int, rng: np.random.Generator) -> FloatArray:
    """omega, alpha, gamma, beta, and the line from next variance to the month's in squares a year."""
    error = relative_error_of_level(law.fit.sample.returns**2)
    fits = [law.fit, *sampled_fits(law.fit, draws - 1, rng)]
    levels = law.fit.sample.level * np.exp(error * np.append(0.0, rng.standard_normal(draws - 1)))
    laws = [FAMILY.law_of(fit).law for fit in fits]
    rows = [
        _variance_row(drawn, float(level) / _PERCENT_SQUARED, law.loss_share)
        for drawn, level in zip(laws, levels, strict=True)
        if isinstance(drawn, GjrLaw)
    ]
    return np.array(rows)


def _variance_row(drawn: GjrLaw, long_run: float, loss_share: float) -> tuple[float, ...]:
    reaction = drawn.alpha + loss_share * drawn.gamma
    beta = max(drawn.persistence - reaction, 0.0)
    persistence = reaction + beta
    reach = (1.0 - persistence**MONTH_DAYS) / (MONTH_DAYS * (1.0 - persistence))
    constant = 252 * long_run * (1.0 - reach)
    return (1.0 - persistence) * long_run, drawn.alpha, drawn.gamma, beta, constant, 252 * reach


def _volatility_rows(law: SurfaceLaw, draws: int, rng: np.random.Generator) -> FloatArray:
    """intercept, forecast_pull, level_pull, leverage, downside, level_share."""
    volatility = law.volatility
    days = volatility.change.size
    starts = rng.integers(days, size=(draws - 1, -(-days // _BLOCK_DAYS), 1))
    drawn = []
    for blocks in starts:
        at = (blocks + np.arange(_BLOCK_DAYS)).ravel()[:days] % days
        drawn.append(np.linalg.lstsq(volatility.regressors[at], volatility.change[at])[0])
    coefficients = np.array([volatility.coefficients, *drawn])
    coefficients[:, 1:3] = np.maximum(coefficients[:, 1:3], 0.0)
    return np.concatenate((coefficients, np.full((draws, 1), volatility.level_share)), axis=1)
