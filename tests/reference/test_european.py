from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.engines import european_greeks
from pricing.greeks import black_greeks
from tests.reference.tables import column, option_columns, rows

NAMES = {
    "price": "value",
    "delta": "delta",
    "vega": "vega",
    "theta_per_year": "theta",
    "rho": "rho",
}


@pytest.mark.parametrize("engine", [black_greeks, european_greeks])
@pytest.mark.parametrize(
    ("table", "rtol", "atol"), [("europeanoption", 0.0, 1e-4), ("european_greeks_exact", 1e-10, 1e-12)]
)
def test_every_published_price_and_first_order_greek_is_met(
    engine: object, table: str, rtol: float, atol: float
) -> None:
    known = [row for row in rows(table) if row["quantity"] in NAMES]
    assert len(known) >= 10
    greeks = engine(*option_columns(known))
    found = [getattr(greeks, NAMES[row["quantity"]])[at] for at, row in enumerate(known)]
    assert_allclose(found, column(known, "expected"), rtol=rtol, atol=atol)


def test_the_dividend_rho_is_the_forwards_share_of_delta() -> None:
    """dV/dq = -T S delta at constant rate."""
    known = [row for row in rows("european_greeks_exact") if row["quantity"] == "dividend_rho"]
    spot, _, _, years, *_ = inputs = option_columns(known)
    found = -years * spot * black_greeks(*inputs).delta
    assert_allclose(found, column(known, "expected"), rtol=1e-10, atol=1e-12)
    assert np.all(found < 0.0)
