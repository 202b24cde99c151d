"""A whole book of options on one underlying valued at once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray
from pricing.engines import american_greeks
from pricing.greeks import GreekColumns, black_greeks
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

    spot [currency]: revalue there, the forward curve keeping its carry; the market's own when None.
    volatility_shift: absolute, per sqrt(year), added everywhere; the sum is floored at zero.
    implied_volatility: one per option, in place of the surface's (before the shift).
    Expired options are worth their intrinsic value at `spot`. European options are one vectorised pass;
    American ones go through QuantLib, each distinct contract once.
    """
    at_spot = market.spot if spot is None else spot
    years = np.maximum(options.expiry_years, 0.0)
    growth = np.exp(market.forward.carry_at(years) * years)
    if implied_volatility is None:
        smile_spot = at_spot if stickiness is Stickiness.MONEYNESS else market.spot
        log_moneyness = np.log(options.strike / (smile_spot * growth))
        implied_volatility = market.surface.implied_volatility(log_moneyness, years)
    volatility = np.maximum(implied_volatility + volatility_shift, 0.0)
    discount = market.discount.discount_at(years)
    forward = at_spot * growth
    greeks = black_greeks(at_spot, forward, options.strike, years, volatility, discount, options.is_call)
    american = options.is_american & (years > 0.0)
    if american.any():
        columns = (forward, options.strike, years, volatility, discount, options.is_call)
        greeks = greeks.replaced(american, _american(at_spot, np.column_stack(columns)[american]))
    return greeks, volatility


def _american(spot: float, contracts: FloatArray) -> GreekColumns:
    """American options, one contract a row, with each distinct contract valued once."""
    distinct, position = np.unique(contracts, axis=0, return_inverse=True)
    return american_greeks(spot, *distinct.T).taken(position.reshape(-1))
