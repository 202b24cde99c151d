"""What the book is exposed to: net Greeks per underlying, on a ladder of spot moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeks:
    """Net Greeks of a position or book in an underlying. value [currency], delta [units of underlying, dV/dS],
    gamma [units per currency], vega [currency per 1.00 of vol], theta [currency per year of 365 days],
    rho [currency per 1.00 of rate].
    """

    value: float
    delta: float
    gamma: float
    vega: float
    theta: float
    rho: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRisk:
    """One netted option position priced: `greeks` are for the whole signed position (quantity x multiplier)."""

    symbol: str
    quantity: float
    strike: float
    expiry_years: float
    is_call: bool
    implied_volatility: float
    unit_delta: float
    strategy: str | None
    greeks: Greeks


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderlyingExposure:
    """The book's exposure to one underlying, hedge holdings included in `net` and split out in `hedge`.

    ladder_spot: shape (level,), spot levels [currency], the middle one is today's spot.
    ladder_option_delta, ladder_gamma, ladder_value: the options and cash-like lines alone, repriced at each level
    with the surface sticky in moneyness; same shape.
    """

    underlying: str
    spot: float
    options: Greeks
    hedge: Greeks
    net: Greeks
    hedge_contracts: int
    risks: tuple[PositionRisk, ...]
    ladder_spot: FloatArray
    ladder_option_delta: FloatArray
    ladder_gamma: FloatArray
    ladder_value: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """Exposure of the whole book by underlying, in the order of the portfolio."""

    by_underlying: Mapping[str, UnderlyingExposure]
    cash: float
