"""European prices, Greeks and implied volatilities: CPU seconds a million, and the worst error.

`closed_forms.py` prints three tables: prices and Greeks of our kernel, of plain numpy and scipy and of
QuantLib objects (timed on some thousands and scaled); our errors against eighty-digit arithmetic; implied
volatilities by population, with failures and the worst error. Inputs are full columns, the outputs fresh.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import QuantLib as ql
from rich.console import Console
from rich.table import Table
from scipy.special import ndtr

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pricing.black import FloatArray, black_price
from pricing.greeks import black_greeks, black_third_order
from pricing.implied import ImpliedStatus, implied_volatility
from tests.twins import exact_black

MILLION = 1_000_000
QUANTLIB_OPTIONS = 5_000
EXACT_OPTIONS = 150
REPEATS = 7

Columns = tuple[FloatArray, ...]


def seconds(action: Callable[[], object], repeats: int = REPEATS) -> tuple[float, float]:
    """Best and median CPU seconds of one process."""
    action()
    taken = []
    for _ in range(repeats):
        started = time.process_time()
        action()
        taken.append(time.process_time() - started)
    return min(taken), float(np.median(taken))


def market(count: int, seed: int = 1) -> Columns:
    """Spot, forward, strike, years, volatility, discount and right of options as exchanges list them."""
    rng = np.random.default_rng(seed)
    years, volatility = rng.uniform(0.003, 2.0, count), rng.uniform(0.08, 0.6, count)
    spot = rng.uniform(20.0, 500.0, count)
    forward, discount = spot * np.exp(0.01 * years), np.exp(-0.03 * years)
    strike = forward * np.exp(rng.normal(0.0, 1.5, count) * volatility * np.sqrt(years))
    return spot, forward, strike, years, volatility, discount, rng.uniform(size=count) < 0.5


def plain_numpy(
    spot: FloatArray,
    forward: FloatArray,
    strike: FloatArray,
    years: FloatArray,
    volatility: FloatArray,
    discount: FloatArray,
    is_call: FloatArray,
) -> Columns:
    """The textbook's value and eleven Greeks, an expression each."""
    sign, root = np.where(is_call, 1.0, -1.0), np.sqrt(years)
    deviation = volatility * root
    upper = np.log(forward / strike) / deviation + 0.5 * deviation
    lower = upper - deviation
    rate, carry = -np.log(discount) / years, np.log(forward / spot) / years
    forward_leg = discount * forward * sign * ndtr(sign * upper)
    strike_leg = discount * sign * ndtr(sign * lower)
    peak = discount * forward * np.exp(-0.5 * upper * upper) / np.sqrt(2.0 * np.pi)
    value, gamma = forward_leg - strike * strike_leg, peak / (spot * spot * deviation)
    vega = peak * root
    pull = peak * (carry / deviation - 0.5 * lower / years)
    return (
        value,
        forward_leg / spot,
        gamma,
        vega,
        rate * value - carry * forward_leg - 0.5 * (volatility * spot) ** 2 * gamma,
        years * strike * strike_leg,
        -years * forward_leg,
        -peak * lower / (volatility * spot),
        vega * upper * lower / volatility,
        ((rate - carry) * forward_leg - pull) / spot,
        -strike_leg,
        gamma * (spot / strike) ** 2,
    )


def quantlib_objects(columns: Columns) -> None:
    """Value and the five Greeks of QuantLib's analytic engine, the market's quotes set for each option."""
    today = ql.Date(1, 1, 2020)
    with ql.SavedSettings():
        ql.Settings.instance().evaluationDate = today
        quotes = tuple(ql.SimpleQuote(0.1) for _ in range(4))
        spot, rate, dividend, volatility = (ql.QuoteHandle(each) for each in quotes)
        day_counter = ql.Actual365Fixed()
        process = ql.BlackScholesMertonProcess(
            spot,
            ql.YieldTermStructureHandle(ql.FlatForward(today, dividend, day_counter)),
            ql.YieldTermStructureHandle(ql.FlatForward(today, rate, day_counter)),
            ql.BlackVolTermStructureHandle(
                ql.BlackConstantVol(today, ql.NullCalendar(), volatility, day_counter)
            ),
        )
        engine = ql.AnalyticEuropeanEngine(process)
        for s, _, k, t, v, _, call in zip(*(column.tolist() for column in columns), strict=True):
            payoff = ql.PlainVanillaPayoff(ql.Option.Call if call else ql.Option.Put, k)
            option = ql.VanillaOption(payoff, ql.EuropeanExercise(today + max(int(365.0 * t), 1)))
            option.setPricingEngine(engine)
            for quote, number in zip(quotes, (s, 0.03, 0.02, v), strict=True):
                quote.setValue(number)
            option.NPV(), option.delta(), option.gamma(), option.vega(), option.theta(), option.rho()


def speed_table() -> Table:
    """CPU seconds a million options, best and median, and the ratio to ours."""
    columns = market(MILLION)
    few = tuple(column[:QUANTLIB_OPTIONS] for column in columns)
    scale = MILLION / QUANTLIB_OPTIONS
    ours = seconds(lambda: black_greeks(*columns))
    rows = {
        "ours: value and 11 Greeks": ours,
        "ours: value": seconds(lambda: black_price(*columns[1:])),
        "writing alone: 12 fresh columns": seconds(lambda: np.empty((12, MILLION)).fill(1.0)),
        "ours: 4 third-order Greeks": seconds(lambda: black_third_order(*columns)),
        "numpy and scipy: value and 11 Greeks": seconds(lambda: plain_numpy(*columns), 3),
        f"QuantLib: value and 5 Greeks ({QUANTLIB_OPTIONS:,}, scaled)": tuple(
            scale * each for each in seconds(lambda: quantlib_objects(few), 3)
        ),
    }
    table = Table("a million options", "best s", "median s", "over ours")
    for name, (best, median) in rows.items():
        table.add_row(name, f"{best:.3f}", f"{median:.3f}", f"{best / ours[0]:.2f}")
    return table


def wide_market(count: int, distance: float, seed: int = 2) -> Columns:
    """A minute to five years, total volatility 0.001 to 2, out to `distance` deviations from the forward."""
    rng = np.random.default_rng(seed)
    years = np.exp(rng.uniform(np.log(2e-6), np.log(5.0), count))
    deviation = np.exp(rng.uniform(np.log(1e-3), np.log(2.0), count))
    spot = np.exp(rng.uniform(0.0, 8.0, count))
    forward, discount = spot * np.exp(0.02 * years), np.exp(-0.04 * years)
    strike = forward * np.exp(rng.uniform(-distance, distance, count) * deviation)
    return spot, forward, strike, years, deviation / np.sqrt(years), discount, strike > forward


def error_table() -> Table:
    """Worst relative error of each output against eighty digits, out of the money."""
    columns = wide_market(EXACT_OPTIONS, 8.0)
    lower, third = black_greeks(*columns), black_third_order(*columns)
    slow = [exact_black.greeks(*map(float, row[:6]), bool(row[6])) for row in zip(*columns, strict=True)]
    table = Table("output", "worst relative error", title=f"{EXACT_OPTIONS} options to 8 deviations")
    for name in exact_black.GREEKS:
        found = getattr(lower if hasattr(lower, name) else third, name)
        exact = np.array([float(each[name]) for each in slow])
        table.add_row(name, f"{np.max(np.abs(found / exact - 1.0)):.1e}")
    _, *far = wide_market(1_000, 37.0)
    exact = np.array(
        [exact_black.black(*map(float, row[:5]), bool(row[5])) for row in zip(*far, strict=True)]
    )
    error = np.abs(np.array([float(each) for each in (black_price(*far) / exact.astype(float))]) - 1.0)
    table.add_row("value to 37 deviations", f"{error.max():.1e}")
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Options whose volatility is known. distance: (log(K / F)) / deviation; inside: in the money."""

    name: str
    deviation: tuple[float, float]
    distance: float
    years: tuple[float, float] = (0.01, 2.0)
    inside: bool = False

    def columns(self, count: int, seed: int = 3) -> Columns:
        """Price, forward, strike, years, discount, right, and the deviation that made the price."""
        rng = np.random.default_rng(seed)
        deviation, years = (
            np.exp(rng.uniform(*np.log(each), count)) for each in (self.deviation, self.years)
        )
        forward = np.exp(rng.uniform(0.0, 8.0, count))
        strike = forward * np.exp(rng.uniform(-self.distance, self.distance, count) * deviation)
        is_call = (strike >= forward) != self.inside
        volatility, discount = deviation / np.sqrt(years), np.exp(-0.03 * years)
        price = black_price(forward, strike, years, volatility, discount, is_call)
        return price, forward, strike, years, discount, is_call, volatility * np.sqrt(years)


POPULATIONS = (
    Population(name="as listed, to 3 deviations", deviation=(0.01, 0.8), distance=3.0),
    Population(name="to 25 deviations", deviation=(0.01, 0.8), distance=25.0),
    Population(name="in the money, to 5 deviations", deviation=(0.01, 0.8), distance=5.0, inside=True),
    Population(name="tiny: 1e-8 to 1e-4", deviation=(1e-8, 1e-4), distance=8.0),
    Population(name="wide: 1e-4 to 5", deviation=(1e-4, 5.0), distance=8.0),
    Population(name="huge: 3 to 12", deviation=(3.0, 12.0), distance=3.0),
    Population(name="one minute to go", deviation=(1e-4, 2e-3), distance=8.0, years=(1.9e-6, 2.1e-6)),
)


def rounding_of(columns: Columns) -> tuple[FloatArray, FloatArray]:
    """What four units in the last place of the price are worth in deviation; whether the price has any."""
    price, forward, strike, years, discount, is_call, deviation = columns
    vega = black_greeks(forward, forward, strike, years, deviation / np.sqrt(years), discount, is_call).vega
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slack = 4.0 * np.spacing(price) / (vega / np.sqrt(years))
    return slack, (slack < 0.1 * deviation) & (price > 1e-290)


def plain_newton(columns: Columns) -> FloatArray:
    """Newton's method in numpy from the inflection of the price, forty steps: what one writes first."""
    price, forward, strike, _, discount, is_call, _ = columns
    sign, x = np.where(is_call, 1.0, -1.0), np.log(forward / strike)
    s = np.sqrt(2.0 * np.abs(x) + 1e-12)
    for _ in range(40):
        upper = x / s + 0.5 * s
        value = sign * (forward * ndtr(sign * upper) - strike * ndtr(sign * (upper - s)))
        slope = forward * np.exp(-0.5 * upper * upper) / np.sqrt(2.0 * np.pi)
        s = np.maximum(s + (price / discount - value) / slope, 1e-12)
    return s


def quantlib_deviation(row: tuple[float, ...]) -> float:
    """QuantLib's solver on one option, or NaN where it gives up."""
    price, forward, strike, _, discount, is_call, _ = row
    right = ql.Option.Call if is_call else ql.Option.Put
    try:
        return float(
            ql.blackFormulaImpliedStdDev(right, strike, forward, price, discount, 0.0, 0.2, 1e-14, 200)
        )
    except RuntimeError:
        return float("nan")


def implied_table() -> Table:
    """By population: CPU seconds a million, failures, worst errors; numpy and QuantLib on fewer, scaled."""
    headers = ("population", "best s", "median s", "failures", "error / allowed", "error to root")
    table = Table(*headers, "numpy s", "wrong", "QuantLib s", "wrong", title="a million implied volatilities")
    for population in POPULATIONS:
        columns = population.columns(MILLION)
        best, median = seconds(lambda columns=columns: implied_volatility(*columns[:6]))
        volatility, status = implied_volatility(*columns[:6])
        slack, carried = rounding_of(columns)
        error = np.abs(volatility * np.sqrt(columns[3]) - columns[6])
        wrong = carried & ~((status == ImpliedStatus.OK) & (error <= 1e-12 + slack))
        share = np.where(carried, error / (1e-12 + slack), 0.0)
        few = tuple(column[:QUANTLIB_OPTIONS] for column in columns)
        table.add_row(
            population.name,
            f"{best:.3f}",
            f"{median:.3f}",
            f"{wrong.sum()}",
            f"{np.nanmax(share):.3f}",
            f"{error_to_root(columns, volatility, carried):.0e}",
            *rivals(few, slack[:QUANTLIB_OPTIONS], carried[:QUANTLIB_OPTIONS]),
        )
    return table


def rivals(few: Columns, slack: FloatArray, carried: FloatArray) -> tuple[str, ...]:
    """Seconds a million and the share of wrong answers, of numpy and then of QuantLib."""
    cells = []
    rows = [tuple(row) for row in zip(*(column.tolist() for column in few), strict=True)]
    for solve in (lambda: plain_newton(few), lambda: np.array([quantlib_deviation(row) for row in rows])):
        with np.errstate(all="ignore"):
            best, _ = seconds(solve, 2)
            wrong = carried & ~(np.abs(solve() - few[6]) <= 1e-12 + slack)
        cells += [f"{best * MILLION / len(rows):.2f}", f"{wrong.sum() / carried.sum():.0%}"]
    return tuple(cells)


def error_to_root(columns: Columns, volatility: FloatArray, carried: FloatArray) -> float:
    """Worst error in deviation against the exact root of the double that the price is."""
    worst = 0.0
    for at in np.flatnonzero(carried)[:EXACT_OPTIONS]:
        price, forward, strike, years, discount, is_call, _ = (float(column[at]) for column in columns)
        found = float(volatility[at]) * years**0.5
        root = exact_black.total_volatility(price, forward, strike, discount, bool(is_call), found)
        worst = max(worst, abs(found - float(root)))
    return worst


def main() -> None:
    """Print the three tables."""
    console = Console(width=140)
    for table in (speed_table, error_table, implied_table):
        console.print(table())


if __name__ == "__main__":
    main()
