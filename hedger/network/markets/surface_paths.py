"""From drawn days to market paths: the kernel run, and its state read as a surface and forecasts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hedger.network.markets.garch_kernel import (
    ALPHA,
    BETA,
    DOWNSIDE,
    GAMMA,
    HIGHEST_DEVIATION,
    LEVERAGE,
    OMEGA,
    market_paths,
)
from hedger.network.markets.paths import DAYS_PER_YEAR, FORECAST_DAYS, LANDMARK_YEARS, MarketPaths
from hedger.network.markets.ssvi_smile import SsviSmile
from hedger.network.markets.surface_draws import SurfaceDraws
from hedger.network.markets.surface_law import SurfaceLaw

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

TERM_REVERSION = 6.0
"""Of the at-the-money term structure, per year: a half-year's variance moves by 0.40 of a month's, as the
square-root-of-time rule of traders has it."""

_MOMENT_POINTS = 2_001


def surface_paths(
    law: SurfaceLaw,
    draws: SurfaceDraws,
    *,
    draw: IntArray,
    start: IntArray,
    days: IntArray,
    spot: float,
    drift: float = 0.0,
    description: str,
) -> MarketPaths:
    """Paths that begin in the state before day `start` and draw `days` (path, step), under row `draw`.

    Daily volatility, implied volatility and its level are those of that state times the draw's level. drift:
    taken off every log return. ValueError without a path.
    """
    if not days.shape[0]:
        raise ValueError("at least one path")
    shape = (days.shape[0], days.shape[1] + 1)
    prices, variance, implied, level = (np.empty(shape) for _ in range(4))
    scale = draws.level[draw]
    prices[:, 0] = spot
    variance[:, 0] = np.minimum(law.next_variance[start] * scale**2, HIGHEST_DEVIATION**2)
    implied[:, 0] = law.log_implied[start] + np.log(scale)
    level[:, 0] = law.log_level[start] + np.log(scale)
    moments = log_moments(law.standardised_return)
    step = HIGHEST_DEVIATION / (_MOMENT_POINTS - 1)
    history = law.standardised_return, law.residual, moments, step, drift
    market_paths(draws.parameters, draw, days, *history, prices, variance, implied, level)
    smile = SsviSmile(term_reversion=TERM_REVERSION)
    to_the_money = draws.to_the_money[draw, None]
    long = to_the_money * np.exp(level)
    vol_of_vol, slope = _landmarks(law, draws, draw, variance[:, 0])
    return MarketPaths(
        spot=prices,
        daily_variance=variance,
        forecast_variance=_forecasts(draws.parameters[draw], law.loss_share, variance),
        forecast_days=np.array(FORECAST_DAYS, dtype=np.float64),
        short_volatility=smile.short_volatility(to_the_money * np.exp(implied), long, LANDMARK_YEARS),
        long_volatility=long,
        skew_correlation=np.repeat(draws.correlation[draw, None], shape[1], axis=1),
        skew_curvature=np.repeat(draws.curvature[draw, None], shape[1], axis=1),
        vol_of_vol=vol_of_vol,
        spot_vol_slope=slope,
        smile=smile,
        description=description,
    )


def log_moments(standardised: FloatArray) -> FloatArray:
    """log of the mean of exp(s z) over the days, s from 0 to a point beyond a day's highest deviation."""
    step = HIGHEST_DEVIATION / (_MOMENT_POINTS - 1)
    points = step * np.arange(_MOMENT_POINTS + 1)
    return np.array([np.log(np.mean(np.exp(point * standardised))) for point in points])


def _forecasts(parameters: FloatArray, loss_share: float, variance: FloatArray) -> FloatArray:
    """Mean expected daily variance over the next days of each horizon, shape (path, step + 1, horizon)."""
    persistence = parameters[:, ALPHA] + loss_share * parameters[:, GAMMA] + parameters[:, BETA]
    days = np.array(FORECAST_DAYS, dtype=np.float64)
    left = 1.0 - persistence[:, None]
    reach = (1.0 - persistence[:, None] ** days) / (days * left)
    constant = parameters[:, OMEGA, None] / left * (1.0 - reach)
    return np.asarray(constant[:, None, :] + reach[:, None, :] * variance[:, :, None])


def _landmarks(
    law: SurfaceLaw, draws: SurfaceDraws, draw: IntArray, variance: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Volatility of volatility per sqrt(year) and slope on the first step's log return, of each path."""
    z = law.standardised_return
    parameters = draws.parameters
    reaction = parameters[:, LEVERAGE, None] * z + parameters[:, DOWNSIDE, None] * np.minimum(z, 0.0)
    deviation = np.sqrt(DAYS_PER_YEAR) * np.std(reaction + law.residual, axis=1)
    return deviation[draw], np.mean(reaction * z, axis=1)[draw] / np.sqrt(variance)
