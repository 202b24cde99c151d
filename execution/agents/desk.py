"""A desk: one parent order in each of many markets, worked by actions, every cost counted exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

from execution.agents.actions import ActionTable, BoolArray, IntArray, Wanted
from execution.agents.markets import Markets
from execution.agents.observation import FEATURES, MEMORY, look, observe
from execution.agents.terms import MarketTerms
from execution.agents.venue_observation import observe_venues, venue_features
from execution.agents.venue_orders import Traded, VenueOrders, within
from execution.book.layout import RecordArray
from execution.placement.consolidated import cheapest_first

FloatArray = npt.NDArray[np.float64]
LOOK_NS = 10**9  # between two looks at the touch that resting orders follow


class Costs(NamedTuple):
    """What a step cost in each market [ticks x lots], shape (market,); they add up to the shortfall exactly.

    spread: fills against the mid at the decision before them, up to the venue's touch; negative where resting
    orders earned it. impact: what taking paid beyond the touch. timing: the mid's move against what was left.
    fees: the venues'. opportunity: the mid's move since arrival on what is left at the end.
    """

    spread: FloatArray
    impact: FloatArray
    timing: FloatArray
    fees: FloatArray
    opportunity: FloatArray

    @property
    def total(self) -> FloatArray:
        """The step's part of the implementation shortfall."""
        return self.spread + self.impact + self.timing + self.fees + self.opportunity


@final
class Desk:
    """One parent order at a time in each market. `begin` gives a market its order, `act` works all of them.

    Where markets have several venues, the order works at all of them. What rests at all of them together
    never exceeds what is left: what is asked for now goes before what rests, which is cut from the last venue
    on. The mid, whatever is measured against it, and FEATURES are the first venue's.

    Costs are exact: prices are whole ticks, mids half ticks, and both fit a double without rounding.
    """

    def __init__(
        self, markets: Markets, terms: Sequence[MarketTerms], table: ActionTable, interval_ns: int
    ) -> None:
        self.markets, self.table, self.interval_ns = markets, table, interval_ns
        self.orders = VenueOrders(markets, terms)
        self.features = FEATURES + venue_features(len(self.orders.venues))
        if table.venues > len(self.orders.venues):
            raise ValueError(f"actions name venue {table.venues}, markets have {len(self.orders.venues)}")
        self._take_terms(terms)
        self._start = markets.account.copy()
        self._look()

    def __len__(self) -> int:
        return len(self.memory)

    @property
    def left(self) -> IntArray:
        """Lots still to trade, shape (market,)."""
        left: IntArray = self.memory["left"].copy()
        return left

    @property
    def slice_lots(self) -> IntArray:
        """What is left over the decisions left, rounded up, shape (market,)."""
        left, decisions = self.memory["left"], self.memory["decisions"] - self.memory["decision"]
        slice_lots: IntArray = -(-left // np.maximum(decisions, 1))
        return slice_lots

    @property
    def is_over(self) -> BoolArray:
        """Where the order is done or its time is up, shape (market,)."""
        over: BoolArray = (self.memory["left"] == 0) | (self.memory["decision"] >= self.memory["decisions"])
        return over

    @property
    def mid_ticks(self) -> FloatArray:
        """The mid at the last look, shape (market,)."""
        mid: FloatArray = 0.5 * self.memory["mids_twice"][:, 0]
        return mid

    def watch(self, decisions: int, which: BoolArray | None = None) -> None:
        """Let markets go by for so many intervals without trading in them."""
        chosen = np.ones(len(self), np.bool_) if which is None else which
        for _ in range(decisions):
            now = self.markets.now_ns
            self.markets.step_until(np.where(chosen, now + self.interval_ns, now))
            self._look(chosen)

    def renew(self, which: BoolArray, terms: Sequence[MarketTerms]) -> None:
        """Begin anew in markets that fresh ones have taken the place of; terms: of every market."""
        kept = self.memory.copy()
        self._take_terms(terms)
        self.memory[~which] = kept[~which]
        self.orders.take_terms(terms)
        self.orders.forget(which)
        self._look(which)

    def begin(self, which: BoolArray, side: IntArray, quantity: IntArray, decisions: int) -> None:
        """Give the chosen markets an order: side and quantity of shape (market,), read where chosen."""
        memory = self.memory
        memory["side"][which], memory["quantity"][which] = side[which], quantity[which]
        memory["left"][which] = quantity[which]
        memory["decision"][which], memory["decisions"][which] = 0, decisions
        memory["arrival_twice"][which] = memory["mids_twice"][which, 0]
        memory["resting"][which] = 0
        self.orders.forget(which)
        self._start[which] = self.markets.account[which]

    def observation(self) -> npt.NDArray[np.float32]:
        """The desk's `features` of every market, shape (market, feature)."""
        self._foresee()
        out = np.zeros((len(self), len(FEATURES)), np.float32)
        observe(self.memory, self.markets.depth, out)
        if len(self.orders.venues) == 1:
            return out
        return np.concatenate([out, observe_venues(self.memory, self.orders, self.slice_lots)], axis=1)

    def mask(self) -> BoolArray:
        """Which actions may be chosen now, shape (market, action)."""
        orders = self.orders
        return self.table.mask(
            slice_lots=self.slice_lots,
            left=self.memory["left"],
            spread_ticks=orders.ask_ticks - orders.bid_ticks,
            far_lots=orders.far_side(self.memory["side"])[:, :, 0, 1],
            resting=orders.resting,
        )

    def act(self, chosen: IntArray, times: int = 1) -> Costs:
        """Do the chosen actions so many times, a step each, as far as each can be done then; see `work`."""
        steps = [self._act(chosen) for _ in range(times)]
        return Costs(*(np.sum(part, axis=0) for part in zip(*steps, strict=True)))

    def _act(self, chosen: IntArray) -> Costs:
        memory, orders = self.memory, self.orders
        return self.work(
            self.table.wanted(
                chosen,
                slice_lots=self.slice_lots,
                left=memory["left"],
                side=memory["side"],
                touch=orders.touch(memory["side"]),
                resting_price=np.where(orders.resting > 0, orders.price_ticks, 0),
            )
        )

    def work(self, wanted: Wanted) -> Costs:
        """Do what is wanted, run to the next decision, and at the end of the horizon cross what is left.

        What is wanted first is to withdraw and to reduce, then to take, then to rest; of each no more is done
        than is left. Markets whose order is over only run on, whatever is wanted for them.
        """
        memory, over = self.memory, self.is_over
        mid_twice, before = memory["mids_twice"][:, 0].copy(), self.markets.account.copy()
        traded = self.orders.traded()
        fresh = self.orders.amend(wanted, ~over)
        crossing = self._take(np.where(over[:, None], 0, wanted.take), mid_twice)
        self._rest(np.where(fresh, wanted.rest, 0), wanted.price_ticks)
        self._run()
        maker = self._filled_at(mid_twice, before) - crossing.total
        memory["decision"] += ~over
        self._look()
        moved = memory["mids_twice"][:, 0] - mid_twice
        memory["left"] = np.where(over, memory["left"], self._left_now())
        timing = np.where(over, 0.0, 0.5 * memory["side"] * memory["left"] * moved)
        ends = ~over & self.is_over
        closing = self._close(ends)
        leaves = np.where(ends, memory["left"], 0) * memory["side"]
        opportunity = 0.5 * leaves * (memory["mids_twice"][:, 0] - memory["arrival_twice"])
        return Costs(
            spread=crossing.spread + maker + closing.spread,
            impact=crossing.impact + closing.impact,
            timing=timing - opportunity,
            fees=self._fees(traded),
            opportunity=opportunity,
        )

    def shortfall(self) -> FloatArray:
        """What the orders have cost so far against their arrival [ticks x lots], fees apart, from accounts.

        What is left counts at the mid: at the end it is what `act` has returned, fees apart.
        """
        account, memory = self.markets.account, self.memory
        cash = account["cash"] - self._start["cash"]
        traded = account["position"] - self._start["position"]
        left = memory["side"] * memory["left"] * (memory["mids_twice"][:, 0] - memory["arrival_twice"])
        total: FloatArray = -1.0 * cash - 0.5 * traded * memory["arrival_twice"] + 0.5 * left
        return total

    def _take_terms(self, terms: Sequence[MarketTerms]) -> None:
        """Remember nothing but what is known of the markets beforehand."""
        seconds = 1e-9 * self.interval_ns
        self.memory = np.zeros(len(terms), MEMORY)
        self.memory["usual_volume"] = [one.lots_per_second * seconds for one in terms]
        self.memory["usual_deviation"] = [one.volatility_ticks * seconds**0.5 for one in terms]
        self.memory["usual_spread"] = [one.spread_ticks for one in terms]
        self.memory["decisions"] = 1

    def _run(self) -> None:
        """Run to the next decision; at every look on the way resting orders follow the touch."""
        begin = self.markets.now_ns
        looks = max(1, round(self.interval_ns / LOOK_NS))
        for look_number in range(1, looks + 1):
            self.markets.step_until(begin + self.interval_ns * look_number // looks)
            if look_number < looks:
                self.orders.follow(self.memory["side"])

    def _look(self, which: BoolArray | None = None) -> None:
        orders = self.orders
        orders.see()
        orders.see_prices(which)
        chosen = slice(None) if which is None else which
        seen = self.memory[chosen]
        sentiment = getattr(self.markets, "sentiment", None)
        if sentiment is not None:
            seen["sentiment"] = sentiment[chosen]
        seen["bid_ticks"], seen["ask_ticks"] = orders.bid_ticks[chosen, 0], orders.ask_ticks[chosen, 0]
        look(seen, self.markets.depth[chosen], self.markets.account[chosen])
        for name in ("resting", "ahead"):
            seen[name] = getattr(orders, name)[chosen, 0]
        seen["resting_price"] = orders.price_ticks[chosen, 0]
        self.memory[chosen] = seen

    def _foresee(self) -> None:
        """Take note of what is forecast of a slice, in markets that tell (execution.impact)."""
        forecast = getattr(self.markets, "forecast", None)
        if forecast is None:
            return
        side = np.where(self.memory["side"] < 0, -1, 1)
        told = forecast(side, np.maximum(self.slice_lots, 1))
        self.memory["forecast_move"] = side * told.next_move_ticks
        self.memory["forecast_touch"] = told.touch_lots
        self.memory["forecast_impact"] = told.impact_ticks

    def _left_now(self) -> IntArray:
        """Lots that the accounts still miss."""
        traded = self.memory["side"] * (self.markets.account["position"] - self._start["position"])
        left: IntArray = self.memory["quantity"] - traded
        return left

    def _take(self, lots: IntArray, mid_twice: IntArray) -> Costs:
        """Take at market, (market, venue); what that costs against the mid, split at each venue's touch."""
        orders, side, left = self.orders, self.memory["side"], self._left_now()
        taken, touch = within(lots, left), orders.touch(side)[:, :, 1]
        orders.see()
        resting = np.minimum(orders.resting.sum(axis=1), left)
        orders.cut(np.maximum(resting + taken.sum(axis=1) - left, 0))
        before = self.markets.account.copy()
        positions = self._positions()
        orders.take(taken, side)
        cost = self._filled_at(mid_twice, before)
        spread = (0.5 * (self._positions() - positions) * (2 * touch - mid_twice[:, None])).sum(axis=1)
        nothing = np.zeros(len(self))
        return Costs(spread=spread, impact=cost - spread, timing=nothing, fees=nothing, opportunity=nothing)

    def _rest(self, lots: IntArray, price_ticks: IntArray) -> None:
        """Rest so many lots, (market, venue), and take off what rests elsewhere as many as are too many."""
        orders, left = self.orders, self._left_now()
        rests = within(lots, left)
        room = left - rests.sum(axis=1)
        orders.cut(np.where(rests.any(axis=1), np.maximum(orders.resting.sum(axis=1) - room, 0), 0))
        orders.rest(rests, price_ticks, self.memory["side"])

    def _close(self, ends: BoolArray) -> Costs:
        """Withdraw what rests and cross what is left where the horizon is over, cheapest levels first."""
        orders, memory = self.orders, self.memory
        mid_twice = memory["mids_twice"][:, 0].copy()
        orders.withdraw(ends[:, None] & (orders.resting > 0))
        orders.forget(ends)
        memory["resting"][ends] = 0
        levels = orders.far_side(memory["side"])
        each = memory["side"][:, None, None] * levels[..., 0] + orders.taker_fee[:, :, None]
        left = np.where(ends, memory["left"], 0)
        costs = self._take(cheapest_first(left, each, levels[..., 1]), mid_twice)
        # The first venue had what no level showed; where even its deepest are gone, the others may have some.
        for at in range(1, len(orders.venues)):
            left = np.where(ends, self._left_now(), 0)
            again = self._take(left[:, None] * (np.arange(len(orders.venues)) == at), mid_twice)
            costs = Costs(*(one + other for one, other in zip(costs, again, strict=True)))
        memory["left"] = np.where(ends, self._left_now(), memory["left"])
        return costs

    def _positions(self) -> IntArray:
        positions: IntArray = np.stack([one.account["position"] for one in self.orders.venues], axis=1)
        return positions

    def _filled_at(self, mid_twice: IntArray, before: RecordArray) -> FloatArray:
        """Cost of what the accounts have traded since `before`, against a mid [ticks x lots]."""
        account = self.markets.account
        traded = account["position"] - before["position"]
        cost: FloatArray = -1.0 * (account["cash"] - before["cash"]) - 0.5 * traded * mid_twice
        return cost

    def _fees(self, before: Traded) -> FloatArray:
        """What the venues have charged since [ticks x lots]."""
        made, took = (now - then for now, then in zip(self.orders.traded(), before, strict=True))
        fees: FloatArray = (self.orders.maker_fee * made + self.orders.taker_fee * took).sum(axis=1)
        return fees
