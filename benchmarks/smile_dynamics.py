"""How the S&P 500's smile moved with the index, and which delta left the least to hedge.

First the skew-stickiness ratio by tenor from the surfaces of consecutive days. Then every option of the day
is hedged to the next day's chain by five deltas; printed is the variance of the price change that each leaves
over what sticky strike leaves, days drawn with replacement for the interval. The ratio and the Hull-White
coefficients are of the days before (fifteen at least), so that nothing is looked up ahead.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.surface_fit import CHAINS, FILES, chains
from pricing.curves import FloatArray
from pricing.dynamics import (
    STICKY_MONEYNESS,
    STICKY_STRIKE,
    SmileDynamics,
    skew,
    smile_delta,
    sticky_local_volatility,
)
from pricing.dynamics_estimate import TENOR_YEARS, estimate_dynamics
from pricing.minimum_variance import estimate_from_chains, minimum_variance_delta
from pricing.option_changes import LONGEST_GAP_DAYS, OptionChanges, option_changes
from pricing.parity import imply_curves
from pricing.quotes import Quotes
from pricing.surface.fit import fit_surface
from pricing.surface.surface import VolSurface
from pricing.time import exchange_date

FIRST_DAYS = 15
RESAMPLES = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day's chain and its surface."""

    quotes: Quotes
    surface: VolSurface


def days_of(file: str) -> list[Day]:
    """All days of a chain file, fitted."""
    return [
        Day(quotes=quotes, surface=fit_surface(quotes, *imply_curves(quotes)[:2]).surface)
        for _, quotes, _ in chains(CHAINS / file)
    ]


def returns(days: list[Day]) -> FloatArray:
    """Log-returns between the days; NaN over a gap."""
    return np.array(
        [
            np.log(after.quotes.spot / before.quotes.spot)
            if (after.quotes.as_of - before.quotes.as_of).days <= LONGEST_GAP_DAYS
            else np.nan
            for before, after in pairwise(days)
        ]
    )


def hedge_errors(days: list[Day], expiry_years: tuple[float, ...]) -> dict[str, list[tuple[float, float]]]:
    """Squared hedging errors by delta: a pair (error with the delta, price change unhedged) a day."""
    errors: dict[str, list[tuple[float, float]]] = {}
    moves = returns(days)
    for at in range(FIRST_DAYS, len(days) - 1):
        changes = option_changes([days[at].quotes, days[at + 1].quotes])
        if len(changes) == 0:
            continue
        known = estimate_dynamics([d.surface for d in days[: at + 1]], moves[:at], expiry_years=expiry_years)
        hull = estimate_from_chains(
            [d.quotes for d in days[: at + 1]], before=exchange_date(days[at + 1].quotes.as_of)
        )
        if known is None or hull is None:
            continue
        deltas = {
            **{name: _moved(changes, days[at], each) for name, each in _dynamics(days[at], known).items()},
            "Hull-White, estimated": minimum_variance_delta(
                delta=changes.call_delta,
                vega=changes.vega,
                spot=days[at].quotes.spot,
                expiry_years=changes.expiry_years,
                is_call=np.ones(len(changes), dtype=np.bool_),
                coefficients=hull,
            )
            - changes.call_delta
            + changes.delta,
        }
        for name, delta in deltas.items():
            left = changes.price_change - delta * changes.spot_change
            plain = changes.price_change - changes.delta * changes.spot_change
            errors.setdefault(name, []).append((float(np.mean(left**2)), float(np.mean(plain**2))))
    return errors


def _dynamics(day: Day, known: SmileDynamics) -> dict[str, SmileDynamics]:
    return {
        "sticky strike": STICKY_STRIKE,
        "sticky moneyness": STICKY_MONEYNESS,
        "sticky local volatility": sticky_local_volatility(day.surface, np.array(TENOR_YEARS)),
        "estimated stickiness": known,
    }


def _moved(changes: OptionChanges, day: Day, dynamics: SmileDynamics) -> FloatArray:
    return smile_delta(
        delta=changes.delta,
        vega=changes.vega,
        spot=day.quotes.spot,
        strike_skew=skew(day.surface, changes.log_moneyness, changes.expiry_years),
        expiry_years=changes.expiry_years,
        dynamics=dynamics,
    )


def main() -> None:
    """Print both tables for both chain files."""
    console = Console()
    for file, tenors in zip(FILES, (TENOR_YEARS[:1], TENOR_YEARS), strict=True):
        days = days_of(file)
        estimate = estimate_dynamics([day.surface for day in days], returns(days), expiry_years=tenors)
        if estimate is not None:
            table = Table("tenor, days", "skew-stickiness ratio", "local volatility's", title=file)
            local = np.mean([sticky_local_volatility(day.surface, tenors).ratio for day in days], axis=0)
            for at, years in enumerate(tenors):
                ratio = f"{estimate.ratio[at]:.2f} +- {1.96 * estimate.standard_error[at]:.2f}"
                table.add_row(f"{365 * years:.0f}", ratio, f"{local[at]:.2f}")
            console.print(table)
        _print_errors(console, hedge_errors(days, tenors))


def _print_errors(console: Console, errors: dict[str, list[tuple[float, float]]]) -> None:
    table = Table("delta", "variance left / sticky strike's", "95% by day")
    rng = np.random.default_rng(0)
    for name, by_day in errors.items():
        left, plain = np.array(by_day).T
        draws = rng.integers(0, len(left), (RESAMPLES, len(left)))
        low, high = np.quantile(left[draws].sum(axis=1) / plain[draws].sum(axis=1), (0.025, 0.975))
        table.add_row(name, f"{left.sum() / plain.sum():.3f}", f"{low:.3f} to {high:.3f} ({len(left)} days)")
    console.print(table)


if __name__ == "__main__":
    main()
