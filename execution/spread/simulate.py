"""Many packages worked by one plan, event by event: what traded when, at which price, and against whom."""

from __future__ import annotations

import math
from typing import final

import numpy as np

from execution.legging.broken import BrokenLegRule
from execution.legging.leg_risk import LegRiskLimit
from execution.spread.law import arrivals, leg_menu, package_arrivals, quote_law
from execution.spread.plan import PackagePlan, States
from execution.spread.records import BoolArray, PackageRecords, Way
from execution.spread.terms import FloatArray, IntArray, LegMarket, PackageMarket

_ANY = np.iinfo(np.int64).min  # of a price that has no least


def work_packages(
    market: PackageMarket,
    plan: PackagePlan,
    *,
    paths: int,
    rng: np.random.Generator,
    net_limit_ticks: float = math.inf,
    rule: BrokenLegRule = BrokenLegRule.COMPLETE,
    limit: LegRiskLimit | None = None,
    factor_rng: np.random.Generator | None = None,
    control_mid: IntArray | None = None,
) -> PackageRecords:
    """Work one clip in each of so many markets by a plan made for the market's menu.

    net_limit_ticks: the most that is paid for a package [ticks of net price]. Beyond it nothing is crossed,
    offered or accepted, and no leg rests while what is paid and the natural price of the rest exceed it. At
    the end an untouched package beyond the limit stays untraded, a half filled one goes by `rule`: COMPLETE
    crosses what is open whatever it costs, UNWIND trades what is filled back across the spread, or completes
    where a leg to be sold back has no bid. What is offered at a tick or more never trades below one, and its
    touch stays where it was or above nothing. limit: of leg risk, moves in ticks of net price; a package that
    breaks it, seen at a step's start, goes by `rule` at once. Each step uses the same number of random
    numbers whatever is done, so that two plans on one seed meet one market. factor_rng: of the common factor,
    where other packages share it; by default the same. control_mid: the legs' mids at the start where earlier
    clips had not traded, shape (leg,) [ticks]; by default the market's. ValueError for no path, a plan of
    other steps, a limit that is no number, a rule that ends nothing, and a leg to be sold for which nobody
    bids.
    """
    if rule is BrokenLegRule.WORK:
        raise ValueError("a broken package cannot be worked on after its horizon: complete or unwind it")
    if paths < 1 or plan.steps != market.steps or math.isnan(net_limit_ticks):
        raise ValueError(f"{paths} paths, {plan.steps} of {market.steps} steps, limit {net_limit_ticks}")
    if any(leg.side < 0 and _is_bidless(leg) for leg in market.legs):
        raise ValueError("a leg without a bid cannot be sold")
    desk = _Desk(market, plan, paths, net_limit_ticks, control_mid)
    for step in range(market.steps):
        desk.enforce(step, limit or LegRiskLimit(), rule)
        desk.work(step, _Chances(rng, paths, len(market.legs), factor_rng))
    desk.finish(rule)
    return desk.records()


@final
class _Chances:
    """All random numbers of a step, uniform: shape (path, leg) or (path,)."""

    def __init__(
        self, rng: np.random.Generator, paths: int, legs: int, factor_rng: np.random.Generator | None
    ) -> None:
        self.own, self.taker, self.outbid, self.informed, self.requote = rng.random((5, paths, legs))
        self.factor, self.quote, self.package, self.package_informed = rng.random((4, paths))
        if factor_rng is not None:
            self.factor = factor_rng.random(paths)


@final
class _Desk:
    """The packages at work: the legs' mids and levels, what is open, and what has traded."""

    def __init__(
        self,
        market: PackageMarket,
        plan: PackagePlan,
        paths: int,
        limit: float,
        control_mid: IntArray | None,
    ) -> None:
        legs = market.legs
        self._market, self._plan, self._limit = market, plan, limit
        self._states = States.of(market)
        self._quotes = quote_law(market)
        self._offsets = [leg_menu(leg, market) for leg in legs]
        self._side = np.array([leg.side for leg in legs])
        self._ratio = np.array([leg.ratio for leg in legs])
        self._half = np.array([leg.half_spread_ticks for leg in legs])
        self._unit = np.array([leg.unit_ticks for leg in legs])
        self._widest = np.array([leg.widest for leg in legs])
        self._followed = np.array([leg.followed_ticks for leg in legs])
        start = np.array([leg.mid_ticks for leg in legs])
        untouched = start if control_mid is None else control_mid
        self._lowest, self._control_lowest = (_lowest_mid(mid, self._half) for mid in (start, untouched))
        self._least = np.where(start + self._half > 0, 1, _ANY)
        package = [market.split(part) for part in market.complex_offsets]
        self._package = np.array(package, dtype=np.int64).reshape(-1, len(legs))
        self._step = 0
        self._mid, self._control_mid = (np.tile(mid, (paths, 1)) for mid in (start, untouched))
        self._level = np.zeros((paths, len(legs)), np.int64)
        self._asked = np.zeros(paths, np.int64)
        self._over = np.zeros(paths, np.bool_)
        (
            self.way,
            self.step,
            self.price,
            self.unwind,
            self.fair,
            self.fill_mid,
            self.fill_control,
            self.fall,
            self.unwind_step,
        ) = np.zeros((9, paths, len(legs)), np.int64)
        self.leak = np.zeros(paths, np.int64)
        self.mid_at_first = self._mid

    def work(self, step: int, chances: _Chances) -> None:
        """One step: ask, cross, rest, let the market move and trade."""
        self._ask(self._plan.accept[step, self._asked, self._state()], chances)
        state = self._state()
        rest = self._plan.rest[step, self._asked, state]
        self._cross(self._plan.cross[step, self._asked, state])
        self._move(chances)
        combinations = math.prod(len(offsets) for offsets in self._offsets)
        self._rest_legs(np.where(rest < combinations, rest, 0), chances)
        if len(self._package):
            self._rest_package(rest - combinations, chances)
        self._settle(chances)

    def enforce(self, step: int, limit: LegRiskLimit, rule: BrokenLegRule) -> None:
        """End half filled packages whose missing legs have moved too far or been open for too long."""
        self._step = step
        moved = np.where(self._is_open, self._mid - self.mid_at_first, 0) @ (self._side * self._ratio)
        first = np.where(self.way == Way.NONE, step, self.step).min(axis=1)
        seconds = (step - first) * self._market.step_seconds
        kept: BoolArray = (moved <= limit.worst_move) & (seconds <= limit.open_seconds)
        self._end(self._half_filled & ~kept, rule)

    def finish(self, rule: BrokenLegRule) -> None:
        """At the end complete what is within the limit; beyond it half filled packages go by the rule."""
        self._step = self._market.steps
        natural = self._mid + self._side * self._half
        within: BoolArray = self._natural_total(natural) <= self._limit
        self._fill(self._is_open & within[:, None], natural, Way.COMPLETION)
        self._end(self._half_filled, rule)

    def _end(self, broken: BoolArray, rule: BrokenLegRule) -> None:
        """Cross what is open of broken packages, or trade back what is filled and leave it at that."""
        held, price = self.way != Way.NONE, self._mid - self._side * self._half
        left = broken & self._is_price(np.where(held, price, self._least))
        if rule is BrokenLegRule.COMPLETE:
            left = np.zeros_like(broken)
        natural = self._mid + self._side * self._half
        self._fill(self._is_open & (broken & ~left)[:, None], natural, Way.COMPLETION)
        back = held & left[:, None]
        self.way = np.where(back, int(Way.UNWOUND), self.way)
        self.unwind = np.where(back, price, self.unwind)
        self.unwind_step = np.where(back, self._step, self.unwind_step)
        self._over |= left

    def records(self) -> PackageRecords:
        """What became of the packages."""
        return PackageRecords(
            market=self._market,
            way=self.way,
            step=self.step,
            price=self.price,
            unwind_price=self.unwind,
            unwind_step=self.unwind_step,
            fair=self.fair,
            mid=self.fill_mid,
            control=self.fill_control,
            fall=self.fall,
            leak=self.leak,
            mid_at_first=self.mid_at_first,
            last_mid=self._mid,
            last_control=self._control_mid,
        )

    @property
    def _is_open(self) -> BoolArray:
        is_open: BoolArray = (self.way == Way.NONE) & ~self._over[:, None]
        return is_open

    @property
    def _half_filled(self) -> BoolArray:
        open_legs = self._is_open.sum(axis=1)
        half: BoolArray = (open_legs > 0) & (open_legs < len(self._side))
        return half

    @property
    def _fair(self) -> IntArray:
        fair: IntArray = self._mid + self._side * self._unit * self._level
        return fair

    def _state(self) -> IntArray:
        """Flattened state of each path's legs."""
        return self._states.index(self._level + self._widest, self._is_open)

    def _natural_total(self, offered: IntArray) -> IntArray:
        """Net price of a package with what is open bought at the offered prices, shape (path,)."""
        total: IntArray = np.where(self._is_open, offered, self.price) @ (self._side * self._ratio)
        return total

    def _is_price(self, offered: IntArray) -> BoolArray:
        """Whether no venue minds the legs' prices: none below a tick where it was not so, shape (path,)."""
        return np.asarray((offered >= self._least).all(axis=1), dtype=np.bool_)

    def _fill(self, which: BoolArray, price: IntArray, way: Way, jump: IntArray | int = 0) -> None:
        """Book fills; the fair value and the mid then fall by `jump` ticks against the package."""
        mid = self._mid
        first = which.any(axis=1, keepdims=True) & self._is_open.all(axis=1, keepdims=True)
        self.mid_at_first = np.where(first, mid, self.mid_at_first)
        self._mid = np.where(which, mid - self._side * jump, mid)
        self.way = np.where(which, int(way), self.way)
        self.step = np.where(which, self._step, self.step)
        self.price = np.where(which, price, self.price)
        self.fair = np.where(which, self._fair, self.fair)
        self.fill_mid = np.where(which, mid, self.fill_mid)
        self.fill_control = np.where(which, self._control_mid, self.fill_control)
        self.fall = np.where(which, jump, self.fall)

    def _ask(self, accept: FloatArray, chances: _Chances) -> None:
        """Ask the dealers where the plan does, take a quote that is cheap enough, else suffer the leak."""
        asks = np.isfinite(accept) & self._is_open.all(axis=1)
        cost = np.append(self._quotes.cost, math.inf)
        best = np.searchsorted(np.cumsum(self._quotes.probability), chances.quote, side="right")
        offered = self._fair + self._side * np.vstack((self._quotes.offsets, self._half))[best]
        taken = asks & (cost[best] <= accept) & (self._natural_total(offered) <= self._limit)
        taken &= self._is_price(offered)
        self._fill(np.broadcast_to(taken[:, None], self.way.shape), offered, Way.QUOTE)
        leak = np.array([leg.leak_ticks for leg in self._market.legs])
        leaked = np.maximum(self._mid + self._side * leak, self._lowest)
        self._mid = np.where((asks & ~taken)[:, None], leaked, self._mid)
        self.leak = self.leak + (asks & ~taken) * (leak @ self._ratio)
        self._asked = np.where(asks, 1, self._asked)

    def _cross(self, mask: IntArray) -> None:
        natural = self._mid + self._side * self._half
        chosen = (mask[:, None] >> np.arange(len(self._side))) & 1 == 1
        within = self._natural_total(natural) <= self._limit
        self._fill(chosen & self._is_open & within[:, None], natural, Way.CROSS)

    def _move(self, chances: _Chances) -> None:
        """The fair values move; the makers' mids and the orders at work follow only what all price off."""
        own = np.array([leg.own_move for leg in self._market.legs])
        loading = np.array([leg.loading for leg in self._market.legs])
        moved = (chances.own < own / 2).astype(np.int64) - (chances.own > 1.0 - own / 2)
        half = self._market.factor_move / 2
        shift = (chances.factor > 1.0 - half).astype(np.int64) - (chances.factor < half)
        self._level = self._level + self._side * loading * shift[:, None] + moved
        self._news(self._followed * shift[:, None])

    def _rest_legs(self, combination: IntArray, chances: _Chances) -> None:
        """Takers come to the legs that rest; several legs may trade in one step."""
        orders = np.unravel_index(combination, [len(offsets) for offsets in self._offsets])
        within = self._natural_total(self._mid + self._side * self._half) <= self._limit
        traded = np.zeros(self.way.shape, dtype=np.bool_)
        offset = np.zeros(self.way.shape, dtype=np.int64)
        for at, leg in enumerate(self._market.legs):
            offset[:, at] = self._offsets[at][orders[at]]
            given_up = self._level[:, at] * leg.unit_ticks - offset[:, at]
            expected = arrivals(leg, given_up.astype(np.float64))
            behind = (offset[:, at] <= -leg.half_spread_ticks) | (chances.outbid[:, at] < leg.outbid)
            # One taker is enough, or two where somebody stands before us.
            missed = np.exp(-expected) * np.where(behind, 1.0 + expected, 1.0)
            traded[:, at] = (orders[at] > 0) & within & (chances.taker[:, at] < 1.0 - missed)
        informed = chances.informed < np.array([leg.informed for leg in self._market.legs])
        jump = np.where(informed, np.array([leg.jump_ticks for leg in self._market.legs]), 0)
        offered = self._mid + self._side * offset
        self._fill(traded & self._is_open & (offered >= self._least), offered, Way.REST, jump)

    def _rest_package(self, order: IntArray, chances: _Chances) -> None:
        """Takers come to the package where it rests whole: all legs trade together."""
        rests = (order >= 0) & self._is_open.all(axis=1)
        offset = self._package[np.maximum(order, 0)]
        offered = self._mid + self._side * offset
        given_up = (self._level * self._unit - offset) @ self._ratio
        expected = package_arrivals(self._market, given_up.astype(np.float64))
        traded = rests & (chances.package < 1.0 - np.exp(-expected))
        traded &= (self._natural_total(offered) <= self._limit) & self._is_price(offered)
        informed = chances.package_informed < self._market.complex_informed
        jump = informed[:, None] * np.array([leg.jump_ticks for leg in self._market.legs])
        self._fill(np.broadcast_to(traded[:, None], self.way.shape), offered, Way.PACKAGE, jump)

    def _settle(self, chances: _Chances) -> None:
        """The makers follow a fair value that has gone too far, and now and then quote around it anew."""
        requote = chances.requote < np.array([leg.requote for leg in self._market.legs])
        level = np.where(requote, 0, np.clip(self._level, -self._widest, self._widest))
        self._news(self._side * self._unit * (self._level - level))
        self._level = level

    def _news(self, moved: IntArray) -> None:
        """What the makers would have done without us too: no trade and no request of ours changes levels."""
        self._mid = np.maximum(self._mid + moved, self._lowest)
        self._control_mid = np.maximum(self._control_mid + moved, self._control_lowest)


def _lowest_mid(mid: IntArray, half_spread: IntArray) -> IntArray:
    """Where the mid of a leg that is offered at a positive price stops falling: a bid keeps its last tick."""
    return np.where(mid + half_spread > 0, np.minimum(mid, half_spread + 1), _ANY)


def _is_bidless(leg: LegMarket) -> bool:
    """Whether a leg is offered at a positive price and nobody bids."""
    return -leg.half_spread_ticks < leg.mid_ticks <= leg.half_spread_ticks
