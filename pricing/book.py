"""A whole book of options on one underlying valued at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray
from pricing.curves import ForwardCurve
from pricing.dividend_black import black_dividend_greeks, spot_volatility
from pricing.greeks import GreekColumns
from pricing.market import UnderlyingMarket

BoolArray = npt.NDArray[np.bool_]


class Stickiness(StrEnum):
    """What stays when spot moves: each strike's volatility, or the smile over log(K / F)."""

    STRIKE = "sticky-strike"
    MONEYNESS = "sticky-moneyness"


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionColumns:
    """Options on one underlying, in columns of equal length. strike: currency. expiry_years: ACT/365F."""

    strike: FloatArray
    expiry_years: FloatArray
    is_call: BoolArray
    is_american: BoolArray

    def __len__(self) -> int:
        return len(self.strike)


def value_options(
    options: OptionColumns,
    market: UnderlyingMarket,
    *,
    spot: float | None = None,
    stickiness: Stickiness = Stickiness.MONEYNESS,
    volatility_shift: float = 0.0,
    implied_volatility: FloatArray | None = None,
) -> tuple[GreekColumns, FloatArray]:
    """Value and Greeks of every option per unit of underlying, and the implied volatility used.

    spot [currency]: revalue there, the forward curve keeping its carry and its dividends; the market's own
    when None.
    volatility_shift: absolute, per sqrt(year), added everywhere; the sum is floored at zero.
    implied_volatility: one per option, in place of the surface's (before the shift).
    Expired options are worth their intrinsic value at `spot`. European options are one vectorised pass of
    Black's formula on the forward, which is what the surface was fitted to, dividends or not. American ones
    with an ex date before expiry are priced on the share itself (CashDividendModel.SPOT) at the volatility
    that gives the European option its price; the others by `pricing.american.american`, each distinct
    contract once.
    """
    at_spot = market.spot if spot is None else spot
    years = np.maximum(options.expiry_years, 0.0)
    curve = replace(market.forward, spot=at_spot)
    forward = curve.forward_at(years)
    if implied_volatility is None:
        smile_forward = forward if stickiness is Stickiness.MONEYNESS else market.forward.forward_at(years)
        log_moneyness = np.log(options.strike / smile_forward)
        implied_volatility = market.surface.implied_volatility(log_moneyness, years)
    volatility = np.maximum(implied_volatility + volatility_shift, 0.0)
    discount = market.discount.discount_at(years)
    greeks = black_dividend_greeks(
        curve, options.strike, years, volatility, discount, np.asarray(options.is_call, dtype=np.bool_)
    )
    american = options.is_american & (years > 0.0)
    falling = american & (curve.gone_ex(years) > 0)
    if falling.any():
        greeks = greeks.replaced(falling, _on_falling_share(curve, options, volatility, discount, falling))
    american &= ~falling
    if american.any():
        columns = (forward, options.strike, years, volatility, discount, options.is_call)
        greeks = greeks.replaced(american, _american(at_spot, np.column_stack(columns)[american]))
    return greeks, volatility


def _on_falling_share(
    curve: ForwardCurve,
    options: OptionColumns,
    volatility: FloatArray,
    discount: FloatArray,
    rows: BoolArray,
) -> GreekColumns:
    """American options on a share that falls at ex dates, at a volatility in line with the European ones."""
    # Compiling its kernel takes seconds, which a book without such options need not wait for.
    from pricing.american.dividend_options import dividend_greeks

    strike, years, discount = options.strike[rows], options.expiry_years[rows], discount[rows]
    of_share, slope = spot_volatility(curve, strike, years, volatility[rows], discount)
    carry, is_call = curve.residual_carry_at(years), options.is_call[rows]
    greeks = dividend_greeks(
        curve.spot, strike, years, of_share, discount, carry, is_call, True, curve.dividends
    )
    return replace(
        greeks, vega=greeks.vega * slope, vanna=greeks.vanna * slope, volga=greeks.volga * slope**2
    )


def _american(spot: float, contracts: FloatArray) -> GreekColumns:
    """American options, one contract a row, with each distinct contract valued once."""
    # Compiling its kernel takes seconds, which a book without such options need not wait for.
    from pricing.american.american import american_greeks

    distinct, position = np.unique(contracts, axis=0, return_inverse=True)
    return american_greeks(spot, *distinct.T).taken(position.reshape(-1))
