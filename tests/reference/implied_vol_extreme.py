"""Implied volatilities at the edge of what a double can say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.greeks import black_greeks
from pricing.implied import ImpliedStatus, implied_volatility
from tests.reference.checking import Check, FloatArray, Row, calls, column

_ABSOLUTE = 1e-12
_ULPS = 4.0


def checks(rows: Sequence[Row]) -> list[Check]:
    """The volatility of the price as a double; what the rounding of that price hides is granted."""
    forward, strike, years = column(rows, "forward"), column(rows, "strike"), column(rows, "t")
    price, expected = column(rows, "price_double"), column(rows, "expected_vol")
    vega = black_greeks(forward, forward, strike, years, expected, 1.0, calls(rows)).vega
    with np.errstate(divide="ignore"):
        slack = _ABSOLUTE + _ULPS * np.spacing(price) / vega
    found = _volatilities(rows)
    return [
        Check(
            line=at + 2,
            quantity=row["case"],
            found=float(found[at]),
            expected=float(expected[at]),
            tolerance=float(slack[at]),
        )
        for at, row in enumerate(rows)
    ]


def _volatilities(rows: Sequence[Row]) -> FloatArray:
    """From the price; where its time value is lost in rounding, from the twin out of the money."""
    forward, strike, years = column(rows, "forward"), column(rows, "strike"), column(rows, "t")
    found, status = implied_volatility(column(rows, "price_double"), forward, strike, years, 1.0, calls(rows))
    twin = column(rows, "normalised_otm_price") * np.sqrt(forward * strike)
    otherwise, _ = implied_volatility(twin, forward, strike, years, 1.0, strike >= forward)
    return np.where(status == ImpliedStatus.NOT_UNIQUE, otherwise, found)
