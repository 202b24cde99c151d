"""A desk: one parent order in each of many markets, worked by actions, every cost counted exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

from execution.agents.actions import ActionTable, BoolArray, IntArray, Placement
from execution.agents.markets import Markets
from execution.agents.observation import FEATURES, MEMORY, look, observe
from execution.agents.terms import MarketTerms
from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.market.batch_kernel import NO_MESSAGE, OWN

FloatArray = npt.NDArray[np.float64]
LOOK_NS = 10**9  # between two looks at the touch that resting orders follow


class Costs(NamedTuple):
    """What a step cost in each market [ticks x lots], shape (market,); they add up to the shortfall exactly.

    spread: fills against the mid at the decision before them, up to the touch; negative where resting orders
    earned it. impact: what taking paid beyond the touch. timing: the mid's move against what was left. fees:
    the venue's. opportunity: the mid's move since arrival on what is left at the end.
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

    Costs are exact: prices are whole ticks, mids half ticks, and both fit a double without rounding.
    """

    def __init__(
        self, markets: Markets, terms: Sequence[MarketTerms], table: ActionTable, interval_ns: int
    ) -> None:
        count = len(markets)
        self.markets, self.table, self.interval_ns = markets, table, interval_ns
        self._take_terms(terms)
        self._slots, self._ids = np.zeros(count, np.int64), np.zeros(count, np.int64)
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
        self._slots[which] = 0
        self._look(which)

    def begin(self, which: BoolArray, side: IntArray, quantity: IntArray, decisions: int) -> None:
        """Give the chosen markets an order: side and quantity of shape (market,), read where chosen."""
        memory = self.memory
        memory["side"][which], memory["quantity"][which] = side[which], quantity[which]
        memory["left"][which] = quantity[which]
        memory["decision"][which], memory["decisions"][which] = 0, decisions
        memory["arrival_twice"][which] = memory["mids_twice"][which, 0]
        memory["resting"][which], self._slots[which] = 0, 0
        self._start[which] = self.markets.account[which]

    def observation(self) -> npt.NDArray[np.float32]:
        """FEATURES of every market, shape (market, feature)."""
        self._foresee()
        out = np.zeros((len(self), len(FEATURES)), np.float32)
        observe(self.memory, self.markets.depth, out)
        return out

    def mask(self) -> BoolArray:
        """Which actions may be chosen now, shape (market, action)."""
        depth, far = self.markets.depth, np.where(self.memory["side"] > 0, 1, 0)
        return self.table.mask(
            slice_lots=self._slice(),
            left=self.memory["left"],
            spread_ticks=self.memory["ask_ticks"] - self.memory["bid_ticks"],
            far_lots=depth[np.arange(len(self)), far, 0, 1].astype(np.int64),
            resting=self.memory["resting"],
        )

    def act(self, chosen: IntArray) -> Costs:
        """Do the chosen actions, run to the next decision, and at the end of the horizon cross what is left.

        Markets whose order is over only run on, whatever is chosen for them.
        """
        memory, over = self.memory, self.is_over
        mid_twice, before = memory["mids_twice"][:, 0].copy(), self.markets.account.copy()
        wanted = self.table.wanted(
            chosen,
            slice_lots=self._slice(),
            left=memory["left"],
            side=memory["side"],
            touch=self._touch(),
            resting_price=np.where(memory["resting"] > 0, memory["resting_price"], 0),
        )
        take = np.where(over, 0, wanted.take)
        leaves_alone = self._amend(wanted.placement, wanted.price_ticks, wanted.rest, over)
        crossing = self._take(take, mid_twice)
        rests = ~over & ~leaves_alone & (wanted.rest > 0)
        self._rest(rests, np.minimum(wanted.rest, self._left_now()), wanted.price_ticks)
        self._run(np.where(over, Placement.KEEP, wanted.placement))
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
            fees=self._fees(before),
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
        self._maker_fee = np.array([one.maker_fee_ticks for one in terms])
        self._taker_fee = np.array([one.taker_fee_ticks for one in terms])

    def _run(self, placement: IntArray) -> None:
        """Run to the next decision; at every look on the way resting orders follow the touch."""
        begin = self.markets.now_ns
        looks = max(1, round(self.interval_ns / LOOK_NS))
        for look_number in range(1, looks + 1):
            self.markets.step_until(begin + self.interval_ns * look_number // looks)
            if look_number < looks:
                self._follow(placement)

    def _follow(self, placement: IntArray) -> None:
        """Put resting orders where their placement wants them now; one that is there keeps its place."""
        resting, depth = self.markets.resting(self._slots)[:, 0], self.markets.depth
        for side, name in enumerate(("bid_ticks", "ask_ticks")):
            self.memory[name] = np.where(depth[:, side, 0, 1] > 0, depth[:, side, 0, 0], self.memory[name])
        price = self.table.price(placement, self._touch(), self.memory["side"], self.memory["resting_price"])
        moves = (resting > 0) & (placement >= Placement.JOIN) & (price != self.memory["resting_price"])
        if not moves.any():
            return
        messages = self._messages()
        messages["kind"][moves] = MessageKind.CANCEL
        self.markets.enter(messages, self._slots)
        self._slots[moves] = 0
        self._rest(moves, resting, price)

    def _look(self, which: BoolArray | None = None) -> None:
        resting = self.markets.resting(self._slots)
        chosen = slice(None) if which is None else which
        seen = self.memory[chosen]
        sentiment = getattr(self.markets, "sentiment", None)
        if sentiment is not None:
            seen["sentiment"] = sentiment[chosen]
        look(seen, self.markets.depth[chosen], self.markets.account[chosen])
        seen["resting"], seen["ahead"] = resting[chosen, 0], resting[chosen, 1]
        self.memory[chosen] = seen

    def _foresee(self) -> None:
        """Take note of what is forecast of a slice, in markets that tell (execution.impact)."""
        forecast = getattr(self.markets, "forecast", None)
        if forecast is None:
            return
        side = np.where(self.memory["side"] < 0, -1, 1)
        told = forecast(side, np.maximum(self._slice(), 1))
        self.memory["forecast_move"] = side * told.mid_move_ticks
        self.memory["forecast_touch"] = told.touch_lots
        self.memory["forecast_impact"] = told.impact_ticks

    def _slice(self) -> IntArray:
        left, decisions = self.memory["left"], self.memory["decisions"] - self.memory["decision"]
        slice_lots: IntArray = -(-left // np.maximum(decisions, 1))
        return slice_lots

    def _touch(self) -> IntArray:
        """Near and far best price, shape (market, 2)."""
        bid, ask = self.memory["bid_ticks"], self.memory["ask_ticks"]
        buys = self.memory["side"] > 0
        return np.column_stack([np.where(buys, bid, ask), np.where(buys, ask, bid)])

    def _left_now(self) -> IntArray:
        """Lots that the accounts still miss."""
        traded = self.memory["side"] * (self.markets.account["position"] - self._start["position"])
        left: IntArray = self.memory["quantity"] - traded
        return left

    def _amend(
        self, placement: IntArray, price_ticks: IntArray, rest: IntArray, over: BoolArray
    ) -> BoolArray:
        """Cancel or reduce what rests and should not; return where the resting order stays in its place."""
        resting = self.memory["resting"]
        stays = (placement == Placement.KEEP) | (
            (rest > 0) & (resting > 0) & (price_ticks == self.memory["resting_price"])
        )
        # What is kept must leave room for what is taken: the order may never trade more than is left.
        most = np.where(placement == Placement.KEEP, resting, rest)
        messages = self._messages()
        cancels = ~over & (resting > 0) & ~stays
        reduces = ~over & stays & (resting > most)
        messages["kind"][cancels] = MessageKind.CANCEL
        messages["kind"][reduces] = MessageKind.REDUCE
        messages["quantity"][reduces] = (resting - most)[reduces]
        self.markets.enter(messages, self._slots)
        self._slots[cancels] = 0
        kept: BoolArray = stays & (resting > 0)
        return kept

    def _take(self, lots: IntArray, mid_twice: IntArray) -> Costs:
        """Send market orders; what they cost against the mid, split at the touch."""
        before = self.markets.account.copy()
        messages = self._messages()
        resting = np.minimum(self.markets.resting(self._slots)[:, 0], self._left_now())
        taken = np.minimum(lots, self._left_now())
        self._shrink(np.maximum(resting + taken - self._left_now(), 0))
        sends = taken > 0
        messages["kind"][sends] = MessageKind.MARKET
        messages["side"], messages["quantity"] = self.memory["side"], taken
        touch = self._touch()[:, 1]
        self.markets.enter(messages)
        cost = self._filled_at(mid_twice, before)
        traded = self.markets.account["position"] - before["position"]
        spread = 0.5 * traded * (2 * touch - mid_twice)
        nothing = np.zeros(len(self))
        return Costs(spread=spread, impact=cost - spread, timing=nothing, fees=nothing, opportunity=nothing)

    def _shrink(self, surplus: IntArray) -> None:
        """Take lots off what rests, so that it and what is taken are no more than what is left."""
        if not surplus.any():
            return
        messages = self._messages()
        resting = self.markets.resting(self._slots)[:, 0]
        whole, part = (surplus > 0) & (surplus >= resting), (surplus > 0) & (surplus < resting)
        messages["kind"][whole] = MessageKind.CANCEL
        messages["kind"][part] = MessageKind.REDUCE
        messages["quantity"][part] = surplus[part]
        self.markets.enter(messages, self._slots)

    def _rest(self, which: BoolArray, lots: IntArray, price_ticks: IntArray) -> None:
        messages, sends = self._messages(), which & (lots > 0)
        messages["kind"][sends] = MessageKind.LIMIT
        messages["side"], messages["quantity"] = self.memory["side"], lots
        messages["price_ticks"] = price_ticks
        slots = self.markets.enter(messages)
        self._slots[sends], self._ids[sends] = slots[sends], messages["order_id"][sends]
        self.memory["resting_price"][sends] = price_ticks[sends]

    def _close(self, ends: BoolArray) -> Costs:
        """Withdraw what rests and cross what is left where the horizon is over."""
        messages = self._messages()
        messages["kind"][ends & (self.memory["resting"] > 0)] = MessageKind.CANCEL
        self.markets.enter(messages, self._slots)
        self._slots[ends], self.memory["resting"][ends] = 0, 0
        costs = self._take(np.where(ends, self.memory["left"], 0), self.memory["mids_twice"][:, 0].copy())
        self.memory["left"] = np.where(ends, self._left_now(), self.memory["left"])
        return costs

    def _filled_at(self, mid_twice: IntArray, before: RecordArray) -> FloatArray:
        """Cost of what the accounts have traded since `before`, against a mid [ticks x lots]."""
        account = self.markets.account
        traded = account["position"] - before["position"]
        cost: FloatArray = -1.0 * (account["cash"] - before["cash"]) - 0.5 * traded * mid_twice
        return cost

    def _fees(self, before: RecordArray) -> FloatArray:
        account = self.markets.account
        made, took = (account[name] - before[name] for name in ("maker_lots", "taker_lots"))
        fees: FloatArray = self._maker_fee * made + self._taker_fee * took
        return fees

    def _messages(self) -> RecordArray:
        messages = np.zeros(len(self), MESSAGE)
        messages["kind"], messages["owner"], messages["order_id"] = NO_MESSAGE, OWN, self._ids
        return messages
