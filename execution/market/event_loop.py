"""The market's one event loop: news, wake-ups and messages in order of time, over every book, compiled."""

from __future__ import annotations

import numpy as np
from numba import njit

from execution.book.ids import find
from execution.book.layout import BookArrays, EventKind
from execution.market.event_queue import (
    NEVER_NS,
    SOURCE,
    drop_first,
    earliest_ns,
    reschedule_first,
    schedule,
)
from execution.market.exchange import apply_ticket, book_trades, meets_nobody, read_fills
from execution.market.feed import publish, sighting_at
from execution.market.latency import arrival_ns, delay_ns, seen_until_ns
from execution.market.layout import (
    FIRST_PARTICIPANT,
    HANDLE_BITS,
    OWN,
    Action,
    MarketArrays,
    ParticipantKind,
    Record,
    RecordArray,
)
from execution.market.news import NEWS_NS, feel_trade, move_fundamentals, value_instruments
from execution.market.participants import (
    arbitrage,
    informed,
    market_maker,
    mean_reversion,
    meta_order,
    momentum,
    noise,
)
from execution.market.session import enter_segment, update_conditions
from execution.random_stream import exponential

DONE, OWN_FILL, REFUSED, LOG_FULL = 0, 1, 2, 3
_WAKE, _ARRIVAL = 0, 1  # a source is 2 * participant + one of these


@njit(cache=True)
def run_until(
    market: MarketArrays, books: BookArrays, until_ns: int, events: RecordArray, log: RecordArray
) -> tuple[int, int, int, int]:
    """Run everything up to `until_ns`; return a status, the event count, the book's refusal and which book.

    OWN_FILL stops after a message that traded with the owner OWN: its events are in `events`. REFUSED stops
    before a message that the book has no room for, LOG_FULL before one whose events `log` might not hold;
    call again when there is room. A log of length 0 keeps nothing. Steps of any length give the same market.
    """
    clock, queue = market.clock[0], market.queue
    while True:
        next_ns = earliest_ns(queue)
        if clock["news_ns"] <= next_ns and clock["news_ns"] <= until_ns:
            clock["now_ns"] = clock["news_ns"]
            clock["news_ns"] += NEWS_NS
            tell_news(market, books)
        elif next_ns > until_ns:
            clock["now_ns"] = until_ns
            return DONE, 0, 0, 0
        else:
            clock["now_ns"] = next_ns
            source = queue[1, SOURCE]
            if source & 1 == _WAKE:
                wake(market, source >> 1)
            else:
                status, count, refusal, at = deliver(market, books, source >> 1, events, log)
                if status != DONE:
                    return status, count, refusal, at


@njit(cache=True)
def book_at(books: BookArrays, at: int) -> BookArrays:
    """One book of a batch, without a copy."""
    return BookArrays(
        books.state[at],
        books.levels[at],
        books.occupied[at],
        books.orders[at],
        books.reserves[at],
        books.ids[at],
    )


@njit(cache=True)
def tell_news(market: MarketArrays, books: BookArrays) -> None:
    """Move regime, session and fundamentals on, and let every venue publish."""
    clock = market.clock[0]
    jump = enter_segment(clock, market.timeline)
    update_conditions(clock, market.timeline)
    move_fundamentals(market.instruments, market.cholesky, market.news_streams, clock, jump)
    seconds = 1e-9 * (clock["now_ns"] - clock["start_ns"])
    value_instruments(market.instruments, market.tables, market.table_axes, seconds)
    for at in range(len(market.venues)):
        venue = market.venues[at]
        reference = market.instruments[venue["instrument"]]["reference_ticks"]
        publish(book_at(books, at), venue, market.sightings, at, reference, clock["now_ns"])


@njit(cache=True)
def wake(market: MarketArrays, at: int) -> None:
    """Let a participant look, decide and send."""
    clock, me, stream = market.clock[0], market.participants[at], market.streams[at]
    now = clock["now_ns"]
    feed_delay = delay_ns(me["feed_floor_ns"], me["feed_jitter_ns"], me["jitter_sigma"], stream)
    me["seen_ns"] = seen_until_ns(now, feed_delay, me["seen_ns"])
    read_fills(me, market.handles, market.fills, at)
    count = decide(market, me, at, now)
    rate = me["wake_rate"] * clock["activity"]
    if me["kind"] == ParticipantKind.NOISE:
        rate = noise.event_rate(me, clock["activity"])
    reschedule_first(market.queue, now + 1 + np.int64(1e9 * exponential(stream) / rate))
    if count > 0:
        delay = delay_ns(me["order_floor_ns"], me["order_jitter_ns"], me["jitter_sigma"], stream)
        send(market, me, at, count, arrival_ns(now, delay, me["last_arrival_ns"]))


@njit(cache=True)
def decide(market: MarketArrays, me: Record, at: int, now: int) -> int:
    """Write what a participant wants into the market's tickets; return how many."""
    clock, handles, stream = market.clock[0], market.handles, market.streams[at]
    instrument, tickets, kind = market.instruments[me["instrument"]], market.tickets, me["kind"]
    book, sightings = me["book"], market.sightings
    seen = sightings[book, sighting_at(market.venues[book], sightings, book, me["seen_ns"])]
    if kind == ParticipantKind.NOISE:
        return noise.decide(me, handles, stream, seen, clock, tickets)  # type: ignore[no-any-return]
    if kind == ParticipantKind.MARKET_MAKER:
        sigma = instrument["volatility"] * clock["volatility"] * abs(instrument["delta"])
        return market_maker.decide(me, handles, seen, clock, sigma, tickets)  # type: ignore[no-any-return]
    if kind == ParticipantKind.MOMENTUM:
        return momentum.decide(me, seen, now, tickets)  # type: ignore[no-any-return]
    if kind == ParticipantKind.MEAN_REVERSION:
        return mean_reversion.decide(me, handles, seen, now, tickets)  # type: ignore[no-any-return]
    if kind == ParticipantKind.INFORMED:
        drift = clock["drift"] * instrument["daily_volatility"] * instrument["news_exposure"]
        return informed.decide(me, seen, drift * instrument["delta"], tickets)  # type: ignore[no-any-return]
    if kind == ParticipantKind.META_ORDER:
        return meta_order.decide(me, stream, now, tickets)  # type: ignore[no-any-return]
    other = me["other_book"]
    second = sightings[other, sighting_at(market.venues[other], sightings, other, me["seen_ns"])]
    fees = market.venues[book]["taker_fee"] + market.venues[other]["taker_fee"]
    return arbitrage.decide(me, seen, second, fees, tickets)  # type: ignore[no-any-return]


@njit(cache=True)
def send(market: MarketArrays, me: Record, at: int, count: int, arrival: int) -> None:
    """Put the tickets on the participant's link, all to arrive together, and number their orders.

    What the link has no room for is not sent and counted.
    """
    links, clock, idle = market.links, market.clock[0], me["link_first"] == me["link_next"]
    ring = links.shape[1]
    for i in range(count):
        if me["link_next"] - me["link_first"] == ring:
            me["overruns"] += count - i
            break
        ticket, handle = market.tickets[i], market.handles[market.tickets[i]["handle"]]
        if ticket["action"] == Action.CANCEL:
            ticket["order_id"] = handle["sent_id"]
        else:
            ticket["order_id"] = (clock["orders"] << HANDLE_BITS) | ticket["handle"]
            clock["orders"] += 1
            handle["sent_id"] = ticket["order_id"]
        ticket["arrival_ns"] = arrival
        links[at, me["link_next"] & (ring - 1)] = ticket
        me["link_next"] += 1
    me["last_arrival_ns"] = arrival
    if idle:
        schedule(market.queue, arrival, 2 * at + _ARRIVAL)


@njit(cache=True)
def deliver(
    market: MarketArrays, books: BookArrays, at: int, events: RecordArray, log: RecordArray
) -> tuple[int, int, int, int]:
    """Apply what arrives now on a participant's link, message by message."""
    me, links, clock = market.participants[at], market.links, market.clock[0]
    ring = links.shape[1]
    while me["link_first"] < me["link_next"]:
        ticket = links[at, me["link_first"] & (ring - 1)]
        if ticket["arrival_ns"] > clock["now_ns"]:
            reschedule_first(market.queue, ticket["arrival_ns"])
            return DONE, 0, 0, 0
        if len(log) > 0 and clock["logged"] + len(events) > len(log):
            return LOG_FULL, 0, 0, 0
        where = ticket["book"]
        book = book_at(books, where)
        lonely = meets_nobody(book, ticket)
        count = apply_ticket(book, ticket, market.handles, FIRST_PARTICIPANT + at, events)
        if count < 0:
            return REFUSED, 0, count, where
        me["link_first"] += 1
        me["sent"] += 1
        market.venues[where]["found_nobody"] += lonely
        own = settle(market, book, where, FIRST_PARTICIPANT + at, events, count, log)
        if own:
            return OWN_FILL, count, 0, where
    drop_first(market.queue)
    return DONE, 0, 0, 0


@njit(cache=True)
def settle(
    market: MarketArrays,
    book: BookArrays,
    where: int,
    taker: int,
    events: RecordArray,
    count: int,
    log: RecordArray,
) -> bool:
    """Book a message's trades, let the price feel them and the venue publish; return whether OWN was hit."""
    venue, clock = market.venues[where], market.clock[0]
    instrument = market.instruments[venue["instrument"]]
    clock["messages"] += 1
    venue["messages"] += 1
    if count == 0:
        return False
    signed, own = book_trades(
        market.participants,
        market.handles,
        market.fills,
        venue,
        instrument,
        taker,
        events,
        count,
        clock["now_ns"],
    )
    if signed != 0:
        feel_trade(instrument, signed)
    publish(book, venue, market.sightings, where, instrument["reference_ticks"], clock["now_ns"])
    if len(log) > 0:
        write_log(book, clock, where, taker, events, count, log)
    return own


@njit(cache=True)
def write_log(
    book: BookArrays,
    clock: Record,
    where: int,
    taker: int,
    events: RecordArray,
    count: int,
    log: RecordArray,
) -> None:
    """Keep a message's events; what of an order is shown is looked up where it may be an iceberg."""
    for i in range(count):
        row, event = log[clock["logged"]], events[i]
        clock["logged"] += 1
        row["ts_ns"] = clock["now_ns"]
        row["book"] = where
        row["shown"] = event["quantity"]
        if taker == OWN and event["kind"] == EventKind.RESTED:
            _, slot = find(book.ids, book.orders, book.state[0]["id_shift"], event["order_id"])
            row["shown"] = book.orders[slot]["quantity"]
        row["event"] = event
