"""Books of the closed loop: what a policy makes of believed costs, exactly scored, and what it trades."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from benchmarks.closed_loop_market import HORIZON_DAYS, Venue
from execution.tca.cost_curve import CostCurve
from hedger.network.inference import BandNetwork, BookStates
from hedger.network.weights import shipped_network
from hedger.optimum import HedgingProblem, PowerImpact, score_with_impact
from hedger.optimum.band_formulas import BookGamma, whalley_wilmott_half_width
from hedger.optimum.grid import Resolution
from hedger.policy.deep import MOST_UNSEEN
from hedger.policy.impact_band import ends_from
from pricing.greeks import black_greeks

FloatArray = npt.NDArray[np.float64]
Edges = Callable[[HedgingProblem, int, FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
"""(problem, date, spot (node,), costs (size,)) -> lower and upper edges of the holding, (node, size)."""

DAYS = 21
AVERSION = 50.0  # times notional
RESOLUTION = Resolution(nodes_per_deviation=2.0, holdings=121)
TRADES = 2.0 * np.linspace(0.0, 1.0, 17) ** 2  # [units of the book's notional]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Options of one expiry; units: signed, of each line, times `size` contracts of the hedge."""

    name: str
    size: float
    strikes: tuple[float, ...]
    is_call: tuple[bool, ...]
    units: tuple[float, ...]


BOOKS = (
    Book(name="short straddle", size=6_000.0, strikes=(1.0, 1.0), is_call=(True, False), units=(-1.0, -1.0)),
    Book(name="call spread", size=6_000.0, strikes=(1.0, 1.06), is_call=(True, True), units=(1.0, -1.0)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A cost curve in units of the book's notional; proportional and impact as fractions of the value."""

    proportional: float
    impact: PowerImpact

    @classmethod
    def of(cls, curve: CostCurve, venue: Venue, size: float) -> Law:
        """For a book of `size` contracts whose trades have the venue's horizon."""
        full = curve.impact_coefficient * venue.conditions.volatility * np.sqrt(HORIZON_DAYS / 252.0)
        coefficient = full * (size / venue.volume) ** curve.impact_exponent
        impact = PowerImpact(coefficient=float(coefficient), exponent=curve.impact_exponent)
        return cls(proportional=max(curve.proportional_bps(), 0.0) / 1e4, impact=impact)

    def marginal(self, trades: FloatArray) -> FloatArray:
        """Cost of the last unit, as `hedger.policy.trade_costs` has it."""
        grown = (1.0 + self.impact.exponent) * self.impact.coefficient
        return np.asarray(self.proportional + grown * trades**self.impact.exponent)


def problem_of(book: Book, venue: Venue, law: Law) -> HedgingProblem:
    """The book for a month of daily decisions."""
    return HedgingProblem(
        strike=np.array(book.strikes),
        is_call=np.array(book.is_call),
        units=np.array(book.units),
        expiry_step=np.full(len(book.units), DAYS, dtype=np.int64),
        spot=1.0,
        step_variance=venue.conditions.volatility**2 / 252.0,
        proportional_cost=law.proportional,
        risk_aversion=AVERSION,
    )


def _gamma(problem: HedgingProblem, step: int, spot: FloatArray) -> tuple[FloatArray, BookGamma]:
    """The book's delta (node,), and its gammas with a row a node."""
    left = float(DAYS - step)
    level, deviation = spot[:, None], np.sqrt(problem.step_variance)
    greeks = black_greeks(level, level, problem.strike, left, deviation, 1.0, problem.is_call)
    lines = np.full(len(problem.units), left / 252.0)
    volatility = np.full_like(greeks.gamma, deviation * np.sqrt(252.0))
    known = BookGamma.of_lines(gamma=greeks.gamma * problem.units, expiry_years=lines, volatility=volatility)
    return (greeks.delta * problem.units).sum(axis=1), known


def whalley_wilmott(
    problem: HedgingProblem, step: int, spot: FloatArray, costs: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The band of `hedger.policy.whalley_wilmott`."""
    delta, gamma = _gamma(problem, step, spot)
    width = whalley_wilmott_half_width(
        gamma=gamma.net[:, None],
        spot=spot[:, None],
        proportional_cost=costs,
        risk_aversion=problem.risk_aversion,
        step_variance=problem.step_variance,
    )
    return -delta[:, None] - width, -delta[:, None] + width


@cache
def _network() -> BandNetwork:
    return shipped_network()


def deep(
    problem: HedgingProblem, step: int, spot: FloatArray, costs: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The shipped network's band, as in `hedger.policy.deep`."""
    spots, cost = np.repeat(spot, len(costs)), np.tile(costs, len(spot))
    moneyness = np.log(problem.strike / spots[:, None])
    left = float(DAYS - step)
    answer = _network().bands(
        BookStates(
            moneyness=moneyness,
            variance=np.full_like(moneyness, problem.step_variance * left),
            dates=np.full(len(problem.units), left),
            scaled_units=problem.risk_aversion * spots[:, None] * problem.units,
            is_call=problem.is_call,
            step_variance=np.full(len(spots), problem.step_variance),
            proportional_cost=cost,
            scaled_fixed_cost=np.zeros(len(spots)),
        )
    )
    trusted = (answer.unseen <= MOST_UNSEEN) & np.isfinite(answer.bands).all(axis=1)
    scaled = np.where(trusted[:, None], answer.bands, answer.reference_bands())
    holding = (scaled / (problem.risk_aversion * spots)[:, None]).reshape(len(spot), len(costs), 4)
    return holding[:, :, 0], holding[:, :, 3]


POLICIES: Mapping[str, Edges] = {"whalley-wilmott": whalley_wilmott, "deep": deep}


def risk(policy: Edges, believed: Law, true: Law, problem: HedgingProblem, smallest: float) -> float:
    """Entropic risk [bp of notional] under the true law of the policy that believes another.

    smallest: the least trade whose cost decides on waiting, as in `hedger.policy.impact_band`.
    """
    costs = believed.marginal(np.maximum(TRADES, smallest))

    def targets(step: int, spot: FloatArray, holding: FloatArray) -> FloatArray:
        lower, upper = policy(problem, step, spot[:, 0], costs)
        rows = [_traded(holding[0], below, above) for below, above in zip(lower, upper, strict=True)]
        return np.array(rows)

    return 1e4 * score_with_impact(problem, true.impact, targets, resolution=RESOLUTION)


def _traded(holding: FloatArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Holdings after the trade at one spot; edges (size,)."""
    bought = np.maximum(holding, ends_from(holding, lower, TRADES))
    sold = np.minimum(holding, -ends_from(-holding, -upper, TRADES))
    return np.where(holding < lower[0], bought, np.where(holding > upper[0], sold, holding))


def own_sizes(venue: Venue, book: Book, orders: int, rng: np.random.Generator) -> FloatArray:
    """Participations of as many of the book's own trades, month after month, from before it learned anything.

    Whalley and Wilmott's band makes them with the prior's costs; beyond the market's volume they are at it.
    """
    law = Law.of(venue.prior(), venue, book.size)
    problem = problem_of(book, venue, law)
    smallest = 0.5 / book.size
    costs = law.marginal(np.maximum(TRADES, smallest))
    found = np.empty(0)
    while len(found) < orders:
        traded = _months(problem, costs, orders // DAYS + 1, rng) * book.size
        found = np.append(found, traded[traded > 0.5])
    return np.minimum(found[:orders] / venue.volume, 1.0)


def _months(problem: HedgingProblem, costs: FloatArray, months: int, rng: np.random.Generator) -> FloatArray:
    """Units traded on each date, month after month."""
    spot, holding, traded = np.ones(months), np.zeros(months), np.empty((months, DAYS))
    deviation = np.sqrt(problem.step_variance)
    for step in range(DAYS):
        lower, upper = whalley_wilmott(problem, step, spot, costs)
        rows = zip(holding[:, None], lower, upper, strict=True)
        ends = np.array([_traded(held, below, above)[0] for held, below, above in rows])
        traded[:, step] = np.abs(ends - holding)
        holding = ends
        spot = spot * np.exp(deviation * rng.standard_normal(months) - 0.5 * deviation**2)
    return traded.ravel()
