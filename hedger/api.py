"""The library's door: the calls behind the commands. They return frozen results and print nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from execution.tca.fill_reader import find_fills
from hedger import engine
from hedger.errors import InputError, InputProblem, UsageError
from hedger.feedback import cost_curves_from
from hedger.market_data import as_of_date, load_market
from hedger.orders import require_worker
from hedger.policy import POLICIES, policy_named
from hedger.portfolio import Portfolio, read_portfolio
from hedger.price_list import PriceList, price_list
from hedger.replay_result import ReplayResult
from hedger.report.record import RunInputs
from hedger.result import HedgeRun, RunSettings
from hedger.scenario import load_scenario, shipped_folder
from hedger.scenario_replay import replay as replay_scenario
from hedger.version import __version__
from pricing.curves import DiscountCurve
from pricing.embedded import EMBEDDED_SYMBOLS, embedded_history, embedded_vix_history
from pricing.history import PriceHistory, read_history
from pricing.market import Market
from pricing.option import Exercise
from pricing.parity import AssumedCarry

if TYPE_CHECKING:
    from hedger.forecast_study import ForecastStudy
    from hedger.surface_study import SurfaceStudy

SHIPPED_DAY = date(2018, 2, 5)
_LARGEST_RATE = 0.5
_LEAST_POINTS, _MOST_POINTS = 2.0, 500.0  # a fraction of 1.0 is 100%, and so is 100 points: no one is both

__all__ = [
    "SHIPPED_DAY",
    "HedgeRun",
    "InputError",
    "Market",
    "Portfolio",
    "PriceList",
    "ReplayResult",
    "UsageError",
    "__version__",
    "fit_chain",
    "forecast_file",
    "hedge",
    "hedge_files",
    "load_market",
    "price_files",
    "price_list",
    "read_inputs",
    "read_portfolio",
    "replay",
    "shipped_or_own",
    "shipped_portfolios",
]


def hedge(
    portfolio: Portfolio,
    market: Market,
    *,
    policy: str = "whalley-wilmott",
    schedule: str = "almgren-chriss",
    risk_aversion: float = 1e-6,
    seed: int = 0,
    dry_run: bool = False,
    costs: Path | None = None,
) -> HedgeRun:
    """Hedge a book once: measure, decide, work the orders in the simulated order book, count the cost.

    risk_aversion: per unit of account currency. seed: of every random number; the same gives the same result.
    dry_run: decide and plan, trade nothing. costs: recorded fills, a file or a folder of runs, from which the
    cost of trading is learned. Raises UsageError for an unknown policy or schedule, MissingMarketError for an
    underlying without market data, RecordingError for fills that cannot be used.
    """
    settings = RunSettings(
        policy=policy, schedule=schedule, risk_aversion=risk_aversion, seed=seed, dry_run=dry_run
    )
    curves = cost_curves_from(() if costs is None else find_fills(costs), market)
    return engine.run(portfolio, market, policy=policy_named(policy), settings=settings, cost_curves=curves)


def replay(
    portfolio: Portfolio,
    scenario: str,
    *,
    portfolio_as_of: date,
    policies: Sequence[str] = (),
    schedule: str = "almgren-chriss",
    risk_aversion: float = 1e-6,
    seed: int = 0,
    progress: engine.Progress | None = None,
) -> ReplayResult:
    """Replay a book through a scenario under each policy, all of them when none is named.

    scenario: a shipped name or the path of a .toml file. portfolio_as_of: the date that the book's expiries
    belong to; from there it moves to the scenario's start, keeping days to expiry and moneyness.
    Raises UsageError and InputError.
    """
    named = [policy_named(name) for name in dict.fromkeys(policies)] or list(POLICIES)
    settings = RunSettings(schedule=schedule, risk_aversion=risk_aversion, seed=seed)
    require_worker(settings)
    return replay_scenario(
        portfolio,
        load_scenario(scenario),
        policies=named,
        settings=settings,
        portfolio_as_of=portfolio_as_of,
        progress=progress,
    )


def hedge_files(
    inputs: RunInputs, settings: RunSettings, *, progress: engine.Progress | None = None
) -> HedgeRun:
    """Read the files of a run and hedge them, as `hedger run` does. Raises InputError with every problem."""
    require_worker(settings)
    if progress is not None:
        progress("market", 0.0)
    portfolio, market = read_inputs(inputs, seed=settings.seed)
    return engine.run(
        portfolio,
        market,
        policy=policy_named(settings.policy, weights=inputs.weights),
        settings=settings,
        cost_curves=cost_curves_from(inputs.costs, market),
        progress=progress,
    )


def read_inputs(inputs: RunInputs, *, seed: int) -> tuple[Portfolio, Market]:
    """Read a book and the market it needs. Raises InputError, UsageError and MissingMarketError."""
    as_of = as_of_date(folder=inputs.market, chain=inputs.chain, as_of=inputs.as_of)
    portfolio = read_portfolio(inputs.portfolio, as_of=as_of, ignore_expired=inputs.ignore_expired)
    market = load_market(
        portfolio,
        folder=inputs.market,
        chain=inputs.chain,
        history=inputs.history,
        as_of=as_of,
        seed=seed,
    )
    return portfolio, market


def price_files(inputs: RunInputs, *, progress: engine.Progress | None = None) -> PriceList:
    """Read a book and its market and price every option, as `hedger price` does."""
    if progress is not None:
        progress("market", 0.1)
    return price_list(*read_inputs(inputs, seed=0))


def fit_chain(
    chain: Path,
    *,
    underlying: str | None = None,
    as_of: date | None = None,
    model: str = "smooth",
    business_time: bool = True,
    exercise: str | None = None,
    rate: float | None = None,
    dividend_yield: float | None = None,
    progress: engine.Progress | None = None,
) -> SurfaceStudy:
    """Fit a volatility surface to an option chain and certify it, as `hedger surface` does.

    exercise: 'european' or 'american'; None for the market's convention: index options European, all others
    American. rate, dividend_yield: continuously compounded per year, for a chain that has no call and put at
    one strike. Raises InputError for a chain that cannot be used, UsageError for a rate that is none.
    """
    from hedger.surface_study import study_surface  # the fitters take a while to import
    from pricing.surface.fit import SurfaceModel

    return study_surface(
        chain,
        underlying=underlying,
        as_of=as_of,
        model=SurfaceModel(model),
        business_time=business_time,
        exercise=None if exercise is None else Exercise(exercise),
        otherwise=_assumed_carry(rate, dividend_yield),
        progress=progress,
    )


def _assumed_carry(rate: float | None, dividend_yield: float | None) -> AssumedCarry | None:
    for name, value in (("--rate", rate), ("--dividend-yield", dividend_yield)):
        if value is not None and not -_LARGEST_RATE < value < _LARGEST_RATE:
            raise UsageError(
                f"{name} {value:g} is no rate per year between {-_LARGEST_RATE:g} and {_LARGEST_RATE:g}; "
                "0.02 is 2%."
            )
    if rate is None and dividend_yield is not None:
        raise UsageError("--dividend-yield goes with --rate, which is not given.")
    if rate is None:
        return None
    flat = DiscountCurve(expiry_years=np.ones(1), zero_rate=np.array([rate]))
    return AssumedCarry(discount=flat, dividend_yield=dividend_yield or 0.0)


def forecast_file(
    history: str,
    *,
    implied: Path | None = None,
    as_of: date | None = None,
    judged_horizon: int = 20,
    seed: int = 0,
    progress: engine.Progress | None = None,
) -> ForecastStudy:
    """Forecast volatility from a file of daily prices or an embedded symbol, as `hedger forecast` does.

    implied: a file of daily implied volatilities in points (20 is 20%); the embedded VIX goes with the
    embedded S&P 500. as_of: nothing after it is looked at. Raises InputError, and UsageError where `as_of` is
    outside of the history.
    """
    from hedger.forecast_study import study_forecast

    prices = _prices(history)
    own_implied = (
        _implied_points(implied) if implied else embedded_vix_history() if history == "SPX" else None
    )
    last = _last_day(prices, as_of)
    return study_forecast(
        prices.until(last),
        implied=None if own_implied is None else own_implied.until(last),
        judged_horizon=judged_horizon,
        seed=seed,
        progress=progress,
    )


def _prices(name_or_path: str) -> PriceHistory:
    path = Path(name_or_path)
    if path.exists():
        return read_history(path, symbol=path.stem.upper())
    if name_or_path in EMBEDDED_SYMBOLS.values():
        return embedded_history(name_or_path)
    known = ", ".join(sorted(set(EMBEDDED_SYMBOLS.values())))
    expected = f"a file that exists, or an embedded history: {known}"
    raise InputError(InputProblem(file=name_or_path, expected=expected))


def _last_day(prices: PriceHistory, as_of: date | None) -> date:
    first: date = prices.dates[0].item()
    last: date = prices.dates[-1].item()
    if as_of is not None and not first <= as_of <= last:
        raise UsageError(f"--as-of {as_of} is outside of {prices.origin}, which runs from {first} to {last}.")
    return as_of or last


def _implied_points(path: Path) -> PriceHistory:
    points = read_history(path, symbol="VIX", question_moves=False)
    odd = np.flatnonzero((points.close < _LEAST_POINTS) | (points.close > _MOST_POINTS))
    if len(odd):
        first = int(odd[0])
        expected = (
            f"implied volatility in points from {_LEAST_POINTS:g} to {_MOST_POINTS:g}, as 20 for 20% a year, "
            f"on {points.dates[first]}; {len(odd):,} of {len(points.close):,} days are outside"
        )
        raise InputError(InputProblem(file=path.name, value=f"{points.close[first]:g}", expected=expected))
    return replace(points, close=points.close / 100.0)


def shipped_portfolios() -> dict[str, Path]:
    """The example books that come with hedger, by name; they are of SHIPPED_DAY."""
    return {path.stem: path for path in sorted((shipped_folder() / "portfolios").iterdir())}


def shipped_or_own(name_or_path: str) -> Path:
    """The path of a book: the user's file where there is one, else the shipped book of that name.

    Raises InputError where there is neither.
    """
    own, shipped = Path(name_or_path).absolute(), shipped_portfolios()
    if name_or_path in shipped and not own.is_file():
        return shipped[name_or_path]
    if not own.exists():
        expected = f"a file that exists, or the name of a shipped book: {', '.join(shipped)}"
        raise InputError(InputProblem(file=name_or_path, expected=expected))
    return own
