"""What each way of working a block is expected to cost, against crossing every leg at its quote."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from execution.spread.leakage import ExpectedLeakage
from execution.spread.plan import PackagePlan
from execution.spread.plans import best_fixed_leg_order, best_resting_package, market_orders
from execution.spread.programme import Programme
from execution.spread.terms import PackageMarket

_OFFSETS = (-0.5, 0.0, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCost:
    """One way. cost: expected beyond the mid [currency], of all packages, without fees, with what it leaks.
    of_touch: over that of crossing every leg at once. leakage: of one package.
    """

    name: str
    cost: float
    of_touch: float
    leakage: ExpectedLeakage


class PlannedWay(NamedTuple):
    """A plan, the market with it on its menu, and its expected cost [ticks of net price]."""

    market: PackageMarket
    plan: PackagePlan
    ticks: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockWays:
    """Ways to work so many packages of a structure over some minutes, the dearest first.

    half_spread: of all packages [currency], what crossing every leg at its quote costs beyond the mid.
    currency_per_tick: of the net price of all packages.
    """

    name: str
    packages: int
    minutes: float
    half_spread: float
    currency_per_tick: float
    ways: tuple[WayCost, ...]


def planned_ways(market: PackageMarket, *, risk_aversion: float) -> dict[str, PlannedWay]:
    """Each way and its expected cost against the market's mid at the start, by name.

    Market orders at once; one leg resting at its best price and the others crossed when it trades; one
    complex order at its best constant price; the best plan, which may do all of these, ask dealers, and
    choose its moments. Of a single leg there is no complex order. risk_aversion: of the plan, as in
    `Programme`. What has not traded at the end is crossed.
    """
    found = {"market orders": PlannedWay(market, market_orders(market), float(market.half_spread_ticks))}
    first = "fixed leg order" if len(market.legs) > 1 else "one resting order"
    found[first] = _valued(*best_fixed_leg_order(replace(market, offsets=_OFFSETS)))
    if market.complex_offsets:
        found["one complex order"] = _valued(*best_resting_package(market))
    found["the plan"] = PlannedWay(market, *Programme(market, risk_aversion=risk_aversion).solve())
    return found


def _valued(market: PackageMarket, plan: PackagePlan) -> PlannedWay:
    return PlannedWay(market, plan, Programme(market).value(plan))
