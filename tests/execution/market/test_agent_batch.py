"""Markets of participants side by side: each is what it would be alone."""

from __future__ import annotations

import numpy as np

from execution.book.layout import MESSAGE, MessageKind
from execution.market.agent_batch import AgentMarketBatch
from execution.market.agent_market import AgentMarket
from execution.market.batch_kernel import NO_MESSAGE, OWN
from execution.market.scenario import load_market
from execution.market.simulator import MarketSimulator
from execution.orders import Side

SECOND = 10**9


def one_message(count: int, kind: MessageKind | int, quantity: int, price: int = 0) -> np.ndarray:
    messages = np.zeros(count, MESSAGE)
    messages["kind"], messages["owner"], messages["side"] = kind, OWN, 1
    messages["quantity"], messages["price_ticks"] = quantity, price
    return messages


def test_a_market_of_a_batch_is_the_market_of_its_seed() -> None:
    scenarios, seeds = [load_market(name) for name in ("calm", "squeeze")], np.random.SeedSequence(4).spawn(2)
    batch = AgentMarketBatch(scenarios, seeds)
    batch.step_until(20 * SECOND)
    for at, scenario in enumerate(scenarios):
        alone = AgentMarket(scenario, 0, seeds[at])
        alone.run(20 * SECOND)
        for name in ("levels", "orders", "state"):
            np.testing.assert_array_equal(getattr(batch.markets[at].books, name), getattr(alone.books, name))


def test_an_agents_orders_trade_as_the_simulators_do() -> None:
    scenario, seed = load_market("calm"), np.random.SeedSequence(7)
    batch, simulator = AgentMarketBatch([scenario], [seed]), MarketSimulator.from_scenario(scenario, seed)
    for step in range(1, 20):
        price = int(batch.depth[0, 0, 0, 0])
        kind = MessageKind.MARKET if step % 3 == 0 else MessageKind.LIMIT
        batch.enter(one_message(1, kind, 40, price))
        if kind is MessageKind.MARKET:
            simulator.submit_market(Side.BUY, 40)
        else:
            simulator.submit_limit(Side.BUY, 40, price)
        batch.step_until(step * SECOND)
        simulator.advance_to(step * SECOND)
    fills = simulator.take_fills()
    assert int(batch.account["position"][0]) == sum(fill.quantity for fill in fills)
    assert int(batch.account["cash"][0]) == -sum(fill.quantity * fill.price_ticks for fill in fills)
    assert int(batch.account["maker_lots"][0]) == sum(fill.quantity for fill in fills if fill.is_maker) > 0


def test_a_message_that_asks_for_nothing_changes_nothing() -> None:
    batch = AgentMarketBatch([load_market("calm")], [np.random.SeedSequence(1)])
    before = batch.depth.copy()
    slots = batch.enter(one_message(1, NO_MESSAGE, 5))
    batch.resting(slots)
    np.testing.assert_array_equal(batch.depth, before)


def test_a_resting_order_shows_its_place_and_leaves_when_cancelled() -> None:
    batch = AgentMarketBatch([load_market("calm")], [np.random.SeedSequence(2)])
    price, shown = (int(word) for word in batch.depth[0, 0, 0])
    entered = one_message(1, MessageKind.LIMIT, 30, price)
    slots = batch.enter(entered)
    assert batch.resting(slots).tolist() == [[30, shown]]
    stranger = one_message(1, MessageKind.CANCEL, 0)
    stranger["order_id"] = entered["order_id"] + 1
    batch.enter(stranger, slots)
    assert batch.resting(slots)[0, 0] == 30
    stranger["kind"], stranger["order_id"] = MessageKind.CANCEL, entered["order_id"]
    batch.enter(stranger, slots)
    assert batch.resting(slots).tolist() == [[0, 0]]


def test_a_book_that_is_too_small_grows_and_the_market_goes_on() -> None:
    batch = AgentMarketBatch([load_market("calm")], [np.random.SeedSequence(3)])
    far = one_message(1, MessageKind.LIMIT, 10, 2000)
    slots = batch.enter(far)
    assert batch.resting(slots)[0, 0] == 10
    batch.step_until(5 * SECOND)
    assert batch.depth[0, 0, 0, 1] > 0


def test_another_market_in_its_place_begins_anew() -> None:
    scenario, seed = load_market("calm"), np.random.SeedSequence(5)
    batch = AgentMarketBatch([scenario] * 2, np.random.SeedSequence(6).spawn(2))
    batch.step_until(3 * SECOND)
    batch.renew(1, scenario, seed)
    alone = AgentMarketBatch([scenario], [seed])
    np.testing.assert_array_equal(batch.depth[1], alone.depth[0])
    assert batch.now_ns.tolist() == [3 * SECOND, 0]


def test_the_price_feels_what_rests_and_is_filled_as_it_feels_what_takes() -> None:
    def excess(kind: MessageKind | int) -> tuple[float, int]:
        scenario, seeds = load_market("squeeze"), np.random.SeedSequence(11).spawn(12)
        batch = AgentMarketBatch([scenario] * 12, seeds)
        for step in range(1, 31):
            messages = one_message(12, kind, 20)
            messages["price_ticks"] = batch.depth[:, 0, 0, 0]
            batch.enter(messages)
            batch.step_until(step * SECOND)
        felt = [market.arrays.instruments["excess_volume"][0].sum() for market in batch.markets]
        return float(np.mean(felt)), int(batch.account["position"].mean())

    alone, nothing = excess(NO_MESSAGE)
    resting, bought = excess(MessageKind.LIMIT)
    taking, taken = excess(MessageKind.MARKET)
    assert nothing == 0 < bought
    assert (resting - alone) / bought > 0.5 * (taking - alone) / taken > 0.0


def test_twins_go_on_alike_until_something_else_is_done_in_one_of_them() -> None:
    scenarios, seeds = [load_market("calm"), load_market("squeeze")], np.random.SeedSequence(5).spawn(2)
    batch = AgentMarketBatch(scenarios, seeds)
    batch.enter(one_message(2, MessageKind.LIMIT, 30, 9_990))
    batch.step_until(5 * SECOND)
    twins = batch.twins()
    for one in (twins, batch):
        one.step_until(15 * SECOND)
    np.testing.assert_array_equal(batch.depth, twins.depth)
    np.testing.assert_array_equal(batch.account, twins.account)
    twins.enter(one_message(2, MessageKind.MARKET, 200))
    for one in (batch, twins):
        one.step_until(25 * SECOND)
    assert (batch.depth != twins.depth).any(axis=(1, 2, 3)).all()
    twins.meet(batch, np.array([True, False]))
    assert (batch.depth[0] == twins.depth[0]).all()
    assert (batch.depth[1] != twins.depth[1]).any()
