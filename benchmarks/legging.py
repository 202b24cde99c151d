"""Legging in: published values, the learned policy beside the exact programme, and fills in every order.

`python -m benchmarks.legging`: figures of a stated model of fills, exact by policy evaluation, no simulation.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from execution.legging.features import FEATURE_NAMES
from execution.legging.learned import shipped_legging
from execution.legging.packages import LegFill, Package, PackageLeg, PackageState
from execution.legging.programme import policy_values, solve
from execution.legging.regimes import COMPETITIVE, RegimeLaw
from execution.legging.terms import flat_open_costs
from execution.legging.threshold import ThresholdTerms, best_values, resting_values
from execution.orders import Fill, Liquidity, Side, TradingRules
from hedger.ledger import Ledger
from hedger.portfolio import Portfolio, Position, PositionKind
from tests.execution.legging.terms import PUBLISHED

SEED = 20_261_122  # of no training
REGIMES, GROUPS, ORDERS = 100, 20, 100_000


def seconds(work: Callable[[], object], times: int = 20) -> float:
    """Best processor time of several."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


def print_published() -> None:
    """The reference's cases, and what more freedom is worth."""
    print("no deadline, c a second     all rest first   reference   any may rest")
    for cost, reference in ((0.01, -0.0416667), (0.037, 0.0333333)):
        terms = ThresholdTerms(
            half_spreads=(0.05, 0.08),
            fill_rates=(0.5, 0.3),
            adverse_moves=(0.03, 0.03),
            open_costs=flat_open_costs(2, cost),
        )
        print(
            f"{cost:11.3f} {resting_values(terms)[0]:29.7f} {reference:11.7f} {best_values(terms)[0]:14.7f}"
        )
    complex_only = np.tile([0b1_0000, 0b10, 0b01, 0], (PUBLISHED.steps + 1, 1))
    print("\ntwelve steps                     cost   reference")
    rows = (
        ("crossing", PUBLISHED.crossing_cost, ".13"),
        ("always the complex book", policy_values(PUBLISHED, complex_only)[-1, 0], ".09469"),
        ("all rest, complex or cross", solve(PUBLISHED, separate=False).expected_cost, ".0695219"),
        ("each leg by itself", solve(PUBLISHED).expected_cost, "none"),
        ("learned", shipped_legging().expected_cost(PUBLISHED), "none"),
    )
    for name, cost, reference in rows:
        print(f"{name:28} {cost:8.7f} {reference:>11}")


def regrets(law: RegimeLaw, count: int, seed: int) -> npt.NDArray[np.float64]:
    """Learned less exact cost over the exact one's size, and over crossing's: shape (2, regime)."""
    rng, learned = np.random.default_rng(seed), shipped_legging()
    found = np.empty((2, count))
    for at in range(count):
        terms = law.draw(rng)
        exact = solve(terms).expected_cost
        excess = learned.expected_cost(terms) - exact
        found[:, at] = excess / abs(exact), excess / terms.crossing_cost
    return found


def print_learned() -> None:
    """Regret on regimes of no training, the first hundred and many hundreds."""
    print(f"\nlearned beside exact: {len(FEATURE_NAMES)} features, regret exactly evaluated, out of sample")
    print("floor: mean 2%, worst 10%; aim: 0.5%, 3%           mean      99%    worst")
    for name, law in (("competitive", COMPETITIVE), ("wide", RegimeLaw())):
        found = regrets(law, REGIMES * GROUPS, SEED)
        for unit, regret in zip(("optimum", "crossing"), found, strict=True):
            for count in (REGIMES, REGIMES * GROUPS):
                part = regret[:count]
                numbers = f"{part.mean():8.3%} {np.quantile(part, 0.99):8.2%} {part.max():8.2%}"
                print(f"{name:12} of {unit:9} first {count:6,} regimes {numbers:>30}")
            worst = np.sort(regret.reshape(GROUPS, REGIMES).max(axis=1))
            median, most = np.median(worst), worst[-1]
            print(f"{'':12} a hundred's worst: median {median:.2%}, of {GROUPS} hundreds up to {most:.2%}")


def print_speed() -> None:
    """Processor time of one plan."""
    four = replace(
        PUBLISHED,
        half_spreads=PUBLISHED.half_spreads * 2,
        fill_probabilities=PUBLISHED.fill_probabilities * 2,
        adverse_moves=PUBLISHED.adverse_moves * 2,
        leftover_costs=PUBLISHED.leftover_costs * 2,
        open_costs=flat_open_costs(4, 0.01),
        complex_cost=0.13,
    )
    learned = shipped_legging()
    print("\none plan of 12 steps        microseconds")
    for name, work in (
        ("exact, two legs", lambda: solve(PUBLISHED)),
        ("exact, four legs", lambda: solve(four)),
        ("learned, two legs", lambda: learned.actions(PUBLISHED)),
    ):
        print(f"{name:24} {1e6 * seconds(work):15.1f}")
    joint = solve(four, separate=False).expected_cost
    print(f"four legs cost {solve(four).expected_cost:.4f}; all resting together {joint:.4f}; crossing 0.26")


def print_fills() -> None:
    """Books after the fills of one package in many orders, late, partial and repeated, beside a plain sum."""
    symbols, ratios = ("A", "B", "C", "D"), (1, 3, 3, 1)
    legs = tuple(
        PackageLeg(symbol=symbol, side=Side(sign), ratio=ratio)
        for symbol, sign, ratio in zip(symbols, (1, -1, 1, -1), ratios, strict=True)
    )
    package = Package(package_id="P", legs=legs, quantity=6)
    rules = {name: TradingRules(symbol=name, tick_size=0.05, multiplier=100.0) for name in symbols}
    lines = {name: (stock(name), rules[name]) for name in symbols}
    fills = [
        leg_fill(number, leg, leg.ratio * part)
        for number, (leg, part) in enumerate((leg, part) for leg in legs for part in (1, 2, 3))
    ]
    paid = sum(int(fill.fill.side) * fill.fill.quantity * fill.fill.price_ticks for fill in fills)
    rng, cash, wrong, broken = np.random.default_rng(1), set(), 0, 0
    for _ in range(ORDERS):
        ledger = Ledger(Portfolio(positions=()), settlement={})
        ledger.open_package(package, lines)
        order = rng.permutation(np.append(np.arange(len(fills)), rng.integers(0, len(fills), 2)))
        for at in order[:-1]:
            ledger.book_leg_fill(fills[at])
        broken += ledger.package("P").state is PackageState.BROKEN
        ledger.book_leg_fill(fills[order[-1]])
        held = [ledger.quantity(name) for name in symbols]
        wrong += held != [6.0, -18.0, 18.0, -6.0] or ledger.package("P").state is not PackageState.COMPLETE
        cash.add(ledger.cash)
    print(f"\n{ORDERS:,} orders of arrival: {wrong} wrong books, {len(cash)} different amounts of cash")
    print(f"cash {cash.pop():.2f}, plain sum {-5.0 * paid - 0.5 * len(fills):.2f}")
    print(f"before the last message {broken:,} packages were broken, the rest complete")


def stock(symbol: str) -> Position:
    """A line to book on."""
    return Position(
        symbol=symbol,
        kind=PositionKind.STOCK,
        quantity=0.0,
        underlying=symbol,
        multiplier=1.0,
        currency="USD",
    )


def leg_fill(number: int, leg: PackageLeg, quantity: int) -> LegFill:
    """A partial fill of a leg."""
    fill = Fill(
        parent_id="P",
        symbol=leg.symbol,
        side=leg.side,
        quantity=quantity,
        price_ticks=100 + number**3,
        ts_ns=number,
        fee=0.5,
        liquidity=Liquidity.MAKER,
    )
    return LegFill(execution_id=f"E{number}", fill=fill)


if __name__ == "__main__":
    print_published()
    print_learned()
    print_speed()
    print_fills()
