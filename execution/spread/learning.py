"""A package's market as one learns it by watching: the moves of fair values, requotes, and who trades.

What nobody sees without orders of his own stays as it was assumed: what makers and dealers want, how often
a maker outbids, how quickly complex orders' takers are deterred.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from execution.spread.terms import FloatArray, IntArray, LegMarket, PackageMarket


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketTape:
    """A market watched without orders in it, step by step. Axes: (step, leg) unless said otherwise.

    factor: units by which the common factor moved, (step,). before, reached, after: units of the fair value
    from the makers' mid in the package's favour, at a step's start, after its moves and after the makers'
    answer. trades: at the touch where the package would rest and, last axis 1, at the other touch, shape
    (step, leg, 2); informed: of these, how many the mid followed. packages: trades of whole packages at what
    their makers want, either side, (step,).
    """

    factor: IntArray
    before: IntArray
    reached: IntArray
    after: IntArray
    trades: IntArray
    informed: IntArray
    packages: IntArray


def record_tape(market: PackageMarket, *, steps: int, rng: np.random.Generator) -> MarketTape:
    """Watch a market for so many steps from a start at the mids."""
    side_loading = np.array([leg.side * leg.loading for leg in market.legs])
    own, requote, widest = (
        np.array([getattr(leg, name) for leg in market.legs]) for name in ("own_move", "requote", "widest")
    )
    half, shape = market.factor_move / 2.0, (steps, len(market.legs))
    factor = rng.choice([-1, 0, 1], size=steps, p=[half, 1.0 - 2.0 * half, half])
    moved = np.sign(rng.random(shape) - 0.5).astype(np.int64) * (rng.random(shape) < own)
    again = rng.random(shape) < requote
    before, reached, after = np.zeros((3, *shape), np.int64)
    level = np.zeros(len(market.legs), np.int64)
    for step in range(steps):
        before[step] = level
        reached[step] = level + side_loading * factor[step] + moved[step]
        level = np.where(again[step], 0, np.clip(reached[step], -widest, widest))
        after[step] = level
    expected = np.stack([_touch_arrivals(leg, reached[:, at]) for at, leg in enumerate(market.legs)], axis=1)
    trades = rng.poisson(expected)
    informed = rng.binomial(trades, np.array([leg.informed for leg in market.legs])[:, None])
    package = 2.0 * market.complex_takers * math.exp(-market.complex_decay * market.complex_edge)
    return MarketTape(
        factor=factor,
        before=before,
        reached=reached,
        after=after,
        trades=trades,
        informed=informed,
        packages=rng.poisson(package, size=steps),
    )


def learned_market(assumed: PackageMarket, tape: MarketTape) -> PackageMarket:
    """The assumed market with everything that the tape shows put in its place.

    Where a tape has no trade of a leg or of a package, or none that tells a rate, what was assumed stays.
    Raises ValueError for a tape of no steps or of other legs.
    """
    if len(tape.factor) == 0 or tape.before.shape[1:] != (len(assumed.legs),):
        raise ValueError(f"found a tape of shape {tape.before.shape}, expected {len(assumed.legs)} legs")
    legs = tuple(_learned_leg(leg, tape, at) for at, leg in enumerate(assumed.legs))
    reached_makers = math.exp(-assumed.complex_decay * assumed.complex_edge)
    rate = float(tape.packages.mean()) / (2.0 * reached_makers)
    return replace(
        assumed,
        legs=legs,
        factor_move=float(np.mean(tape.factor != 0)),
        complex_takers=rate if rate > 0.0 else assumed.complex_takers,
    )


def _learned_leg(leg: LegMarket, tape: MarketTape, at: int) -> LegMarket:
    reached = tape.reached[:, at]
    own = reached - tape.before[:, at] - leg.side * leg.loading * tape.factor
    # From a fair value at the mid nobody sees whether the makers quoted anew.
    telling = np.clip(reached, -leg.widest, leg.widest) != 0
    trades, informed = int(tape.trades[:, at].sum()), int(tape.informed[:, at].sum())
    takers, decay = _arrival_law(leg, reached, tape.trades[:, at])
    return replace(
        leg,
        own_move=float(np.mean(own != 0)),
        requote=float(np.mean(tape.after[telling, at] == 0)) if telling.any() else leg.requote,
        takers=takers,
        decay=decay,
        informed=informed / trades if trades else leg.informed,
    )


def _arrival_law(leg: LegMarket, reached: IntArray, trades: IntArray) -> tuple[float, float]:
    """Rate and decay of takers that make the trades at the touches most likely; as assumed without trades."""
    if trades.sum() == 0 or leg.widest == 0:
        return leg.takers, leg.decay
    given_up = _given_up(leg, reached).reshape(-1)
    counts = trades.reshape(-1).astype(np.float64)
    distances, first = np.unique(given_up, return_inverse=True)
    steps = np.bincount(first)
    seen = np.bincount(first, weights=counts)

    def unlikelihood(law: FloatArray) -> float:
        log_rate = law[0] - law[1] * distances
        return float(np.sum(steps * np.exp(log_rate) - seen * log_rate))

    start = np.array([math.log(max(leg.takers, 1e-6)), leg.decay])
    found = minimize(unlikelihood, start, method="L-BFGS-B", bounds=((-20.0, 5.0), (0.0, 5.0)))
    return math.exp(found.x[0]), float(found.x[1])


def _given_up(leg: LegMarket, reached: IntArray) -> FloatArray:
    """Units that a taker gives up at our touch and at the other one, shape (step, 2)."""
    half = leg.half_spread_ticks / leg.unit_ticks
    given_up: FloatArray = np.maximum(half + np.stack((reached, -reached), axis=-1), 0.0)
    return given_up


def _touch_arrivals(leg: LegMarket, reached: IntArray) -> FloatArray:
    expected: FloatArray = leg.takers * np.exp(-leg.decay * _given_up(leg, reached))
    return expected
