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


def practitioner_delta(problem: HedgingProblem, step: int, spot: FloatArray) -> FloatArray:
    """Hold minus the book's Black delta: edges of the holding [units of underlying], shape (level, 2).

    Here and below a holding under the first edge is bought up to it, one over the second sold down to it, as
    `score_bands` takes them. step: the date, 0 .. steps - 1; options that expire there are settled already.
    spot [currency]: shape (level,).
    """
    return _edges(problem, step, spot)


def leland(problem: HedgingProblem, step: int, spot: FloatArray) -> FloatArray:
    """Hold minus the delta at Leland's volatility (1985), which pays for rehedging at every date."""
    gamma = _book_gamma(problem, step, spot, dates_per_year=1.0)
    factor = leland_variance_factor(
        gamma, step_variance=problem.step_variance, proportional_cost=problem.proportional_cost
    )
    return _edges(problem, step, spot, variance_factor=factor)


def whalley_wilmott(problem: HedgingProblem, step: int, spot: FloatArray) -> FloatArray:
    """Whalley and Wilmott's band (1997) around minus the Black delta."""
    gamma = _book_gamma(problem, step, spot, dates_per_year=1.0)
    width = whalley_wilmott_half_width(
        gamma=gamma.net,
        spot=spot,
        proportional_cost=problem.proportional_cost,
        risk_aversion=problem.risk_aversion,
    )
    return _edges(problem, step, spot, half_width=width)


def zakamouline(
    problem: HedgingProblem, step: int, spot: FloatArray, *, dates_per_year: float = 250.0
) -> FloatArray:
    """Zakamouline's band (2006) around minus the delta at his modified volatility.

    dates_per_year: what his constants need to know of time besides variance.
    """
    gamma = _book_gamma(problem, step, spot, dates_per_year)
    terms = {"proportional_cost": problem.proportional_cost, "risk_aversion": problem.risk_aversion}
    width = zakamouline_half_width(gamma, spot=spot, **terms)
    factor = zakamouline_variance_factor(gamma, spot=spot, **terms)
    return _edges(problem, step, spot, variance_factor=factor, half_width=width)


def _edges(
    problem: HedgingProblem,
    step: int,
    spot: FloatArray,
    *,
    variance_factor: FloatArray | float = 1.0,
    half_width: FloatArray | float = 0.0,
) -> FloatArray:
    """Both edges around minus the delta at every remaining variance times the factor; (level, 2)."""
    lines = _living(problem, step, spot, variance_factor)
    holding = -lines.delta.sum(axis=1)
    return np.stack([holding - half_width, holding + half_width], axis=1)


def _book_gamma(problem: HedgingProblem, step: int, spot: FloatArray, dates_per_year: float) -> BookGamma:
    lines = _living(problem, step, spot, 1.0)
    return BookGamma.of_lines(
        gamma=lines.gamma,
        expiry_years=lines.remaining / dates_per_year,
        volatility=np.full_like(lines.gamma, np.sqrt(problem.step_variance * dates_per_year)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """The options alive: delta and gamma with units included (level, line), remaining dates (line,)."""

    delta: FloatArray
    gamma: FloatArray
    remaining: FloatArray


def _living(
    problem: HedgingProblem, step: int, spot: FloatArray, variance_factor: FloatArray | float
) -> _Lines:
    alive = problem.expiry_step > step
    remaining = (problem.expiry_step - step)[alive].astype(np.float64)
    deviation = np.sqrt(problem.step_variance * np.broadcast_to(variance_factor, spot.shape))
    level = spot[:, None]
    greeks = black_greeks(
        level, level, problem.strike[alive], remaining, deviation[:, None], 1.0, problem.is_call[alive]
    )
    units = problem.units[alive]
    return _Lines(delta=greeks.delta * units, gamma=greeks.gamma * units, remaining=remaining)
