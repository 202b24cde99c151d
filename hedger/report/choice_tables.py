"""The tables of chosen options: what trades, and what each exposure costs to remove."""

from __future__ import annotations

from collections.abc import Sequence

from hedger.report.table import Table
from hedger.report.units import counted, number, printable
from hedger.spreads.choice_package import OptionPackage, PriceOfExposure
from hedger.spreads.choice_rows import desk_unit
from pricing.time import exchange_date

EXPOSURE_UNITS = (
    "Delta in units of underlying, gamma in units per 1%, vega per point. Prices are of divisible contracts."
)
_NAMED_PROBLEMS = 3


def package_tables(packages: Sequence[OptionPackage], unit: str) -> tuple[Table, ...]:
    """Per underlying the package's legs and its shadow prices. unit: the account's currency."""
    return tuple(
        table
        for package in packages
        for table in (_legs(package, unit), _prices(package, unit))
        if table.rows
    )


def _legs(package: OptionPackage, unit: str) -> Table:
    rows = tuple(
        (
            f"{'buy' if leg.quantity > 0 else 'sell'} {abs(leg.quantity):,}",
            printable(leg.symbol),
            f"{exchange_date(leg.option.expiry)}",
            number(leg.bid, 2),
            number(leg.ask, 2),
            number(leg.cost),
        )
        for leg in package.legs
    )
    return Table(
        title=f"Options of {printable(package.underlying)}",
        columns=("", "option", "expiry", ">bid", ">ask", f">cost\n{unit}"),
        rows=rows or (("none", "", "", "", "", ""),),
        notes=package_notes(package, unit),
    )


def package_notes(package: OptionPackage, unit: str) -> tuple[str, ...]:
    """Sentences: why, at what cost, and which quotes were left out."""
    return (reason_note(package), *_cost_note(package, unit), *quote_problems(package))


def reason_note(package: OptionPackage) -> str:
    """Why these options trade, in a sentence."""
    return f"{printable(package.underlying)}: {package.reason}."


def _cost_note(package: OptionPackage, unit: str) -> tuple[str, ...]:
    if not package.legs:
        return ()
    paid = "paid" if package.premium >= 0.0 else "received"
    return (
        f"Expected cost {number(package.cost)} {unit}: {number(package.option_cost)} for the options' "
        f"spreads and fees, the rest for {counted(abs(package.underlying_lots), 'lot')} of the underlying "
        f"that balance the delta. Premium {paid}: {number(abs(package.premium))} {unit}.",
    )


def quote_problems(package: OptionPackage) -> tuple[str, ...]:
    """What the quotes would give away, none of which is traded; empty where nothing."""
    found = package.free_money
    if not found:
        return ()
    named = "; ".join(each.sentence for each in found[:_NAMED_PROBLEMS])
    return (
        f"{counted(len(found), 'combination')} of quotes would pay for nothing, which is a problem of the "
        f"quotes and not traded; these quotes are left out: {named}.",
    )


def _prices(package: OptionPackage, unit: str) -> Table:
    rows = tuple(
        (
            printable(each.name),
            exposure_amount(each, each.before, package.spot),
            exposure_amount(each, each.after, package.spot),
            f"±{exposure_amount(each, each.upper, package.spot)}",
            exposure_price(each, package.spot),
        )
        for each in package.prices
        if each.before or each.after
    )
    return Table(
        title=f"What exposure to {printable(package.underlying)} costs today",
        columns=("", ">before", ">after", ">allowed", f">{unit} per\nunit more"),
        rows=rows,
        notes=(EXPOSURE_UNITS,),
    )


def exposure_amount(each: PriceOfExposure, value: float, spot: float) -> str:
    """A value of an exposure in the desk's unit: gamma per 1% of spot, vega per volatility point."""
    return number(value / desk_unit(each.name, spot), 1)


def exposure_price(each: PriceOfExposure, spot: float, *, sign: float = 1.0) -> str:
    """What one desk unit more of an exposure costs [currency]; sign -1 for more of it asked, not held."""
    return number(sign * each.price * desk_unit(each.name, spot), 2)
