"""The classical policies' bands along a market's paths, at the implied volatility or at the forecast's."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from hedger.network.market_study.book import BookAtDate
from hedger.network.market_study.states import HedgingTask
from hedger.network.markets.paths import DAYS_PER_YEAR
from hedger.optimum.band_formulas import (
    BookGamma,
    leland_variance_factor,
    whalley_wilmott_half_width,
    zakamouline_half_width,
    zakamouline_variance_factor,
)

FloatArray = npt.NDArray[np.float64]
Edges = tuple[FloatArray, FloatArray]
Rule = Callable[[HedgingTask, BookAtDate, FloatArray], Edges]
"""Task, book at a date, volatilities (path, line) to lower and upper edge (path,) [units of underlying]."""


def delta(task: HedgingTask, date: BookAtDate, volatility: FloatArray) -> Edges:
    """Minus the delta at every date."""
    middle = -date.book.total(date.greeks(volatility).delta)
    return middle, middle


def minimum_variance(task: HedgingTask, date: BookAtDate, volatility: FloatArray) -> Edges:
    """Minus the minimum-variance delta at every date, its vega and delta at the given volatilities."""
    middle = -date.minimum_variance_delta(date.greeks(volatility))
    return middle, middle


def leland(task: HedgingTask, date: BookAtDate, volatility: FloatArray) -> Edges:
    """Minus the delta at Leland's volatility at every date."""
    step_variance = _book_gamma(date, volatility).volatility ** 2 / DAYS_PER_YEAR
    factor = leland_variance_factor(
        _book_gamma(date, volatility), step_variance=step_variance, proportional_cost=task.proportional_cost
    )
    return delta(task, date, volatility * np.sqrt(factor)[:, None])


def whalley_wilmott(task: HedgingTask, date: BookAtDate, volatility: FloatArray) -> Edges:
    """Whalley and Wilmott's band around minus the delta."""
    middle, _ = delta(task, date, volatility)
    width = whalley_wilmott_half_width(
        gamma=_book_gamma(date, volatility).net,
        spot=date.spot,
        proportional_cost=task.proportional_cost,
        risk_aversion=task.risk_aversion,
    )
    return middle - width, middle + width


def zakamouline(task: HedgingTask, date: BookAtDate, volatility: FloatArray) -> Edges:
    """Zakamouline's band around minus the delta at his modified volatility."""
    gamma = _book_gamma(date, volatility)
    terms = {"proportional_cost": task.proportional_cost, "risk_aversion": task.risk_aversion}
    width = zakamouline_half_width(gamma, spot=date.spot, **terms)
    factor = zakamouline_variance_factor(gamma, spot=date.spot, **terms)
    middle, _ = delta(task, date, volatility * np.sqrt(factor)[:, None])
    return middle - width, middle + width


def threshold(share: float) -> Rule:
    """To `share` of the largest line away from minus the delta where the holding is further off."""

    def rule(task: HedgingTask, date: BookAtDate, volatility: FloatArray) -> Edges:
        middle, _ = delta(task, date, volatility)
        width = share * np.abs(task.book.units).max(axis=-1)
        return middle - width, middle + width

    return rule


def along(rule: Rule, task: HedgingTask, dates: Sequence[BookAtDate], *, implied: bool) -> Edges:
    """A rule's edges at every date, each (step, path), at the implied or the forecast's volatilities."""
    rows = [rule(task, date, date.implied if implied else date.hedging) for date in dates]
    return np.stack([lower for lower, _ in rows]), np.stack([upper for _, upper in rows])


def _book_gamma(date: BookAtDate, volatility: FloatArray) -> BookGamma:
    return BookGamma.of_lines(
        gamma=date.greeks(volatility).gamma * date.book.units,
        expiry_years=date.book.expiry_step / DAYS_PER_YEAR,
        volatility=volatility,
    )
