"""A payoff at one expiry asked for at some spots, and the package that pays it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from hedger.errors import InputError, InputProblem
from hedger.spreads.choice_market import OPTION_MULTIPLIER
from hedger.spreads.choice_package import OptionPackage
from hedger.spreads.choice_problem import FloatArray
from hedger.spreads.choice_rows import Rows, payoff_rows
from hedger.spreads.exposure_target import listed_days, require_listed
from hedger.spreads.package_search import OptionDesk
from pricing.chain_fields import cell_problems
from pricing.option import Right
from pricing.table import Table, read_table
from pricing.text_values import numbers

MOST_SPOTS = 200
_ALIASES = {
    "spot": ("spot", "underlying", "underlying_price", "price", "s"),
    "value": ("value", "payoff", "amount", "pays"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payoff:
    """What is wanted at the expiry: value [currency] at spot [currency], shape (spot,), spot increasing."""

    spot: FloatArray
    value: FloatArray
    origin: str = ""
    sha256: str | None = None

    @property
    def range(self) -> float:
        """From the least that it pays to the most [currency]."""
        return float(np.ptp(self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoffMatch:
    """What a package pays at its expiry beside what was asked.

    years: to the expiry, ACT/365F. got: shape (spot,), with the cash and the underlying sold or bought
    forward [currency]. cash [currency at the expiry]: what is lent or owed beside the package, chosen so that
    the largest error is least. price [currency]: of all of it today, options at the touch, before fees.
    """

    payoff: Payoff
    years: float
    got: FloatArray
    cash: float
    price: float
    tolerance: float

    @property
    def largest_error(self) -> float:
        """At the given spots [currency]."""
        return float(np.abs(self.got - self.payoff.value).max())


def read_payoff(path: Path) -> Payoff:
    """Read a CSV or parquet file with the columns spot and value, in any order of rows.

    Raises InputError with every bad cell: no number, a spot that is not above zero or there twice; and for
    fewer than two rows or more than 200.
    """
    table = read_table(path, _ALIASES)
    missing = [name for name in _ALIASES if name not in table.columns]
    if missing:
        raise InputError(
            InputProblem(
                file=table.file, column=name, expected=f"such a column (or {', '.join(_ALIASES[name][1:])})"
            )
            for name in missing
        )
    spot, value = (_column(table, name) for name in ("spot", "value"))
    order = np.argsort(spot, kind="stable")
    repeated = order[1:][np.diff(spot[order]) == 0.0]
    low = np.flatnonzero(spot <= 0.0)
    problems = [
        *cell_problems(table, "spot", np.sort(repeated), "each spot once"),
        *cell_problems(table, "spot", low, "a spot above zero"),
    ]
    if not 2 <= len(spot) <= MOST_SPOTS:
        expected = f"a payoff at 2 to {MOST_SPOTS} spots"
        problems.append(InputProblem(file=table.file, value=f"{len(spot)}", expected=expected))
    if problems:
        raise InputError(problems)
    return Payoff(spot=spot[order], value=value[order], origin=table.file, sha256=table.sha256)


def at_expiry(desk: OptionDesk, expiry: date) -> tuple[OptionDesk, float]:
    """The desk with the options of one expiry alone, and its time [years].

    Of a day with two settlements the one with more quotes. Raises InputError for a day that is not listed.
    """
    quotes, options = desk.quotes, desk.options
    same = require_listed(expiry, quotes, listed_days(quotes))
    years, counts = np.unique(quotes.expiry_years[same], return_counts=True)
    chosen = float(years[np.argmax(counts)])
    at = quotes.expiry_years == chosen
    alone = replace(
        options,
        most_bought=np.where(at, options.most_bought, 0),
        most_sold=np.where(at, options.most_sold, 0),
    )
    return replace(desk, options=alone), chosen


def payoff_targets(desk: OptionDesk, payoff: Payoff, *, tolerance: float) -> Rows:
    """The payoff up to a constant: from the first spot on it moves as asked, to a share of its range."""
    return payoff_rows(
        desk.options,
        payoff.spot,
        payoff.value,
        tolerance * payoff.range,
        underlying_units=desk.tiers.delta,
    )


def payoff_match(
    desk: OptionDesk, package: OptionPackage, payoff: Payoff, *, years: float, tolerance: float
) -> PayoffMatch:
    """What the package pays at each spot, leg by leg."""
    forward = float(desk.market.forward.forward_at(years))
    paid = package.underlying_lots * desk.tiers.delta * (payoff.spot - forward)
    for leg in package.legs:
        sign = 1.0 if leg.option.right is Right.CALL else -1.0
        intrinsic = np.maximum(sign * (payoff.spot - leg.option.strike), 0.0)
        paid = paid + leg.quantity * OPTION_MULTIPLIER * intrinsic
    apart = payoff.value - paid
    cash = 0.5 * float(apart.min() + apart.max())
    return PayoffMatch(
        payoff=payoff,
        years=years,
        got=np.asarray(paid + cash, dtype=np.float64),
        cash=cash,
        price=package.premium + cash * float(desk.market.discount.discount_at(years)),
        tolerance=tolerance * payoff.range,
    )


def _column(table: Table, name: str) -> FloatArray:
    values, bad = numbers(table.columns[name])
    wrong = np.flatnonzero(bad | np.isnan(values))
    if len(wrong):
        raise InputError(cell_problems(table, name, wrong, "a finite number"))
    return values
