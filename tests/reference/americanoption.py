"""Values of published American options, each by the method and the quantity that its row names."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pricing.american.american import Accuracy, american_greeks
from pricing.american.qd_plus import qd_plus_boundary
from pricing.engines.american import AmericanMethod, quantlib_american, quantlib_american_greek
from pricing.greeks import black_greeks
from tests.reference.checking import FloatArray, Row, is_call, number
from tests.reference.quantities import DAYS_PER_YEAR, plain_name
from tests.reference.tables import option_columns

_METHODS = {
    "baw": AmericanMethod.BARONE_ADESI_WHALEY,
    "barone": AmericanMethod.BARONE_ADESI_WHALEY,
    "bjerksund": AmericanMethod.BJERKSUND_STENSLAND,
    "ju": AmericanMethod.JU,
    "qd+": AmericanMethod.QD_PLUS,
    "qdplus": AmericanMethod.QD_PLUS,
}
_GREEKS = ("delta", "gamma", "vega", "theta", "rho", "dividend_rho", "dual_delta")


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def _value(row: Row) -> float:
    label = row["method"].lower()
    if "boundary" in label:
        return _boundary(row, label)
    for name, method in _METHODS.items():
        if label.startswith(name):
            return _approximation(row, method)
    columns = option_columns([row])
    value = american_greeks(*columns, accuracy=Accuracy.ACCURATE).value
    return float((value - black_greeks(*columns).value if "premium" in label else value)[0])


def _boundary(row: Row, label: str) -> float:
    """QD+ boundary; 'tau=0.1' is the time to expiry at which it is asked."""
    found = re.search(r"tau\s*=\s*([0-9.e-]+)", label)
    years = number(found[1] if found else row["t"])
    strike, rate, dividend, volatility = (number(row[name]) for name in ("strike", "r", "q", "vol"))
    return qd_plus_boundary(strike, rate, dividend, years, volatility)


def _approximation(row: Row, method: AmericanMethod) -> float:
    """The price, or the Greek that the label's last word names; per day where it says so."""
    terms = tuple(number(row[name]) for name in ("spot", "strike", "r", "q", "t", "vol"))
    if terms[4] == 0.0:
        return 0.0  # QuantLib takes an option at its expiry as settled
    name, per_day = plain_name(row["method"].split()[-1])
    if name in _GREEKS:
        greek = quantlib_american_greek(*terms, is_call(row), name=name, method=method)
        return greek / DAYS_PER_YEAR if per_day else greek
    return float(quantlib_american(*terms, is_call(row), method=method)[0])
