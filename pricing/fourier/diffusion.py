"""Normalised out-of-the-money prices under Heston's model, vectorised."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.fourier.kernel import (
    DENSITY,
    FIRST_PARAMETER,
    GROWTH,
    LOG_PRICE,
    PARAMETERS,
    SLOPE,
    invert_chain,
)
from pricing.fourier.model import HestonModel

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NormalisedPrices:
    """Out-of-the-money prices c = V / (D F) over log-moneyness, calls from zero up and puts below.

    log_price: log c, finite where c itself underflows. slope, density, growth: c_k / c, (c_kk - c_k) / c and
    c_T / c. gradient: derivative of log c by the model's numbers along a last axis; empty unless asked for.
    """

    log_price: FloatArray
    slope: FloatArray
    density: FloatArray
    growth: FloatArray
    gradient: FloatArray


def diffusion_prices(
    model: HestonModel,
    log_moneyness: FloatArray,
    expiry_years: FloatArray,
    *,
    with_gradient: bool = False,
    added_variance: float = 0.0,
) -> NormalisedPrices:
    """Fourier inversion through the saddle point, to about 1e-13 of the price however far from the money.

    Inputs have one shape. NaN where log-moneyness is not finite or the expiry is not positive and finite.
    added_variance: of an independent normal in log S, such as a known number of jumps.
    """
    shape, k, years = log_moneyness.shape, log_moneyness.ravel(), expiry_years.ravel()
    usable = np.flatnonzero(np.isfinite(k) & np.isfinite(years) & (years > 0.0))
    order = usable[np.lexsort((k[usable], years[usable]))]
    columns = FIRST_PARAMETER + (PARAMETERS if with_gradient else 0)
    inverted = np.empty((order.size, columns))
    invert_chain(k[order], years[order], np.append(model.numbers, added_variance), inverted)
    rows = np.full((k.size, columns), np.nan)
    rows[order] = inverted
    rows = rows.reshape(*shape, columns)
    return NormalisedPrices(
        log_price=rows[..., LOG_PRICE],
        slope=rows[..., SLOPE],
        density=rows[..., DENSITY],
        growth=rows[..., GROWTH],
        gradient=rows[..., FIRST_PARAMETER:],
    )
