"""Values of American options for the table of exact ones."""

from __future__ import annotations

from pricing.american.american import Accuracy, american_greeks
from tests.reference.checking import FloatArray, Row
from tests.reference.tables import option_columns


def values_of(rows: list[Row]) -> FloatArray:
    """Our value of each row [currency]."""
    return american_greeks(*option_columns(rows), accuracy=Accuracy.ACCURATE).value
