from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.book.layout import RecordArray
from execution.complex_book.market import ComplexMarket
from tests.twins.complex_market import Order, SlowMarket, Traded
from tests.twins.complex_streams import random_messages, random_pair

KEYS = ("message", "leg", "instrument", "price_ticks", "buyer_id", "seller_id")
SEEDS = st.integers(0, 2**32 - 1)


def as_twin(trades: RecordArray) -> Counter[Traded]:
    found: Counter[Traded] = Counter()
    for trade in trades:
        key = (
            trade[name].item()
            for name in ("message", "leg", "instrument", "price_ticks", "buyer_id", "seller_id")
        )
        found[Traded(*key)] += int(trade["quantity"])
    return found


def resting(market: ComplexMarket) -> list[list[tuple[int, int, int, int]]]:
    names = [*market.symbols, *(package.name for package in market.instruments)]
    books = [market.leg_book(name) if name in market.symbols else market.complex_book(name) for name in names]
    fields = ["order_id", "side", "price_ticks", "quantity"]
    return [
        sorted(order.item() for order in book.arrays.orders[fields] if order["quantity"]) for book in books
    ]


def resting_in_twin(twin: SlowMarket) -> list[list[tuple[int, int, int, int]]]:
    return [sorted((o.order_id, o.side, o.price, o.quantity) for o in book) for book in twin.books]


@settings(max_examples=60)
@given(SEEDS)
def test_every_message_does_what_the_twin_does(seed: int) -> None:
    rng = np.random.default_rng(seed)
    market, twin = random_pair(rng)
    messages = random_messages(rng, market, 150)
    trades, outcomes = market.process(messages)
    ids = np.where(messages["order_id"] == 0, np.arange(150) + 1, messages["order_id"])
    fields = ("kind", "side", "book", "quantity", "price_ticks")
    for at, message in enumerate(messages):
        left = twin.apply(at, Order(*(int(message[name]) for name in fields), int(ids[at])))
        assert left == outcomes["leaves"][at]
    assert as_twin(trades) == twin.traded
    assert resting(market) == resting_in_twin(twin)
