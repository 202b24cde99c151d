"""What it costs to work a two-legged and a four-legged block, beside the best that its market allows.

`python -m benchmarks.spread_blocks`: effective over quoted spread of blocks in the simulator, calm and
stressed. Every number is a simulator's: the market is the reduced form of `execution.spread.terms`, its
single leg is set to what is published of real ones, and what follows for packages is its consequence.
`ours` knows the market from a tape of ten trading days in the same regime, the bound knows its true terms.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from execution.spread.learning import learned_market, record_tape
from execution.spread.plan import PackagePlan
from execution.spread.plans import best_fixed_leg_order, best_resting_package, market_orders
from execution.spread.programme import Programme
from execution.spread.records import PackageRecords
from execution.spread.simulate import work_packages
from execution.spread.terms import LegMarket, PackageMarket, stated_market, stressed

FloatArray = npt.NDArray[np.float64]

PATHS = 4_000
SEED = 20261122
STEPS = 120  # of five seconds
TAPE_STEPS = 46_800  # ten days of 6.5 hours
RISK_AVERSION = 0.005  # per tick
FLOORS_AND_AIMS = {2: (0.50, 0.32), 4: (0.30, 0.12)}
# Cost of a filled package over its quoted spread if 1, 2, 3, 4 legs fill at 75, 66, 56, 53% of the width.
CONVENTION = {1: 0.50, 2: 0.32, 3: 0.12, 4: 0.06}
WING = LegMarket(mid_ticks=120, half_spread_ticks=3, widest=2, loading=1)
BODY = LegMarket(mid_ticks=420, half_spread_ticks=5, leak_ticks=1)

Menus = Mapping[str, tuple[PackageMarket, PackagePlan]]


def vertical(steps: int = STEPS) -> PackageMarket:
    """A bought and a sold call of neighbouring strikes: the factor moves both alike."""
    return stated_market((replace(WING, half_spread_ticks=4), replace(BODY, side=-1)), steps=steps)


def condor(steps: int = STEPS) -> PackageMarket:
    """Bought wings and sold bodies: two puts and two calls."""
    puts = (replace(WING, loading=-1), replace(BODY, loading=-1, side=-1, leak_ticks=0))
    return stated_market((*puts, replace(BODY, side=-1), WING), steps=steps)


def assumed(market: PackageMarket) -> PackageMarket:
    """A market before anything is learned of it, wrong in all that a tape shows."""
    legs = tuple(replace(leg, own_move=0.1, requote=0.3, takers=0.1, decay=1.0) for leg in market.legs)
    return replace(market, legs=legs, factor_move=0.1, complex_takers=0.05)


def ours(market: PackageMarket, rng: np.random.Generator) -> PackagePlan:
    """The best plan of the market as a tape shows it."""
    learned = learned_market(assumed(market), record_tape(market, steps=TAPE_STEPS, rng=rng))
    return Programme(learned, risk_aversion=RISK_AVERSION).solve()[0]


def crossed(market: PackageMarket) -> tuple[PackageMarket, PackagePlan]:
    """All legs at market at once."""
    menu = replace(market, offsets=(), complex_offsets=(), dealers=0)
    return menu, market_orders(menu)


def worked(menu: PackageMarket, plan: PackagePlan) -> PackageRecords:
    """The same packages' chances for every way of working them."""
    return work_packages(menu, plan, paths=PATHS, rng=np.random.default_rng(SEED))


def costs(records: PackageRecords) -> FloatArray:
    """Effective over quoted spread of each package, less the news of mean zero."""
    return (records.cost_ticks - records.news_ticks) / records.market.half_spread_ticks


def interval(values: FloatArray) -> str:
    """Mean and half width of its 95% interval."""
    return f"{values.mean():7.3f} +-{1.96 * values.std(ddof=1) / math.sqrt(len(values)):6.3f}"


def print_block(name: str, market: PackageMarket) -> None:
    """One block in one regime: each way's exact and simulated cost, and ours against each of them."""
    started, half = time.process_time(), market.half_spread_ticks
    own_plan = ours(market, np.random.default_rng(SEED + 1))
    ways: Menus = {
        "market orders at once": crossed(market),
        "fixed leg order": best_fixed_leg_order(market),
        "one complex order": best_resting_package(market),
        "ours": (market, own_plan),
    }
    floor, aim = FLOORS_AND_AIMS[len(market.legs)]
    own = worked(market, own_plan)
    print(f"\n{name}: effective over quoted; floor {floor}, aim {aim}; half spread {half} ticks")
    print("way                     exact  simulated 95%     more than ours 95% adverse complete  leg risk")
    for way, (menu, plan) in ways.items():
        records, exact = worked(menu, plan), Programme(menu).value(plan) / half
        print(
            f"{way:22} {exact:6.3f} {interval(costs(records))} {interval(costs(records) - costs(own))} "
            f"{records.adverse_ticks.mean() / half:8.3f} {records.complete.mean():8.1%}  {leg_risk(records)}"
        )
    bound = Programme(market).solve()[1] / half
    print(
        f"{'bound of this market':22} {bound:6.3f}  ours is {exact - bound:.4f} above; "
        f"{time.process_time() - started:.1f} s of processor time"
    )


def leg_risk(records: PackageRecords) -> str:
    """Mean and worst move of missing legs' mids, and mean time with an open leg."""
    risk = records.leg_risk
    return (
        f"{risk.expected_move:6.2f} mean {risk.worst_move:4.0f} worst ticks, {risk.expected_seconds:5.1f} s"
    )


def print_ways() -> None:
    """The bound with fewer ways, at several horizons: what each is worth, and what patience is."""
    print("\nbound of two legs by ways, calm and stressed    5 min          10 min         20 min")
    none = {"offsets": (), "complex_offsets": (), "dealers": 0}
    menus = {
        "crossing at a good moment": (),
        "complex order": ("complex_offsets",),
        "dealers": ("dealers",),
        "legging in": ("offsets",),
        "a mix": tuple(none),
    }
    for name, kept in menus.items():
        left = {way: nothing for way, nothing in none.items() if way not in kept}
        row = []
        for steps in (60, 120, 240):
            for market in (vertical(steps), stressed(vertical(steps))):
                row.append(Programme(replace(market, **left)).solve()[1] / market.half_spread_ticks)
        print(
            f"{name:44}"
            + "   ".join(
                f"{calm:6.3f} {stress:5.3f}" for calm, stress in zip(row[::2], row[1::2], strict=True)
            )
        )


def print_stated_market() -> None:
    """What the market makes of published facts that were not put into it, and of one put in its place."""
    leg = stated_market((replace(BODY, half_spread_ticks=4),), steps=60)
    alone = Programme(replace(leg, complex_offsets=(), dealers=0)).solve()[1] / 4.0
    print(f"one leg, five minutes, resting and timing: {alone:.3f} (published of those who time: under 0.31)")
    print(
        "one complex order, best offset     this market   convention   complex orders only, dealers at the "
        "convention's price: bound"
    )
    for market in (vertical(), condor()):
        menu, plan = best_resting_package(market)
        simple = Programme(menu).value(plan) / market.half_spread_ticks
        convention = CONVENTION[len(market.legs)]
        cheap = replace(market, complex_edge=convention, offsets=())
        bound = Programme(cheap).solve()[1] / market.half_spread_ticks
        print(f"{len(market.legs)} legs {simple:39.3f} {convention:12.2f} {bound:12.3f}")


def print_five_minutes() -> None:
    """The bound in half the time, over which the single leg is as published."""
    print("\nbound in five minutes      calm    stressed")
    for name, package in (("two legs", vertical(60)), ("four legs", condor(60))):
        bounds = [Programme(at).solve()[1] / at.half_spread_ticks for at in (package, stressed(package))]
        print(f"{name:24} {bounds[0]:6.3f} {bounds[1]:11.3f}")


def print_wrong_regime() -> None:
    """What a plan for the other regime costs."""
    print(
        "\nplan made for the other regime     calm      stressed   (two legs; effective over quoted, bound)"
    )
    calm, hard = vertical(), stressed(vertical())
    plans = {id(market): Programme(market).solve() for market in (calm, hard)}
    wrong = [
        Programme(calm).value(plans[id(hard)][0]) / calm.half_spread_ticks,
        Programme(hard).value(plans[id(calm)][0]) / hard.half_spread_ticks,
    ]
    bounds = [plans[id(market)][1] / market.half_spread_ticks for market in (calm, hard)]
    print(f"{'':32} {wrong[0]:.3f} {bounds[0]:.3f}   {wrong[1]:.3f} {bounds[1]:.3f}")


if __name__ == "__main__":
    print("simulator figures: a reduced-form market, see execution/spread/terms.py")
    print_stated_market()
    for legs, package in (("two legs", vertical()), ("four legs", condor())):
        print_block(f"{legs}, calm", package)
        print_block(f"{legs}, stressed", stressed(package))
    print_five_minutes()
    print_ways()
    print_wrong_regime()
