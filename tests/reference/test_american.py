from __future__ import annotations

from numpy.testing import assert_allclose

from pricing.american.american import american_greeks
from tests.reference.checking import column
from tests.reference.tables import option_columns, rows


def test_exact_american_prices_are_met_to_five_thousandths_of_a_cent_on_spot_100_by_default() -> None:
    """The table's own 5e-6 is the accurate setting's (tests/reference/american_exact.py)."""
    table = rows("american_exact")
    values = american_greeks(*option_columns(table)).value
    assert_allclose(values, column(table, "expected"), rtol=0.0, atol=5e-5)
