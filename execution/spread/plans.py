"""Simple ways to work a package, as plans: what the best plan is compared with."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from execution.spread.law import leg_menu
from execution.spread.plan import PackagePlan, States
from execution.spread.programme import Programme
from execution.spread.terms import LegMarket, PackageMarket


def market_orders(market: PackageMarket) -> PackagePlan:
    """Every leg crossed at once."""
    plan = _idle(market)
    plan.cross[:] = (1 << len(market.legs)) - 1
    return plan


def fixed_leg_order(market: PackageMarket, *, first: int = 0, offset: float) -> PackagePlan:
    """One leg rests at an offset until it trades, then the others are crossed.

    first: which leg; offset: in parts of its half spread, one of the market's menu. ValueError for another.
    """
    orders = [len(leg_menu(leg, market)) for leg in market.legs]
    ticks = round(offset * market.legs[first].half_spread_ticks)
    menu = leg_menu(market.legs[first], market)
    if offset not in market.offsets:
        raise ValueError(f"an offset of {offset} is not on the menu {market.offsets}")
    order = 1 + int(np.flatnonzero(menu[1:] == ticks)[0])
    plan = _idle(market)
    filled = States.of(market).filled()[:, first]
    plan.cross[:, :, filled] = (1 << len(orders)) - 1
    plan.rest[:, :, ~filled] = order * math.prod(orders[first + 1 :])
    return plan


def resting_package(market: PackageMarket, *, offset: float) -> PackagePlan:
    """One order for the package at an offset until the end. ValueError for an offset not on the menu."""
    if offset not in market.complex_offsets:
        raise ValueError(f"an offset of {offset} is not on the menu {market.complex_offsets}")
    plan = _idle(market)
    combinations = math.prod(len(leg_menu(leg, market)) for leg in market.legs)
    whole = ~States.of(market).filled().any(axis=1)
    plan.rest[:, :, whole] = combinations + market.complex_offsets.index(offset)
    return plan


def best_resting_package(market: PackageMarket) -> tuple[PackageMarket, PackagePlan]:
    """The one order for the package whose expected cost is least, and the market with it as its menu."""
    menus = [replace(market, offsets=(), dealers=0, complex_offsets=(at,)) for at in market.complex_offsets]
    plans = [resting_package(menu, offset=menu.complex_offsets[0]) for menu in menus]
    costs = [Programme(menu).value(plan) for menu, plan in zip(menus, plans, strict=True)]
    best = int(np.argmin(costs))
    return menus[best], plans[best]


def best_fixed_leg_order(market: PackageMarket) -> tuple[PackageMarket, PackagePlan]:
    """The leg and offset whose expected cost is least: when the others cross costs nothing on average."""
    tried = [
        (_alone(market, leg, offset), at, offset)
        for at, leg in enumerate(market.legs)
        for offset in market.offsets
    ]
    _, first, offset = min(tried)
    menu = replace(market, offsets=(offset,), complex_offsets=(), dealers=0)
    return menu, fixed_leg_order(menu, first=first, offset=offset)


def _alone(market: PackageMarket, leg: LegMarket, offset: float) -> float:
    """What resting one leg at an offset until the end saves against crossing it, negative [ticks]."""
    menu = replace(market, legs=(leg,), offsets=(offset,), complex_offsets=(), dealers=0)
    return Programme(menu).value(fixed_leg_order(menu, offset=offset)) - leg.package_half_spread


def _idle(market: PackageMarket) -> PackagePlan:
    """Nothing is done until the end."""
    shape = (market.steps, 2, States.of(market).count)
    return PackagePlan(
        cross=np.zeros(shape, np.int64), rest=np.zeros(shape, np.int64), accept=np.full(shape, -math.inf)
    )
