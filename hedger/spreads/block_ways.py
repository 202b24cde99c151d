"""What each way of working a block is expected to cost, against crossing every leg at its quote."""

from __future__ import annotations

from dataclasses import dataclass, replace

from execution.spread.plans import best_fixed_leg_order, best_resting_package
from execution.spread.programme import Programme
from execution.spread.terms import PackageMarket

_OFFSETS = (-0.5, 0.0, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayCost:
    """One way. cost: expected beyond the mid [currency], of all packages, without fees. of_touch: over
    that of crossing every leg at once.
    """

    name: str
    cost: float
    of_touch: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockWays:
    """Ways to work so many packages of a structure over some minutes, the dearest first.

    half_spread: of all packages [currency], what crossing every leg at its quote costs beyond the mid.
    """

    name: str
    packages: int
    minutes: float
    half_spread: float
    ways: tuple[WayCost, ...]


def expected_ticks(market: PackageMarket, *, risk_aversion: float) -> dict[str, float]:
    """Expected cost of each way against the market's mid at the start [ticks of net price].

    Market orders at once; one leg resting at its best price and the others crossed when it trades; one
    complex order at its best constant price; the best plan, which may do all of these, ask dealers, and
    choose its moments. Of a single leg there is no complex order. risk_aversion: of the plan, as in
    `Programme`. What has not traded at the end is crossed.
    """
    found = {"market orders": float(market.half_spread_ticks)}
    menu, plan = best_fixed_leg_order(replace(market, offsets=_OFFSETS))
    first = "fixed leg order" if len(market.legs) > 1 else "one resting order"
    found[first] = Programme(menu).value(plan)
    if market.complex_offsets:
        menu, plan = best_resting_package(market)
        found["one complex order"] = Programme(menu).value(plan)
    found["the plan"] = Programme(market, risk_aversion=risk_aversion).solve()[1]
    return found
