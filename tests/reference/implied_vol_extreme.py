"""Implied volatilities at the edge of what a double can say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.greeks import black_greeks
from pricing.implied import implied_volatility
from tests.reference.checking import Check, Row, calls, column

_ABSOLUTE = 1e-12
_ULPS = 4.0


def checks(rows: Sequence[Row]) -> list[Check]:
    """The volatility of the price as a double; what the rounding of that price hides is granted."""
    forward, strike, years = column(rows, "forward"), column(rows, "strike"), column(rows, "t")
    price, expected = column(rows, "price_double"), column(rows, "expected_vol")
    found, _ = implied_volatility(price, forward, strike, years, np.ones_like(price), calls(rows))
    vega = black_greeks(forward, forward, strike, years, expected, 1.0, calls(rows)).vega
    slack = _ABSOLUTE + _ULPS * np.spacing(price) / vega
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
