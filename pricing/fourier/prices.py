"""European options under Heston's and Bates's models, vectorised: prices, delta and gamma."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pricing.fourier.diffusion import NormalisedPrices, diffusion_prices
from pricing.fourier.jumps import jump_prices
from pricing.fourier.model import AffineModel, BatesModel

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelGreeks:
    """Value [currency], delta [units of underlying] and gamma [units per currency], variance held."""

    value: FloatArray
    delta: FloatArray
    gamma: FloatArray


def normalised_prices(
    model: AffineModel,
    log_moneyness: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    *,
    with_gradient: bool = False,
) -> NormalisedPrices:
    """Fourier inversion through the saddle point, to about 1e-13 of the price however far from the money.

    Inputs broadcast. NaN where log-moneyness is not finite or the expiry is not positive and finite.
    """
    k, years = np.broadcast_arrays(
        np.asarray(log_moneyness, dtype=np.float64), np.asarray(expiry_years, dtype=np.float64)
    )
    if isinstance(model, BatesModel):
        return jump_prices(model, k, years, with_gradient=with_gradient)
    return diffusion_prices(model, k, years, with_gradient=with_gradient)


def model_greeks(
    model: AffineModel,
    spot: npt.ArrayLike,
    forward: npt.ArrayLike,
    strike: npt.ArrayLike,
    expiry_years: npt.ArrayLike,
    discount: npt.ArrayLike,
    is_call: npt.ArrayLike,
) -> ModelGreeks:
    """Present value, delta and gamma by spot of European options; inputs broadcast.

    Where the expiry is not ahead the value is the discounted intrinsic value, delta is its slope and gamma is
    zero. A strike of zero or below is worth its intrinsic value too. NaN stays NaN.
    """
    given = (
        spot,
        forward,
        strike,
        expiry_years,
        discount,
        np.where(np.asarray(is_call, np.bool_), 1.0, -1.0),
    )
    spot, forward, strike, years, discount, sign = np.broadcast_arrays(
        *(np.asarray(each, dtype=np.float64) for each in given)
    )
    certain = (years <= 0.0) | (strike <= 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        k = np.where(certain, np.nan, np.log(strike / forward))
    found = normalised_prices(model, k, years)
    time_value = np.where(certain, 0.0, forward * np.exp(found.log_price))
    # By homogeneity the derivative by the forward is (c - c_k) of the same option.
    otm_delta = np.where(certain, 0.0, np.exp(found.log_price) * (1.0 - found.slope))
    intrinsic = np.maximum(sign * (forward - strike), 0.0)
    in_the_money = np.where(certain, intrinsic > 0.0, (k >= 0.0) == (sign < 0.0))
    value = discount * (time_value + np.where(in_the_money, sign * (forward - strike), 0.0))
    carry = forward / spot
    delta = discount * carry * (otm_delta + np.where(in_the_money, sign, 0.0))
    gamma = discount * carry**2 / forward * np.where(certain, 0.0, np.exp(found.log_price) * found.density)
    return ModelGreeks(value=value, delta=delta, gamma=gamma)
