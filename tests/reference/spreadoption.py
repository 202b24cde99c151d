"""Values of the published spread options, each by the method that its row names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pricing.engines.spread import SpreadMethod, quantlib_spread
from pricing.spreads.approximations import kirk_price
from pricing.spreads.spread_option import spread_option
from pricing.spreads.two_assets import TwoAssets
from tests.reference.checking import FloatArray, Row, column, is_call

_KIRK = "kirk"
_QUANTLIB = {
    "operator-splitting-1": SpreadMethod.OPERATOR_SPLITTING_1,
    "operator-splitting-2": SpreadMethod.OPERATOR_SPLITTING_2,
    "bjerksund": SpreadMethod.BJERKSUND_STENSLAND,
    "deng": SpreadMethod.DENG_LI_ZHOU,
    "pearson": SpreadMethod.PEARSON,
    "choi": SpreadMethod.CHOI,
}


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]."""
    return np.array([_value(row) for row in rows], dtype=np.float64)


def two_assets(row: Row, *, on_futures: bool = False) -> TwoAssets:
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


def _value(row: Row) -> float:
    """By the method of the payoff's label, or of the source where the label has none."""
    label, source = row["payoff"].lower(), row["source"].lower()
    if "spread" not in label:
        raise ValueError(f"'{row['payoff']}' is no spread")
    assets = two_assets(row, on_futures="futures" in label)
    strike, right = column([row], "strike"), is_call(row)
    method = _method(label) or ("" if "exact" in label else _method(source))
    if method in _QUANTLIB:
        return float(quantlib_spread(assets, strike, right, method=_QUANTLIB[method])[0])
    if method == _KIRK:
        return float(kirk_price(assets, strike, right)[0])
    return float(spread_option(assets, strike, right).value[0])


def _method(text: str) -> str:
    """The name of the method that a text mentions, or none."""
    return next((name for name in (_KIRK, *_QUANTLIB) if name in text), "")
