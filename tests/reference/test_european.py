from __future__ import annotations

import pytest
from numpy.testing import assert_allclose

from pricing.engines import european_greeks
from pricing.greeks import black_greeks, black_third_order
from tests.reference.tables import column, option_columns, rows

TABLES = [("europeanoption", 0.0, 1e-4), ("european_greeks_exact", 1e-10, 1e-12)]
NAMES = {
    "price": "value",
    "theta_per_year": "theta",
    "charm_per_year": "charm",
    "color_per_year": "colour",
}
DIFFERENCED_BY_QUANTLIB = {"vanna", "volga", "charm"}
THIRD_ORDER = {"speed", "colour", "zomma", "ultima"}


def field_of(row: dict[str, str]) -> str:
    """Our name for the quantity that a row publishes."""
    return NAMES.get(row["quantity"], row["quantity"])


@pytest.mark.parametrize(("table", "rtol", "atol"), TABLES)
def test_every_published_price_and_greek_is_met(table: str, rtol: float, atol: float) -> None:
    known = rows(table)
    assert len(known) >= 10
    inputs = option_columns(known)
    greeks, third = black_greeks(*inputs), black_third_order(*inputs)
    names = [field_of(row) for row in known]
    found = [getattr(third if name in THIRD_ORDER else greeks, name)[at] for at, name in enumerate(names)]
    assert_allclose(found, column(known, "expected"), rtol=rtol, atol=atol)


@pytest.mark.parametrize(("table", "rtol", "atol"), TABLES)
def test_quantlib_meets_what_it_has_in_closed_form(table: str, rtol: float, atol: float) -> None:
    known = [row for row in rows(table) if field_of(row) not in THIRD_ORDER | DIFFERENCED_BY_QUANTLIB]
    greeks = european_greeks(*option_columns(known))
    found = [getattr(greeks, field_of(row))[at] for at, row in enumerate(known)]
    assert_allclose(found, column(known, "expected"), rtol=rtol, atol=atol)
