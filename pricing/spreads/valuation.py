"""Structures valued on a market: the sum of their legs, all legs in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import numpy.typing as npt

from pricing.black import FloatArray
from pricing.book import OptionColumns, Stickiness, value_options
from pricing.greeks import GreekColumns
from pricing.market import UnderlyingMarket
from pricing.option import Exercise, Option, Right
from pricing.spreads.structure import Structure
from pricing.time import year_fraction


def value_structures(
    structures: Sequence[Structure],
    market: UnderlyingMarket,
    *,
    spot: float | None = None,
    stickiness: Stickiness = Stickiness.MONEYNESS,
    volatility_shift: float = 0.0,
) -> GreekColumns:
    """Value and Greeks of each structure as a whole, one row a structure: multipliers and ratios are in.

    value [currency] is what buying it costs at fair prices, its net premium. The other arguments are those of
    `value_options`. Raises ValueError for a structure on another underlying than the market's.
    """
    foreign = sorted({each.underlying for each in structures} - {market.symbol})
    if foreign:
        raise ValueError(f"the market is that of {market.symbol}, not of {', '.join(foreign)}")
    legs = [(row, ratio, option) for row, each in enumerate(structures) for ratio, option in each.options]
    greeks, _ = value_options(
        _columns([option for _, _, option in legs], market),
        market,
        spot=spot,
        stickiness=stickiness,
        volatility_shift=volatility_shift,
    )
    owner = np.array([row for row, _, _ in legs], dtype=np.intp)
    units = np.array([ratio * option.multiplier for _, ratio, option in legs], dtype=np.float64)
    lots = np.array([each.underlying_units for each in structures], dtype=np.float64)
    outright = {"value": lots * (market.spot if spot is None else spot), "delta": lots}
    return GreekColumns(
        **{
            each.name: _summed(owner, units * getattr(greeks, each.name), len(structures))
            + outright.get(each.name, 0.0)
            for each in fields(GreekColumns)
        }
    )


def _summed(owner: npt.NDArray[np.intp], worth: FloatArray, structures: int) -> FloatArray:
    return np.bincount(owner, worth, minlength=structures).astype(np.float64)


def _columns(options: list[Option], market: UnderlyingMarket) -> OptionColumns:
    return OptionColumns(
        strike=np.array([option.strike for option in options], dtype=np.float64),
        expiry_years=np.array(
            [year_fraction(market.as_of, option.expiry) for option in options], dtype=np.float64
        ),
        is_call=np.array([option.right is Right.CALL for option in options], dtype=np.bool_),
        is_american=np.array([option.exercise is Exercise.AMERICAN for option in options], dtype=np.bool_),
    )
