"""What the closed loop is worth: books hedged with costs learned from own fills, and with costs assumed.

Usage: python -m benchmarks.closed_loop [--histories N] [--seeds N]

The true law of each venue is measured in the full order-book simulator; one history of own fills is traded
there, written as a fill table and read back; more are drawn from the law, with the price risk of working
them. Every curve is then handed to the same policy, and the policy it makes is scored by the exact recursion
of `hedger.optimum`, at decisions once a day for a month under geometric Brownian motion in which a trade
costs what the venue's law says: over all paths at once, so that of chance only the histories' is left, over
which differences have their 95% intervals. `optimum` is the least risk there is under the true law. Figures
are certainty equivalents in bp of notional at risk aversion times notional 50.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from time import process_time

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from benchmarks.closed_loop_market import (
    HORIZON_DAYS,
    VENUES,
    Venue,
    learned_from_law,
    learned_in_simulator,
    true_law,
)
from execution.tca.cost_curve import CostCurve
from hedger.network.inference import BandNetwork, BookStates
from hedger.network.weights import shipped_network
from hedger.optimum import HedgingProblem, PowerImpact, score_with_impact, solve_with_impact
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
HISTORIES = (60, 600)
SIMULATED_ORDERS = 40
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


def curves_of(venue: Venue, law: CostCurve, histories: int) -> Mapping[str, Sequence[CostCurve]]:
    """What the hedgers believe: one curve, or one for every history of fills."""
    rngs = [np.random.default_rng(s) for s in np.random.SeedSequence(4).spawn(histories)]
    twice = replace(
        law,
        half_spread_bps=2.0 * law.half_spread_bps,
        fee_bps=2.0 * law.fee_bps,
        impact_coefficient=2.0 * law.impact_coefficient,
    )
    return {
        "true costs": [law],
        "1 bp": [CostCurve(half_spread_bps=1.0, fee_bps=0.0, impact_coefficient=0.0)],
        "twice the true": [twice],
        "no fills": [venue.prior()],
        f"{SIMULATED_ORDERS} simulator": [learned_in_simulator(venue, SIMULATED_ORDERS)],
        **{
            f"{count:,} fills": [learned_from_law(venue, law, count, rng) for rng in rngs]
            for count in HISTORIES
        },
    }


def describe(curves: Mapping[str, Sequence[CostCurve]], venue: Venue) -> None:
    """Expected cost at three sizes under each curve; of many curves the mean and the deviation."""
    terms = {"horizon_days": HORIZON_DAYS, "volatility": venue.conditions.volatility}
    for name, found in curves.items():
        bps = np.array(
            [[c.expected_bps(participation=size, **terms) for size in (0.01, 0.05, 0.2)] for c in found]
        )
        cells = "".join(
            f"{mean:7.2f} ({deviation:.2f})"
            for mean, deviation in zip(bps.mean(axis=0), bps.std(axis=0), strict=True)
        )
        print(f"    {name:16s} cost [bps] of 1%, 5%, 20% of the volume: {cells}", flush=True)


def mean_and_interval(values: FloatArray) -> str:
    """With its 95% interval over histories; a single one is exact."""
    if len(values) == 1:
        return f"{values[0]:+8.3f}         "
    reach = float(stdtrit(len(values) - 1, 0.975)) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():+8.3f} ± {reach:5.3f} "


def report(gains: Mapping[str, Sequence[FloatArray]]) -> None:
    """Mean over venues, books and policies, history by history, and the cells with a gain."""
    print("mean gain over all cells [bp of notional]; cells in which it is positive")
    for key, cells in gains.items():
        means = np.array([cell.mean() for cell in cells])
        together = np.mean(np.array(cells), axis=0)
        print(f"  {key:34s} {mean_and_interval(together)} {(means > 0.0).sum()} of {len(means)}")


def main() -> None:
    """Measure the laws, learn, hedge, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--histories", type=int, default=10, help="of fills, of each length")
    parser.add_argument("--seeds", type=int, default=6, help="of each size, for a venue's true law")
    arguments = parser.parse_args()
    started = process_time()
    gains: dict[str, list[FloatArray]] = {}
    for venue in VENUES:
        law = true_law(venue, arguments.seeds)
        print(
            f"{venue.name}: fee and half spread {law.proportional_bps():.2f} bps, impact "
            f"{law.impact_coefficient:.2f} ± {law.impact_standard_error:.2f}, exponent "
            f"{law.impact_exponent:.2f} ± {law.exponent_standard_error:.2f}; "
            f"{process_time() - started:.0f} s of CPU so far"
        )
        curves = curves_of(venue, law, arguments.histories)
        describe(curves, venue)
        for book in BOOKS:
            _compare(venue, book, law, curves, gains)
    report(gains)
    print(f"{process_time() - started:.0f} s of CPU")


def _compare(
    venue: Venue,
    book: Book,
    law: CostCurve,
    curves: Mapping[str, Sequence[CostCurve]],
    gains: dict[str, list[FloatArray]],
) -> None:
    """Print one book's table and add its gains."""
    true = Law.of(law, venue, book.size)
    problem = problem_of(book, venue, true)
    least = 1e4 * solve_with_impact(problem, true.impact, resolution=RESOLUTION).risk
    for name, policy in POLICIES.items():
        found = {
            curve: np.array(
                [risk(policy, Law.of(each, venue, book.size), true, problem, 0.5 / book.size) for each in own]
            )
            for curve, own in curves.items()
        }
        cells = "  ".join(
            f"{curve}: {mean_and_interval(risks - least).strip()}" for curve, risks in found.items()
        )
        print(f"  {book.name}, {name}: risk above the optimum's {least:.2f}: {cells}", flush=True)
        for learned in (key for key in found if key.endswith(("fills", "simulator", "true costs"))):
            for assumed in ("1 bp", "twice the true"):
                gain = found[assumed] - found[learned]
                gains.setdefault(f"{learned} against {assumed}", []).append(gain)


if __name__ == "__main__":
    main()
