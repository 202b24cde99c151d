"""Normalised out-of-the-money prices under Bates's model: Heston's, given the number of jumps."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln

from pricing.fourier.diffusion import NormalisedPrices, diffusion_prices
from pricing.fourier.model import BatesModel

FloatArray = npt.NDArray[np.float64]

_MOST_JUMPS = 1000
_NEGLIGIBLE = -37.0  # logarithm of a term over the sum


def jump_prices(
    model: BatesModel, log_moneyness: FloatArray, expiry_years: FloatArray, *, with_gradient: bool = False
) -> NormalisedPrices:
    """Sum over the number of jumps n of Poisson weights times Heston prices (Merton 1976, Bates 1996).

    Given n, log S gains a normal of mean n mu and variance n delta^2, so that every term is a Heston price at
    a forward moved by exp(n mu + n delta^2 / 2 - lambda m T). All terms are positive: nothing cancels, unlike
    in the characteristic function, whose exponential of an exponential oscillates without decay where delta
    is small. Inputs have one shape; outputs as `diffusion_prices`.
    """
    k, years = log_moneyness.ravel(), expiry_years.ravel()
    columns = 4 + (8 if with_gradient else 0)
    sums = np.zeros((k.size, columns))
    sums[:, 0] = -np.inf
    active = np.flatnonzero(np.isfinite(k) & np.isfinite(years) & (years > 0.0))
    idle = np.setdiff1d(np.arange(k.size), active)
    for jumps in range(_MOST_JUMPS):
        if active.size == 0:
            break
        term = _term(model, jumps, k[active], years[active], with_gradient)
        known = np.isfinite(term[:, 0])
        fading = known & (term[:, 0] < sums[active, 0] + _NEGLIGIBLE)
        fading &= jumps > model.jump_intensity * years[active]
        sums[active[known]] = _added(sums[active[known]], term[known])
        active = active[~fading] if model.jump_intensity > 0.0 else active[:0]
    idle = np.union1d(idle, np.flatnonzero(sums[:, 0] == -np.inf))
    sums[idle] = np.nan
    rows = sums.reshape(*log_moneyness.shape, columns)
    return NormalisedPrices(
        log_price=rows[..., 0],
        slope=rows[..., 1],
        density=rows[..., 2],
        growth=rows[..., 3],
        gradient=rows[..., 4:],
    )


def _added(sums: FloatArray, term: FloatArray) -> FloatArray:
    """Sum of two prices given by logarithm and ratios to the price."""
    total = np.logaddexp(sums[:, 0], term[:, 0])
    shares = (np.exp(each[:, :1] - total[:, None]) for each in (sums, term))
    mixed = sum(share * each for share, each in zip(shares, (sums[:, 1:], term[:, 1:]), strict=True))
    return np.column_stack((total, mixed))


def _term(model: BatesModel, jumps: int, k: FloatArray, years: FloatArray, with_gradient: bool) -> FloatArray:
    """Logarithm of one term and its ratios: slope, density, growth, and the gradient by eight numbers."""
    intensity, mean, deviation = model.jump_intensity, model.jump_mean, model.jump_deviation
    gain = np.exp(mean + deviation**2 / 2)
    log_forward = jumps * (mean + deviation**2 / 2) - intensity * (gain - 1) * years
    given = _given_jumps(model, jumps, k, k - log_forward, years, with_gradient)
    # Poisson weights without log(0) where nothing jumps.
    log_count = jumps * np.log(intensity * years) if jumps else 0.0
    log_weight = log_count - intensity * years - gammaln(jumps + 1)
    by_forward = 1.0 - given.slope  # of the logarithm of F_n c(k - log F_n)
    growth = given.growth - by_forward * intensity * (gain - 1)
    growth += (jumps / years if jumps else 0.0) - intensity
    columns = [log_weight + log_forward + given.log_price, given.slope, given.density, growth]
    if not with_gradient:
        return np.column_stack(columns)
    by_intensity = (jumps / intensity if jumps else 0.0) - years - by_forward * (gain - 1) * years
    by_mean = by_forward * (jumps - intensity * gain * years)
    by_deviation = deviation * (by_mean + jumps * given.density)
    return np.column_stack((*columns, given.gradient, by_intensity, by_mean, by_deviation))


def _given_jumps(
    model: BatesModel, jumps: int, k: FloatArray, own_k: FloatArray, years: FloatArray, with_gradient: bool
) -> NormalisedPrices:
    """Prices of options out of the money at k, given the jumps, over the forward after them."""
    added = jumps * model.jump_deviation**2
    found = diffusion_prices(model.diffusion, own_k, years, with_gradient=with_gradient, added_variance=added)
    side = np.where(k >= 0.0, 1.0, -1.0)
    # Where the jumps carry the option into the money, parity adds what it is worth more.
    crossed = (own_k >= 0.0) != (k >= 0.0)
    price = np.exp(np.where(crossed, found.log_price, 0.0))
    intrinsic = np.where(crossed, -side * np.expm1(np.where(crossed, own_k, 0.0)), 0.0)
    share = price / (price + intrinsic)
    slope = found.slope * share - np.where(crossed, side * np.exp(np.where(crossed, own_k, 0.0)), 0.0) / (
        price + intrinsic
    )
    return NormalisedPrices(
        log_price=np.where(crossed, np.log(price + intrinsic), found.log_price),
        slope=slope,
        density=found.density * share,
        growth=found.growth * share,
        gradient=found.gradient * share[:, None],
    )
