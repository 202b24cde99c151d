"""How well surfaces meet real S&P 500 chains, day by day: the smooth one, SVI and eSSVI side by side.

`surface_fit.py` prints a line a day and model: share of the out-of-the-money quotes inside bid-ask, of all
quotes with those in the money, of held-out quotes (a random fifth that the fit did not see); the volatility
error on expiries left out of the fit; violations on 1,000 strikes x 200 dates; seconds of CPU. `--every N`
takes each N-th day. `--stiffness` prints the held-out share and the modes of the density over the weight of
roughness, on 2018. `--defaults` prints the SSVI parameters that pricing.surface.atm uses for an index
without a chain.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
from rich.console import Console
from rich.table import Table
from scipy.signal import find_peaks

from pricing.black import black_price
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError
from pricing.parity import imply_curves
from pricing.quotes import Quotes, read_chain
from pricing.surface.arbitrage import certify_densely, durrleman
from pricing.surface.smile import Smile, market_smiles
from pricing.surface.smooth_fit import fit_smooth
from pricing.surface.smooth_smile import Margins
from pricing.surface.ssvi_fit import fit_ssvi
from pricing.surface.surface import VolSurface
from pricing.surface.svi_fit import fit_svi

CHAINS = Path(__file__).resolve().parents[2] / "shared" / "data" / "options"
FILES = ("spx_chain_20180102_20180228.parquet", "spx_chain_20190425_20190607.parquet")
REPEATED_DAYS = {date(2019, 5, 27)}  # a holiday: the file repeats the session before
LAST_DEFAULT_DAY = date(2018, 1, 30)
NEAR_THE_MONEY = 3.0  # standard deviations
HELD_OUT = 5  # every fifth quote, and every fifth expiry
STIFFNESS = (0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0)

Fit = Callable[[Sequence[Smile]], VolSurface]
MODELS: dict[str, Fit] = {"smooth": fit_smooth, "SVI": fit_svi, "eSSVI": fit_ssvi}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One model on one day; shares of quotes, volatility error per sqrt(year), CPU seconds."""

    day: date
    model: str
    expiries: int
    quotes: int
    inside: float
    inside_all: float
    held_out: float
    left_out_error: float
    violations: int
    seconds: float


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


def measured(day: date, quotes: Quotes, model: str) -> Measured:
    """The model's fit of a day."""
    discount, forward, _ = imply_curves(quotes)
    smiles = market_smiles(quotes, discount, forward)
    fit = MODELS[model]
    started = time.process_time()
    surface = fit(smiles)
    seconds = time.process_time() - started
    seen, hidden = split_quotes(smiles, np.random.default_rng(day.toordinal()))
    return Measured(
        day=day,
        model=model,
        expiries=len(smiles),
        quotes=sum(len(smile.log_moneyness) for smile in smiles),
        inside=inside_share(surface, smiles),
        inside_all=inside_share_of_all(surface, quotes, discount, forward),
        held_out=inside_share(fit(seen), hidden),
        left_out_error=left_out_error(fit, smiles),
        violations=certify_densely(surface, [smile.expiry_years for smile in smiles]).violations,
        seconds=seconds,
    )


def inside_share(surface: VolSurface, smiles: Sequence[Smile]) -> float:
    """Share of the smiles' quotes that the surface prices between bid and ask."""
    inside = [
        smile.is_inside(surface.total_variance(smile.log_moneyness, smile.expiry_years)) for smile in smiles
    ]
    return float(np.concatenate(inside).mean())


def inside_share_of_all(
    surface: VolSurface, quotes: Quotes, discount: DiscountCurve, forward: ForwardCurve
) -> float:
    """Share of all clean quotes, calls and puts in and out of the money, priced between bid and ask."""
    years = quotes.expiry_years
    forwards = forward.forward_at(years)
    volatility = surface.implied_volatility(np.log(quotes.strike / forwards), years)
    price = black_price(
        forwards, quotes.strike, years, volatility, discount.discount_at(years), quotes.is_call
    )
    return float(np.mean((price >= quotes.bid) & (price <= quotes.ask)))


def split_quotes(smiles: Sequence[Smile], rng: np.random.Generator) -> tuple[list[Smile], list[Smile]]:
    """Every smile without a random fifth of its quotes, and those; none of fewer than five."""
    seen, hidden = [], []
    for smile in smiles:
        count = len(smile.log_moneyness)
        out = np.zeros(count, dtype=bool)
        out[rng.permutation(count)[: count // HELD_OUT]] = True
        seen.append(of_quotes(smile, ~out))
        hidden.append(of_quotes(smile, out))
    return seen, hidden


def of_quotes(smile: Smile, chosen: np.ndarray) -> Smile:
    """The smile with the chosen quotes only."""
    return replace(
        smile,
        log_moneyness=smile.log_moneyness[chosen],
        lower=smile.lower[chosen],
        upper=smile.upper[chosen],
    )


def left_out_error(fit: Fit, smiles: Sequence[Smile]) -> float:
    """Root mean square volatility error against mid on every fifth expiry, fitted without them."""
    hidden = range(2, len(smiles) - 1, HELD_OUT)
    if not hidden:
        return float("nan")
    surface = fit([smile for place, smile in enumerate(smiles) if place not in hidden])
    errors = []
    for smile in (smiles[place] for place in hidden):
        found = surface.implied_volatility(smile.log_moneyness, smile.expiry_years)
        errors.append(found - np.sqrt(smile.middle / smile.expiry_years))
    return float(np.sqrt(np.mean(np.concatenate(errors) ** 2)))


def fit_table(every: int) -> Table:
    """A line a day and model, and the median and worst of each file."""
    table = Table("day", "model", "exp", "quotes", "inside", "all", "held out", "left out", "viol", "CPU s")
    for name in FILES:
        rows = [
            measured(day, quotes, model)
            for day, quotes, _ in list(chains(CHAINS / name))[::every]
            for model in MODELS
        ]
        for row in rows:
            table.add_row(str(row.day), row.model, *cells([row], np.median))
        for model in MODELS:
            of_model = [row for row in rows if row.model == model]
            year = of_model[0].day.year
            table.add_row(f"median {year}", model, *cells(of_model, np.median), style="bold")
            table.add_row(f"worst {year}", model, *cells(of_model, np.max), end_section=model == "eSSVI")
    return table


def cells(rows: Sequence[Measured], middle: Callable[[Sequence[float]], float]) -> list[str]:
    """`middle` (median, or the worst as the maximum of what should be small) over days, as text."""

    def of(name: str, sign: float = 1.0) -> float:
        return sign * float(middle([sign * getattr(row, name) for row in rows]))

    return [
        f"{of('expiries'):.0f}",
        f"{of('quotes'):,.0f}",
        *(f"{of(name, -1.0):.2%}" for name in ("inside", "inside_all", "held_out")),
        f"{of('left_out_error'):.4f}",
        f"{of('violations'):,.0f}",
        f"{of('seconds'):.3f}",
    ]


def stiffness_table() -> Table:
    """Held-out share and modes of the density by the weight of roughness, over the days of 2018."""
    table = Table("stiffness", "inside", "held out", "slices with one mode", "most modes")
    days = [
        (day, market_smiles(quotes, *imply_curves(quotes)[:2]))
        for day, quotes, _ in chains(CHAINS / FILES[0])
    ]
    for stiffness in STIFFNESS:
        fit = partial(fit_smooth, margins=Margins(stiffness=stiffness))
        inside, held_out, modes = [], [], []
        for day, smiles in days:
            surface = fit(smiles)
            seen, hidden = split_quotes(smiles, np.random.default_rng(day.toordinal()))
            inside.append(inside_share(surface, smiles))
            held_out.append(inside_share(fit(seen), hidden))
            modes += [modes_of_density(surface, smile.expiry_years) for smile in smiles]
        shares = f"{np.mean(inside):.2%}", f"{np.mean(held_out):.2%}", f"{np.mean(np.array(modes) == 1):.0%}"
        table.add_row(f"{stiffness:g}", *shares, str(max(modes)))
    return table


def modes_of_density(surface: VolSurface, expiry_years: float) -> int:
    """Peaks of the density of log(S / F) that rise by more than a hundredth of the highest."""
    k = np.linspace(-6.0, 3.0, 1_801) * np.sqrt(surface.total_variance(0.0, expiry_years))
    variance, first, second = surface.derivatives(k, expiry_years)
    normal = np.exp(-((k / np.sqrt(variance) + np.sqrt(variance) / 2) ** 2) / 2)
    density = durrleman(k, variance, first, second) * normal / np.sqrt(2 * np.pi * variance)
    return len(find_peaks(density, prominence=0.01 * density.max())[0])


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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="take each N-th day")
    parser.add_argument("--stiffness", action="store_true", help="held-out share by weight of roughness")
    parser.add_argument("--defaults", action="store_true", help="SSVI parameters of an index")
    arguments = parser.parse_args()
    if arguments.defaults:
        table = default_table()
    else:
        table = stiffness_table() if arguments.stiffness else fit_table(arguments.every)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
