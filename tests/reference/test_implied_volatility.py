from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose

from pricing.black import black_quantiles
from pricing.implied import ImpliedStatus, implied_volatility
from tests.reference.tables import column, rows


def test_extreme_prices_invert_to_the_known_volatility() -> None:
    """Tolerance of the table: 1e-12 and four units in the last place of the price over vega."""
    table = rows("implied_vol_extreme")
    price, forward, strike, years = (
        column(table, name) for name in ("price_double", "forward", "strike", "t")
    )
    expected = column(table, "expected_vol")
    calls = [row["type"] == "call" for row in table]
    volatility, status = implied_volatility(price, forward, strike, years, 1.0, calls)
    upper, _ = black_quantiles(forward, strike, years, expected)
    vega = forward * np.sqrt(years) * np.exp(-0.5 * upper**2) / np.sqrt(2.0 * np.pi)
    assert np.all(status == ImpliedStatus.OK)
    assert np.all(np.abs(volatility - expected) <= 1e-12 + 4.0 * np.spacing(price) / vega)
    assert_allclose(volatility, expected, rtol=2e-14)
