"""Small markets of packages for tests."""

from __future__ import annotations

from dataclasses import replace

from execution.spread.terms import LegMarket, PackageMarket, stated_market

SMALL_LEG = LegMarket(mid_ticks=500, half_spread_ticks=3, widest=1, takers=0.2, leak_ticks=1)


def small_market(steps: int = 3) -> PackageMarket:
    """Two legs, one of them twice, few levels and few offsets."""
    legs = (SMALL_LEG, replace(SMALL_LEG, mid_ticks=300, ratio=2, side=-1, half_spread_ticks=2))
    return replace(stated_market(legs, steps=steps), offsets=(-0.4, 0.4), complex_offsets=(0.0, 0.5))


def vertical(steps: int = 20) -> PackageMarket:
    """A bought and a sold leg as the benchmark has them."""
    leg = LegMarket(mid_ticks=520, half_spread_ticks=4, leak_ticks=1)
    return stated_market((leg, replace(leg, mid_ticks=210, side=-1, leak_ticks=0)), steps=steps)
