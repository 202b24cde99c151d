"""Cont and Kukanov (2017): how much of a child order to cross at once and how much to rest."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from execution.placement.outflow import FloatArray, Outflow


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementProblem:
    """A quantity to be had by a deadline, from market orders and from limit orders at one venue or several.

    quantity: S [contracts], above 0. half_spread: h, taker_fee: f, rebates: r_k by venue, of a limit order
    that trades, negative where it pays [currency per contract]. queues: Q_k, what rests ahead of ours
    [contracts]. underfill, overfill: lambda_u and lambda_o, what a contract too few or too many costs at the
    deadline, on top [currency per contract]. A limit order of L fills min(L, max(outflow - Q, 0)).

    Raises ValueError unless all numbers are finite, the quantity is above 0, queues, half spread and
    penalties are not negative, a fill earns h + r_k >= 0, and there is one queue for each rebate.
    """

    quantity: float
    half_spread: float
    taker_fee: float
    underfill: float
    overfill: float
    rebates: tuple[float, ...]
    queues: tuple[float, ...]

    def __post_init__(self) -> None:
        not_negative = (self.half_spread, self.underfill, self.overfill, *self.queues)
        earned = [self.half_spread + rebate for rebate in self.rebates]
        if not all(0.0 <= number < math.inf for number in (*not_negative, *earned)):
            raise ValueError(f"spread, penalties, queues and what a fill earns are not negative; got {self}")
        if not (0.0 < self.quantity < math.inf and math.isfinite(self.taker_fee)):
            raise ValueError(f"expected a finite quantity above 0 and a finite fee; got {self}")
        if not 0 < len(self.rebates) == len(self.queues):
            raise ValueError(f"expected a queue for each rebate, at least one; got {self}")

    @property
    def is_convex(self) -> bool:
        """Whether the cost is convex in the quantities: no overfilled contract costs more than it earned.

        Where one does, as the paper assumes, there may be several minima: of two limit orders that would both
        fill, either alone is better than both, and than a little of each.
        """
        return self.overfill <= self.half_spread + min(self.rebates)

    def filled(self, limits: FloatArray, outflow: FloatArray) -> FloatArray:
        """What rests and trades [contracts], shape (sample, venue) as the outflow's. limits: (venue,)."""
        filled: FloatArray = np.minimum(limits, np.maximum(outflow - np.array(self.queues), 0.0))
        return filled

    def costs(self, market: float, limits: FloatArray, outflow: FloatArray) -> FloatArray:
        """Cost against the mid [currency], shape (sample,): the paper's equation 2.

        market: contracts that cross. limits: shape (venue,). outflow: shape (sample, venue), contracts.
        """
        filled = self.filled(limits, outflow)
        earned = filled @ (self.half_spread + np.array(self.rebates))
        missing = self.quantity - market - filled.sum(axis=1)
        crossing = (self.half_spread + self.taker_fee) * market
        penalty = self.underfill * np.maximum(missing, 0.0) + self.overfill * np.maximum(-missing, 0.0)
        costs: FloatArray = crossing - earned + penalty
        return costs


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """How much crosses and how much rests by venue [contracts], and what it is expected to cost [currency].

    at_least: no placement costs less than this, by the same law or sample; equal to the cost at an optimum,
    None where nothing is known.
    """

    market: float
    limits: tuple[float, ...]
    expected_cost: float
    at_least: float | None = None


def place_at_one_venue(problem: PlacementProblem, law: Outflow) -> Placement:
    """Split between one queue and the market: F^-1(p) - Q rests, clipped to [0, S], and the rest crosses.

    p = (2 h + f + r) / (lambda_u + h + r): all rests where it reaches 1, all crosses where it is not above 0.
    The two together are S, so that nothing is overfilled. ValueError for several venues, and where an
    overfilled contract costs less than it earns, so that more than S would be sent.

    Reference: R. Cont and A. Kukanov, Optimal order placement in limit order markets, Quantitative Finance 17
    (2017), proposition 2.
    """
    if len(problem.queues) != 1:
        raise ValueError(f"the closed form is for one venue; got {len(problem.queues)}")
    earned, queue = problem.half_spread + problem.rebates[0], problem.queues[0]
    saved = problem.half_spread + problem.taker_fee + earned
    if problem.overfill < earned:
        raise ValueError(
            f"overfilling earns {earned:g} and costs {problem.overfill:g}: no limit to what rests"
        )
    limit = problem.quantity
    if saved <= 0.0:
        limit = 0.0
    elif saved < problem.underfill + earned:
        room = law.quantile(saved / (problem.underfill + earned)) - queue
        limit = min(max(room, 0.0), problem.quantity)
    market = problem.quantity - limit
    filled = law.expected_excess(queue) - law.expected_excess(queue + limit)
    cost = (
        (problem.half_spread + problem.taker_fee) * market
        - earned * filled
        + problem.underfill * (limit - filled)
    )
    return Placement(market=market, limits=(limit,), expected_cost=cost, at_least=cost)
