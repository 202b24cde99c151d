"""How well the surface meets real S&P 500 chains, day by day; and the default index skew.

`surface_fit.py` prints a line a day: out-of-the-money quotes, how many are met inside bid-ask, arbitrage
violations, seconds of CPU. `surface_fit.py --defaults` prints the SSVI parameters that pricing.surface.atm
uses for an index without a chain.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from rich.console import Console
from rich.table import Table

from pricing.errors import InputError
from pricing.parity import imply_curves
from pricing.quotes import Quotes, read_chain
from pricing.surface.fit import FitReport, fit_surface
from pricing.surface.smile import Smile, market_smiles
from pricing.surface.ssvi_fit import fit_ssvi

CHAINS = Path(__file__).resolve().parents[2] / "shared" / "data" / "options"
FILES = ("spx_chain_20180102_20180228.parquet", "spx_chain_20190425_20190607.parquet")
REPEATED_DAYS = {date(2019, 5, 27)}  # a holiday: the file repeats the session before
LAST_DEFAULT_DAY = date(2018, 1, 30)
NEAR_THE_MONEY = 3.0  # standard deviations


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFit:
    """One day's fit and what it took."""

    day: date
    report: FitReport
    read_seconds: float
    fit_seconds: float


def days_of(path: Path) -> list[date]:
    """The real days of a chain file."""
    column = parquet.read_table(path, columns=["quotedate"])["quotedate"].to_numpy()
    return [day for day in np.unique(column.astype("datetime64[D]")).tolist() if day not in REPEATED_DAYS]


def chains(path: Path, last: date = date.max) -> Iterator[tuple[date, Quotes, float]]:
    """Clean quotes by day with the CPU seconds of reading; days on which every quote expires are left out."""
    for day in days_of(path):
        started = time.process_time()
        try:
            quotes = read_chain(path, underlying="SPX", as_of=day)
        except InputError:
            continue
        if day <= last:
            yield day, quotes, time.process_time() - started


def fitted_days() -> list[DayFit]:
    """The fit of every day of both files."""
    fits = []
    for name in FILES:
        for day, quotes, read_seconds in chains(CHAINS / name):
            started = time.process_time()
            discount, forward, _ = imply_curves(quotes)
            report = fit_surface(quotes, discount, forward).report
            seconds = time.process_time() - started
            fits.append(DayFit(day=day, report=report, read_seconds=read_seconds, fit_seconds=seconds))
    return fits


def fit_table(fits: list[DayFit]) -> Table:
    """A line a day, and the medians of each file."""
    headers = ("day", "model", "expiries", "quotes", "inside", "rms vol", "violations", "read s", "fit s")
    table = Table(*headers)
    for year in (2018, 2019):
        of_year = [fit for fit in fits if fit.day.year == year]
        for fit in of_year:
            table.add_row(str(fit.day), fit.report.model, str(len(fit.report.expiries)), *cells([fit]))
        table.add_row(
            f"median {year}", "", str(len(of_year)), *cells(of_year), style="bold", end_section=True
        )
    return table


def cells(fits: list[DayFit]) -> list[str]:
    """Medians over days, as text; violations are summed."""
    errors = [np.median([expiry.rms_volatility_error for expiry in fit.report.expiries]) for fit in fits]
    return [
        f"{np.median([fit.report.quotes for fit in fits]):,.0f}",
        f"{np.median([fit.report.inside_share for fit in fits]):.1%}",
        f"{np.median(errors):.4f}",
        str(sum(fit.report.certificate.violations for fit in fits)),
        f"{np.median([fit.read_seconds for fit in fits]):.3f}",
        f"{np.median([fit.fit_seconds for fit in fits]):.3f}",
    ]


def near_the_money(smile: Smile) -> Smile:
    """The quotes within a few standard deviations of the forward."""
    keep = np.abs(smile.log_moneyness) <= NEAR_THE_MONEY * np.sqrt(smile.atm_total_variance)
    return Smile(
        expiry_years=smile.expiry_years,
        log_moneyness=smile.log_moneyness[keep],
        lower=smile.lower[keep],
        upper=smile.upper[keep],
    )


def default_table() -> Table:
    """rho and eta of phi = eta / sqrt(theta (1 + theta)) for each day of January 2018, and their medians."""
    table = Table("day", "expiry years", "at-the-money vol", "rho", "eta")
    found = []
    for day, quotes, _ in chains(CHAINS / FILES[0], LAST_DEFAULT_DAY):
        discount, forward, _ = imply_curves(quotes)
        for smile in market_smiles(quotes, discount, forward):
            surface = fit_ssvi([near_the_money(smile)])
            theta = float(surface.atm_total_variance[0])
            rho, eta = float(surface.correlation[0]), float(surface.wing[0]) * np.sqrt((1 + theta) / theta)
            found.append((smile.expiry_years, np.sqrt(theta / smile.expiry_years), rho, eta))
            table.add_row(str(day), *(f"{value:.3f}" for value in found[-1]))
    table.add_row("median", *(f"{value:.3f}" for value in np.median(found, axis=0)), style="bold")
    return table


def main() -> None:
    """Print the table that the arguments ask for."""
    Console(width=110).print(default_table() if "--defaults" in sys.argv[1:] else fit_table(fitted_days()))


if __name__ == "__main__":
    main()
