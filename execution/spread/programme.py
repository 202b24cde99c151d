"""The best way to work a package in its market, by backward induction, and the exact cost of any plan there.

The state is the step, the level of the fair value in each open leg, which legs are filled, and whether the
dealers may still be asked. At a step's start the dealers may be asked and any legs crossed; then either the
legs rest, each at an offset of the menu or not at all, or, while no leg is filled, the package does. After
the last step what is open is crossed. What is minimised is the expected cost against the fair value, plus
risk_aversion times the variance of what a half-held package is worth, step by step.
"""

from __future__ import annotations

import math
from typing import final

import numpy as np

from execution.spread.law import factor_law, leg_law, package_arrivals, quote_law
from execution.spread.plan import PackagePlan, States
from execution.spread.terms import FloatArray, IntArray, PackageMarket

_MOST_ENTRIES = 2**24  # of a table of orders and states, an eighth of a gigabyte


@final
class Programme:
    """The decision problem of one clip of packages in a market.

    risk_aversion: per tick of net price, what a squared tick of a half-held package's variance costs.
    leg_risk_limit: largest standard deviation of a half-held package over a step [ticks of net price]; what
    would be held beyond it is completed at once. Raises ValueError for an aversion that is negative or not
    finite, a limit that is negative or NaN, and more orders and states than fit into memory, as of five legs
    that may all rest.
    """

    def __init__(
        self, market: PackageMarket, *, risk_aversion: float = 0.0, leg_risk_limit: float = math.inf
    ) -> None:
        if not 0.0 <= risk_aversion < math.inf or not leg_risk_limit >= 0.0:
            raise ValueError(f"risk aversion {risk_aversion} and limit {leg_risk_limit} are not negative")
        self.market = market
        self.states = States.of(market)
        self._laws = tuple(leg_law(leg, market) for leg in market.legs)
        self._quotes = quote_law(market)
        self._factor = factor_law(market)
        if self.leg_combinations * self.states.count > _MOST_ENTRIES:
            raise ValueError(
                f"{self.leg_combinations} combinations of orders in {self.states.count} states are too many; "
                "take fewer offsets, or legs whose fair value stays at the mid"
            )
        self._open = tuple(slice(0, count) for count in self.states.levels)
        self._leak = float(sum(leg.ratio * leg.leak_ticks for leg in market.legs))
        variance = self._holding_variance()
        self._forbidden = variance > leg_risk_limit * leg_risk_limit
        self._resting = self._resting_cost() + risk_aversion * variance
        self._package = self._package_law()

    @property
    def leg_combinations(self) -> int:
        """Number of combinations of the legs' orders; a plan's `rest` from here on is for the package."""
        return int(np.prod([len(law.offsets) for law in self._laws]))

    def solve(self) -> tuple[PackagePlan, float]:
        """The best plan, and its expected cost from a start at the mids [ticks of net price]."""
        shape = (self.market.steps, 2, self.states.count)
        cross, rest = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        accept = np.full(shape, -math.inf)
        last = self.crossing_cost()
        value = np.stack((last, last))
        for step in reversed(range(self.market.steps)):
            for asked in (1, 0):
                waiting = self._waiting(value[asked])
                waiting[:, self._forbidden] = math.inf
                best = waiting.argmin(axis=0)
                value[asked], cross[step, asked] = self._crossed(waiting.min(axis=0))
                rest[step, asked] = best[self.states.after_crossing(cross[step, asked])]
            accept[step, 0] = self._reservation(value)
            value[0] = self._after_asking(value, accept[step, 0])
        return PackagePlan(cross=cross, rest=rest, accept=accept), float(value[0, self.states.start])

    def value(self, plan: PackagePlan) -> float:
        """Expected cost of a plan from a start at the mids, by exact induction [ticks of net price].

        The leg-risk limit is the best plan's alone. ValueError for a plan of other steps.
        """
        if plan.steps != self.market.steps:
            raise ValueError(f"a plan of {plan.steps} steps in a market of {self.market.steps}")
        last = self.crossing_cost()
        value = np.stack((last, last))
        for step in reversed(range(plan.steps)):
            for asked in (1, 0):
                mask = plan.cross[step, asked]
                reached = self.states.after_crossing(mask)
                waiting = self._waiting(value[asked])[plan.rest[step, asked], reached]
                value[asked] = self.crossing_cost(mask) + waiting
            value[0] = self._after_asking(value, plan.accept[step, 0])
        return float(value[0, self.states.start])

    def crossing_cost(self, mask: IntArray | None = None) -> FloatArray:
        """Cost of crossing the open legs of a bit mask, or all, shape (state,) [ticks of net price]."""
        total = np.zeros(self.states.count)
        for leg, (law, state) in enumerate(zip(self._laws, self.states.legs().T, strict=True)):
            crossed = 1 if mask is None else mask >> leg & 1
            total += crossed * np.append(law.crossing_cost, 0.0)[state]
        return total

    def _waiting(self, after: FloatArray) -> FloatArray:
        """Cost of each order and what follows, shape (order, state); infinite for a package half filled."""
        orders = np.empty((self.leg_combinations + len(self.market.complex_offsets), self.states.count))
        legs, package = np.split(orders, [self.leg_combinations])
        legs[:] = self._resting
        for shift in range(len(self._factor)):
            legs += self._expected(after, shift)
        package[:] = math.inf
        whole = package.reshape(len(package), *self.states.shape)
        whole[(slice(None), *self._open)] = self._package_waiting(after)
        return orders

    def _expected(self, after: FloatArray, shift: int) -> FloatArray:
        """A shift's part of the expected value after the step, shape (combination, state).

        One leg's axis is contracted at a time; its orders go behind those of the legs before.
        """
        moved = after.reshape(1, 1, -1) * self._factor[shift]
        for law in self._laws:
            kernel = law.kernel[shift]
            orders, states = kernel.shape[:2]
            done, before, _ = moved.shape
            moved = moved.reshape(done, 1, before, states, -1)
            # The last leg's as one product of matrices instead of many with a vector.
            last = moved.shape[-1] == 1
            moved = moved[..., 0] @ kernel.swapaxes(1, 2) if last else kernel[:, None] @ moved
            moved = moved.reshape(done * orders, before * states, -1)
        expected: FloatArray = moved.reshape(self.leg_combinations, -1)
        return expected

    def _package_waiting(self, after: FloatArray) -> FloatArray:
        """Cost of resting the whole package at each of its offsets where nothing is filled, (offset, ...)."""
        filled, paid = self._package
        left = after.reshape(self.states.shape)[self._open]
        for axis, law in enumerate(self._laws):
            left = _along(axis, law.settle, left)
        reached = filled * paid + (1.0 - filled) * left
        total = np.zeros((len(filled), *self.states.levels))
        for shift, probability in enumerate(self._factor):
            expected = reached
            for axis, law in enumerate(self._laws):
                expected = _along(axis + 1, law.move[shift], expected)
            total += probability * expected
        return total

    def _crossed(self, waiting: FloatArray) -> tuple[FloatArray, IntArray]:
        """The value when any legs may be crossed first, and the mask of those that are; one pass a leg."""
        value = waiting.reshape(self.states.shape).copy()
        mask = np.zeros(self.states.shape, np.int64)
        for axis, law in enumerate(self._laws):
            here, there = np.moveaxis(value, axis, 0), np.moveaxis(mask, axis, 0)
            crossing = law.crossing_cost.reshape(-1, *[1] * (value.ndim - 1)) + here[-1]
            better = crossing < here[:-1]
            here[:-1] = np.where(better, crossing, here[:-1])
            there[:-1] = np.where(better, there[-1] | 1 << axis, there[:-1])
        return value.reshape(-1), mask.reshape(-1)

    def _reservation(self, value: FloatArray) -> FloatArray:
        """The dearest quote worth taking: what follows a refusal; -inf where asking does not pay."""
        refused = value[1] + self._leak
        asked = self._after_asking(value, refused)
        whole = ~self.states.filled().any(axis=1)
        reservation: FloatArray = np.where(whole & (asked < value[0]), refused, -math.inf)
        return reservation

    def _after_asking(self, value: FloatArray, accept: FloatArray) -> FloatArray:
        """Expected cost where the dealers are asked and quotes up to `accept` are taken; else as it was."""
        cost, probability = self._quotes.cost[:, None], self._quotes.probability[:, None]
        refused = value[1] + self._leak
        silent = 1.0 - self._quotes.probability.sum()
        answered = (probability * np.where(cost <= accept, cost, refused)).sum(axis=0)
        asking: FloatArray = np.where(np.isfinite(accept), answered + silent * refused, value[0])
        return asking

    def _holding_variance(self) -> FloatArray:
        """Variance of a step's moves of what is filled while something is open, (state,) [ticks squared]."""
        filled = self.states.filled()
        held = filled.astype(np.float64) * ~filled.all(axis=1, keepdims=True)
        return np.asarray(np.einsum("si,ij,sj->s", held, self.market.covariance(), held), dtype=np.float64)

    def _resting_cost(self) -> FloatArray:
        """Expected cost of the fills of a step under every combination of orders, (combination, state)."""
        orders = [len(law.offsets) for law in self._laws]
        total = np.zeros((*orders, *self.states.shape))
        for leg, law in enumerate(self._laws):
            shape = [1] * total.ndim
            shape[leg], shape[leg + len(orders)] = law.resting_cost.shape
            total += law.resting_cost.reshape(shape)
        return total.reshape(self.leg_combinations, -1)

    def _package_law(self) -> tuple[FloatArray, FloatArray]:
        """Probability and cost of a fill of the package at each offset and reached levels, (offset, ...)."""
        market = self.market
        worth = np.zeros(tuple(len(law.worth) for law in self._laws))
        for axis, law in enumerate(self._laws):
            worth += law.worth.reshape([-1 if at == axis else 1 for at in range(worth.ndim)])
        ratios = [leg.ratio for leg in market.legs]
        jump = market.complex_informed * sum(leg.ratio * leg.jump_ticks for leg in market.legs)
        offered = np.array([market.split(part) @ ratios for part in market.complex_offsets], np.float64)
        paid = offered.reshape(-1, *[1] * worth.ndim) - worth
        return 1.0 - np.exp(-package_arrivals(market, -paid)), paid + jump


def _along(axis: int, matrix: FloatArray, array: FloatArray) -> FloatArray:
    """The matrix times the array along one axis."""
    moved: FloatArray = np.moveaxis(np.tensordot(matrix, array, axes=(1, axis)), 0, axis)
    return moved
