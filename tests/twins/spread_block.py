"""The best expected cost of a package, by recursion over everything that may happen: slow and obvious."""

from __future__ import annotations

import math
from functools import cache
from itertools import product
from statistics import NormalDist

from execution.spread.terms import LegMarket, PackageMarket

State = tuple[int | None, ...]  # units of each open leg's fair value from its mid, None where it is filled


def best_cost(market: PackageMarket, *, risk_aversion: float = 0.0) -> float:
    """Least expected cost from a start at the mids [ticks of net price]."""
    legs = market.legs
    covariance = market.covariance()

    def crossing(state: State, chosen: tuple[int, ...]) -> float:
        return sum(
            legs[at].ratio * (legs[at].half_spread_ticks - (state[at] or 0) * legs[at].unit_ticks)
            for at in chosen
        )

    @cache
    def value(step: int, may_ask: bool, state: State) -> float:
        still = tuple(at for at, level in enumerate(state) if level is not None)
        if step == market.steps:
            return crossing(state, still)
        costs = [after_crossing(step, may_ask, state)]
        if may_ask and len(still) == len(legs) and market.dealers:
            leak = sum(leg.ratio * leg.leak_ticks for leg in legs)
            refused = leak + after_crossing(step, False, state)
            costs.append(asking(market, refused))
        return min(costs)

    @cache
    def after_crossing(step: int, may_ask: bool, state: State) -> float:
        still = [at for at, level in enumerate(state) if level is not None]
        costs = []
        for picked in product((False, True), repeat=len(still)):
            chosen = tuple(at for at, is_picked in zip(still, picked, strict=True) if is_picked)
            left = tuple(None if at in chosen else level for at, level in enumerate(state))
            costs.append(crossing(state, chosen) + waiting(step, may_ask, left))
        return min(costs)

    @cache
    def waiting(step: int, may_ask: bool, state: State) -> float:
        still = [at for at, level in enumerate(state) if level is not None]
        if not still:
            return 0.0
        held = [at for at in range(len(legs)) if at not in still]
        risk = risk_aversion * sum(covariance[i, j] for i in held for j in held)
        menus = [orders(legs[at], market) if at in still else [None] for at in range(len(legs))]
        costs = [outcome(step, may_ask, state, list(choice)) for choice in product(*menus)]
        if not held:
            costs += [packaged(step, may_ask, state, market.split(part)) for part in market.complex_offsets]
        return risk + min(costs)

    def outcome(step: int, may_ask: bool, state: State, choice: list[int | None]) -> float:
        total = 0.0
        for chance, reached in moves(market, state):
            for fills in product((False, True), repeat=len(legs)):
                weight, paid = chance, 0.0
                for at, (leg, level, offset) in enumerate(zip(legs, reached, choice, strict=True)):
                    trades = 0.0 if level is None or offset is None else fill_chance(leg, offset, level)
                    weight *= trades if fills[at] else 1.0 - trades
                    if fills[at] and trades:
                        assert level is not None
                        assert offset is not None
                        worth = level * leg.unit_ticks - leg.informed * leg.jump_ticks
                        paid += leg.ratio * (offset - worth)
                if weight:
                    left = tuple(None if f else level for f, level in zip(fills, reached, strict=True))
                    total += weight * (paid + requoted(step, may_ask, left))
        return total

    def packaged(step: int, may_ask: bool, state: State, offsets: list[int]) -> float:
        total = 0.0
        for chance, reached in moves(market, state):
            paid = sum(
                leg.ratio * (offset - (level or 0) * leg.unit_ticks)
                for leg, offset, level in zip(legs, offsets, reached, strict=True)
            )
            part = -paid / market.half_spread_ticks
            expected = market.complex_takers * math.exp(-market.complex_decay * max(part, 0.0))
            expected += market.complex_makers * (part <= -market.complex_edge)
            jump = market.complex_informed * sum(leg.ratio * leg.jump_ticks for leg in legs)
            missed = math.exp(-expected)
            total += chance * ((1.0 - missed) * (paid + jump) + missed * requoted(step, may_ask, reached))
        return total

    def requoted(step: int, may_ask: bool, state: State) -> float:
        total = 0.0
        for again in product((False, True), repeat=len(legs)):
            weight, left = 1.0, []
            for leg, level, is_new in zip(legs, state, again, strict=True):
                weight *= leg.requote if is_new else 1.0 - leg.requote
                held = None if level is None else max(-leg.widest, min(leg.widest, level))
                left.append(0 if is_new and level is not None else held)
            if weight:
                total += weight * value(step + 1, may_ask, tuple(left))
        return total

    return value(0, True, (0,) * len(legs))


def orders(leg: LegMarket, market: PackageMarket) -> list[int | None]:
    """No order, or one at each offset of the menu."""
    return [None, *(round(part * leg.half_spread_ticks) for part in market.offsets)]


def fill_chance(leg: LegMarket, offset: int, level: int) -> float:
    """One taker is enough, or two where a maker stands before us."""
    gives_up = level * leg.unit_ticks - offset
    expected = leg.takers * math.exp(-leg.decay * max(gives_up / leg.unit_ticks, 0.0))
    if gives_up <= -leg.maker_edge * leg.half_spread_ticks:
        expected += leg.maker_takers
    first, second = 1.0 - math.exp(-expected), 1.0 - math.exp(-expected) * (1.0 + expected)
    behind = 1.0 if offset <= -leg.half_spread_ticks else leg.outbid
    return (1.0 - behind) * first + behind * second


def moves(market: PackageMarket, state: State) -> list[tuple[float, State]]:
    """Where the fair values may go in a step, and how probable it is."""
    half, found = 0.5 * market.factor_move, []
    for chance, shift in ((half, -1), (1.0 - 2.0 * half, 0), (half, 1)):
        for own in product((-1, 0, 1), repeat=len(state)):
            weight, reached = chance, []
            for leg, level, move in zip(market.legs, state, own, strict=True):
                weight *= 1.0 - leg.own_move if move == 0 else leg.own_move / 2.0
                reached.append(None if level is None else level + leg.side * leg.loading * shift + move)
            if weight:
                found.append((weight, tuple(reached)))
    return found


def asking(market: PackageMarket, refused: float) -> float:
    """Expected cost of asking once, any quote being taken that is cheaper than what follows a refusal."""
    wanted = market.complex_edge * market.half_spread_ticks
    law = NormalDist(wanted, market.dealer_noise * wanted)
    ratios = [leg.ratio for leg in market.legs]
    prices = sorted({int(market.split(-0.5 + 0.025 * k) @ ratios) for k in range(81)})
    total, before = 0.0, 0.0
    for at, price in enumerate(prices):
        edge = math.inf if at == len(prices) - 1 else (price + prices[at + 1]) / 2.0
        none_better = (1.0 - market.response * law.cdf(edge)) ** market.dealers
        total += (1.0 - none_better - before) * min(price, refused)
        before = 1.0 - none_better
    return total + (1.0 - before) * refused
