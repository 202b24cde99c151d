"""Values of the published digital options."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from pricing.engines.digital import DigitalPayoff, Touch, digital_prices, touch_prices
from tests.reference.checking import FloatArray, Row, number
from tests.reference.tables import option_columns

_UNIT_CASH = 1.0


def values_of(rows: Sequence[Row]) -> FloatArray:
    """Our value of each row [currency]; rows whose expectation is an expression, per unit of what is paid."""
    return np.array([_value(row) / _unit(row) for row in rows], dtype=np.float64)


def _unit(row: Row) -> float:
    """The table cuts 15 exp(-0.05), and the like for the asset, to the discount factor alone."""
    if not row["expected"].strip().startswith("exp("):
        return 1.0
    return _cash(row) if "cash" in row["kind"] else number(row["spot"])


def _cash(row: Row) -> float:
    """The cash column, or the second strike that a gap option's label names."""
    named = re.search(r"second strike ([0-9.]+)", row["kind"])
    text = row["cash"] or (named.group(1) if named else "")
    return number(text) if text else _UNIT_CASH


def _value(row: Row) -> float:
    kind, option, cash = row["kind"].lower(), option_columns([row]), _cash(row)
    payoff = next((each for each in DigitalPayoff if kind.startswith(each.value)), None)
    if payoff is None:
        raise ValueError(f"'{row['kind']}' pays neither cash, nor the asset, nor a gap")
    if "european" in kind:
        return float(digital_prices(*option, payoff=payoff, cash=cash)[0])
    touch = Touch.AT_HIT if "at-hit" in kind else Touch.AT_EXPIRY
    if row["knock_in"].strip().lower() == "false" or "no-touch" in kind:
        touch = Touch.NO_TOUCH
    return float(touch_prices(*option, payoff=payoff, touch=touch, cash=cash)[0])
