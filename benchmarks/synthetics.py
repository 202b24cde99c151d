"""Choosing synthetics: exactness on small problems, speed, and cost on the shared S&P 500 chains.

`python -m benchmarks.synthetics` prints each figure beside its floor and aim. The chain part needs the shared
data; without it only the first two parts run.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import numpy.typing as npt

from hedger.chain_curves import chain_curves
from hedger.spreads.choice import choose
from hedger.spreads.choice_market import (
    OPTION_MULTIPLIER,
    ChoiceLimits,
    TradableOptions,
    UnderlyingTiers,
    tradable_columns,
)
from hedger.spreads.choice_package import package_problem
from hedger.spreads.choice_problem import Choice, InfeasibleChoiceError
from hedger.spreads.choice_rows import Rows, cover_rows, within
from hedger.spreads.free_money import contradicted, free_money
from hedger.spreads.replacement import ForwardMarket, replacements
from pricing.book import OptionColumns
from pricing.business_time import BusinessClock
from pricing.dividend_black import black_dividend_greeks
from pricing.quotes import Quotes, read_chain
from pricing.surface.fit import fit_surface
from tests.twins.choice import brute_force, small_problem

FloatArray = npt.NDArray[np.float64]

CHAIN = (
    Path(__file__).resolve().parents[2]
    / "shared"
    / "data"
    / "options"
    / "spx_chain_20190425_20190607.parquet"
)
DAYS = (date(2019, 4, 26), date(2019, 5, 7), date(2019, 5, 14), date(2019, 5, 23), date(2019, 6, 3))
EXPOSURES_A_DAY = 40
FEE = 1.0  # one cent of the price, by 100 units
TOLERANCE = 0.02
LOT_DELTA, LOT_COST = 50.0, 7.25  # an E-mini: half a tick of 0.25 by 50, and a dollar
LARGEST_ORDER = 50
BASE_DAYS = (30.0, 91.0)
# A book's option: within 15% of spot, a week to seven months ahead.
NEAREST_YEARS, FARTHEST_YEARS, WIDEST = 5.0 / 365.0, 0.6, 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day's tradable options and their rows of delta, gamma and vega [per contract]."""

    quotes: Quotes
    options: TradableOptions
    greeks: FloatArray
    cost: FloatArray


def load(path: Path, day: date, limits: ChoiceLimits) -> Day:
    """Read a chain, fit its surface and take the Greeks from it; contradicting quotes are left out."""
    quotes = read_chain(path, underlying="SPX", as_of=day)
    chain = chain_curves(quotes)
    surface = fit_surface(
        chain.quotes, chain.discount, chain.forward, clock=BusinessClock(as_of=quotes.as_of)
    ).surface
    forward = chain.forward.forward_at(quotes.expiry_years)
    greeks = black_dividend_greeks(
        chain.forward,
        quotes.strike,
        quotes.expiry_years,
        surface.implied_volatility(np.log(quotes.strike / forward), quotes.expiry_years),
        chain.discount.discount_at(quotes.expiry_years),
        quotes.is_call,
    )
    given_away = free_money(quotes, chain.discount, chain.forward, fee=FEE / 100.0, carry_error=1e-3)
    columns = OptionColumns(
        strike=quotes.strike,
        expiry_years=quotes.expiry_years,
        is_call=quotes.is_call,
        is_american=np.zeros(len(quotes), dtype=np.bool_),
    )
    options = tradable_columns(quotes, columns, greeks, limits, excluded=contradicted(quotes, given_away))
    rows = np.vstack((greeks.delta, greeks.gamma, greeks.vega)) * OPTION_MULTIPLIER
    return Day(quotes=quotes, options=options, greeks=rows, cost=options.cost(FEE))


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Six options of a day: positions in its quotes and signed contracts."""

    quote: npt.NDArray[np.int64]
    quantity: npt.NDArray[np.int64]


def random_book(day: Day, rng: np.random.Generator) -> Book:
    """Six different listed options, 1 to 50 contracts each, long or short."""
    years, moneyness = day.quotes.expiry_years, np.log(day.quotes.strike / day.quotes.spot)
    near = np.flatnonzero((years > NEAREST_YEARS) & (years < FARTHEST_YEARS) & (np.abs(moneyness) < WIDEST))
    quantity = rng.integers(1, LARGEST_ORDER + 1, 6) * rng.choice([-1, 1], 6)
    return Book(quote=rng.choice(near, 6, replace=False), quantity=quantity)


def straddle_cost(day: Day, exposure: FloatArray, expiries: tuple[float, float]) -> float:
    """Cost of the two at-the-money straddles that match gamma and vega, in fractions, with the underlying."""
    legs = [_straddle(day, years) for years in expiries]
    greeks = np.array([day.greeks[:, pair].sum(axis=1) for pair in legs]).T
    quantity = np.linalg.solve(greeks[1:], -exposure[1:])
    delta = exposure[0] + greeks[0] @ quantity
    spread = np.abs(quantity) @ np.array([day.cost[pair].sum() for pair in legs])
    return float(spread + abs(delta) / LOT_DELTA * LOT_COST)


def nearest_expiries(day: Day) -> tuple[float, float]:
    """The listed expiries nearest to a month and to a quarter."""
    years = np.unique(day.quotes.expiry_years)
    near, far = (float(years[np.argmin(np.abs(365.0 * years - days))]) for days in BASE_DAYS)
    return near, far


def best_straddles(day: Day, exposure: FloatArray) -> float:
    """The same with the best two expiries of all, known afterwards."""
    years = [each for each in np.unique(day.quotes.expiry_years) if len(_paired(day, float(each)))]
    pairs = [(float(a), float(b)) for i, a in enumerate(years) for b in years[i + 1 :]]
    return min(straddle_cost(day, exposure, pair) for pair in pairs)


def _paired(day: Day, years: float) -> FloatArray:
    quotes = day.quotes
    at = quotes.expiry_years == years
    return np.intersect1d(quotes.strike[at & quotes.is_call], quotes.strike[at & ~quotes.is_call])


def _straddle(day: Day, years: float) -> list[int]:
    strikes = _paired(day, years)
    strike = strikes[np.argmin(np.abs(strikes - day.quotes.spot))]
    at = (day.quotes.expiry_years == years) & (day.quotes.strike == strike)
    return [int(i) for i in np.flatnonzero(at)]


def chosen(day: Day, book: Book, limits: ChoiceLimits, *, columns: int | None = None) -> Choice:
    """The cheapest package against a book's exposure, gamma and vega to 2%, delta to half a lot."""
    exposure = day.greeks[:, book.quote] @ book.quantity
    options, greeks = day.options, day.greeks
    if columns is not None:
        liquid = np.argsort(day.cost / np.abs(greeks[2]).clip(1e-9), kind="stable")[:columns]
        options = _taken(options, np.sort(liquid))
        greeks = greeks[:, np.sort(liquid)]
    allowed = np.array([0.5 * LOT_DELTA, *(TOLERANCE * np.abs(exposure[1:]))])
    underlying = np.array([LOT_DELTA, 0.0, 0.0])
    rows: list[Rows] = [within(("delta", "gamma", "vega"), greeks, underlying, exposure, allowed)]
    if not limits.naked_shorts:
        years, is_call = day.quotes.expiry_years[book.quote], day.quotes.is_call[book.quote]
        rows.append(cover_rows(options, years, book.quantity.astype(np.float64), is_call))
    tiers = UnderlyingTiers(most=np.array([100_000]), cost=np.array([LOT_COST]), delta=LOT_DELTA)
    return choose(package_problem(options, tiers, rows, fee_per_contract=FEE, most_legs=limits.most_legs))


def _taken(options: TradableOptions, at: npt.NDArray[np.int64]) -> TradableOptions:
    columns = options.columns
    return replace(
        options,
        columns=OptionColumns(
            strike=columns.strike[at],
            expiry_years=columns.expiry_years[at],
            is_call=columns.is_call[at],
            is_american=columns.is_american[at],
        ),
        bid=options.bid[at],
        ask=options.ask[at],
        most_bought=options.most_bought[at],
        most_sold=options.most_sold[at],
    )


def exactness(problems: int = 200) -> None:
    """Random small problems against every combination."""
    wrong, proven = 0, 0
    for seed in range(problems):
        problem = small_problem(np.random.default_rng(seed), columns=5, rows=1 + seed % 4)
        try:
            found = choose(problem)
            cost, exact = found.cost, found.gap == 0.0
        except InfeasibleChoiceError:
            cost, exact = np.inf, True
        truth = brute_force(problem)
        wrong += not (cost == truth or abs(cost - truth) < 1e-6)
        proven += exact
    print(f"small problems: {problems - wrong} of {problems} equal brute force (floor and aim {problems})")
    print(f"  with a gap of zero: {proven}")


def costs(path: Path, limits: ChoiceLimits, *, each: int = EXPOSURES_A_DAY, title: str) -> None:
    """Cost over that of the two straddles, its distribution, the gap and the time, over five days."""
    ratios, ideal, gaps, seconds, legs, failed = [], [], [], [], [], 0
    for day_at, day in enumerate(DAYS):
        today = load(path, day, limits)
        choose_once(today, limits)
        for i in range(each):
            book = random_book(today, np.random.default_rng([2026, day_at, i]))
            started = process_time()
            try:
                found = chosen(today, book, limits)
            except InfeasibleChoiceError:
                failed += 1
                continue
            seconds.append(process_time() - started)
            exposure = today.greeks[:, book.quote] @ book.quantity
            ratios.append(found.cost / straddle_cost(today, exposure, nearest_expiries(today)))
            if i < 5:
                ideal.append(found.cost / best_straddles(today, exposure))
            gaps.append(found.gap)
            legs.append(np.count_nonzero(found.quantity[:-1]))
    print(f"{title}: {len(ratios)} exposures on {len(DAYS)} days, {failed} infeasible")
    print(f"  cost over two straddles (30 and 91 days): {_distribution(ratios)}  floor 0.55, aim 0.51")
    print(f"  over the best two expiries afterwards:    {_distribution(ideal)}")
    print(
        f"  proven optimal {np.mean(np.array(gaps) < 1e-9):.1%}, largest gap {max(gaps):.2%}, "
        f"median legs {np.median(legs):.0f}, most {max(legs)}"
    )
    print(
        f"  CPU seconds: median {np.median(seconds):.3f}, 95% {np.percentile(seconds, 95):.2f}, "
        f"largest {max(seconds):.2f}  (whole chain: floor 5, aim 1)"
    )


def choose_once(day: Day, limits: ChoiceLimits) -> None:
    """Compile the kernel outside of the clock."""
    chosen(day, random_book(day, np.random.default_rng(1)), replace(limits, naked_shorts=True), columns=50)


def half_chain(path: Path) -> None:
    """Five hundred instruments."""
    limits = ChoiceLimits(naked_shorts=True)
    day = load(path, DAYS[2], limits)
    seconds, gaps = [], []
    for i in range(20):
        book = random_book(day, np.random.default_rng([500, i]))
        started = process_time()
        try:
            gaps.append(chosen(day, book, limits, columns=500).gap)
        except InfeasibleChoiceError:
            continue
        seconds.append(process_time() - started)
    print(
        f"500 instruments: CPU seconds median {np.median(seconds):.3f}, "
        f"largest {max(seconds):.2f} (floor 1), "
        f"largest gap {max(gaps):.2%}, {len(seconds)} exposures"
    )


def parity(path: Path, *, contracts: int = 10) -> None:
    """How many listed options, bought or sold, put-call parity has for less after all costs."""
    quotes = read_chain(path, underlying="SPX", as_of=DAYS[2])
    chain = chain_curves(quotes)
    unit = LOT_COST / LOT_DELTA
    years = np.unique(quotes.expiry_years)
    forwards = [
        ForwardMarket(
            expiry_years=float(time),
            ask=float(fair + unit / factor),
            bid=float(fair - unit / factor),
            discount=float(factor),
            most=100.0 * contracts,
        )
        for time, fair, factor in zip(
            years, chain.forward.forward_at(years), chain.discount.discount_at(years), strict=True
        )
    ]
    orders = [(quote, side) for quote in range(len(quotes)) for side in (contracts, -contracts)]
    found = replacements(orders, quotes, forwards, fee_per_contract=FEE)
    at = np.array([each.quote for each in found], dtype=np.int64)
    outside = (quotes.strike[at] > quotes.spot) == quotes.is_call[at]
    saved = np.array([each.saving for each in found]) / (100.0 * contracts)
    print(
        f"parity: {len(found):,} of {len(orders):,} orders of {contracts} contracts have a cheaper equal, "
        f"{int(outside.sum())} of them for an option out of the money; "
        f"median saving {np.median(saved):.2f} per unit"
    )


def _distribution(values: list[float]) -> str:
    least, low, middle, high, most = np.percentile(values, [0, 25, 50, 75, 100])
    return f"median {middle:.3f}, quartiles {low:.3f} to {high:.3f}, range {least:.3f} to {most:.3f}"


def main() -> None:
    """Print every figure beside its floor and aim."""
    exactness()
    path = CHAIN
    if not path.is_file():
        print("the shared chains are absent: cost and speed are not measured")
        return
    half_chain(path)
    parity(path)
    costs(path, ChoiceLimits(naked_shorts=True), title="liquidity and 8 legs")
    costs(path, ChoiceLimits(), each=8, title="the same and no naked shorts")


if __name__ == "__main__":
    main()
