"""Options on a share with discrete dividends as the columns that the finite-difference kernel marches."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from pricing.american.dividend_layout import (
    ANCHOR,
    CARRY,
    CASH,
    END_YEARS,
    ESCROW,
    EXPIRY_YEARS,
    KEPT,
    PAYOFF_KEPT,
    PAYOFF_STRIKE,
    PERIODS,
    RATE,
    SIGN,
    SPACING,
    SPOT_NODE,
    STEPS,
    STRIKE,
    TERMS,
    VOLATILITY,
)
from pricing.dividends import CashDividendModel, DividendSchedule

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

NODES = 121
_STEPS = 42
_FEWEST_STEPS = 8
_DEVIATIONS = 5.0
_LEAST_ANCHOR = 0.02
_AT_EXPIRY = 0.0017
_MOST_STRETCH = 6.0
_FEWEST_NODES = 8
_LEAST_LOGNORMAL = 1e-8


class Options(NamedTuple):
    """Columns of one option each: what is priced, and the constants of its model."""

    spot: FloatArray
    strike: FloatArray
    expiry_years: FloatArray
    volatility: FloatArray
    rate: FloatArray
    carry: FloatArray
    is_call: BoolArray
    is_american: BoolArray
    cash_scale: FloatArray

    def taken(self, rows: npt.NDArray[np.intp] | BoolArray) -> Options:
        """The options at `rows`."""
        return Options(**{name: column[rows] for name, column in self._asdict().items()})


def dividends_inside(options: Options, dividends: DividendSchedule) -> npt.NDArray[np.intp]:
    """How many dividends go ex so long before each expiry that the grid must see them.

    One that goes ex in the last six hundredth of the time, within half a spacing of the grid in deviations,
    belongs to the payoff.
    """
    return np.searchsorted(
        dividends.ex_years, options.expiry_years * (1.0 - _AT_EXPIRY), side="right"
    ).astype(np.intp)


def problems_of(
    options: Options, dividends: DividendSchedule, count: int, model: CashDividendModel, *, twins: int = 1
) -> tuple[FloatArray, FloatArray]:
    """The kernel's `terms` and `periods` of options that all see the first `count` dividends.

    twins: so many neighbours share the grid of their first, and with it most of its error.
    """
    size = len(options.strike)
    periods = np.zeros((PERIODS, count + 1, size))
    periods[END_YEARS, :count] = dividends.ex_years[:count, None]
    periods[END_YEARS, count] = options.expiry_years
    periods[KEPT, :count] = 1.0 - dividends.proportional[:count, None]
    periods[CASH, :count] = dividends.cash[:count, None] * options.cash_scale
    lengths = np.diff(periods[END_YEARS], axis=0, prepend=0.0)
    periods[STEPS] = np.maximum(np.rint(_STEPS * np.sqrt(lengths / options.expiry_years)), _FEWEST_STEPS)
    _put_paths(periods, options, model)
    terms = np.empty((TERMS, size))
    terms[STRIKE] = options.strike
    terms[PAYOFF_STRIKE], terms[PAYOFF_KEPT] = _payoff(options, dividends, count)
    terms[EXPIRY_YEARS] = options.expiry_years
    terms[VOLATILITY], terms[RATE], terms[CARRY] = options.volatility, options.rate, options.carry
    terms[SIGN] = np.where(options.is_call, 1.0, -1.0)
    spacing, below = (np.repeat(column[::twins], twins) for column in _grid(periods, options))
    terms[SPACING] = spacing
    terms[SPOT_NODE] = np.where(options.is_call, below, NODES - 1 - below)
    return terms, periods


def _grid(periods: FloatArray, options: Options) -> tuple[FloatArray, FloatArray]:
    """Spacing, and the number of nodes below spot: five deviations either way, and what dividends stretch."""
    width = _DEVIATIONS * options.volatility * np.sqrt(options.expiry_years)
    anchor, kept = periods[ANCHOR], periods[KEPT, :-1]
    stretch = np.log(anchor[:-1] * kept / anchor[1:]).sum(axis=0)
    below = np.floor((NODES - 1) * width / (2.0 * width + np.clip(stretch, 0.0, _MOST_STRETCH)))
    below = np.maximum(below, _FEWEST_NODES)
    return width / below, below


def _payoff(options: Options, dividends: DividendSchedule, count: int) -> tuple[FloatArray, FloatArray]:
    """Strike and share kept of the payoff, with what goes ex at expiry, or in the last moment before, in it.

    An American call is exercised before such a dividend instead. An American put is not exercised before it
    and, where money earns interest, at once after it.
    """
    strike, kept = options.strike.copy(), np.ones(len(options.strike))
    for ex, cash, proportional in zip(
        dividends.ex_years[count:], dividends.cash[count:], dividends.proportional[count:], strict=True
    ):
        seen = (ex <= options.expiry_years) & ~(options.is_american & options.is_call)
        interest = np.where(options.is_american, np.maximum(options.rate, 0.0), 0.0)
        strike = np.where(seen, strike * np.exp(interest * (options.expiry_years - ex)), strike)
        strike = np.where(seen, strike + cash * options.cash_scale, strike)
        kept = np.where(seen, kept * (1.0 - proportional), kept)
    return strike, kept


def _put_paths(periods: FloatArray, options: Options, model: CashDividendModel) -> None:
    """A(t) and what is held in escrow, both over growth, in each period."""
    count = periods.shape[1] - 1
    anchor, escrow, kept = periods[ANCHOR], periods[ESCROW], periods[KEPT]
    present = periods[CASH] * np.exp(-options.carry * periods[END_YEARS])
    if model is CashDividendModel.ESCROWED:
        for at in range(count - 1, -1, -1):
            escrow[at] = (escrow[at + 1] + present[at]) / kept[at]
        anchor[0] = np.maximum(options.spot - escrow[0], _LEAST_LOGNORMAL * options.spot)
        for at in range(count):
            anchor[at + 1] = anchor[at] * kept[at]
        return
    anchor[0] = options.spot
    for at in range(count):
        anchor[at + 1] = np.maximum(anchor[at] * kept[at] - present[at], _LEAST_ANCHOR * anchor[at])
