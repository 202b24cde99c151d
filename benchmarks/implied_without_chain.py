"""The estimates that the defaults without an option chain rest on.

`python benchmarks/implied_without_chain.py` prints, on the histories that arch ships: the ratio of the VIX to
the forecast; at-the-money volatility against the VIX; and the coefficients of the minimum-variance delta. The
last two read S&P 500 chains where these lie beside the checkout.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from rich.console import Console
from rich.table import Table

from pricing.default_forecaster import forecast_volatility
from pricing.embedded import embedded_days, embedded_history, embedded_vix
from pricing.errors import InputError
from pricing.history import PriceHistory
from pricing.implied import implied_volatility
from pricing.minimum_variance import (
    MinimumVarianceCoefficients,
    embedded_coefficients,
    estimate_from_chains,
)
from pricing.parity import imply_curves
from pricing.quotes import Quotes, read_chain
from pricing.surface.atm import surface_from_atm
from pricing.variance_premium import VOLATILITY_PREMIUM, atm_volatility_term_structure

CHAINS = Path(__file__).resolve().parents[2] / "shared" / "data" / "options"
CHAIN_FILES = ("spx_chain_20180102_20180228.parquet", "spx_chain_20190425_20190607.parquet")
REPEATED_DAY = date(2019, 5, 27)  # a holiday: the file repeats the session before


def premium(console: Console) -> None:
    """The VIX over the forecast of the same 30 days: the constant, and why not a regression."""
    history, days = (
        embedded_history("SPX"),
        [day for day in embedded_days() if embedded_vix(day) is not None][::5],
    )
    forecast = np.array([_thirty_day_forecast(history, day) for day in days])
    vix = np.array([embedded_vix(day) for day in days], dtype=np.float64)
    ratio, year = np.log(vix / forecast), np.array([day.year for day in days])
    console.print(
        f"VIX / 30-day forecast on {len(days)} days, 2014 to 2018: geometric mean {np.exp(ratio.mean()):.4f} "
        f"(used: {VOLATILITY_PREMIUM}), deviation of the log {ratio.std():.3f}; by year "
        + ", ".join(f"{each} {np.exp(ratio[year == each].mean()):.3f}" for each in np.unique(year))
    )
    errors: dict[str, list[float]] = {"constant ratio": [], "log-linear": []}
    for each in np.unique(year):
        other = year != each
        slope, level = np.polyfit(np.log(forecast[other]), np.log(vix[other]), 1)
        errors["constant ratio"] += list((ratio - ratio[other].mean())[~other])
        errors["log-linear"] += list((np.log(vix) - level - slope * np.log(forecast))[~other])
    slope, level = np.polyfit(np.log(forecast), np.log(vix), 1)
    console.print(
        "error of the log, each year left out: "
        + ", ".join(f"{name} {np.sqrt(np.mean(np.square(each))):.3f}" for name, each in errors.items())
        + f"; but the log-linear slope is {slope:.2f}: a forecast of 80%, as in 2008, would mean a VIX of "
        f"{100 * np.exp(level + slope * np.log(0.8)):.0f}"
    )


def _thirty_day_forecast(history: PriceHistory, day: date) -> float:
    forecast = forecast_volatility(history.until(day), horizon_days=(20, 21), seed=0, paths=2)
    return float(forecast.at(30 * 252 / 365))


def chains(name: str) -> list[Quotes]:
    """Every day of a chain file on which quotes can be used, in order."""
    path = CHAINS / name
    column = parquet.read_table(path, columns=["quotedate"])["quotedate"].to_numpy()
    found = []
    for day in np.unique(column.astype("datetime64[D]")).tolist():
        try:
            found.append(read_chain(path, underlying="SPX", as_of=day))
        except InputError:
            continue  # the day of the last expiry
    return [quotes for quotes in found if quotes.as_of.date() != REPEATED_DAY]


def at_the_money(console: Console, days: list[Quotes]) -> None:
    """At-the-money volatility by VIX and default skew against that of the quotes, beyond 7 days."""
    rows = []
    for quotes in days:
        day = quotes.as_of.date()
        forecast = forecast_volatility(
            embedded_history("SPX").until(day), horizon_days=(21, 252), seed=0, paths=2
        )
        years, volatility, _ = atm_volatility_term_structure("SPX", day, forecast)
        surface = surface_from_atm(years, volatility, description="")
        for expiry in np.unique(quotes.expiry_years[quotes.expiry_years > 7 / 365]):
            rows.append(
                (_quoted(quotes, expiry), float(surface.implied_volatility(0.0, expiry)), embedded_vix(day))
            )
    quoted, ours, vix = np.array(rows, dtype=np.float64).T
    console.print(
        f"at the money, {len(rows)} smiles of January and February 2018: quoted / VIX median "
        f"{np.median(quoted / vix):.3f}, ours / VIX {np.median(ours / vix):.3f}; ours - quoted mean "
        f"{100 * np.mean(ours - quoted):+.2f}, absolute {100 * np.mean(np.abs(ours - quoted)):.2f} points"
    )


def _quoted(quotes: Quotes, expiry_years: float) -> float:
    """At-the-money volatility between the out-of-the-money quotes next to the forward."""
    discounts, forwards, _ = imply_curves(quotes)
    forward, discount = float(forwards.forward_at(expiry_years)), float(discounts.discount_at(expiry_years))
    chosen = (quotes.expiry_years == expiry_years) & (quotes.is_call == (quotes.strike > forward))
    strike, mid = quotes.strike[chosen], 0.5 * (quotes.bid + quotes.ask)[chosen]
    volatility, _ = implied_volatility(mid, forward, strike, expiry_years, discount, quotes.is_call[chosen])
    order = np.argsort(strike)
    return float(np.interp(forward, strike[order], volatility[order]))


def minimum_variance(console: Console, files: Mapping[str, list[Quotes]]) -> None:
    """Coefficients from the VIX by year end, and from chains."""
    table = Table(title="Minimum-variance delta: coefficients (standard errors)")
    for column in ("estimated on", "a", "b", "c", "at delta 0.5"):
        table.add_column(column)
    for year in range(2014, 2019):
        _add(table, embedded_coefficients(date(year, 12, 31)))
    for days in files.values():
        _add(table, estimate_from_chains(days, before=days[-1].as_of.date() + timedelta(days=1)))
    console.print(table)


def _add(table: Table, found: MinimumVarianceCoefficients | None) -> None:
    if found is not None:
        values = zip((found.a, found.b, found.c), found.standard_error, strict=True)
        cells = [f"{value:+.3f} ({error:.3f})" if error else "" for value, error in values]
        table.add_row(found.origin, *cells, f"{found.a + found.b / 2 + found.c / 4:+.3f}")


def main() -> None:
    """Print everything."""
    console = Console(width=160)
    premium(console)
    files = {name: chains(name) for name in CHAIN_FILES if (CHAINS / name).exists()}
    if CHAIN_FILES[0] in files:
        at_the_money(console, files[CHAIN_FILES[0]])
    minimum_variance(console, files)


if __name__ == "__main__":
    main()
