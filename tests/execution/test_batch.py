from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt
import pytest

from execution.book.layout import MESSAGE, MessageKind, RecordArray
from execution.errors import OrderRejectedError
from execution.market.batch import NO_MESSAGE, MarketBatch
from execution.market.flows.santa_fe import SantaFe, santa_fe_state

FLOW = SantaFe(limit_rates=np.full(12, 0.5), market_rate=1.0, cancel_rates=np.array([0.12]), market_size=2.0)


def batch_of(count: int, *, levels: int = 128, orders: int = 256, seed: int = 1) -> MarketBatch:
    return MarketBatch(
        FLOW.parameters(),
        lambda: santa_fe_state(start_ns=0, bid_ticks=999, ask_ticks=1000),
        count=count,
        seed=np.random.SeedSequence(seed),
        centre_ticks=1000,
        levels=levels,
        orders=orders,
    )


def asked(count: int, kind: int, *, side: int = 1, quantity: int = 1, price: int = 0) -> RecordArray:
    messages = np.zeros(count, MESSAGE)
    messages["kind"], messages["side"], messages["quantity"] = kind, side, quantity
    messages["price_ticks"] = price
    return messages


def depth_after(batch: MarketBatch, *steps: int) -> npt.NDArray[np.int32]:
    for events in steps:
        batch.step_events(events)
    return batch.depth.copy()


def test_a_market_is_the_same_in_a_batch_of_any_size() -> None:
    assert np.array_equal(depth_after(batch_of(3), 700), depth_after(batch_of(7), 700)[:3])


def test_steps_of_any_length_give_the_same_markets() -> None:
    assert np.array_equal(depth_after(batch_of(4), 700), depth_after(batch_of(4), 20, 1, 300, 379))


def test_any_number_of_threads_gives_the_same_markets() -> None:
    before = numba.get_num_threads()
    try:
        numba.set_num_threads(1)
        alone = depth_after(batch_of(6), 500)
    finally:
        numba.set_num_threads(before)
    assert np.array_equal(alone, depth_after(batch_of(6), 500))


def test_books_that_must_grow_and_follow_the_price_do_what_large_ones_do() -> None:
    small, large = batch_of(4, levels=64, orders=16), batch_of(4, levels=4096, orders=4096)
    assert np.array_equal(depth_after(small, 3000), depth_after(large, 3000))
    assert np.array_equal(small.account, large.account)


def test_time_steps_end_at_the_time_asked_for() -> None:
    batch = batch_of(3)
    batch.step_until(2 * 10**9)
    assert (batch.now_ns == 2 * 10**9).all()
    by_two = batch_of(3)
    by_two.step_until(10**9)
    assert np.array_equal(by_two.step_until(2 * 10**9), batch.depth)


def test_a_market_order_pays_the_depth_that_was_seen() -> None:
    batch = batch_of(5)
    before = depth_after(batch, 1000)
    batch.enter(asked(5, MessageKind.MARKET, quantity=1))
    assert (batch.account["position"] == 1).all()
    assert np.array_equal(batch.account["cash"], -before[:, 1, 0, 0])
    assert (batch.account["taker_lots"] == 1).all()


def test_a_resting_order_is_filled_by_the_flow_or_cancelled_and_never_both() -> None:
    batch = batch_of(32)
    depth = depth_after(batch, 1000)
    messages = asked(32, MessageKind.LIMIT, quantity=4)
    messages["price_ticks"] = depth[:, 0, 0, 0]
    slots = batch.enter(messages)
    assert (slots > 0).all()
    batch.step_events(60)
    ids, resting = messages["order_id"].copy(), batch.books.orders["quantity"][np.arange(32), slots]
    mine = batch.books.orders["order_id"][np.arange(32), slots] == ids
    filled = batch.account["maker_lots"]
    assert np.array_equal(filled + np.where(mine, resting, 0), np.full(32, 4))
    assert 0 < filled.sum() < 4 * 32
    assert np.array_equal(batch.account["position"], filled)
    assert np.array_equal(batch.account["cash"], -filled * depth[:, 0, 0, 0])
    cancels = asked(32, MessageKind.CANCEL)
    cancels["order_id"] = ids
    batch.enter(cancels, slots)
    left = batch.account["maker_lots"].copy()
    batch.step_events(400)
    assert np.array_equal(batch.account["maker_lots"], left)


def test_an_agent_that_meets_itself_is_on_both_sides() -> None:
    batch = batch_of(2)
    assert (batch.enter(asked(2, MessageKind.LIMIT, quantity=4, price=999)) > 0).all()
    rests = batch.enter(asked(2, MessageKind.MARKET, side=-1, quantity=3), np.full(2, 5))
    assert not rests.any()
    assert [int(batch.account[0][name]) for name in ("position", "cash")] == [0, 0]
    assert [int(batch.account[0][f"{who}_lots"]) for who in ("maker", "taker", "market")] == [3, 3, 3]


def test_an_order_is_cancelled_by_its_slot_and_its_number_together() -> None:
    batch, limits = batch_of(2), asked(2, MessageKind.LIMIT, quantity=4, price=999)
    slots, cancels = batch.enter(limits), asked(2, MessageKind.CANCEL)
    cancels["order_id"] = limits["order_id"] + [0, 1]
    batch.enter(cancels, slots)
    assert batch.books.state["live_orders"][:, 0].tolist() == [0, 1]


def test_cash_and_position_answer_to_each_other() -> None:
    batch = batch_of(8)
    batch.step_events(500)
    for side in (1, -1):
        batch.enter(asked(8, MessageKind.MARKET, side=side, quantity=3))
    assert (batch.account["position"] == 0).all()
    assert (batch.account["cash"] <= 0).all()


def test_a_market_with_no_message_is_left_alone() -> None:
    batch, untouched = batch_of(4), batch_of(4)
    for one in (batch, untouched):
        one.step_events(300)
    messages = asked(4, NO_MESSAGE)
    messages["kind"][0] = MessageKind.MARKET
    batch.enter(messages)
    batch.step_events(100)
    untouched.step_events(100)
    assert np.array_equal(batch.depth[1:], untouched.depth[1:])


@pytest.mark.parametrize(("field", "value"), [("kind", MessageKind.ICEBERG), ("side", 0), ("quantity", 0)])
def test_a_message_that_no_book_takes_is_refused_by_market_and_field(field: str, value: int) -> None:
    messages = asked(3, MessageKind.LIMIT, price=1000)
    messages[field][1] = value
    with pytest.raises(OrderRejectedError, match=f"market 1: {field} is {int(value)}"):
        batch_of(3).enter(messages)
