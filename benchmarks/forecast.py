"""What the volatility forecast is worth, and the estimates that the defaults without an option chain rest on.

`python benchmarks/forecast.py` prints, on the histories that arch ships: out-of-sample QLIKE of the forecast
against simple ones; the ratio of the VIX to the forecast; at-the-money volatility against the VIX; and the
coefficients of the minimum-variance delta. The last two read S&P 500 chains where these lie beside the
checkout. About 70 s of CPU.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from rich.console import Console
from rich.table import Table

from pricing.embedded import embedded_days, embedded_history, embedded_vix
from pricing.errors import InputError
from pricing.forecast import FloatArray, VolForecast
from pricing.garch import _fit_gjr, _next_variance, _weighted_variance, forecast_volatility
from pricing.history import PriceHistory
from pricing.implied import implied_volatility
from pricing.minimum_variance import (
    MinimumVarianceCoefficients,
    embedded_coefficients,
    estimate_from_chains,
)
from pricing.parity import imply_curves
from pricing.paths.garch import mean_variance
from pricing.quotes import Quotes, read_chain
from pricing.surface.atm import surface_from_atm
from pricing.variance_premium import VOLATILITY_PREMIUM, atm_volatility_term_structure

CHAINS = Path(__file__).resolve().parents[2] / "shared" / "data" / "options"
CHAIN_FILES = ("spx_chain_20180102_20180228.parquet", "spx_chain_20190425_20190607.parquet")
REPEATED_DAY = date(2019, 5, 27)  # a holiday: the file repeats the session before
HORIZONS = (5, 20, 60, 250)
WINDOW = 2_000
STEP = 20
OURS = "GJR-GARCH-t, targeted"


def forecasts_at(history: PriceHistory, end: int) -> tuple[VolForecast, Mapping[str, FloatArray]]:
    """Our forecast from the `WINDOW` returns before `end`, and every model's variance per day at HORIZONS."""
    past = history.until(history.dates[end].item())
    ours = forecast_volatility(past, horizon_days=HORIZONS, seed=end)
    percent = 100 * past.log_returns()[-WINDOW:]
    law, last_variance, _ = _fit_gjr(percent)
    days = mean_variance(law, _next_variance(law, percent[-1], last_variance), HORIZONS[-1])
    untargeted = np.array([days[:horizon].mean() for horizon in HORIZONS])
    flat = np.ones(len(HORIZONS))
    return ours, {
        OURS: ours.volatility**2 / 252 * 1e4,
        "GJR-GARCH-t, as fitted": untargeted,
        "EWMA 0.94": flat * _weighted_variance(percent),
        "21-day window": flat * np.mean(percent[-21:] ** 2),
        "2,000-day window": flat * np.mean(percent**2),
    }


def quasi_likelihood(realised: float, forecast: float) -> float:
    """QLIKE (Patton 2011): zero for a perfect forecast."""
    return realised / forecast - np.log(realised / forecast) - 1


def out_of_sample(console: Console, symbol: str) -> None:
    """Mean QLIKE by model and horizon, and how often the 90% interval held the realised volatility."""
    history = embedded_history(symbol)
    percent = 100 * history.log_returns()
    losses: dict[str, list[list[float]]] = {}
    inside: list[list[float]] = []
    for end in range(WINDOW, len(percent) - HORIZONS[-1], STEP):
        ours, models = forecasts_at(history, end)
        realised = np.array([np.mean(percent[end : end + horizon] ** 2) for horizon in HORIZONS])
        volatility = np.sqrt(252 * realised) / 100
        inside.append(((ours.lower <= volatility) & (volatility <= ours.upper)).tolist())
        for name, variance in models.items():
            losses.setdefault(name, []).append(list(map(quasi_likelihood, realised, variance)))
    table = Table(
        title=f"{symbol}: mean QLIKE on {len(inside)} dates, every {STEP} days, realised = sum of r^2"
    )
    for column in ("model", *(f"{horizon} days" for horizon in HORIZONS)):
        table.add_column(column)
    for name, rows in losses.items():
        table.add_row(name, *_with_intervals(np.array(rows), np.array(losses[OURS]), name))
    table.add_row("inside the 90% interval", *(f"{share:.0%}" for share in np.mean(inside, axis=0)))
    console.print(table)


def _with_intervals(losses: FloatArray, ours: FloatArray, name: str) -> list[str]:
    """Mean loss; for the others also the difference to ours, with a 95% interval by blocks of a horizon."""
    cells = []
    for at, horizon in enumerate(HORIZONS):
        mean = f"{losses[:, at].mean():.3f}"
        if name != OURS:
            length = max(1, -(-horizon // STEP))
            difference = losses[:, at] - ours[:, at]
            blocks = difference[: len(difference) // length * length].reshape(-1, length).mean(axis=1)
            error = 1.96 * blocks.std(ddof=1) / np.sqrt(len(blocks))
            mean += f" ({difference.mean():+.3f} ± {error:.3f})"
        cells.append(mean)
    return cells


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
    for symbol in ("SPX", "COMP", "WTI"):
        out_of_sample(console, symbol)
    premium(console)
    files = {name: chains(name) for name in CHAIN_FILES if (CHAINS / name).exists()}
    if CHAIN_FILES[0] in files:
        at_the_money(console, files[CHAIN_FILES[0]])
    minimum_variance(console, files)


if __name__ == "__main__":
    main()
