"""Orders for several legs in a transaction-cost analysis: together and by leg, in units of their price."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from execution.tca.analysis import CostAnalysis
from execution.tca.packages import PackageCost
from hedger.report.json_document import Json
from hedger.report.table import Table
from hedger.report.units import MISSING, counted, number, printable

_SHOWN = 20


def costliest_packages(analysis: CostAnalysis) -> tuple[PackageCost, ...]:
    """The packages that a table or a picture has room for: of the largest cost or gain, as in the file."""
    ranked = sorted(analysis.packages, key=lambda each: -abs(_or_zero(each.shortfall)))[:_SHOWN]
    return tuple(each for each in analysis.packages if each in ranked)


def package_tables(analysis: CostAnalysis) -> tuple[Table, ...]:
    """What each package and leg cost, and the parts of it; none without packages."""
    if not analysis.packages:
        return ()
    shown = costliest_packages(analysis)
    parts = [name for name in analysis.costs.known_parts() if _is_shown(shown, name)]
    left = len(analysis.packages) - len(shown)
    more = (f"{counted(left, 'package')} that cost less in the JSON document.",) if left else ()
    columns = ("package, its legs", ">filled", ">mid at\narrival", ">average", ">cost\nof one", ">currency")
    return (
        Table(
            title="Orders for several legs, in units of the price",
            columns=columns,
            rows=tuple(row for each in shown for row in _rows(each, analysis)),
            notes=(
                "A package's price is that of the legs bought less that of the legs sold, its cost the sum "
                "of its legs', from their mids at arrival, fees included. Legs are in the means above, by "
                "their notional, drawn together for the intervals, and neither in the regression nor in the "
                "cost curve nor in the leakage of orders.",
                *more,
            ),
        ),
        Table(
            title="Parts of what one package and one contract of a leg cost",
            columns=("package, its legs", *(f">{name}" for name in parts), ">cost\nof one"),
            rows=tuple(row for each in shown for row in _part_rows(each, analysis, parts)),
        ),
    )


def package_entry(package: PackageCost, analysis: CostAnalysis) -> Json:
    """A package as `schema("tca")` describes it."""
    orders, costs = analysis.blotter.orders, analysis.costs
    return {
        "package_id": package.package_id,
        "packages": package.packages,
        "arrival_price": package.arrival_price,
        "average_price": package.average_price,
        "shortfall": package.shortfall,
        "shortfall_price": package.shortfall * package.per_package,
        "parts": dict(package.parts),
        "legs": [
            {
                "parent_id": str(orders.parent_id[at]),
                "symbol": str(orders.symbol[at]),
                "contracts": float(orders.side[at] * costs.ordered[at]),
                "shortfall": costs.total[at],
                "shortfall_price": costs.total[at] * _per_contract(at, analysis),
            }
            for at in package.legs.tolist()
        ],
    }


def _rows(package: PackageCost, analysis: CostAnalysis) -> Iterator[tuple[str, ...]]:
    orders, costs, blotter = analysis.blotter.orders, analysis.costs, analysis.blotter
    yield (
        package_name(package),
        "",
        _price(package.arrival_price),
        _price(package.average_price),
        _price(package.shortfall * package.per_package),
        _amount(package.shortfall),
    )
    paid = blotter.sum_by_order(blotter.fills.quantity * blotter.fills.price)
    for at in package.legs.tolist():
        filled, ordered = float(costs.filled[at]), float(costs.ordered[at])
        yield (
            _leg(at, analysis),
            "all" if filled == ordered else f"{filled:,.10g}",
            _price(float(orders.arrival_price[at])),
            _price(float(paid[at]) / filled if filled else math.nan),
            _price(float(costs.total[at]) * _per_contract(at, analysis)),
            _amount(float(costs.total[at])),
        )


def _part_rows(
    package: PackageCost, analysis: CostAnalysis, parts: Sequence[str]
) -> Iterator[tuple[str, ...]]:
    costs, scale = analysis.costs, package.per_package
    total = _price(package.shortfall * scale)
    yield (package_name(package), *(_price(package.parts[name] * scale) for name in parts), total)
    for at in package.legs.tolist():
        one = _per_contract(at, analysis)
        own = (_price(float(costs.parts[name][at]) * one) for name in parts)
        yield (_leg(at, analysis), *own, _price(float(costs.total[at]) * one))


def _is_shown(packages: Sequence[PackageCost], part: str) -> bool:
    return any(_or_zero(package.parts[part]) for package in packages)


def _per_contract(at: int, analysis: CostAnalysis) -> float:
    return 1.0 / float(analysis.costs.ordered[at] * analysis.blotter.orders.multiplier[at])


def package_name(package: PackageCost) -> str:
    """How many of what, where how many is known."""
    name = printable(package.package_id)
    return name if math.isnan(package.packages) else f"{package.packages:,.0f} {name}"


def _leg(at: int, analysis: CostAnalysis) -> str:
    orders = analysis.blotter.orders
    sign = "+" if orders.side[at] > 0.0 else "-"
    return f"{sign}{analysis.costs.ordered[at]:,.10g} {printable(str(orders.symbol[at]))}"


def _price(value: float) -> str:
    return MISSING if math.isnan(value) else number(value, 3)


def _amount(value: float) -> str:
    return MISSING if math.isnan(value) else number(value, 2)


def _or_zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value
