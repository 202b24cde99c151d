"""Black's formula on a forward that dividends lower: Greeks in spot, and the volatility of the share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pricing.black import black_price
from pricing.curves import ForwardCurve
from pricing.greeks import GreekColumns, black_greeks
from pricing.implied import ImpliedStatus, implied_volatility

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def black_dividend_greeks(
    curve: ForwardCurve,
    strike: FloatArray,
    expiry_years: FloatArray,
    volatility: FloatArray,
    discount: FloatArray,
    is_call: BoolArray,
) -> GreekColumns:
    """Greeks of European options by Black's formula on the curve's forward; equal columns.

    Right wherever `volatility` was fitted to prices on that forward: a price is then what it was, dividends
    or not. What cash changes are Greeks: it stays when spot moves, so that the forward moves by slope_at and
    not in proportion. Then F = a (S - c), c the present value of the cash, and spot Greeks are those of a
    share at S - c; theta, charm, rho and dividend_rho add what time, rate and carry do to c.
    """
    forward = curve.forward_at(expiry_years)
    if not curve.dividends.cash.any():
        return black_greeks(curve.spot, forward, strike, expiry_years, volatility, discount, is_call)
    slope, years = curve.slope_at(expiry_years), np.maximum(expiry_years, 0.0)
    lognormal = forward / slope
    at = black_greeks(lognormal, forward, strike, years, volatility, discount, is_call)
    carry = curve.residual_carry_at(years)
    # black_greeks takes log(F / spot) / T for the carry; proportional dividends belong to no day of theta.
    implied = np.where(years > 0.0, np.log(slope) / np.where(years > 0.0, years, 1.0), 0.0)
    moved = np.where(years > 0.0, carry * curve.spot - implied * lognormal, 0.0)
    timing = _cash_years(curve, years) * at.delta
    return replace(
        at,
        theta=at.theta - moved * at.delta,
        charm=at.charm - moved * at.gamma - np.where(years > 0.0, carry - implied, 0.0) * at.delta,
        rho=at.rho + timing,
        dividend_rho=at.dividend_rho - timing,
    )


def spot_volatility(
    curve: ForwardCurve,
    strike: FloatArray,
    expiry_years: FloatArray,
    volatility: FloatArray,
    discount: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Volatility of the share between ex dates where a European price is Black's at `volatility`; its slope.

    The forward follows dF = sigma (F + b(t)) dW with b what the dividends still ahead are worth at expiry; at
    the time average of b that is Black's formula on F + b and K + b (Bos and Vandermark 2002). The slope is
    d spot volatility / d `volatility`. Where no price can be inverted, both are those at the money.
    """
    forward = curve.forward_at(expiry_years)
    shift = _mean_cash(curve, expiry_years)
    is_call = strike >= forward
    price = black_price(forward, strike, expiry_years, volatility, discount, is_call)
    shifted = (forward + shift, strike + shift, expiry_years)
    found, status = implied_volatility(price, *shifted, discount, is_call)
    plain = volatility * forward / (forward + shift)
    found = np.where(status == ImpliedStatus.OK, found, plain)
    vega = black_greeks(forward, forward, strike, expiry_years, volatility, discount, is_call).vega
    shifted_vega = black_greeks(forward + shift, *shifted[:2], expiry_years, found, discount, is_call).vega
    usable = (status == ImpliedStatus.OK) & (shifted_vega > 0.0) & (vega > 0.0)
    ratio = np.where(usable, vega / np.where(usable, shifted_vega, 1.0), forward / (forward + shift))
    return found, ratio


def _cash_at_expiry(curve: ForwardCurve, years: FloatArray) -> FloatArray:
    """What each dividend is worth at expiry, over the forward's slope there: (dividend, option)."""
    dividends = curve.dividends
    growth = np.exp(curve.residual_carry_at(dividends.ex_years) * dividends.ex_years)
    kept = np.cumprod(1.0 - dividends.proportional)
    paid = (dividends.ex_years[:, None] <= years) & (dividends.cash[:, None] > 0.0)
    return np.where(paid, (dividends.cash / (growth * kept))[:, None], 0.0)


def _mean_cash(curve: ForwardCurve, years: FloatArray) -> FloatArray:
    """Time average of what the dividends still ahead are worth at expiry [currency]."""
    ahead = _cash_at_expiry(curve, years) * curve.dividends.ex_years[:, None]
    alive = years > 0.0
    return np.where(alive, curve.slope_at(years) * ahead.sum(axis=0) / np.where(alive, years, 1.0), 0.0)


def _cash_years(curve: ForwardCurve, years: FloatArray) -> FloatArray:
    """Sum of present value times years to each dividend: what a higher carry leaves more of the share."""
    return np.asarray((_cash_at_expiry(curve, years) * curve.dividends.ex_years[:, None]).sum(axis=0))
