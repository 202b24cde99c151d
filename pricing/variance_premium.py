"""At-the-money volatility by expiry without an option chain: from the VIX, or a forecast and its premium."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from pricing.embedded import embedded_vix
from pricing.forecast import VolForecast
from pricing.surface.atm import surface_from_atm
from pricing.variance_swap import variance_swap_volatility

FloatArray = npt.NDArray[np.float64]

VOLATILITY_PREMIUM = 1.134
"""VIX over the volatility of the same 30 days forecast without it: geometric mean, S&P 500, 2014 to 2018.

`benchmarks/implied_without_chain.py` prints it, and the error of volatility at the money by the VIX."""

EXPIRY_DAYS = np.array([7, 14, 30, 60, 91, 182, 365, 730])
_VIX_DAYS = 30
_TRADING_DAYS_PER_CALENDAR_DAY = 252 / 365
_SWAP_ITERATIONS = 6  # each divides the error by more than ten


def atm_volatility_term_structure(
    symbol: str, day: date, forecast: VolForecast
) -> tuple[FloatArray, FloatArray, str]:
    """Expiries [ACT/365F years], at-the-money volatilities [per sqrt(year)] and where they are from.

    For 'SPX' the 30-day variance-swap rate is the VIX of `day` where there is one. Elsewhere it is the
    forecast times `VOLATILITY_PREMIUM`. It is flat up to 30 days; from there the forward variance reverts
    to the premium times the forecast's long-run level with the forecast's persistence: never negative.
    The at-the-money volatilities are those with which `surface_from_atm` gives these variance-swap rates.
    """
    vix = embedded_vix(day) if symbol == "SPX" else None
    thirty_days = VOLATILITY_PREMIUM * _forecast_at(forecast, _VIX_DAYS) if vix is None else vix
    expiry_years = EXPIRY_DAYS / 365.0
    swap_volatility = _swap_term_structure(thirty_days, forecast)
    return expiry_years, _at_the_money(expiry_years, swap_volatility), _sentence(symbol, day, vix)


def _swap_term_structure(thirty_days: float, forecast: VolForecast) -> FloatArray:
    """Variance-swap volatility at EXPIRY_DAYS from its 30-day level."""
    persistence, long_run = _reversion(forecast)
    after = np.maximum(EXPIRY_DAYS - _VIX_DAYS, 0) * _TRADING_DAYS_PER_CALENDAR_DAY
    # Integral of persistence ** t over the trading days after the thirtieth calendar day.
    decay = after if persistence == 1.0 else (persistence**after - 1.0) / np.log(persistence)
    excess = thirty_days**2 - long_run**2
    before = np.minimum(EXPIRY_DAYS, _VIX_DAYS) * _TRADING_DAYS_PER_CALENDAR_DAY
    total = thirty_days**2 * before + long_run**2 * after + excess * decay
    swap_volatility: FloatArray = np.sqrt(total / (before + after))
    return swap_volatility


def _reversion(forecast: VolForecast) -> tuple[float, float]:
    """Persistence per trading day and long-run volatility with its premium; (1, 0) where it is flat."""
    persistence = forecast.parameters.get("persistence", 1.0)
    if not 0.0 < persistence < 1.0:
        return 1.0, 0.0
    return persistence, VOLATILITY_PREMIUM * forecast.parameters["long_run_volatility"]


def _forecast_at(forecast: VolForecast, calendar_days: int) -> float:
    return float(forecast.at(calendar_days * _TRADING_DAYS_PER_CALENDAR_DAY))


def _at_the_money(expiry_years: FloatArray, swap_volatility: FloatArray) -> FloatArray:
    """Solve by fixed point: the ratio of swap to at-the-money volatility hardly depends on their level."""
    volatility = swap_volatility
    for _ in range(_SWAP_ITERATIONS):
        surface = surface_from_atm(expiry_years, volatility, description="")
        volatility = volatility * swap_volatility / variance_swap_volatility(surface, expiry_years)
    return volatility


def _sentence(symbol: str, day: date, vix: float | None) -> str:
    if vix is not None:
        return (
            f"at-the-money volatility such that the 30-day variance-swap rate is the VIX of {day}, "
            f"{100 * vix:.2f}; beyond 30 days it reverts as the forecast does"
        )
    reason = (
        "there is no VIX for that day" if symbol == "SPX" else "the package has no implied volatility for it"
    )
    return (
        f"at-the-money volatility such that the 30-day variance-swap rate is the forecast of {symbol} times "
        f"{VOLATILITY_PREMIUM:g} since {reason}; that is the ratio of VIX to forecast on the S&P 500 from "
        "2014 to 2018, whatever day this is"
    )
