"""What working chosen options as blocks costs against crossing them, on the shared S&P 500 chains.

`python -m benchmarks.option_blocks`: for random books of six listed options the package that removes gamma
and vega is chosen, cut into blocks and worked over ten minutes. Spreads are the chain's and the legs' moves
the underlying's; who trades inside of the spread is stated: every cost but the touch is a simulator's.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from time import process_time

import numpy as np
import numpy.typing as npt

from hedger.block_orders import package_blocks
from hedger.exposure import measure
from hedger.feedback import first_cost_curve
from hedger.market_data import load_market
from hedger.portfolio import Portfolio, Position, PositionKind
from hedger.result import RunSettings
from hedger.spreads.block import OptionBlock
from hedger.spreads.choice_hedge import option_package
from hedger.spreads.choice_package import OptionPackage, contract, symbol_of
from hedger.spreads.choice_problem import InfeasibleChoiceError
from pricing.market import Market
from pricing.time import exchange_date
from tests.markets import book

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
CHAIN = SHARED / "options" / "spx_chain_20190425_20190607.parquet"
HISTORY = SHARED / "history" / "sp500_close_1990_2022.csv"
DAYS = (date(2019, 4, 26), date(2019, 5, 14), date(2019, 6, 3))
BOOKS_A_DAY = 12
SEED = 20261122
LARGEST_ORDER = 50
TOLERANCE = 0.1
# A book's option: within 15% of spot, a week to seven months ahead.
NEAREST_YEARS, FARTHEST_YEARS, WIDEST = 5.0 / 365.0, 0.6, 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One package's blocks and the processor time that planning and working them took [s]."""

    package: OptionPackage
    blocks: tuple[OptionBlock, ...]
    seconds: float


def market_of(day: date) -> Market:
    """The chain's market on a day."""
    any_line = book(
        Position(
            symbol="SPX",
            kind=PositionKind.INDEX,
            quantity=1.0,
            underlying="SPX",
            multiplier=1.0,
            currency="USD",
        )
    )
    return load_market(any_line, folder=None, chain=CHAIN, history=HISTORY, as_of=day, seed=0)


def random_book(market: Market, rng: np.random.Generator) -> Portfolio:
    """Six different listed options, 1 to 50 contracts each, long or short."""
    own = market.underlying("SPX")
    quotes = own.quotes
    if quotes is None:
        raise ValueError("the market has no chain")
    years, moneyness = quotes.expiry_years, np.log(quotes.strike / quotes.spot)
    near = np.flatnonzero((years > NEAREST_YEARS) & (years < FARTHEST_YEARS) & (np.abs(moneyness) < WIDEST))
    quantity = rng.integers(1, LARGEST_ORDER + 1, 6) * rng.choice([-1, 1], 6)
    lines = []
    for at, contracts in zip(rng.choice(near, 6, replace=False), quantity, strict=True):
        option = contract(
            own, float(quotes.expiry_years[at]), float(quotes.strike[at]), bool(quotes.is_call[at])
        )
        lines.append(
            Position(
                symbol=symbol_of(option),
                kind=PositionKind.OPTION,
                quantity=float(contracts),
                underlying="SPX",
                multiplier=option.multiplier,
                currency="USD",
                option=option,
                expiry=exchange_date(option.expiry),
            )
        )
    return book(*lines)


def worked(market: Market, rng: np.random.Generator, seed: int) -> Worked | None:
    """A random book's package, worked; None where no package of the limits does."""
    portfolio, own = random_book(market, rng), market.underlying("SPX")
    exposure = measure(portfolio, market).by_underlying["SPX"]
    try:
        package = option_package(
            exposure, portfolio, own, first_cost_curve(own), tolerance=TOLERANCE, horizon_days=30.0 / 390.0
        )
    except InfeasibleChoiceError:
        return None
    started = process_time()
    blocks = package_blocks(package, portfolio, own, RunSettings(seed=seed))
    return Worked(package=package, blocks=blocks, seconds=process_time() - started)


def interval(values: npt.NDArray[np.float64]) -> str:
    """Mean and half width of its 95% interval."""
    return f"{values.mean():.3f} +- {1.96 * values.std(ddof=1) / math.sqrt(len(values)):.3f}"


def main() -> None:
    """Print the figures."""
    rng = np.random.default_rng(SEED)
    every = [
        worked(market, rng, seed=100 * number + at)
        for number, market in enumerate(map(market_of, DAYS))
        for at in range(BOOKS_A_DAY)
    ]
    found = [each for each in every if each is not None and each.blocks]
    infeasible = every.count(None)
    print(f"{len(every)} books on {len(DAYS)} days, {len(found)} packages traded, {infeasible} infeasible")
    print_blocks([block for each in found for block in each.blocks])
    print_packages(found)


def print_blocks(blocks: list[OptionBlock]) -> None:
    """By number of legs: cost over the touch, as expected and as simulated, one path a block."""
    print("legs blocks  at touch  expected over touch        simulated over touch  less than touch by  left")
    for legs in sorted({len(block.order.legs) for block in blocks}):
        own = [block for block in blocks if len(block.order.legs) == legs]
        expected = np.array([block.expected_cost / block.quoted_cost for block in own])
        simulated = np.array([block.effective_cost / block.quoted_cost for block in own])
        touch = sum(block.quoted_cost for block in own)
        left = sum(block.leaves_packages for block in own)
        shares = f"{interval(expected):>19} {interval(simulated):>27} {interval(1.0 - simulated):>19}"
        print(f"{legs:4} {len(own):6} {touch:9,.0f}  {shares} {left:5}")
    ways = Counter(way.split(":")[0] for block in blocks for way in block.ways)
    print("ways:", ", ".join(f"{way} {count}" for way, count in ways.most_common()))


def print_packages(found: list[Worked]) -> None:
    """Per package: cost over the touch of all its blocks, and what planning takes."""
    touch = np.array([sum(block.quoted_cost for block in each.blocks) for each in found])
    expected = np.array([sum(block.expected_cost for block in each.blocks) for each in found])
    simulated = np.array([sum(block.effective_cost for block in each.blocks) for each in found])
    seconds = np.array([each.seconds for each in found])
    print(f"all packages: touch {touch.sum():,.0f}, expected {expected.sum():,.0f} USD")
    print(f"a package over its touch: expected {interval(expected / touch)}")
    print(f"a package over its touch: simulated {interval(simulated / touch)}")
    print(f"simulated less expected, over touch: {interval((simulated - expected) / touch)}")
    print(f"processor time a package: median {np.median(seconds):.2f}, largest {seconds.max():.2f} s")


if __name__ == "__main__":
    main()
