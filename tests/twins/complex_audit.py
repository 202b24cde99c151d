"""What must hold in a market of legs and packages whatever comes, looked at after every single message.

Nothing here asks a book for its best price or its queue: orders are read from the pools, and trades are held
against the messages that named them.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from execution.book.layout import MessageKind, RecordArray
from execution.complex_book.kernel import process
from execution.complex_book.layout import OUTCOME, book_at, leg_at, package_at, packages_in
from execution.complex_book.market import ComplexMarket

IntArray = npt.NDArray[np.int64]

BOOK_CROSSED, PACKAGE_CROSSED, OUT_OF_TURN = 1, 2, 3
FAR = 2**62


class Parties(NamedTuple):
    """Both parties of every trade, all buyers before all sellers; shape (2 * trade,)."""

    order_id: IntArray
    side: IntArray
    trade: RecordArray
    order: RecordArray  # the message that entered the order
    is_complex: npt.NDArray[np.bool_]


def audited(market: ComplexMarket, messages: RecordArray) -> tuple[RecordArray, RecordArray]:
    """Apply messages to a fresh market as `process` does, looking at it after each; give trades, outcomes."""
    messages = messages.copy()
    is_new = messages["kind"] != MessageKind.CANCEL
    messages["order_id"] = np.where(is_new, np.arange(len(messages)) + 1, messages["order_id"])
    outcomes, done, count = np.zeros(len(messages), OUTCOME), 0, 0
    while done < len(messages):
        done, count, refusal, broken = _run(market._venue, messages, outcomes, market._trades, done, count)
        assert broken == 0, f"after message {done}: rule {broken} is broken"
        if refusal != 0:
            market._make_room(refusal, messages[done], count)
    trades = market._trades[:count].copy()
    check_trades(market, messages, trades, outcomes)
    return trades, outcomes


def check_trades(
    market: ComplexMarket, messages: RecordArray, trades: RecordArray, outcomes: RecordArray
) -> None:
    """Limits, ratios, turns, and that no contract and no tick comes from nowhere or is lost."""
    ids = np.concatenate((trades["buyer_id"], trades["seller_id"]))
    order = messages[ids - 1]
    parties = Parties(
        order_id=ids,
        side=np.repeat((1, -1), len(trades)),
        trade=np.concatenate((trades, trades)),
        order=order,
        is_complex=order["book"] >= len(market.symbols),
    )
    check_legs(parties)
    filled = np.bincount(ids, np.where(parties.is_complex, 0, parties.trade["quantity"]), len(messages) + 1)
    filled += check_packages(market, parties, len(messages) + 1)
    check_quantities(market, messages, outcomes, filled)


def check_legs(parties: Parties) -> None:
    """Every leg order trades its own leg and side, within its limit, best first and real before implied."""
    at = ~parties.is_complex
    order, trade, side = parties.order[at], parties.trade[at], parties.side[at]
    assert (order["book"] == trade["leg"]).all()
    assert (order["side"] == side).all()
    is_limited = order["kind"] != MessageKind.MARKET
    assert (side * (order["price_ticks"] - trade["price_ticks"]) >= 0)[is_limited].all()
    own = parties.order_id[at] == trade["message"] + 1
    cost = 2 * side * trade["price_ticks"] + (trade["package"] >= 0)
    check_turns(trade["message"][own], cost[own])


def check_turns(message: IntArray, cost: IntArray) -> None:
    """What a taker pays never gets better from one trade of its message to the next."""
    order = np.argsort(message, kind="stable")
    same = np.diff(message[order]) == 0
    assert (np.diff(cost[order])[same] >= 0).all()


def check_packages(market: ComplexMarket, parties: Parties, ids: int) -> npt.NDArray[np.float64]:
    """Every complex order trades whole packages within its limit; return how many each did, shape (id,)."""
    at = parties.is_complex
    trade, side, legs = parties.trade[at], parties.side[at], len(market.symbols)
    _, first, group = np.unique(trade["package"] * ids + parties.order_id[at], True, True)
    order, packages = parties.order[at][first], trade["packages"][first]
    paid = np.bincount(group, side * trade["quantity"] * trade["price_ticks"], len(first))
    worst = order["side"].astype(np.int64) * order["price_ticks"] * packages
    assert (paid <= worst)[order["kind"] != MessageKind.MARKET].all()
    bought = np.bincount(group * legs + trade["leg"], side * trade["quantity"], len(first) * legs)
    weights = np.zeros((len(market.instruments), legs))
    for number, instrument in enumerate(market.instruments):
        weights[number, [market.symbols.index(symbol) for symbol in instrument.symbols]] = instrument.weights
    assert (order["book"] - legs == trade["instrument"][first]).all()
    signed = order["side"] * packages
    assert (bought.reshape(-1, legs) == weights[order["book"] - legs] * signed[:, None]).all()
    own = parties.order_id[at][first] == trade["message"][first] + 1
    with_legs = ~np.roll(parties.is_complex, len(parties.is_complex) // 2)[at][first]
    check_turns(trade["message"][first][own], (2 * paid / packages + with_legs)[own])
    return np.bincount(parties.order_id[at][first], packages, ids)


def check_quantities(
    market: ComplexMarket, messages: RecordArray, outcomes: RecordArray, filled: npt.NDArray[np.float64]
) -> None:
    """Every order's quantity is what it traded, what rests, what was taken out and what expired."""
    living = Counter[int]()
    names = [*market.symbols, *(package.name for package in market.instruments)]
    for name in names:
        book = market.leg_book(name) if name in market.symbols else market.complex_book(name)
        pool = book.arrays.orders
        living.update(dict(pool[["order_id", "quantity"]][pool["quantity"] > 0].tolist()))
    is_cancel = messages["kind"] == MessageKind.CANCEL
    out = np.bincount(messages["order_id"][is_cancel], outcomes["leaves"][is_cancel], len(filled))
    rest = np.array([living[order_id] for order_id in range(len(filled))])
    expired = np.append(0, np.where(messages["kind"] == MessageKind.LIMIT, 0, outcomes["leaves"]))
    accounted = (filled + out + rest + expired)[1:]
    assert (accounted == messages["quantity"])[~is_cancel].all()


@njit(cache=True)
def _run(venues, messages, outcomes, trades, begin, count):  # type: ignore[no-untyped-def]
    """As the kernel's process, with the first broken rule, which the message before `done` has broken."""
    for i in range(begin, len(messages)):
        done, after, refusal = process(venues, messages[: i + 1], outcomes, trades, i, count)
        if refusal != 0:
            return done, after, refusal, 0
        broken = _broken(venues[0], messages, trades, i, count, after)
        count = after
        if broken != 0:
            return i, count, 0, broken
    return len(messages), count, 0, 0


@njit(cache=True)
def _broken(venue, messages, trades, index, begin, end):  # type: ignore[no-untyped-def]
    for number in range(venue["book_count"]):
        if _nth(venue, number, 1, 0) >= _nth(venue, number, -1, 0):
            return BOOK_CROSSED
    for instrument in range(packages_in(venue)):
        for side in (1, -1):
            limit = _nth(venue, venue["leg_books"] + instrument, side, 0)
            if abs(limit) < FAR and side * _cost(venue, instrument, side) <= side * limit:
                return PACKAGE_CROSSED
    for at in range(begin, end):
        for who in (trades[at]["buyer_id"], trades[at]["seller_id"]):
            if who != index + 1 and _passed_by(venue, messages[who - 1]) != 0:
                return OUT_OF_TURN
    return 0


@njit(cache=True)
def _nth(venue, number, side, skip):  # type: ignore[no-untyped-def]
    """Price of a side's contract behind `skip` better ones; as bad as can be where there is none."""
    book = book_at(venue, number)
    used, seen, last = book.state[0]["used_slots"], 0, side * FAR
    while True:
        best, volume = -side * FAR, 0
        for slot in range(1, used):
            order = book.orders[slot]
            price = np.int64(order["price_ticks"])
            if order["quantity"] > 0 and order["side"] == side and side * price < side * last:
                if side * price > side * best:
                    best, volume = price, 0
                if price == best:
                    volume += order["quantity"]
        seen += volume
        if volume == 0 or seen > skip:
            return best
        last = best


@njit(cache=True)
def _cost(venue, instrument, side):  # type: ignore[no-untyped-def]
    """What a taker pays for one package made of legs; as bad as can be where they do not make one."""
    net, package = 0, package_at(venue, instrument)
    for at in range(package["first"], package["end"]):
        leg = leg_at(venue, at)
        for contract in range(leg["ratio"]):
            price = _nth(venue, leg["book"], -side * leg["sign"], contract)
            if abs(price) == FAR:
                return side * FAR
            net += leg["sign"] * price
    return net


@njit(cache=True)
def _passed_by(venue, maker):  # type: ignore[no-untyped-def]
    """Whether an order rests that should have traded before this one that did."""
    book, side = book_at(venue, maker["book"]), maker["side"]
    price, who = np.int64(maker["price_ticks"]), maker["order_id"]
    for slot in range(1, book.state[0]["used_slots"]):
        order = book.orders[slot]
        if order["quantity"] > 0 and order["side"] == side:
            ahead = side * (np.int64(order["price_ticks"]) - price)
            if ahead > 0 or (ahead == 0 and order["order_id"] < who):
                return 1
    return 0
