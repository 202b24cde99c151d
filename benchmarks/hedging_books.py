"""Option books on real S&P 500 quotes, hedged daily by every policy through the files beside the checkout.

Books are sold and bought at quoted bid and ask on every day of a file, with expiry nearest to 14 and to 30
days (among 7 to 45), hedged at each later day of the file, and settled in cash at the official close of their
expiry; where a book's legs expire on different days, or the file ends before, it is closed at bid and ask on
the last day that the file has before. The index costs 1 bp. Markets are fitted to each day's chain alone, the
index is valued by put-call parity at the time of the quotes, and the forecast knows closes up to then.

Each 2018 chain has one expiry, so that calendars are of 2019 only. Intervals of whole books are by blocks of
ten start days. Take them for how a result hangs on the start day and not for more: books that overlap share
their days, 2018's have two expiries between them, and six weeks are one episode. The daily table, where each
calendar day counts once, is the sounder comparison. "driftless" leaves out that a hedge gained or lost by
what the market's direction gave it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
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
from benchmarks.surface_fit import CHAINS, FILES, chains
from pricing.business_time import BusinessClock
from pricing.default_forecaster import forecast_volatility
from pricing.embedded import embedded_days, embedded_history, embedded_implied_volatility
from pricing.history import PriceHistory, read_history
from pricing.market import UnderlyingMarket
from pricing.minimum_variance import embedded_coefficients
from pricing.parity import imply_curves, with_spot
from pricing.quotes import Quotes
from pricing.surface.fit import fit_surface
from pricing.time import SECONDS_PER_YEAR, close_instant, exchange_date, is_trading_day, year_fraction

FloatArray = npt.NDArray[np.float64]

CLOSES_FILE = CHAINS.parent / "history" / "sp500_close_1990_2022.csv"
DIVIDEND_YIELD = 0.019
COST_BPS = 1.0
EXPIRY_DAYS = (14, 30)
SHORTEST_DAYS, LONGEST_DAYS = 7, 45
FAR_DAYS = 14  # the far expiry of a calendar is the first this much later
FEWEST_DECISIONS = 5
BLOCK = 10
SAME_PRICE = 1e-5
HORIZONS = (1, 2, 3, 5, 10, 15, 21, 42, 63, 126, 252)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainDay:
    """A day's quotes by contract, and the market made of them."""

    market: UnderlyingMarket
    expiries: tuple[datetime, ...]
    quoted: dict[tuple[datetime, float, bool], tuple[float, float]]

    @property
    def day(self) -> date:
        """In New York."""
        return exchange_date(self.market.as_of)

    def mid(self, legs: Sequence[Leg]) -> float:
        """Value of a book at mid [currency]; the surface's where a leg is not quoted."""
        return sum(leg.units * sum(self._bid_ask(leg)) / 2 for leg in legs)

    def closing(self, legs: Sequence[Leg]) -> float:
        """What closing a book at bid and ask gives [currency]."""
        return sum(leg.units * self._bid_ask(leg)[0 if leg.units > 0 else 1] for leg in legs)

    def opening_cost(self, legs: Sequence[Leg]) -> float:
        """Half spreads paid to enter [currency]."""
        return sum(abs(leg.units) * (ask - bid) / 2 for leg in legs for bid, ask in (self._bid_ask(leg),))

    def _bid_ask(self, leg: Leg) -> tuple[float, float]:
        found = self.quoted.get((leg.expiry, leg.strike, leg.is_call))
        return (model_value((leg,), self.market) / leg.units,) * 2 if found is None else found


@cache
def history_to(day: date) -> PriceHistory:
    """The index: embedded where that has `day`, with its ranges, else the closes beside the checkout."""
    embedded = embedded_history(SYMBOL)
    return embedded if day <= embedded_days()[-1] else read_history(CLOSES_FILE, symbol=SYMBOL)


def close_on(day: date) -> float | None:
    """Official close, None where it is not known."""
    history = history_to(day)
    at = int(np.searchsorted(history.dates, np.datetime64(day)))
    return float(history.close[at]) if at < len(history.dates) and history.dates[at].item() == day else None


def chain_day(day: date, quotes: Quotes) -> ChainDay:
    """The market of a chain, and its quotes of options that settle at the close."""
    keys = [(instant(quotes, years), years) for years in np.unique(quotes.expiry_years)]
    evening = {years: at for at, years in keys if at == close_instant(exchange_date(at))}
    rows = zip(quotes.expiry_years, quotes.strike, quotes.is_call, quotes.bid, quotes.ask, strict=True)
    return ChainDay(
        market=market_of(day, quotes),
        expiries=tuple(evening.values()),
        quoted={
            (evening[years], float(strike), bool(is_call)): (float(bid), float(ask))
            for years, strike, is_call, bid, ask in rows
            if years in evening
        },
    )


def instant(quotes: Quotes, years: float) -> datetime:
    """Of an expiry, to the minute."""
    minutes = round((quotes.as_of.timestamp() + float(years) * SECONDS_PER_YEAR) / 60)
    return datetime.fromtimestamp(60 * minutes, tz=quotes.as_of.tzinfo)


def market_of(day: date, quotes: Quotes) -> UnderlyingMarket:
    """Of one day's chain alone, and the closes known by then."""
    discount, forward, _ = imply_curves(quotes)
    years = float(forward.expiry_years[0])
    carry = (float(discount.rate_at(years)) - DIVIDEND_YIELD) * years
    # The quotes' own index: an official close may be minutes older, on 2018-02-05 19 points.
    spot = float(forward.forward_at(years)) * float(np.exp(-carry))
    history = history_to(day).until(last_known_close(day, quotes))
    known = history.dates[-1].item()
    return UnderlyingMarket(
        symbol=SYMBOL,
        as_of=quotes.as_of,
        spot=spot,
        discount=discount,
        forward=with_spot(forward, spot),
        surface=fit_surface(quotes, discount, forward, clock=BusinessClock(as_of=quotes.as_of)).surface,
        forecast=forecast_volatility(
            history,
            horizon_days=HORIZONS,
            seed=0,
            paths=2,  # of the interval, which no policy looks at
            implied=embedded_implied_volatility(SYMBOL, known),
        ),
        hedge=INDEX,
        history=history,
        minimum_variance=embedded_coefficients(known),
    )


def last_known_close(day: date, quotes: Quotes) -> date:
    """That of `day` where the quotes are of it, else of the day before: a snapshot has an unknown time."""
    close = close_on(day)
    return day if close is not None and abs(quotes.spot / close - 1.0) < SAME_PRICE else day - timedelta(1)


def books(days: Sequence[ChainDay], *, random_books: int) -> Iterator[BookPath]:
    """Every book of a file: all shapes on each day, at each of its expiries."""
    for at, opened in enumerate(days):
        for near in expiries_to_sell(opened):
            shapes = list(SHAPES.items())
            for number in range(random_books):
                rng = np.random.default_rng((opened.day.toordinal(), near.toordinal(), number))
                shapes.append(("random", random_shape(rng)))
            for kind, shape in shapes:
                if (legs := quoted_legs(opened, shape, near)) is not None:
                    yield from walked(kind, legs, days[at:])


def expiries_to_sell(opened: ChainDay) -> list[datetime]:
    """The distinct expiries nearest to EXPIRY_DAYS."""
    open_to = {at: (exchange_date(at) - opened.day).days for at in opened.expiries}
    usable = [at for at, left in open_to.items() if SHORTEST_DAYS <= left <= LONGEST_DAYS]
    return sorted({min(usable, key=lambda at: abs(open_to[at] - aim)) for aim in EXPIRY_DAYS if usable})


def quoted_legs(opened: ChainDay, shape: Sequence[ShapeLeg], near: datetime) -> tuple[Leg, ...] | None:
    """The quoted options nearest to a shape, those of one strike netted; None where there are none.

    A shape without legs in two expiries has one; where the chain has no far one, a random book has the near
    one alone and a calendar is none.
    """
    later = [at for at in opened.expiries if at >= near + timedelta(FAR_DAYS)]
    far = later[0] if later else near
    net: dict[tuple[datetime, float, bool], float] = {}
    for leg in shape:
        expiry = far if leg.far else near
        strike = nearest_strike(opened, leg, expiry)
        contract = expiry, strike, leg.is_call
        net[contract] = net.get(contract, 0.0) + UNITS * leg.sign
    legs = tuple(
        Leg(expiry=expiry, strike=strike, is_call=is_call, units=units)
        for (expiry, strike, is_call), units in net.items()
        if units
    )
    return legs or None


def nearest_strike(opened: ChainDay, leg: ShapeLeg, expiry: datetime) -> float:
    """Strike quoted for the leg's right nearest to its place, by at-the-money deviations."""
    market = opened.market
    years = year_fraction(market.as_of, expiry)
    deviation = float(market.surface.implied_volatility(0.0, years)) * np.sqrt(years)
    aim = float(market.forward.forward_at(years)) * np.exp(leg.deviations * deviation)
    strikes = [strike for at, strike, is_call in opened.quoted if at == expiry and is_call == leg.is_call]
    return min(strikes, key=lambda strike: abs(strike - aim))


def walked(kind: str, legs: tuple[Leg, ...], days: Sequence[ChainDay]) -> Iterator[BookPath]:
    """The book's path, or nothing where it has too few decisions."""
    expiries = {leg.expiry for leg in legs}
    first = min(expiries)
    before = [each for each in days if each.day < exchange_date(first)]
    close = close_on(exchange_date(first))
    held = days[-1].day >= exchange_date(first) - timedelta(4)
    if len(expiries) == 1 and close is not None and held:
        value = sum(leg.units * leg.payoff(close) for leg in legs)
        end, decided = End(instant=first, spot=close, value=value), before
    else:
        last = before[-1]
        end = End(instant=last.market.as_of, spot=last.market.spot, value=last.closing(legs))
        decided = before[:-1]
    if len(decided) >= FEWEST_DECISIONS:
        yield book_path(
            kind,
            legs,
            [each.market for each in decided],
            end,
            marks=np.array([each.mid(legs) for each in decided]),
            opening_cost=decided[0].opening_cost(legs),
        )


def main() -> None:
    """Print both files' tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--aversion", type=float, default=50.0, help="risk aversion times notional")
    parser.add_argument("--random-books", type=int, default=2, help="random books by start and expiry")
    parser.add_argument("--file", type=Path, action="append", help="a chain file, instead of those beside")
    arguments = parser.parse_args()
    console, started, gains = Console(width=170), time.process_time(), list[Gain]()
    for path in arguments.file or [CHAINS / name for name in FILES if (CHAINS / name).exists()]:
        days = [chain_day(day, quotes) for day, quotes, _ in chains(path) if is_trading_day(day)]
        paths = list(books(days, random_books=arguments.random_books))
        title = f"{days[0].day} to {days[-1].day}"
        console.print(f"{title}: {len(days)} days read, {time.process_time() - started:.0f} s of CPU so far")
        comparison = compared(paths, cost_bps=COST_BPS, aversion=arguments.aversion)
        gains += show(console, title, comparison, block=BLOCK)
    print_losses(console, gains)
    seconds = time.process_time() - started
    console.print(f"risk aversion {arguments.aversion:g} / notional; {seconds:.0f} s of CPU")


if __name__ == "__main__":
    main()
