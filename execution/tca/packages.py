"""What orders for several legs cost: the legs' shortfalls, together and in units of the net price."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from execution.tca.blotter import Blotter, FloatArray, IntArray
from execution.tca.order_costs import OrderCosts


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCost:
    """One order for several legs. legs: its rows among a blotter's orders.

    shortfall: what the legs cost beyond their mids at arrival [currency], NaN where one does not know; parts:
    by name, which add up to it, NaN where no leg knows them. packages: how many were ordered, the legs'
    largest common divisor; NaN where a symbol is in two of its orders or a quantity is not whole.
    arrival_price, average_price: net price of one package at the mids of arrival and as it filled [currency
    per unit of the largest multiplier], legs bought less legs sold; NaN where that is not known or the legs
    filled by different shares.
    """

    package_id: str
    legs: IntArray
    shortfall: float
    parts: Mapping[str, float]
    packages: float
    multiplier: float
    arrival_price: float
    average_price: float

    @property
    def per_package(self) -> float:
        """What turns currency into units of the net price of one package; NaN where packages are."""
        return 1.0 / (self.packages * self.multiplier)


def package_costs(blotter: Blotter, costs: OrderCosts) -> tuple[PackageCost, ...]:
    """Put the legs of each package of a blotter together, in the order in which the file names them."""
    names = blotter.orders.package_id
    found, first = np.unique(names, return_index=True)
    return tuple(
        _package(str(names[at]), np.flatnonzero(names == names[at]), blotter, costs)
        for at in sorted(first[found != ""].tolist())
    )


def _package(name: str, legs: IntArray, blotter: Blotter, costs: OrderCosts) -> PackageCost:
    orders, ordered, filled = blotter.orders, blotter.ordered[legs], blotter.filled[legs]
    packages = _packages(orders.symbol[legs].tolist(), ordered)
    largest = float(orders.multiplier[legs].max())
    weight = orders.side[legs] * (ordered / packages) * (orders.multiplier[legs] / largest)
    paid = blotter.sum_by_order(blotter.fills.quantity * blotter.fills.price)[legs]
    alike = filled[0] > 0.0 and bool(np.all(filled * ordered[0] == filled[0] * ordered))
    average = paid / np.where(filled > 0.0, filled, np.nan)
    return PackageCost(
        package_id=name,
        legs=legs.astype(np.int64),
        shortfall=math.fsum(costs.total[legs].tolist()),
        parts={part: _sum(known[legs]) for part, known in costs.parts.items()},
        packages=packages,
        multiplier=largest,
        arrival_price=math.fsum((weight * orders.arrival_price[legs]).tolist()),
        average_price=math.fsum((weight * average).tolist()) if alike else math.nan,
    )


def _packages(symbols: Sequence[str], ordered: FloatArray) -> float:
    if len(set(symbols)) < len(symbols) or not np.all(ordered == np.round(ordered)):
        return math.nan
    return float(math.gcd(*(int(each) for each in ordered)))


def _sum(values: FloatArray) -> float:
    """Of what is known; NaN where nothing is."""
    known = values[~np.isnan(values)].tolist()
    return math.fsum(known) if known else math.nan
