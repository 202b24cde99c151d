"""Values of the published spread options, each by the method that its row names."""

from __future__ import annotations

import numpy as np

from pricing.black import FloatArray
from pricing.engines.spread import SpreadMethod, quantlib_spread
from pricing.spreads.approximations import kirk_price
from pricing.spreads.spread_option import spread_option
from pricing.spreads.two_assets import TwoAssets
from tests.reference.tables import column

_QUANTLIB = {
    "operator-splitting-1": SpreadMethod.OPERATOR_SPLITTING_1,
    "operator-splitting-2": SpreadMethod.OPERATOR_SPLITTING_2,
    "bjerksund": SpreadMethod.BJERKSUND_STENSLAND,
    "deng": SpreadMethod.DENG_LI_ZHOU,
    "pearson": SpreadMethod.PEARSON,
    "choi": SpreadMethod.CHOI,
}


def values_of(rows: list[dict[str, str]]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def two_assets(row: dict[str, str], *, on_futures: bool = False) -> TwoAssets:
    """The two assets of a row; a future's yield is the rate."""
    return TwoAssets.from_yields(
        first_spot=column([row], "s1"),
        second_spot=column([row], "s2"),
        rate=column([row], "r"),
        first_yield=column([row], "r" if on_futures else "q1"),
        second_yield=column([row], "r" if on_futures else "q2"),
        expiry_years=column([row], "t"),
        first_volatility=column([row], "v1"),
        second_volatility=column([row], "v2"),
        correlation=column([row], "rho"),
    )


def _value(row: dict[str, str]) -> float:
    """By the method of the payoff's label, or of the source where the label has none."""
    label, source = row["payoff"].lower(), row["source"].lower()
    assets = two_assets(row, on_futures="futures" in label)
    strike, is_call = column([row], "strike"), row["type"] == "call"
    for name, method in _QUANTLIB.items():
        if name in label:
            return float(quantlib_spread(assets, strike, is_call, method=method)[0])
    if "kirk" in label or ("exact" not in label and "kirk" in source):
        return float(kirk_price(assets, strike, is_call)[0])
    return float(spread_option(assets, strike, is_call).value[0])
