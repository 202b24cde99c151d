"""The hedging problems that the universal network learns from: random books, costs and aversions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hedger.optimum.problem import FloatArray, HedgingProblem, IntArray

_DATES_PER_YEAR = 250.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemLaw:
    """Ranges that problems are drawn from, log-uniform where both ends are positive.

    risk_aversion: times spot and units. volatility: per sqrt(year) of 250 dates. log_moneyness: largest of a
    strike in absolute value. deviations: of strikes from spot, in deviations to expiry. fixed_share: problems
    that have a fixed cost. long_share: problems of up to a year. severe_share: problems whose aversion and
    volatility are both high, where the optimum is far from every formula. bought_share: of structures that
    are long. kinds: probabilities of one option, straddle or strangle, vertical spread, butterfly, condor,
    calendar or diagonal, random lines.
    """

    proportional_cost: tuple[float, float] = (1e-5, 2e-2)
    risk_aversion: tuple[float, float] = (1.0, 350.0)
    volatility: tuple[float, float] = (0.07, 0.8)
    steps: tuple[int, int] = (1, 80)
    log_moneyness: float = 0.2
    deviations: float = 1.5
    fixed_cost: tuple[float, float] = (1e-6, 1e-3)
    fixed_share: float = 0.3
    long_share: float = 0.03
    severe_share: float = 0.2
    severe_risk_aversion: tuple[float, float] = (60.0, 350.0)
    severe_volatility: tuple[float, float] = (0.25, 0.75)
    bought_share: float = 0.35
    kinds: tuple[float, ...] = (0.34, 0.16, 0.17, 0.09, 0.08, 0.08, 0.08)


SEVERE = ProblemLaw(
    severe_share=1.0,
    severe_risk_aversion=(100.0, 350.0),
    severe_volatility=(0.35, 0.75),
    bought_share=0.1,
    kinds=(0.3, 0.45, 0.1, 0.03, 0.04, 0.03, 0.05),
    fixed_share=0.15,
    long_share=0.0,
)
"""Mostly short straddles under great aversion, where a day's move can cost many times what is tolerated."""


def random_problem(rng: np.random.Generator, law: ProblemLaw | None = None) -> HedgingProblem:
    """Draw one problem with spot 1."""
    law = law or ProblemLaw()
    longest = (80, 252) if rng.random() < law.long_share else law.steps
    steps = round(_log_uniform(rng, *longest))
    severe = rng.random() < law.severe_share
    volatility = _log_uniform(rng, *(law.severe_volatility if severe else law.volatility))
    variance = volatility**2 / _DATES_PER_YEAR
    strike, is_call, units, expiry = _random_book(rng, steps, variance, law)
    fixed = _log_uniform(rng, *law.fixed_cost) if rng.random() < law.fixed_share else 0.0
    return HedgingProblem(
        strike=strike,
        is_call=is_call,
        units=units,
        expiry_step=expiry,
        spot=1.0,
        step_variance=variance,
        proportional_cost=_log_uniform(rng, *law.proportional_cost),
        fixed_cost=fixed,
        risk_aversion=_log_uniform(rng, *(law.severe_risk_aversion if severe else law.risk_aversion)),
    )


def _log_uniform(rng: np.random.Generator, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


_Book = tuple[FloatArray, np.ndarray[tuple[int], np.dtype[np.bool_]], FloatArray, IntArray]


def _random_book(rng: np.random.Generator, steps: int, variance: float, law: ProblemLaw) -> _Book:
    """One of the common structures, or random lines; units are of order 1."""
    kind = rng.choice(7, p=law.kinds)
    sign = 1.0 if rng.random() < law.bought_share else -1.0
    deviation = np.sqrt(variance * steps)
    centre = _strike(rng, deviation, law)
    width = deviation * abs(rng.normal()) + 0.02 * rng.random()
    if kind == 0:  # one option
        return _book([centre], [rng.random() < 0.5], [sign], [steps])
    if kind == 1:  # straddle or strangle
        return _book(
            [centre - width * (rng.random() < 0.5), centre], [False, True], [sign, sign], [steps] * 2
        )
    if kind == 2:  # vertical spread; a narrow one is a digital
        call = rng.random() < 0.5
        size = 1.0 if rng.random() < 0.7 else rng.uniform(0.3, 1.0)
        return _book([centre, centre + max(width, 0.005)], [call] * 2, [sign, -sign * size], [steps] * 2)
    if kind == 3:  # butterfly
        strikes = [centre - width - 0.005, centre, centre + width + 0.005]
        return _book(strikes, [True] * 3, [0.5 * sign, -sign, 0.5 * sign], [steps] * 3)
    if kind == 4:  # condor, iron
        strikes = [centre - 2 * width - 0.01, centre - width, centre + width, centre + 2 * width + 0.01]
        return _book(strikes, [False, False, True, True], [-sign, sign, sign, -sign], [steps] * 4)
    near = max(1, round(steps * rng.uniform(0.2, 0.9)))
    if kind == 5:  # calendar or diagonal
        other = centre if rng.random() < 0.6 else _strike(rng, deviation, law)
        return _book([centre, other], [True] * 2, [sign, -sign * rng.uniform(0.5, 1.0)], [near, steps])
    lines = round(_log_uniform(rng, 3, 50))
    units = rng.normal(size=lines)
    expiries = np.unique(np.append(rng.integers(1, steps + 1, size=3), steps))
    return _book(
        [_strike(rng, deviation, law) for _ in range(lines)],
        list(rng.random(lines) < 0.5),
        list(units / np.sqrt((units**2).sum())),
        [*rng.choice(expiries, size=lines - 1), steps],
    )


def _strike(rng: np.random.Generator, deviation: float, law: ProblemLaw) -> float:
    """Log of a strike over spot: near the money by deviations, or anywhere in the widest range."""
    if rng.random() < 0.75:
        return float(np.clip(rng.normal() * law.deviations * deviation, -0.6, 0.6))
    return float(rng.uniform(-law.log_moneyness, law.log_moneyness))


def _book(strikes: list[float], calls: list[bool], units: list[float], expiries: list[int]) -> _Book:
    return (
        np.exp(np.array(strikes)),
        np.array(calls, dtype=np.bool_),
        np.array(units),
        np.array(expiries, dtype=np.int64),
    )
