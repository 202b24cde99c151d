"""What fills teach at venues drawn at random: whether stated errors cover, and what the costs are worth.

Usage: python -m benchmarks.closed_loop_venues [--venues N] [--hedged N]

Exponents are uniform from 0.3 to 1, the impact of an order of a tenth of the volume and the quoted half
spread log-uniform over two decades each, the share of the spread that is paid and the volatility uniform: not
what `learn_cost_curve` believes beforehand. The first table is of orders of 0.3 to 30% of the volume; the
second of a short straddle's own trades, hedged by Whalley and Wilmott's band as in `benchmarks.closed_loop`,
all curves at the same venues.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from time import process_time

import numpy as np
import numpy.typing as npt

from benchmarks.closed_loop import mean_and_interval
from benchmarks.closed_loop_books import BOOKS, Law, own_sizes, problem_of, risk, whalley_wilmott
from benchmarks.closed_loop_market import (
    HORIZON_DAYS,
    PRICE,
    Venue,
    conditions,
    history_from_law,
    learned,
    sizes,
)
from execution.tca.calibrate import CostObservations
from execution.tca.cost_curve import CostCurve

FloatArray = npt.NDArray[np.float64]

COUNTS = (1, 10, 100, 600, 2_000)
HEDGED_COUNTS = (100, 600, 2_000)
AT = (0.01, 0.1, 0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A venue, what trading there costs, and the generator of what else is drawn of it."""

    venue: Venue
    law: CostCurve
    rng: np.random.Generator

    def expected(self, curve: CostCurve, participation: float) -> float:
        """Cost of an order there under a curve [bps]."""
        return curve.expected_bps(participation=participation, **self.terms())

    def terms(self) -> dict[str, float]:
        """Horizon and volatility of its orders."""
        return {"horizon_days": HORIZON_DAYS, "volatility": self.venue.conditions.volatility}


def drawn(count: int) -> list[Drawn]:
    """Venues at random, each from a seed of its own."""
    return [_drawn(np.random.default_rng(seed)) for seed in np.random.SeedSequence(9).spawn(count)]


def _drawn(rng: np.random.Generator) -> Drawn:
    exponent = float(rng.uniform(0.3, 1.0))
    impact_of_a_tenth = 0.13 * 10.0 ** rng.uniform(-1.0, 1.0)
    half_spread_bps = 10.0 ** rng.uniform(-1.0, 1.0)
    tick_size = 2.0 * half_spread_bps * PRICE / 1e4
    venue = Venue(name="drawn", conditions=conditions(tick_size, rng.uniform(0.1, 0.5)), slice_seconds=60)
    law = CostCurve(
        half_spread_bps=float(rng.uniform(0.0, 1.0) * half_spread_bps),
        fee_bps=0.0,
        impact_coefficient=float(impact_of_a_tenth * 10.0**exponent),
        impact_exponent=exponent,
    )
    return Drawn(venue=venue, law=law, rng=rng)


def report_errors(venues: Sequence[Drawn]) -> None:
    """Coverage of what is stated, and how far the learned cost is from the true one."""
    largest = max(COUNTS)
    histories = [
        history_from_law(each.venue, each.law, sizes(each.rng, largest), each.rng) for each in venues
    ]
    print(f"{len(venues)} venues; truth within 1.96 standard errors of the cost at 1, 10 and 30% of the")
    print("volume and in the exponent's interval; median factor between learned and true cost at these sizes")
    for count in COUNTS:
        pairs = list(zip(venues, histories, strict=True))
        rows = np.array([_coverage_and_factor(each, history, count) for each, history in pairs])
        covered, factor = rows[:, :4].mean(axis=0), np.exp(np.median(rows[:, 4:], axis=0))
        print(
            f"  {count:5,d} fills  covered" + "".join(f" {share:6.1%}" for share in covered),
            "  factor" + "".join(f" {each:5.2f}" for each in factor),
            flush=True,
        )


def _coverage_and_factor(each: Drawn, history: CostObservations, count: int) -> FloatArray:
    curve = learned(each.venue, history, count)
    truth = np.array([each.expected(each.law, size) for size in AT])
    found = np.array([each.expected(curve, size) for size in AT])
    error = np.array([curve.standard_error_bps(participation=size, **each.terms()) for size in AT])
    lower, upper = curve.exponent_interval or (np.nan, np.nan)
    inside = np.append(np.abs(found - truth) < 1.96 * error, lower < each.law.impact_exponent < upper)
    return np.concatenate([inside.astype(np.float64), np.abs(np.log(found / truth))])


def report_hedging(venues: Sequence[Drawn]) -> None:
    """Risk above that of who knows the true costs [bp of notional], means and intervals over venues."""
    rows = np.array([_risks(each) for each in venues])
    above = rows[:, 1:] - rows[:, :1]
    print(f"{len(venues)} venues: risk above that with true costs; less than with twice the true; median")
    names = ("twice the true", "1 bp", "no fills", *(f"{count:,} own fills" for count in HEDGED_COUNTS))
    for place, name in enumerate(names):
        own, less = above[:, place], above[:, 0] - above[:, place]
        print(f"  {name:16s} {mean_and_interval(own)}  {mean_and_interval(less)}  {np.median(own):+.3f}")


def _risks(each: Drawn) -> list[float]:
    book = BOOKS[0]
    true = Law.of(each.law, each.venue, book.size)
    problem = problem_of(book, each.venue, true)
    own = history_from_law(
        each.venue, each.law, own_sizes(each.venue, book, max(HEDGED_COUNTS), each.rng), each.rng
    )
    twice = replace(
        each.law,
        half_spread_bps=2.0 * each.law.half_spread_bps,
        impact_coefficient=2.0 * each.law.impact_coefficient,
    )
    assumed = CostCurve(half_spread_bps=1.0, fee_bps=0.0, impact_coefficient=0.0)
    curves = [each.law, twice, assumed, each.venue.prior()]
    curves += [learned(each.venue, own, count) for count in HEDGED_COUNTS]
    laws = [Law.of(curve, each.venue, book.size) for curve in curves]
    return [risk(whalley_wilmott, law, true, problem, 0.5 / book.size) for law in laws]


def main() -> None:
    """Draw, learn, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--venues", type=int, default=200, help="drawn for the errors")
    parser.add_argument("--hedged", type=int, default=40, help="of them hedged at")
    arguments = parser.parse_args()
    started = process_time()
    venues = drawn(max(arguments.venues, arguments.hedged))
    report_errors(venues[: arguments.venues])
    report_hedging(venues[: arguments.hedged])
    print(f"{process_time() - started:.0f} s of CPU")


if __name__ == "__main__":
    main()
