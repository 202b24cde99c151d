"""How a book's underlyings move together, from their own price histories: correlation and reversion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from typing import TYPE_CHECKING, final

import numpy as np
import numpy.typing as npt

from execution.errors import NotIdentifiedError
from hedger.errors import InputError, UsageError
from pricing.history import PriceHistory
from pricing.market import Market

if TYPE_CHECKING:
    from execution.schedules.cointegrated_fit import CointegrationFit

FloatArray = npt.NDArray[np.float64]

_YEAR = 252
_LEVEL, _DEVIATIONS = 0.95, 1.959963984540054
_RESAMPLES = 200  # of blocks: an interval's width needs no more
_LONGEST_REVERSION, _SHORTEST_REVERSION = 1_000, 250


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoMovement:
    """Correlations of the last year's daily returns; arrays of shape (underlying, underlying).

    correlation: to be used, the sample's shrunk towards none by `shrinkage`, from 0 to 1. lower, upper: the
    sample's 95% interval, the wider of Fisher's and the block bootstrap's. observations: returns, from
    first_day to last_day. unknown: why there is no correlation, a sentence without its stop; then there are
    no symbols, and the arrays are empty.
    """

    symbols: tuple[str, ...] = ()
    correlation: FloatArray
    sample: FloatArray
    lower: FloatArray
    upper: FloatArray
    shrinkage: float = 0.0
    observations: int = 0
    first_day: date | None = None
    last_day: date | None = None
    unknown: str = ""

    def between(self, symbols: Sequence[str]) -> FloatArray:
        """The correlation of some underlyings, in their order."""
        at = [self.symbols.index(symbol) for symbol in symbols]
        return self.correlation[np.ix_(at, at)]


def co_movement(market: Market) -> CoMovement | None:
    """Estimate how the market's underlyings move together; None where there are fewer than two.

    Those without a price history are left out. The correlation is shrunk by what its own error says,
    sum of the squared standard errors over sum of the squared correlations, so that a short history that
    tells nothing gives none.

    Reference: J. Schafer and K. Strimmer, A shrinkage approach to large-scale covariance matrix estimation,
    Statistical Applications in Genetics and Molecular Biology 4 (2005), target D.
    """
    if len(market.underlyings) < 2:
        return None
    histories = _histories(market, sorted(market.underlyings))
    if len(histories) < 2:
        return _unknown("fewer than two underlyings have a price history")
    # Only a book of several underlyings needs the estimator.
    from pricing.correlation import estimate_correlation

    try:
        found = estimate_correlation(_common(histories, _YEAR + 1), level=_LEVEL, resamples=_RESAMPLES)
    except InputError as error:
        return _unknown(f"the price histories do not tell: {error}")
    lower = np.minimum(found.lower, found.block_lower)
    upper = np.maximum(found.upper, found.block_upper)
    shrinkage = _shrinkage(found.correlation, (upper - lower) / (2.0 * _DEVIATIONS))
    return CoMovement(
        symbols=found.symbols,
        correlation=(1.0 - shrinkage) * found.correlation + shrinkage * np.eye(len(found.symbols)),
        sample=found.sample,
        lower=lower,
        upper=upper,
        shrinkage=shrinkage,
        observations=found.observations,
        first_day=found.first_day,
        last_day=found.last_day,
    )


def reversion(market: Market, symbols: Sequence[str]) -> CointegrationFit:
    """Fit how prices of underlyings revert to each other, per trading day, to the last 1,000 common days.

    Raises UsageError, which says why, where a history is missing or shorter than 250 common days, and where
    Johansen's trace test finds no reversion at 5% or the fit is not identified.
    """
    from execution.schedules.cointegrated_fit import fit_cointegration

    named = " and ".join(symbols)
    histories = _histories(market, symbols)
    common = _common(histories, _LONGEST_REVERSION)
    days = len(common[0].dates) if common else 0
    if len(common) < len(symbols) or days < _SHORTEST_REVERSION:
        raise UsageError(
            f"Whether {named} revert to each other takes {_SHORTEST_REVERSION} common days of prices, and "
            f"there are {days if len(common) == len(symbols) else 0}: use --schedule almgren-chriss."
        )
    try:
        return fit_cointegration(np.column_stack([history.close for history in common]), 1.0)
    except NotIdentifiedError as error:
        raise UsageError(
            f"The prices of {named} do not revert to each other as the cointegrated schedule needs: {error}; "
            "use --schedule almgren-chriss."
        ) from None


def _histories(market: Market, symbols: Sequence[str]) -> list[PriceHistory]:
    """The histories that there are, each under its underlying's own name."""
    markets = [market.underlying(symbol) for symbol in symbols]
    return [replace(own.history, symbol=own.symbol) for own in markets if own.history is not None]


def _common(histories: Sequence[PriceHistory], days: int) -> list[PriceHistory]:
    """Closes on the last so many days that all histories have."""
    if not histories:
        return []
    shared = reduce(np.intersect1d, (history.dates for history in histories))[-days:]
    return [
        replace(
            history,
            dates=shared,
            close=history.close[np.searchsorted(history.dates, shared)],
            open=None,
            high=None,
            low=None,
        )
        for history in histories
    ]


def _shrinkage(correlation: FloatArray, error: FloatArray) -> float:
    pairs = np.triu_indices(len(correlation), 1)
    told = float(np.square(correlation[pairs]).sum())
    return min(1.0, float(np.square(error[pairs]).sum()) / told) if told > 0.0 else 1.0


def _unknown(reason: str) -> CoMovement:
    empty = np.empty((0, 0))
    return CoMovement(correlation=empty, sample=empty, lower=empty, upper=empty, unknown=reason)
