from __future__ import annotations

import numpy as np
import pytest

from execution.market.agent_market import AgentMarket
from execution.market.event_log import recorded
from execution.market.scenario import load_market
from execution.market.scenario_engine import ScenarioEngine
from execution.market.simulator import MarketSimulator
from execution.orders import Side
from execution.recorded.messages import RecordedKind, RecordedMessages

SECOND = 10**9


def simulator(seed: int = 1) -> tuple[MarketSimulator, AgentMarket]:
    one = MarketSimulator.from_scenario("calm", seed, logged=True)
    assert isinstance(one.engine, ScenarioEngine)
    return one, one.engine.market


def shown_volume(messages: RecordedMessages) -> int:
    added = messages.quantity[messages.kind == RecordedKind.ADD].sum()
    return int(added - messages.quantity[messages.kind != RecordedKind.ADD].sum())


def test_the_book_rebuilt_from_the_log_is_the_markets_own_book() -> None:
    market = AgentMarket(load_market("calm"), 0, np.random.SeedSequence(3), logged=True)
    market.run(120 * SECOND)
    messages, history = recorded(market, "main", levels=5)
    for side, prices, volumes in (
        (Side.BUY, history.bid_ticks, history.bid_volume),
        (Side.SELL, history.ask_ticks, history.ask_volume),
    ):
        there = list(zip(prices[-1].tolist(), volumes[-1].tolist(), strict=True))
        assert there == market.faces[0].depth(side, 5)
    assert (np.diff(messages.ts_ns) >= 0).all()
    assert not history.crossed.any()


def test_own_orders_of_every_kind_are_in_the_log_as_they_are_shown() -> None:
    one, market = simulator()
    bid, ask = one.best_bid_ticks, one.best_ask_ticks
    one.submit_iceberg(Side.BUY, 5_000, bid, 100)
    one.submit_stop(Side.BUY, 50, ask + 1)
    moved = one.submit_limit(Side.SELL, 500, ask + 3)
    for second in range(1, 60):
        one.advance_to(second * SECOND)
    one.replace(moved, 200, ask + 3)
    one.replace(moved, 300, ask + 5)
    one.reduce(moved, 50)
    messages, history = recorded(market, "main")
    own = market.faces[0].arrays.orders
    assert shown_volume(messages) == own["quantity"][own["kind"] < 2].sum()
    assert history.bid_volume[-1, 0] == one.depth(Side.BUY, 1)[0].volume


def test_a_market_without_a_log_has_none_to_export() -> None:
    market = AgentMarket(load_market("calm"), 0, np.random.SeedSequence(1))
    with pytest.raises(ValueError, match="logged=True"):
        recorded(market, "main")
    with pytest.raises(KeyError, match="expected one of main"):
        recorded(market, "nowhere")
