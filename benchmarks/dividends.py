"""Measure American options on a share with two cash dividends: speed and error of every Greek, and QuantLib.

Run from the checkout: python benchmarks/dividends.py [--options 2000] [--checked 40]
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pricing.american.dividend_options import dividend_greeks
from pricing.dividends import CashDividendModel, DividendSchedule
from pricing.engines.dividends import quantlib_dividend_price

FloatArray = npt.NDArray[np.float64]


def book(count: int, seed: int = 11) -> tuple[dict[str, FloatArray], DividendSchedule]:
    """Options on a share at 100, of two months to two years, two dividends before every expiry."""
    rng = np.random.default_rng(seed)
    days = rng.integers(60, 730, count)
    columns = {
        "strike": 100.0 * np.exp(rng.normal(0.0, 0.25, count)),
        "years": days / 365.0,
        "volatility": rng.uniform(0.1, 0.7, count),
        "rate": rng.uniform(-0.01, 0.08, count),
        "borrow": np.where(rng.random(count) < 0.5, 0.0, rng.uniform(0.0, 0.05, count)),
        "is_call": rng.integers(0, 2, count) * 1.0,
    }
    return columns, DividendSchedule(ex_years=np.array([20.0, 50.0]) / 365.0, cash=np.array([1.0, 1.5]))


def ours(columns: dict[str, FloatArray], dividends: DividendSchedule, *, is_american: bool) -> FloatArray:
    """Values; every Greek is computed on the way."""
    rate, years = columns["rate"], columns["years"]
    return dividend_greeks(
        100.0,
        columns["strike"],
        years,
        columns["volatility"],
        np.exp(-rate * years),
        rate - columns["borrow"],
        columns["is_call"],
        is_american,
        dividends,
    ).value


def quantlib(
    columns: dict[str, FloatArray], dividends: DividendSchedule, grid: tuple[int, int], *, is_american: bool
) -> FloatArray:
    """Prices alone, one object an option."""
    rows = zip(*columns.values(), strict=True)
    return np.array(
        [
            quantlib_dividend_price(
                spot=100.0,
                strike=strike,
                expiry_days=round(years * 365.0),
                volatility=volatility,
                rate=rate,
                carry_rate=rate - borrow,
                is_call=bool(is_call),
                is_american=is_american,
                dividends=dividends,
                model=CashDividendModel.SPOT,
                grid=grid,
            )
            for strike, years, volatility, rate, borrow, is_call in rows
        ]
    )


def timed(work: Callable[[], FloatArray], repeats: int) -> tuple[FloatArray, float, float]:
    """The result, and the best and median CPU seconds."""
    seconds = []
    for _ in range(repeats):
        begin = time.process_time()
        result = work()
        seconds.append(time.process_time() - begin)
    return result, min(seconds), float(np.median(seconds))


def main() -> None:
    """Print speed and error side by side."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--options", type=int, default=2000)
    parser.add_argument("--checked", type=int, default=40)
    arguments = parser.parse_args()
    columns, dividends = book(arguments.options)
    few = {name: column[: arguments.checked] for name, column in columns.items()}
    begin = time.process_time()
    ours(few, dividends, is_american=True)
    print(f"first call: {time.process_time() - begin:.1f} s CPU (compiling, where nothing is cached)")
    for is_american in (True, False):
        print("American" if is_american else "European, share model", "with two cash dividends, spot 100")
        coarse, fine = (
            quantlib(few, dividends, grid, is_american=is_american) for grid in ((500, 1000), (1000, 2000))
        )
        reference = fine + (fine - coarse) / 3.0
        spread = np.abs(fine - coarse).max()
        print(f"  reference: QuantLib 1000 x 2000, extrapolated; it moves by {spread:.1e} from 500 x 1000")
        values, best, median = timed(lambda am=is_american: ours(columns, dividends, is_american=am), 5)
        report("ours, all Greeks", values[: arguments.checked] - reference, best, median, arguments.options)
        for grid in ((100, 100), (200, 400)):
            values, best, median = timed(
                lambda grid=grid, am=is_american: quantlib(few, dividends, grid, is_american=am), 3
            )
            name = f"QuantLib {grid[0]} x {grid[1]}, price"
            report(name, values - reference, best, median, arguments.checked)


def report(name: str, error: FloatArray, best: float, median: float, count: int) -> None:
    """One line of the table."""
    print(
        f"  {name:<26} {count / best:9,.0f} a second best, {count / median:9,.0f} median; "
        f"error rms {np.sqrt(np.mean(error**2)):.1e}, max {np.abs(error).max():.1e}"
    )


if __name__ == "__main__":
    main()
