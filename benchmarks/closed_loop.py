"""What the closed loop is worth: books hedged with costs learned from own fills, and with costs assumed.

Usage: python -m benchmarks.closed_loop [--histories N] [--seeds N] [--policy NAME]

The true law of each venue is measured in the full order-book simulator; one history of own fills is traded
there, written as a fill table and read back; more are drawn from the law, with the price risk of working
them: of the sizes that the book itself trades, and of sizes of which it trades few. Longer histories begin
with the shorter ones. Every curve is then handed to the same policy, and the policy it makes is scored by the
exact recursion of `hedger.optimum`, at decisions once a day for a month under geometric Brownian motion in
which a trade costs what the venue's law says: over all paths at once, so that of chance only the histories'
is left, over which differences have their 95% intervals. `optimum` is the least risk there is under the true
law. Figures are certainty equivalents in bp of notional at risk aversion times notional 50.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import process_time

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from benchmarks.closed_loop_books import BOOKS, POLICIES, RESOLUTION, Book, Law, own_sizes, problem_of, risk
from benchmarks.closed_loop_market import (
    HORIZON_DAYS,
    VENUES,
    Venue,
    history_from_law,
    learned,
    learned_in_simulator,
    sizes,
    true_law,
)
from execution.tca.cost_curve import CostCurve
from hedger.optimum import solve_with_impact

FloatArray = npt.NDArray[np.float64]

HISTORIES = (100, 300, 600, 2_000)
ASSORTED = 600
SIMULATED_ORDERS = 40


def curves_of(
    venue: Venue, book: Book, law: CostCurve, histories: int, simulated: CostCurve
) -> Mapping[str, Sequence[CostCurve]]:
    """What the hedgers believe: one curve, or one for every history of fills."""
    rngs = [np.random.default_rng(s) for s in np.random.SeedSequence(4).spawn(histories)]
    own = [history_from_law(venue, law, own_sizes(venue, book, max(HISTORIES), rng), rng) for rng in rngs]
    assorted = [history_from_law(venue, law, sizes(rng, ASSORTED), rng) for rng in rngs]
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
        f"{SIMULATED_ORDERS} simulator": [simulated],
        f"{ASSORTED} assorted": [learned(venue, each, ASSORTED) for each in assorted],
        **{f"{count:,} own fills": [learned(venue, each, count) for each in own] for count in HISTORIES},
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
    parser.add_argument("--policy", choices=POLICIES, help="only this one")
    arguments = parser.parse_args()
    policies = (arguments.policy,) if arguments.policy else tuple(POLICIES)
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
        simulated = learned_in_simulator(venue, SIMULATED_ORDERS)
        for book in BOOKS:
            curves = curves_of(venue, book, law, arguments.histories, simulated)
            print(f"  {book.name}")
            describe(curves, venue)
            for policy in policies:
                _compare(venue, book, policy, law, curves, gains)
    report(gains)
    print(f"{process_time() - started:.0f} s of CPU")


def _compare(
    venue: Venue,
    book: Book,
    policy: str,
    law: CostCurve,
    curves: Mapping[str, Sequence[CostCurve]],
    gains: dict[str, list[FloatArray]],
) -> None:
    """Print one book's table under one policy and add its gains."""
    true = Law.of(law, venue, book.size)
    problem = problem_of(book, venue, true)
    least = 1e4 * solve_with_impact(problem, true.impact, resolution=RESOLUTION).risk
    smallest = 0.5 / book.size
    found = {
        curve: np.array(
            [risk(POLICIES[policy], Law.of(each, venue, book.size), true, problem, smallest) for each in all_]
        )
        for curve, all_ in curves.items()
    }
    print(f"    {policy}: risk above the optimum's {least:.2f}, and less than with twice the true costs")
    for curve, risks in found.items():
        less = mean_and_interval(found["twice the true"] - risks)
        print(f"      {curve:16s} {mean_and_interval(risks - least)}  {less}", flush=True)
    for learner in (key for key in found if key.endswith(("fills", "assorted", "simulator", "true costs"))):
        for assumed in ("1 bp", "twice the true"):
            gains.setdefault(f"{learner} against {assumed}", []).append(found[assumed] - found[learner])


if __name__ == "__main__":
    main()
