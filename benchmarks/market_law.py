"""The law that moves implied volatility with returns: estimates, simulated moments beside real ones, premia.

`python benchmarks/market_law.py`: the law is estimated on the embedded S&P 500 and VIX to the end of 2016;
2017 and 2018 are out of sample. A simulated moment is the median over paths of as many days, with the 5% and
95% points; a real one that lies outside is marked. With the chains of 2019 beside the checkout, the smile's
skew and the term structure's moves are set beside the market's as well.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from hedger.network.markets.garch import GarchMarket
from hedger.network.markets.gbm import BlackScholesMarket
from hedger.network.markets.heston import HestonMarket
from hedger.network.markets.history import HistoryMarket
from hedger.network.markets.level_regression import COEFFICIENT_NAMES
from hedger.network.markets.paths import HedgingMarket
from hedger.network.markets.premium import straddle_premium
from hedger.network.markets.surface_law import SurfaceLaw, estimate_surface_law, log_month_forecast
from hedger.network.markets.surface_paths import TERM_REVERSION
from pricing.embedded import embedded_history, embedded_vix_history
from pricing.parity import imply_curves
from pricing.quotes import read_chain
from pricing.surface.fit import SurfaceModel, fit_surface
from pricing.surface.ssvi import SsviSurface

FloatArray = npt.NDArray[np.float64]

UNTIL, LAST = date(2016, 12, 30), date(2018, 12, 31)
CHAIN = Path(__file__).resolve().parents[2] / "shared/data/options/spx_chain_20190425_20190607.parquet"
PATHS, MONTH = 400, 21 / 252
CONSOLE = Console(width=110)


def autocorrelation(series: FloatArray, lag: int) -> FloatArray:
    """Along the last axis."""
    centred = series - series.mean(axis=-1, keepdims=True)
    return np.mean(centred[..., lag:] * centred[..., :-lag], axis=-1) / np.mean(centred**2, axis=-1)


def standardised_moment(series: FloatArray, power: int) -> FloatArray:
    """Along the last axis."""
    centred = series - series.mean(axis=-1, keepdims=True)
    return np.mean(centred**power, axis=-1) / np.mean(centred**2, axis=-1) ** (power / 2)


def moments(returns: FloatArray, log_implied: FloatArray) -> dict[str, FloatArray]:
    """Of returns (..., day) and of the log of implied volatility (..., day + 1)."""
    change = np.diff(log_implied, axis=-1)
    centred = change - change.mean(axis=-1, keepdims=True)
    product = np.mean(centred * returns, axis=-1)
    return {
        "volatility of log implied, per sqrt(year)": change.std(axis=-1) * np.sqrt(252),
        "correlation with returns": product / change.std(axis=-1) / returns.std(axis=-1),
        "slope on returns": product / returns.var(axis=-1),
        "autocorrelation of changes, 1 day": autocorrelation(change, 1),
        "skewness of changes": standardised_moment(change, 3),
        "kurtosis of changes": standardised_moment(change, 4),
        "autocorrelation of the level, 21 days": autocorrelation(log_implied, 21),
        "standard deviation of the level": log_implied.std(axis=-1),
        "volatility of returns": returns.std(axis=-1) * np.sqrt(252),
        "kurtosis of returns": standardised_moment(returns, 4),
        "autocorrelation of absolute returns, 1 day": autocorrelation(np.abs(returns), 1),
    }


def real_series(first: date, last: date) -> tuple[FloatArray, FloatArray]:
    """S&P 500 returns and the log of the VIX on the days that have both."""
    history, vix = embedded_history("SPX").until(last), embedded_vix_history().until(last)
    _, at, vix_at = np.intersect1d(history.dates, vix.dates, return_indices=True)
    inside = history.dates[at] >= np.datetime64(first)
    return np.diff(np.log(history.close[at][inside])), np.log(vix.close[vix_at][inside])


def simulated_moments(market: HedgingMarket, days: int) -> dict[str, FloatArray]:
    """Moments of each path, shape (path,)."""
    paths = market.simulate(PATHS, days, np.random.SeedSequence(1))
    implied = np.stack([paths.implied_volatility(step, 0.0, MONTH)[:, 0] for step in range(days + 1)], axis=1)
    return moments(np.diff(np.log(paths.spot), axis=1), np.log(implied))


def print_laws(laws: dict[str, SurfaceLaw]) -> None:
    """Coefficients with White's standard errors."""
    table = Table("estimate", *laws, title="x' - x on the forecast g - x, the level l - x and the return z")
    for at, name in enumerate(COEFFICIENT_NAMES):
        cells = [
            f"{law.volatility.coefficients[at]:.4f} ({law.volatility.standard_errors[at]:.4f})"
            for law in laws.values()
        ]
        table.add_row(name, *cells)
    table.add_row("level share", *(f"{law.volatility.level_share:.3f}" for law in laws.values()))
    table.add_row("R squared", *(f"{law.volatility.explained_share:.3f}" for law in laws.values()))
    table.add_row("residual", *(f"{law.volatility.residual.std():.4f}" for law in laws.values()))
    correlations = (
        np.corrcoef(np.abs(law.volatility.residual), np.abs(law.standardised_return[law.volatility.days]))[
            0, 1
        ]
        for law in laws.values()
    )
    table.add_row("correlation |u|, |z|", *(f"{each:.3f}" for each in correlations))
    for name in ("gamma", "beta", "persistence", "degrees_of_freedom", "long_run_volatility"):
        table.add_row(f"GJR {name}", *(f"{law.garch.parameters[name]:.4f}" for law in laws.values()))
    table.add_row("days of the VIX", *(str(law.volatility.change.size) for law in laws.values()))
    table.add_row("removed drift a year", *(f"{law.removed_drift:.4f}" for law in laws.values()))
    CONSOLE.print(table)


def print_forecast(law: SurfaceLaw) -> None:
    """How well the law explains the changes of 2017 and 2018, which it has not seen."""
    full = estimate_surface_law(LAST)
    garch = law.garch
    returns = 100.0 * embedded_history("SPX").until(LAST).log_returns()
    variance = np.empty(returns.size + 1)
    variance[: law.next_variance.size] = 1e4 * law.next_variance
    for day in range(law.next_variance.size - 1, returns.size):
        variance[day + 1] = garch.law.following(variance[day], returns[day])
    forecast = log_month_forecast(garch, variance)
    own = law.garch.fit.residuals if law.garch.fit is not None else returns
    z = (returns / np.sqrt(variance[:-1]) - own.mean()) / own.std()
    level, errors, changes = float(law.log_level[-1]), [], []
    for day in range(law.next_variance.size - 1, returns.size):
        change = full.log_implied[day + 1] - full.log_implied[day]
        expected = law.volatility.expected_change(forecast[day], full.log_implied[day], level, z[day])
        level += law.volatility.level_share * (full.log_implied[day + 1] - level)
        errors.append(change - expected)
        changes.append(change)
    error, change = np.array(errors), np.array(changes)
    CONSOLE.print(
        f"out of sample, {error.size} days: R squared {1 - np.mean(error**2) / np.var(change):.3f}, residual "
        f"{error.std():.4f}, its mean {error.mean():.4f}, autocorrelation {autocorrelation(error, 1):.3f}"
    )


def print_moments(markets: dict[str, HedgingMarket]) -> None:
    """Real moments in and out of sample between those of paths of as many days."""
    seen, unseen = real_series(date(2014, 1, 1), UNTIL), real_series(UNTIL, LAST)
    real = [moments(*seen), moments(*unseen)]
    found = {name: simulated_moments(market, unseen[0].size) for name, market in markets.items()}
    table = Table("moment", "2014-2016", "2017-2018 (unseen)", *found)
    for name in real[0]:
        cells = []
        for simulated in found.values():
            low, middle, high = np.quantile(simulated[name], (0.05, 0.5, 0.95))
            outside = "" if low <= real[1][name] <= high else " *"
            cells.append(f"{middle:.2f} ({low:.2f} to {high:.2f}){outside}")
        table.add_row(name, f"{real[0][name]:.2f}", f"{real[1][name]:.2f}", *cells)
    CONSOLE.print(table)


def print_premia(markets: dict[str, HedgingMarket]) -> None:
    """Drift of spot and gain of straddles that nobody hedges, in bp of spot."""
    table = Table("market", "days", "drift", "straddle's gain", "implied / realised")
    for name, market in markets.items():
        for days in (21, 60):
            found = straddle_premium(market.simulate(100_000, days, np.random.SeedSequence(2)))
            drift = f"{1e4 * found.drift:.1f} ({1e4 * found.drift_error:.1f})"
            gain = f"{1e4 * found.gain:.1f} ({1e4 * found.standard_error:.1f})"
            table.add_row(name, str(days), drift, gain, f"{found.implied_over_realised:.3f}")
    CONSOLE.print(table)


def print_chains(market: GarchMarket) -> None:
    """The market's skew and term structure of 2019 beside what is simulated."""
    days = np.unique(read_dates()) if CHAIN.exists() else np.array([])
    if not days.size:
        CONSOLE.print("no chains of 2019 beside this checkout")
        return
    skews, logs = [], []
    for day in days.tolist():
        quotes = read_chain(CHAIN, underlying="SPX", as_of=day)
        discount, forward, _ = imply_curves(quotes)
        surface = fit_surface(quotes, discount, forward, model=SurfaceModel.ESSVI).surface
        assert isinstance(surface, SsviSurface)
        near = np.array([30 / 365, 182 / 365])
        theta, slope, _ = surface.derivatives(0.0, near)
        skews.append(slope[0] / np.sqrt(theta[0]))
        logs.append(np.log(theta / near))
    moves = np.diff(np.array(logs), axis=0)
    ratio = np.sum(moves[:, 0] * moves[:, 1]) / np.sum(moves[:, 0] ** 2)
    reach = -np.expm1(-TERM_REVERSION * near) / (TERM_REVERSION * near)
    own = market.draws.correlation * market.draws.curvature
    CONSOLE.print(
        f"rho eta at 30 days on {days.size} days of 2019: {extent(np.array(skews))}, drawn: {extent(own)}"
    )
    CONSOLE.print(
        f"move of the log half-year variance on the month's: {ratio:.2f}, ours {reach[1] / reach[0]:.2f} "
        "where short and long are level"
    )


def extent(values: FloatArray) -> str:
    """Mean, least and largest."""
    return f"{values.mean():.2f} ({values.min():.2f} to {values.max():.2f})"


def read_dates() -> npt.NDArray[np.object_]:
    """The chains' trading days, without the holiday that repeats the session before."""
    import pyarrow.parquet as pq

    column = pq.read_table(CHAIN).to_pandas()
    name = next(each for each in column.columns if "date" in each.lower() and "exp" not in each.lower())
    days = np.unique(column[name].astype("datetime64[s]").to_numpy().astype("datetime64[D]"))
    return np.array([day for day in days.tolist() if day != date(2019, 5, 27)], dtype=object)


def main() -> None:
    """Print everything."""
    garch = GarchMarket.estimated(until=UNTIL)
    history = HistoryMarket.estimated(until=UNTIL)
    print_laws({"to 2016": garch.law, "to 2018": estimate_surface_law(LAST)})
    print_forecast(garch.law)
    print_moments({"GARCH": GarchMarket.estimated(until=UNTIL, level_deviation=0.0), "history": history})
    print_premia(
        {
            "geometric Brownian": BlackScholesMarket(),
            "Heston": HestonMarket.of(),
            "GARCH": garch,
            "GARCH, premium removed": garch.without_premium(),
            "history": history,
            "history, premium removed": history.without_premium(),
        }
    )
    print_chains(garch)


if __name__ == "__main__":
    main()
