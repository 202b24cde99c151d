"""A payoff at one expiry asked for at some spots, and the package that pays it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np

from hedger.errors import InputError, InputProblem
from hedger.spreads.choice_market import OPTION_MULTIPLIER
from hedger.spreads.choice_package import OptionPackage, PackageLeg
from hedger.spreads.choice_problem import FloatArray
from hedger.spreads.choice_rows import Rows, payoff_rows
from hedger.spreads.exposure_target import LARGEST_AMOUNT, listed_days, require_listed
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

    years: to the expiry, ACT/365F. legs: of the package. forward_units: of underlying, bought at `forward`
    [currency]. cash [currency at the expiry]: what is lent or owed beside them, chosen so that the largest
    error at the given spots is least. price [currency]: of all of it today, options at the touch, before
    fees. tolerance [currency]: of each difference from the first spot.
    """

    payoff: Payoff
    years: float
    legs: tuple[PackageLeg, ...]
    forward_units: float
    forward: float
    cash: float
    price: float
    tolerance: float

    def pays(self, spot: FloatArray) -> FloatArray:
        """All of it at the expiry [currency], same shape as `spot`."""
        return _paid(self.legs, spot, self.forward_units, self.forward) + self.cash

    @property
    def got(self) -> FloatArray:
        """At the given spots, shape (spot,)."""
        return self.pays(self.payoff.spot)

    @property
    def largest_error(self) -> float:
        """At the given spots [currency]."""
        return float(np.abs(self.got - self.payoff.value).max())

    @property
    def largest_error_between(self) -> float:
        """From the first spot to the last, against straight lines between what was asked [currency]."""
        spot = self.drawn_spots
        asked = np.interp(spot, self.payoff.spot, self.payoff.value)
        return float(np.abs(self.pays(spot) - asked).max())

    @property
    def drawn_spots(self) -> FloatArray:
        """The given spots and the legs' strikes between them: where either payoff has a corner."""
        given = self.payoff.spot
        strikes = np.array([leg.option.strike for leg in self.legs], dtype=np.float64)
        inside = strikes[(strikes > given[0]) & (strikes < given[-1])]
        return np.unique(np.concatenate((given, inside)))


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
    problems: list[InputProblem] = []
    spot, value = (_column(table, name, problems) for name in ("spot", "value"))
    order = np.argsort(spot, kind="stable")
    repeated = order[1:][np.diff(spot[order]) == 0.0]
    problems += cell_problems(table, "spot", np.sort(repeated), "each spot once")
    problems += cell_problems(table, "spot", np.flatnonzero(spot <= 0.0), "a spot above zero")
    if not 2 <= len(spot) <= MOST_SPOTS:
        expected = f"a payoff at 2 to {MOST_SPOTS} spots"
        problems.append(InputProblem(file=table.file, value=f"{len(spot)}", expected=expected))
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.row or 0))
    return Payoff(spot=spot[order], value=value[order], origin=table.file, sha256=table.sha256)


def at_expiry(desk: OptionDesk, expiry: date) -> tuple[OptionDesk, float]:
    """The desk with the options of one expiry alone, and its time [years].

    Of a day with two settlements the one with more quotes. Raises InputError for a day that is not listed.
    """
    quotes, options = desk.quotes, desk.options
    same = require_listed(expiry, quotes, listed_days(quotes), asked_in="--expiry")
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
    """What the package pays, with the cash that brings it nearest."""
    forward = float(desk.market.forward.forward_at(years))
    units = package.underlying_lots * desk.tiers.delta
    apart = payoff.value - _paid(package.legs, payoff.spot, units, forward)
    cash = 0.5 * float(apart.min() + apart.max())
    return PayoffMatch(
        payoff=payoff,
        years=years,
        legs=package.legs,
        forward_units=units,
        forward=forward,
        cash=cash,
        price=package.premium + cash * float(desk.market.discount.discount_at(years)),
        tolerance=tolerance * payoff.range,
    )


def _paid(legs: Sequence[PackageLeg], spot: FloatArray, units: float, forward: float) -> FloatArray:
    """By the legs and the underlying, before any cash."""
    paid = units * (spot - forward)
    for leg in legs:
        sign = 1.0 if leg.option.right is Right.CALL else -1.0
        paid = paid + leg.quantity * OPTION_MULTIPLIER * np.maximum(sign * (spot - leg.option.strike), 0.0)
    return np.asarray(paid, dtype=np.float64)


def _column(table: Table, name: str, problems: list[InputProblem]) -> FloatArray:
    """Numbers, NaN where the cell holds none; a problem is added for those and for what is too large."""
    values, bad = numbers(table.columns[name])
    none = bad | ~(np.abs(values) < LARGEST_AMOUNT)
    problems += cell_problems(table, name, np.flatnonzero(none), "a number below 1e12")
    return values
