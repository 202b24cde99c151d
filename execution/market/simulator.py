"""A simulated market that an agent trades in: its own orders among everybody else's in one book."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Self, final

import numpy as np

from execution.book.book import DepthLevel
from execution.book.layout import EventKind, MessageKind, RecordArray, SelfTrade
from execution.book.message import message
from execution.errors import ExecutionError, OrderRejectedError
from execution.market.engine import BackgroundEngine, Engine
from execution.market.market import OwnFill
from execution.market.regime import MarketConditions, Regime
from execution.orders import Side

if TYPE_CHECKING:
    from execution.market.engine import VenueFees
    from execution.market.flow_start import FlowStart
    from execution.market.scenario import MarketScenario
    from execution.market.shared_news import News

__all__ = ["MarketConditions", "MarketSimulator", "OwnFill", "Regime"]

OWN = 1  # the agent, as owner of orders
_ANY_PRICE = 2**31


class _UnderWay(NamedTuple):
    """A message on its way to the exchange."""

    arrival_ns: int
    message: RecordArray


@final
class MarketSimulator:
    """Everybody's flow and the agent's orders in one book, from `start_ns` on.

    The plain market is background flow around conditions.mid_price, stationary when it starts
    (execution.market.flow); `from_scenario` gives one of participants, `from_flow` one of any other flow. The
    same seed gives the same market, event for event, in steps of any length; the agent's own orders change
    what follows, through the book and through their impact on the reference price. News keep their own random
    numbers: two agents on one seed meet the same fundamental price, whatever they do. Given `news`, they are
    those of correlated instruments (execution.market.shared_news).

    The agent's messages arrive order_latency_ns after they are sent, in order; an id is given at once. All
    that it is shown is feed_latency_ns old, and never older than the start: quotes, depth, volumes, the place
    in a queue and its own fills.
    """

    engine: Engine
    _fills: list[OwnFill]
    _now_ns: int
    _seen_ns: int  # how far the exchange has been run: what the agent sees of it now
    _feed_latency_ns: int

    def __init__(
        self,
        conditions: MarketConditions,
        start_ns: int,
        rng: np.random.Generator,
        *,
        news: News | None = None,
        order_latency_ns: int = 0,
        feed_latency_ns: int = 0,
    ) -> None:
        engine = BackgroundEngine(conditions, start_ns, rng, news=news)
        self._begin(engine, start_ns, order_latency_ns, feed_latency_ns)

    @classmethod
    def from_scenario(
        cls,
        scenario: MarketScenario | str,
        seed: int | np.random.SeedSequence = 0,
        *,
        start_ns: int = 0,
        venue: str | None = None,
        order_latency_ns: int = 0,
        feed_latency_ns: int = 0,
        logged: bool = False,
    ) -> Self:
        """The market of a scenario: one that was read, a shipped one by name, or a file by its path.

        venue: where the agent trades, by default at the first. logged: keep every event, for
        execution.market.event_log. Raises ScenarioError, and KeyError when there is no such venue.
        """
        # Only who asks for participants pays for loading them.
        from execution.market.scenario_engine import ScenarioEngine

        sequence = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
        simulator = cls.__new__(cls)
        engine = ScenarioEngine(scenario, start_ns, sequence, venue=venue, logged=logged)
        simulator._begin(engine, start_ns, order_latency_ns, feed_latency_ns)  # noqa: SLF001 - its own
        return simulator

    @classmethod
    def from_flow(
        cls,
        flow: FlowStart,
        seed: int | np.random.SeedSequence = 0,
        *,
        fees: VenueFees | None = None,
        order_latency_ns: int = 0,
        feed_latency_ns: int = 0,
    ) -> Self:
        """A market of one background flow from its burn-in's end on; `start` of a fit gives its own.

        fees: the venue's. There is no fundamental price: news_ticks of the fills are NaN.
        """
        from execution.market.flow_engine import FlowEngine

        sequence = seed if isinstance(seed, np.random.SeedSequence) else np.random.SeedSequence(seed)
        simulator = cls.__new__(cls)
        engine = FlowEngine(flow, sequence, fees=fees)
        simulator._begin(engine, flow.start_ns, order_latency_ns, feed_latency_ns)  # noqa: SLF001 - its own
        return simulator

    @property
    def now_ns(self) -> int:
        """The time reached."""
        return self._now_ns

    @property
    def best_bid_ticks(self) -> int:
        """Highest price at which somebody buys; the last one seen while nobody does."""
        return self.engine.best_quotes[0]

    @property
    def best_ask_ticks(self) -> int:
        """Lowest price at which somebody sells; the last one seen while nobody does."""
        return self.engine.best_quotes[1]

    @property
    def mid_ticks(self) -> float:
        """Half way between the best prices [ticks]."""
        return 0.5 * (self.best_bid_ticks + self.best_ask_ticks)

    @property
    def traded_volume(self) -> int:
        """Contracts traded since the start, the agent's own included, each trade counted once."""
        return self.engine.traded_volume

    @property
    def signed_volume(self) -> int:
        """Contracts since the start that buyers began less those that sellers began, the agent's included."""
        return self.engine.signed_volume

    def depth(self, side: Side, levels: int) -> list[DepthLevel]:
        """The best `levels` prices of a side with what is shown there, the agent's own included."""
        return self.engine.book.depth(side, levels)

    def volume_ahead(self, order_id: int) -> int | None:
        """Quantity that trades before an own resting order at its price; None when it rests no longer."""
        return self.engine.book.volume_ahead(order_id)

    def advance_to(self, ts_ns: int) -> None:
        """Let the market run up to `ts_ns`; ValueError when that is in the past.

        BookCapacityError when an own message that arrives on the way lies too far from the market.
        """
        if ts_ns < self._now_ns:
            raise ValueError(f"ts_ns is {ts_ns}, expected at least the time reached, {self._now_ns}")
        # The exchange is run no further than what the agent sees of it by then.
        self._now_ns = ts_ns
        seen_ns = max(ts_ns - self._feed_latency_ns, self._seen_ns)
        while self._under_way and self._under_way[0].arrival_ns <= seen_ns:
            arrival_ns, one = self._under_way.popleft()
            self._run(arrival_ns)
            self._enter(one)
        self._run(seen_ns)

    def submit_limit(self, side: Side, quantity: int, price_ticks: int) -> int:
        """Trade up to `price_ticks`, rest what is left, and return the order's id.

        OrderRejectedError when it would trade with an own resting order; BookCapacityError when the price
        lies too far from the market for the book.
        """
        return self._submit(MessageKind.LIMIT, side, quantity, price_ticks)

    def submit_market(self, side: Side, quantity: int) -> int:
        """Trade at any price and return the order's id; what finds nobody expires.

        OrderRejectedError while an own order rests on the other side.
        """
        return self._submit(MessageKind.MARKET, side, quantity)

    def submit_immediate_or_cancel(self, side: Side, quantity: int, price_ticks: int) -> int:
        """Trade up to `price_ticks` and return the order's id; what is left expires. Errors as a limit's."""
        return self._submit(MessageKind.IMMEDIATE_OR_CANCEL, side, quantity, price_ticks)

    def submit_fill_or_kill(self, side: Side, quantity: int, price_ticks: int) -> int:
        """Trade all of it up to `price_ticks` or nothing; return the order's id. Errors as a limit's."""
        return self._submit(MessageKind.FILL_OR_KILL, side, quantity, price_ticks)

    def submit_post_only(self, side: Side, quantity: int, price_ticks: int) -> int:
        """Rest at `price_ticks` unless that would trade; return the order's id, which rests or is dead."""
        return self._submit(MessageKind.POST_ONLY, side, quantity, price_ticks)

    def submit_iceberg(self, side: Side, quantity: int, price_ticks: int, display: int) -> int:
        """A limit order that shows `display` of itself at a time; return its id. Errors as a limit's."""
        return self._submit(MessageKind.ICEBERG, side, quantity, price_ticks, display=display)

    def submit_stop(self, side: Side, quantity: int, stop_ticks: int, price_ticks: int | None = None) -> int:
        """Wait for a trade at or beyond stop_ticks, then act at market, or up to price_ticks; return the id.

        Where it would then trade with an own order, what is left of it is cancelled.
        """
        kind = MessageKind.STOP if price_ticks is None else MessageKind.STOP_LIMIT
        return self._submit(kind, side, quantity, price_ticks or 0, stop_ticks=stop_ticks)

    def cancel(self, order_id: int) -> int:
        """Take an own order out and return the quantity that had not traded; 0 when it rests no longer.

        With a latency the cancel arrives later, and 0 says nothing.
        """
        return self._amend(MessageKind.CANCEL, order_id)

    def reduce(self, order_id: int, quantity: int) -> int:
        """Take quantity off an own order, which keeps its place; return what came off."""
        return self._amend(MessageKind.REDUCE, order_id, quantity)

    def replace(self, order_id: int, quantity: int, price_ticks: int) -> None:
        """Give an own order new leaves and a new price; it keeps its place only when it falls in quantity."""
        side, _ = self._own.get(order_id, (None, 0))
        if side is not None:
            self._refuse_self_trade(side, price_ticks)
            self._own[order_id] = side, price_ticks
        self._amend(MessageKind.REPLACE, order_id, quantity, price_ticks)

    def take_fills(self) -> list[OwnFill]:
        """The agent's fills since the last call, oldest first."""
        fills, self._fills = self._fills, []
        return fills

    def _begin(self, engine: Engine, start_ns: int, order_latency_ns: int, feed_latency_ns: int = 0) -> None:
        for name, latency_ns in (("order", order_latency_ns), ("feed", feed_latency_ns)):
            if latency_ns < 0:
                raise ValueError(f"{name}_latency_ns is {latency_ns}, expected at least 0")
        self.engine = engine
        self._now_ns = self._seen_ns = start_ns
        self._order_latency_ns, self._feed_latency_ns = order_latency_ns, feed_latency_ns
        self._own: dict[int, tuple[Side, int]] = {}
        self._fills = []
        self._under_way: deque[_UnderWay] = deque()

    def _submit(
        self,
        kind: MessageKind,
        side: Side,
        quantity: int,
        price_ticks: int = 0,
        *,
        display: int = 0,
        stop_ticks: int = 0,
    ) -> int:
        stops = kind in (MessageKind.STOP, MessageKind.STOP_LIMIT)
        if not stops:
            self._refuse_self_trade(side, None if kind is MessageKind.MARKET else price_ticks)
        order_id = self.engine.next_order_id()
        one = message(
            kind,
            side,
            quantity,
            price_ticks,
            order_id=order_id,
            owner=OWN,
            display=display,
            stop_ticks=stop_ticks,
            self_trade=SelfTrade.CANCEL_NEWEST if stops else SelfTrade.ALLOW,
        )
        # A waiting stop meets nobody's order; the kinds that never rest are forgotten after their trades.
        self._own[order_id] = side, -side * _ANY_PRICE if stops else price_ticks
        try:
            self._transmit(one)
        except ExecutionError:
            del self._own[order_id]
            raise
        return order_id

    def _amend(self, kind: MessageKind, order_id: int, quantity: int = 0, price_ticks: int = 0) -> int:
        if order_id not in self._own:
            return 0
        events = self._transmit(message(kind, 0, quantity, price_ticks, order_id=order_id, owner=OWN))
        return int(events["quantity"][events["kind"] == EventKind.CANCELLED].sum())

    def _transmit(self, one: RecordArray) -> RecordArray:
        """Enter a message now, or let it be under way; return its events so far."""
        if self._order_latency_ns or self._feed_latency_ns:
            self._under_way.append(_UnderWay(self._now_ns + self._order_latency_ns, one))
            return one[:0]
        return self._enter(one)

    def _enter(self, one: RecordArray) -> RecordArray:
        """Apply an own message and report what it took on arrival."""
        events = self.engine.book.process(one)
        self.engine.settle(events)
        for event in events[events["kind"] == EventKind.TRADE]:
            if event["order_id"] in self._own:
                self._record(event, "order_id", self._seen_ns, is_maker=False)
            if event["maker_owner"] == OWN:
                self._record(event, "maker_id", self._seen_ns, is_maker=True)
        self._forget_finished()
        return events

    def _run(self, until_ns: int) -> None:
        while (made := self.engine.run(until_ns)) is not None:
            events = made.events
            for event in events[(events["kind"] == EventKind.TRADE) & (events["maker_owner"] == OWN)]:
                self._record(event, "maker_id", made.ts_ns, is_maker=True)
            # A stop that the message woke has taken, too.
            for event in events[events["kind"] == EventKind.TRADE]:
                if int(event["order_id"]) in self._own:
                    self._record(event, "order_id", made.ts_ns, is_maker=False)
            self._forget_finished()
        self._seen_ns = until_ns

    def _record(self, event: np.void, own_id: str, ts_ns: int, *, is_maker: bool) -> None:
        quantity, fees = int(event["quantity"]), self.engine.fees
        fee = quantity * (fees.maker if is_maker else fees.taker)
        self._fills.append(
            OwnFill(
                order_id=int(event[own_id]),
                quantity=quantity,
                price_ticks=int(event["price_ticks"]),
                ts_ns=ts_ns,
                is_maker=is_maker,
                news_ticks=self.engine.news_ticks,
                fee=fee,
            )
        )

    def _forget_finished(self) -> None:
        """Forget own orders that neither live nor are under way."""
        coming = {int(one.message["order_id"][0]) for one in self._under_way}
        orders = self.engine.book.arrays.orders
        living = set(orders["order_id"][(orders["owner"] == OWN) & (orders["quantity"] > 0)].tolist())
        for order_id in self._own.keys() - living - coming:
            del self._own[order_id]

    def _refuse_self_trade(self, side: Side, price_ticks: int | None) -> None:
        for order_id, (own_side, own_price) in self._own.items():
            reached = price_ticks is None or side * (price_ticks - own_price) >= 0
            waits = abs(own_price) == _ANY_PRICE
            if own_side is not side and reached and not waits:
                raise OrderRejectedError(
                    f"the order would trade with the agent's own order {order_id} at {own_price} ticks; "
                    "cancel that one first"
                )
