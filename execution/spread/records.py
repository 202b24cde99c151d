"""What became of packages: how, when and at what price each leg traded, and what that cost."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from execution.legging.leg_risk import LegRisk, measure_leg_risk
from execution.spread.terms import FloatArray, IntArray, PackageMarket

BoolArray = npt.NDArray[np.bool_]


class Way(IntEnum):
    """How a leg traded."""

    NONE = 0
    PACKAGE = 1
    QUOTE = 2
    REST = 3
    CROSS = 4
    COMPLETION = 5
    UNWOUND = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRecords:
    """What became of each package. Axes: (path, leg); prices in ticks of one contract, steps from 0.

    way: a `Way`, NONE where the leg never traded, UNWOUND where it was traded back at unwind_price in
    unwind_step. fair: fair value right after the fill; mid: the makers' mid as the fill came; control: the
    mid at that instant in the same market without the package; fall: by how much an informed taker's trade
    moved both against the package. leak: by how much dealers who were asked in vain moved the price, shape
    (path,) [ticks of net price]. mid_at_first: each leg's mid as the package's first leg traded; last_mid,
    last_control: as its horizon ended, with the package and without.
    """

    market: PackageMarket
    way: IntArray
    step: IntArray
    price: IntArray
    unwind_price: IntArray
    unwind_step: IntArray
    fair: IntArray
    mid: IntArray
    control: IntArray
    fall: IntArray
    leak: IntArray
    mid_at_first: IntArray
    last_mid: IntArray
    last_control: IntArray

    @property
    def signed_ratio(self) -> IntArray:
        """Contracts of each leg in a package bought, shape (leg,)."""
        return np.array([leg.side * leg.ratio for leg in self.market.legs])

    @property
    def complete(self) -> BoolArray:
        """Whether every leg is held, shape (path,)."""
        held: BoolArray = ((self.way != Way.NONE) & (self.way != Way.UNWOUND)).all(axis=1)
        return held

    @property
    def cost_ticks(self) -> FloatArray:
        """What was paid beyond the mid at arrival, shape (path,) [ticks of net price].

        On top comes by how much informed takers' trades made the package worth less: the fair value is a
        martingale but for these. A package that was unwound costs what its legs lost there and back, one
        that never traded nothing.
        """
        arrival = np.array([leg.mid_ticks for leg in self.market.legs])
        paid = (self.price - arrival) * self.signed_ratio + self.fall * abs(self.signed_ratio)
        back = (self.price - self.unwind_price) * self.signed_ratio
        cost = np.where(self.way == Way.UNWOUND, back, np.where(self.way == Way.NONE, 0, paid))
        return np.asarray(cost.sum(axis=1), dtype=np.float64)

    @property
    def news_ticks(self) -> FloatArray:
        """How far news alone had moved the fair value of what traded, shape (path,), of mean zero [ticks].

        The cost less this has the same mean and a fraction of the noise.
        """
        arrival = np.array([leg.mid_ticks for leg in self.market.legs])
        moved = (self.fair - arrival) * self.signed_ratio + self.fall * abs(self.signed_ratio)
        kept = (self.way != Way.NONE) & (self.way != Way.UNWOUND)
        leak = np.where(kept.any(axis=1), self.leak, 0)
        return np.asarray(np.where(kept, moved, 0).sum(axis=1) - leak, dtype=np.float64)

    @property
    def effective_over_quoted(self) -> FloatArray:
        """The cost in half spreads of the package as quoted at arrival, shape (path,)."""
        return self.cost_ticks / self.market.half_spread_ticks

    @property
    def adverse_ticks(self) -> FloatArray:
        """By how much the fair value after the fills was worse than the mid before, (path,) [ticks]."""
        against = np.where(self.way == Way.NONE, 0, self.mid - self.fair)
        return np.asarray(against @ self.signed_ratio, dtype=np.float64)

    def moved_ticks(self, start: IntArray) -> FloatArray:
        """How far the legs that traded had moved against the package by their fills, (path,) [ticks].

        start: mids that it is counted from, shape (leg,) or (path, leg).
        """
        against = np.where(self.way == Way.NONE, 0, self.mid - start)
        return np.asarray(against @ self.signed_ratio, dtype=np.float64)

    @property
    def leakage_ticks(self) -> FloatArray:
        """Information leakage: that move less the one of the same market without the package, (path,)."""
        return self.moved_ticks(self.control)

    @property
    def leg_risk(self) -> LegRisk:
        """What open legs cost the packages that have every leg [ticks of net price]; ValueError for none."""
        whole = self.complete
        step_ns = round(1e9 * self.market.step_seconds)
        return measure_leg_risk(
            weights=self.signed_ratio.astype(np.float64),
            fill_ts_ns=self.step[whole] * step_ns,
            mid_at_first=self.mid_at_first[whole].astype(np.float64),
            mid_at_fill=self.mid[whole].astype(np.float64),
        )
