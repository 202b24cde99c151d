"""Made-up chains with known prices, and the real ones of one day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from pricing.black import black_price
from pricing.quotes import Quotes, read_chain
from pricing.surface.surface import VolSurface
from tests.shared_data import shared_path

SPOT, RATE, YIELD = 2700.0, 0.02, 0.015


def quotes_from_surface(surface: VolSurface, expiry_years: np.ndarray, half_spread: float = 0.05) -> Quotes:
    """Calls and puts at 81 strikes per expiry, priced on the surface, with a constant half spread."""
    strike = np.linspace(0.7, 1.25, 81) * SPOT
    years, strikes, is_call = (
        grid.ravel() for grid in np.meshgrid(expiry_years, strike, [False, True], indexing="ij")
    )
    is_call = is_call.astype(bool)
    forward, discount = SPOT * np.exp((RATE - YIELD) * years), np.exp(-RATE * years)
    volatility = surface.implied_volatility(np.log(strikes / forward), years)
    mid = black_price(forward, strikes, years, volatility, discount, is_call)
    keep = mid > 2 * half_spread
    return Quotes(
        underlying="SPX",
        as_of=datetime(2018, 2, 5, 21, tzinfo=UTC),
        spot=SPOT,
        expiry_years=years[keep],
        strike=strikes[keep],
        is_call=is_call[keep],
        bid=mid[keep] - half_spread,
        ask=mid[keep] + half_spread,
        received=len(mid),
    )


def real_quotes(day: date) -> Quotes:
    """The shared chain of a day in 2018 or 2019; skips where it is not there."""
    name = "20180102_20180228" if day.year == 2018 else "20190425_20190607"
    return read_chain(shared_path("options", f"spx_chain_{name}.parquet"), underlying="SPX", as_of=day)
