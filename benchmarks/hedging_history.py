"""Twenty years of the index hedged daily: books sold every 21 trading days, walked forward, all policies.

On each start day of the embedded S&P 500, 1999 to 2018, a straddle, a strangle and a random book are opened
at the value of that day's surface and hedged at every close until they are settled, or closed at the
surface's value, 21 trading days later; books do not overlap. Nothing later than a day's close goes into its
market: the forecast is fitted anew each day to the history up to it; the volatility at the money is from the
VIX where the package has it, 2014 on, and before from that forecast; the minimum-variance coefficients are
estimated on the VIX so far: before April 2014 there are none and that policy is the practitioner delta.

Two constants are later than the days they serve: the ratio of VIX to forecast (2014 to 2018) and the default
skew (January 2018). So before 2014 the price at which options are sold is no market's, and a mean says
little; the differences between hedges on the same days do not rest on it. Marks before 2014 move with the
forecast: the worst day printed, 2010-05-06, is the flash crash as the day's range told it to the forecast.
Intervals are by blocks of three start days; a year has twelve, so that its interval is rough.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from rich.console import Console

from benchmarks.hedging_comparison import compared
from benchmarks.hedging_study import (
    INDEX,
    SHAPES,
    SYMBOL,
    UNITS,
    BookPath,
    End,
    Leg,
    ShapeLeg,
    book_path,
    model_value,
    random_shape,
)
from benchmarks.hedging_tables import Gain, print_losses, show
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.default_forecaster import DefaultForecaster
from pricing.embedded import (
    embedded_days,
    embedded_history,
    embedded_implied_volatility,
    embedded_vix_history,
    risk_free_rate,
)
from pricing.forecast import VolForecast
from pricing.history import PriceHistory
from pricing.market import UnderlyingMarket
from pricing.minimum_variance import estimate_from_vix
from pricing.surface.atm import surface_from_atm
from pricing.time import close_instant, year_fraction
from pricing.variance_premium import atm_volatility_term_structure
from pricing.volatility_model import annualised

LIFE_DAYS = 21
FIRST_START = 100  # returns that the first forecast has
DIVIDEND_YIELD = 0.019
STRIKE_STEP = 5.0
HORIZONS = np.array([1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 21.0, 42.0, 63.0, 126.0, 252.0])
KINDS = ("straddle", "strangle", "random")
BLOCK = 3
COSTS_BPS = (1.0, 5.0)


def forecast_on(day: date, history: PriceHistory) -> VolForecast:
    """The default forecast from a history that ends on `day`, without the simulation of its interval."""
    implied = embedded_implied_volatility(SYMBOL, day)
    fitted = DefaultForecaster(implied=implied).fitted(history)
    sums = np.cumsum(fitted.variance_path(int(HORIZONS[-1])))[HORIZONS.astype(np.int64) - 1]
    volatility = annualised(sums, HORIZONS)
    return VolForecast(
        as_of=day,
        horizon_days=HORIZONS,
        volatility=volatility,
        lower=volatility,
        upper=volatility,
        model=fitted.name,
        observations=fitted.observations,
        parameters=fitted.parameters,
    )


def history_until(day: date) -> PriceHistory:
    """The embedded history up to a day of it, as views: every day's market holds its own."""
    whole = embedded_history(SYMBOL)
    known = int(np.searchsorted(whole.dates, np.datetime64(day), side="right"))
    columns = {name: getattr(whole, name)[:known] for name in ("dates", "open", "high", "low", "close")}
    return replace(whole, **columns)


def market_on(day: date, close: float) -> UnderlyingMarket:
    """As `hedger run` builds it without a chain, from what was known at the close of `day`."""
    history, year = history_until(day), np.array([1.0])
    forecast, rate = forecast_on(day, history), risk_free_rate(day)
    years, volatility, sentence = atm_volatility_term_structure(SYMBOL, day, forecast)
    return UnderlyingMarket(
        symbol=SYMBOL,
        as_of=close_instant(day),
        spot=close,
        discount=DiscountCurve(expiry_years=year, zero_rate=np.array([rate])),
        forward=ForwardCurve(spot=close, expiry_years=year, carry_rate=np.array([rate - DIVIDEND_YIELD])),
        surface=surface_from_atm(years, volatility, description=sentence),
        forecast=forecast,
        hedge=INDEX,
        history=history,
        minimum_variance=estimate_from_vix(history, embedded_vix_history(), until=day),
    )


def books(markets: Sequence[UnderlyingMarket], near: date, far: date) -> Iterator[BookPath]:
    """The books of one period. markets: at its start, each close and its end."""
    opened, last = markets[0], markets[-1]
    rng = np.random.default_rng(near.toordinal())
    for kind in KINDS:
        shape = random_shape(rng) if kind == "random" else SHAPES[kind]
        legs = [placed(leg, opened, far if leg.far else near) for leg in shape]
        end = End(instant=last.as_of, spot=last.spot, value=model_value(legs, last))
        yield book_path(kind, legs, markets[:-1], end)


def placed(leg: ShapeLeg, market: UnderlyingMarket, expiry: date) -> Leg:
    """The listed strike, a multiple of 5, nearest to a leg's place."""
    years = year_fraction(market.as_of, close_instant(expiry))
    deviation = float(market.surface.implied_volatility(0.0, years)) * np.sqrt(years)
    aim = float(market.forward.forward_at(years)) * np.exp(leg.deviations * deviation)
    return Leg(
        expiry=close_instant(expiry),
        strike=STRIKE_STEP * round(aim / STRIKE_STEP),
        is_call=leg.is_call,
        units=UNITS * leg.sign,
    )


def all_books(every: int) -> Iterator[BookPath]:
    """The books of every `every`-th period, each day's market built once."""
    days, closes = embedded_days(), embedded_history(SYMBOL).close
    for start in range(FIRST_START, len(days) - 2 * LIFE_DAYS, every * LIFE_DAYS):
        period = range(start, start + LIFE_DAYS + 1)
        markets = [market_on(days[at], float(closes[at])) for at in period]
        yield from books(markets, days[start + LIFE_DAYS], days[start + 2 * LIFE_DAYS])


def main() -> None:
    """Print the tables of both costs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--aversion", type=float, default=50.0, help="risk aversion times notional")
    parser.add_argument("--every", type=int, default=1, help="take each N-th period")
    arguments = parser.parse_args()
    console, started, gains = Console(width=170), time.process_time(), list[Gain]()
    paths = list(all_books(arguments.every))
    console.print(f"{len(paths)} books from {paths[0].start} to {paths[-1].start}")
    console.print(f"markets and exposures of every day: {time.process_time() - started:.0f} s of CPU")
    for cost_bps in COSTS_BPS:
        comparison = compared(paths, cost_bps=cost_bps, aversion=arguments.aversion)
        gains += show(console, f"cost {cost_bps:g} bp", comparison, block=BLOCK, by_year=True)
    print_losses(console, gains)
    seconds = time.process_time() - started
    console.print(f"risk aversion {arguments.aversion:g} / notional; {seconds:.0f} s of CPU")


if __name__ == "__main__":
    main()
