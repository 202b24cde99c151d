"""The classical policies' bands for a hedging problem: what every better policy is measured against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.optimum.band_formulas import (
    BookGamma,
    leland_variance_factor,
    whalley_wilmott_half_width,
    zakamouline_half_width,
    zakamouline_variance_factor,
)
from hedger.optimum.problem import FloatArray, HedgingProblem
from pricing.greeks import black_greeks

Band = tuple[FloatArray, FloatArray]


def practitioner_delta(problem: HedgingProblem, step: int, spot: FloatArray) -> Band:
    """Hold minus the book's Black delta: lower and upper edge of the holding, equal, shape of `spot`.

    Here and below a holding [units of underlying] below the lower edge is bought up to it, one above the
    upper edge sold down to it. step: the date, 0 .. steps - 1; options that expire there are settled already.
    spot [currency]: shape (level,).
    """
    holding = -_at_variance(problem, step, spot, np.ones_like(spot)).delta
    return holding, holding


def leland(problem: HedgingProblem, step: int, spot: FloatArray) -> Band:
    """Hold minus the delta at Leland's volatility (1985), which pays for rehedging at every date."""
    gamma = _book_gamma(problem, step, spot, dates_per_year=1.0)
    factor = leland_variance_factor(
        gamma, step_variance=problem.step_variance, proportional_cost=problem.proportional_cost
    )
    holding = -_at_variance(problem, step, spot, factor).delta
    return holding, holding


def whalley_wilmott(problem: HedgingProblem, step: int, spot: FloatArray) -> Band:
    """Whalley and Wilmott's band (1997) around minus the Black delta."""
    gamma = _book_gamma(problem, step, spot, dates_per_year=1.0)
    width = whalley_wilmott_half_width(
        gamma=gamma.net,
        spot=spot,
        proportional_cost=problem.proportional_cost,
        risk_aversion=problem.risk_aversion,
    )
    holding = -_at_variance(problem, step, spot, np.ones_like(spot)).delta
    return holding - width, holding + width


def zakamouline(
    problem: HedgingProblem, step: int, spot: FloatArray, *, dates_per_year: float = 250.0
) -> Band:
    """Zakamouline's band (2006) around minus the delta at his modified volatility.

    dates_per_year: what his constants need to know of time besides variance.
    """
    gamma = _book_gamma(problem, step, spot, dates_per_year)
    terms = {"proportional_cost": problem.proportional_cost, "risk_aversion": problem.risk_aversion}
    width = zakamouline_half_width(gamma, spot=spot, **terms)
    factor = zakamouline_variance_factor(gamma, spot=spot, **terms)
    holding = -_at_variance(problem, step, spot, factor).delta
    return holding - width, holding + width


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """Net delta (level,) and the lines' gammas (level, line) of the options alive, units included."""

    delta: FloatArray
    gamma: FloatArray
    remaining: FloatArray


def _at_variance(problem: HedgingProblem, step: int, spot: FloatArray, factor: FloatArray) -> _Book:
    """The book with every remaining variance times `factor`, shape (level,)."""
    alive = problem.expiry_step > step
    remaining = (problem.expiry_step - step)[alive].astype(np.float64)
    deviation = np.sqrt(problem.step_variance * np.asarray(factor, dtype=np.float64))
    level = np.asarray(spot, dtype=np.float64)[:, None]
    greeks = black_greeks(
        level, level, problem.strike[alive], remaining, deviation[:, None], 1.0, problem.is_call[alive]
    )
    units = problem.units[alive]
    return _Book(delta=greeks.delta @ units, gamma=greeks.gamma * units, remaining=remaining)


def _book_gamma(problem: HedgingProblem, step: int, spot: FloatArray, dates_per_year: float) -> BookGamma:
    book = _at_variance(problem, step, spot, np.ones_like(spot))
    return BookGamma.of_lines(
        gamma=book.gamma,
        expiry_years=book.remaining / dates_per_year,
        volatility=np.full_like(book.gamma, np.sqrt(problem.step_variance * dates_per_year)),
    )
