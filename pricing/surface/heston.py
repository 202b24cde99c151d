"""The implied volatility surface of Heston's or Bates's model, free of static arbitrage by construction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.fourier.model import AffineModel, BatesModel, HestonModel
from pricing.fourier.prices import normalised_prices
from pricing.fourier.smile import implied_deviation, smile_derivatives, smile_growth

FloatArray = npt.NDArray[np.float64]

_SHORTEST_YEARS = 1e-6  # half a minute; nearer, the smile stays that of this expiry


@dataclass(frozen=True, slots=True, kw_only=True)
class HestonSurface:
    """Black implied variance of a Heston model, to about 1e-12 of it; the forward's drift is in its curve."""

    model: HestonModel
    description: str

    def total_variance(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Total variance w(k, T), zero at T = 0; below half a minute in proportion to T."""
        return _total_variance(self.model, log_moneyness, expiry_years)

    def implied_volatility(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Implied volatility sqrt(w / T) per sqrt(year); at T = 0 that of half a minute."""
        return _implied_volatility(self.model, log_moneyness, expiry_years)

    def derivatives(
        self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total variance and its first and second derivative by log-moneyness, from the Fourier integrals."""
        return _derivatives(self.model, log_moneyness, expiry_years)

    def growth(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """dw/dT at constant log-moneyness [per year], exact; below half a minute that of half a minute."""
        return _growth(self.model, log_moneyness, expiry_years)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatesSurface:
    """Black implied variance of a Bates model, as HestonSurface."""

    model: BatesModel
    description: str

    def total_variance(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Total variance w(k, T), zero at T = 0; below half a minute in proportion to T."""
        return _total_variance(self.model, log_moneyness, expiry_years)

    def implied_volatility(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """Implied volatility sqrt(w / T) per sqrt(year); at T = 0 that of half a minute."""
        return _implied_volatility(self.model, log_moneyness, expiry_years)

    def derivatives(
        self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Total variance and its first and second derivative by log-moneyness, from the Fourier integrals."""
        return _derivatives(self.model, log_moneyness, expiry_years)

    def growth(self, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
        """dw/dT at constant log-moneyness [per year], exact; below half a minute that of half a minute."""
        return _growth(self.model, log_moneyness, expiry_years)


def _inputs(
    log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Log-moneyness, the years that the model is asked at, and the share of its variance that T has."""
    k, years = np.broadcast_arrays(
        np.asarray(log_moneyness, dtype=np.float64), np.asarray(expiry_years, dtype=np.float64)
    )
    asked = np.maximum(years, _SHORTEST_YEARS)
    return k, asked, np.maximum(years, 0.0) / asked


def _total_variance(
    model: AffineModel, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
) -> FloatArray:
    k, years, share = _inputs(log_moneyness, expiry_years)
    deviation = implied_deviation(k, normalised_prices(model, k, years).log_price)
    return np.asarray(share * deviation**2)


def _implied_volatility(
    model: AffineModel, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
) -> FloatArray:
    years = np.maximum(np.asarray(expiry_years, dtype=np.float64), _SHORTEST_YEARS)
    return np.asarray(np.sqrt(_total_variance(model, log_moneyness, years) / years))


def _derivatives(
    model: AffineModel, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    k, years, share = _inputs(log_moneyness, expiry_years)
    prices = normalised_prices(model, k, years)
    deviation = implied_deviation(k, prices.log_price)
    first, second = smile_derivatives(k, deviation, prices)
    return np.asarray(share * deviation**2), share * first, share * second


def _growth(model: AffineModel, log_moneyness: npt.ArrayLike, expiry_years: npt.ArrayLike) -> FloatArray:
    k, years, share = _inputs(log_moneyness, expiry_years)
    prices = normalised_prices(model, k, years)
    deviation = implied_deviation(k, prices.log_price)
    # Where the smile is held, variance is in proportion to T.
    held = deviation**2 / years
    return np.where(share < 1.0, held, smile_growth(k, deviation, prices))
