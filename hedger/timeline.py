"""A scenario made into markets, one per close, each built once and from what was known by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import expm1, log1p, sqrt

import numpy as np

from hedger.config import embedded_config
from hedger.engine import Progress
from hedger.errors import UsageError
from hedger.market_data import load_market
from hedger.portfolio import Portfolio, rebased
from hedger.result import RunSettings
from hedger.scenario import Scenario, ScenarioKind, StartingMarket
from hedger.underlying_data import STALE_DAYS
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.embedded import embedded_history
from pricing.forecast import VolForecast
from pricing.instrument import HedgeInstrument
from pricing.market import Market, Source, UnderlyingMarket
from pricing.minimum_variance import embedded_coefficients
from pricing.sample_volatility import sample_forecast
from pricing.shock import aged_market
from pricing.surface.atm import surface_from_atm
from pricing.time import TRADING_DAYS_PER_YEAR, close_instant, trading_days_between

# RiskMetrics (1996): what a daily variance keeps of yesterday's, and how many days the average is worth.
_DECAY = 0.94
_EFFECTIVE_DAYS = round((1 + _DECAY) / (1 - _DECAY))
# Of a replay's progress, from 0 to 1; the rest is the policies'.
SHARE_OF_MARKETS = 0.4
_FORECAST_DAYS = np.array([1.0, 5.0, 10.0, 21.0, 63.0, 126.0, 252.0])


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineDay:
    """One close: its market, which every policy shares, and the order book's regime."""

    day: date
    market: Market
    regime: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The days of a replay and the book at their start. notes: what a reader must know, one sentence each."""

    days: tuple[TimelineDay, ...]
    portfolio: Portfolio
    notes: tuple[str, ...]


def build_timeline(
    scenario: Scenario,
    portfolio: Portfolio,
    settings: RunSettings,
    *,
    portfolio_as_of: date,
    progress: Progress | None = None,
) -> Timeline:
    """Build the market of every close, and move the book to the scenario's start where it is from elsewhere.

    Raises UsageError where the scenario has no market for an underlying of the book.
    """
    _require_markets(scenario, portfolio)
    book = _book_at_start(scenario, portfolio, portfolio_as_of)
    build = _real_markets if scenario.kind is ScenarioKind.HISTORY else _shocked_markets
    dates = scenario.days()
    days: list[TimelineDay] = []
    for day, market in zip(dates, build(scenario, book, settings.seed), strict=True):
        days.append(TimelineDay(day=day, market=market, regime=scenario.regime_on(day, settings.regime)))
        if progress is not None:
            progress(f"market of {day}", SHARE_OF_MARKETS * len(days) / len(dates))
    return Timeline(days=tuple(days), portfolio=book, notes=_notes(scenario, book, days[0].market))


def _require_markets(scenario: Scenario, portfolio: Portfolio) -> None:
    known = tuple(own.symbol for own in scenario.starting) or tuple(embedded_config().underlyings)
    missing = [symbol for symbol in portfolio.underlyings if symbol not in known]
    if missing:
        raise UsageError(
            f"Scenario '{scenario.name}' has no market for {', '.join(missing)}, only for "
            f"{', '.join(known)}: replay a book of these, or shocks of your own with their starting markets."
        )


def _book_at_start(scenario: Scenario, portfolio: Portfolio, as_of: date) -> Portfolio:
    """The book itself where it is of the scenario's days and has not expired, else moved to its start."""
    alive = all(line.expiry is None or line.expiry > scenario.start for line in portfolio.positions)
    if alive and scenario.start <= as_of <= scenario.end:
        return portfolio
    spots = {own.symbol: own.spot for own in scenario.starting}
    return rebased(
        portfolio,
        from_date=as_of,
        from_spot={symbol: _embedded_close(symbol, as_of) for symbol in portfolio.underlyings},
        to_date=scenario.start,
        to_spot={
            symbol: spots.get(symbol) or _embedded_close(symbol, scenario.start)
            for symbol in portfolio.underlyings
        },
    )


def _embedded_close(symbol: str, day: date) -> float:
    """Last close up to `day` [currency]. Raises UsageError where the embedded history has none."""
    history = embedded_history(symbol).until(day)
    if len(history.close) and trading_days_between(history.dates[-1].item(), day) <= STALE_DAYS:
        return float(history.close[-1])
    raise UsageError(
        f"To move the book takes the price of {symbol} on {day}, and the embedded history has none: "
        "give the day that the book's strikes and expiries belong to, in 1999 to 2018, as --portfolio-as-of."
    )


def _real_markets(scenario: Scenario, book: Portfolio, seed: int) -> Iterator[Market]:
    """The embedded market of every day; the hedge is the contract that outlives it all, so none is rolled."""
    for day in scenario.days():
        market = load_market(book, as_of=day, seed=seed)
        yield replace(
            market,
            underlyings={
                symbol: replace(own, hedge=_hedge(symbol, scenario.end))
                for symbol, own in market.underlyings.items()
            },
        )


def _shocked_markets(scenario: Scenario, book: Portfolio, seed: int) -> Iterator[Market]:
    """The starting market, then what the steps so far make of it.

    Shocks add up and act on the starting surface, so that its 30-day volatility at the money is the start's
    plus the sum of the shifts, whatever the path. The forecast follows RiskMetrics: it sees the returns of
    the scenario.
    """
    start = _starting_market(scenario, book, seed)
    variance = {
        s: float(own.forecast.at(1.0)) ** 2 / TRADING_DAYS_PER_YEAR for s, own in start.underlyings.items()
    }
    log_return, shift = 0.0, 0.0
    yield start
    for step in scenario.steps:
        log_return += log1p(step.spot_return)
        shift += step.volatility_shift
        today = {}
        for symbol, own in start.underlyings.items():
            variance[symbol] = _DECAY * variance[symbol] + (1.0 - _DECAY) * log1p(step.spot_return) ** 2
            shocked = aged_market(
                own,
                as_of=close_instant(step.day),
                spot_return=expm1(log_return),
                volatility_shift=shift,
                stickiness=scenario.stickiness,
            )
            today[symbol] = replace(shocked, forecast=_weighted_forecast(variance[symbol], step.day))
        yield Market(as_of=close_instant(step.day), underlyings=today, sources=start.sources)


def _starting_market(scenario: Scenario, book: Portfolio, seed: int) -> Market:
    stated = {own.symbol: own for own in scenario.starting}
    market = None if stated else load_market(book, as_of=scenario.start, seed=seed)
    return Market(
        as_of=close_instant(scenario.start),
        underlyings={
            symbol: _stated_market(stated[symbol], scenario)
            if market is None
            else replace(market.underlying(symbol), hedge=_hedge(symbol, scenario.end))
            for symbol in book.underlyings
        },
    )


def _stated_market(stated: StartingMarket, scenario: Scenario) -> UnderlyingMarket:
    """A market of one volatility at the money, one rate and one dividend yield."""
    year = np.array([1.0])
    return UnderlyingMarket(
        symbol=stated.symbol,
        as_of=close_instant(scenario.start),
        spot=stated.spot,
        discount=DiscountCurve(expiry_years=year, zero_rate=np.array([stated.rate])),
        forward=ForwardCurve(
            spot=stated.spot, expiry_years=year, carry_rate=np.array([stated.rate - stated.dividend_yield])
        ),
        surface=surface_from_atm(
            year,
            [stated.atm_volatility],
            description=f"{stated.atm_volatility:.1%} at the money, default skew",
        ),
        forecast=_weighted_forecast(stated.forecast_volatility**2 / TRADING_DAYS_PER_YEAR, scenario.start),
        hedge=_hedge(stated.symbol, scenario.end),
        minimum_variance=embedded_coefficients(scenario.start) if stated.symbol == "SPX" else None,
        sources=(Source(part="scenario", origin=scenario.origin, detail=stated.source),),
    )


def _weighted_forecast(daily_variance: float, day: date) -> VolForecast:
    """The same volatility at every horizon; its interval is that of as many days as the average is worth."""
    returns = np.full(_EFFECTIVE_DAYS, sqrt(daily_variance))
    forecast = sample_forecast(returns, as_of=day, horizon_days=_FORECAST_DAYS)
    return replace(forecast, model=f"RiskMetrics, decay {_DECAY:g}, from the scenario's starting forecast")


def _hedge(symbol: str, last_day: date) -> HedgeInstrument:
    """The embedded hedge instrument; of a future the contract that is in front on `last_day`."""
    own = embedded_config().underlyings.get(symbol)
    if own is None or own.hedge is None:
        raise UsageError(
            f"There is no hedge instrument for '{symbol}' in a replay: there is one for "
            f"{', '.join(embedded_config().underlyings)}."
        )
    return own.hedge.on(last_day, underlying=symbol)


def _notes(scenario: Scenario, book: Portfolio, start: Market) -> tuple[str, ...]:
    if scenario.kind is ScenarioKind.SHOCKS:
        rule = (
            f"The surface is {scenario.stickiness.value}: stated shifts of volatility come on top, in full "
            "up to 30 days and decaying with the root of expiry beyond."
        )
    else:
        rule = "Every day's surface, forecast and rate are the embedded data's, up to that day's close."
    surfaces = tuple(
        f"{own.symbol} on the first day: {own.surface.description}." for own in start.underlyings.values()
    )
    conventions = (
        "The hedge instrument is the embedded one of today, in the contract that outlives the scenario.",
        "Options that expire are settled in cash at the intrinsic value of the close; cash earns nothing.",
        "P&L leaves out what the simulated market's own news gave or took while orders were worked: luck, "
        "and no part of the scenario's days; it is shown as news.",
        "The last close is marked and not traded; the unhedged book is without its hedge holdings.",
    )
    return (rule, *surfaces, *conventions, *(f"The book: {note}." for note in book.notes))
