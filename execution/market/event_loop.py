"""The market's one event loop: news, wake-ups and messages in order of time, over every book, compiled."""

from __future__ import annotations

import numpy as np

from execution.book.compiled import compiled
from execution.book.ids import find
from execution.book.layout import BookArrays, EventKind
from execution.market.compiled import inner
from execution.market.event_queue import (
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
    ParticipantKind,
    Record,
    RecordArray,
)
from execution.market.news import feel_trade, move_fundamentals, value_instruments
from execution.market.participants import (
    arbitrage,
    informed,
    market_maker,
    mean_reversion,
    meta_order,
    momentum,
    noise,
)
from execution.market.regime import NEWS_NS
from execution.market.session import enter_segment, update_conditions
from execution.market.world import (
    book_at,
    clock_of,
    fills_at,
    handles_of,
    instrument_at,
    link_at,
    participant_at,
    queue_of,
    sightings_at,
    stream_at,
    tickets_of,
    timeline_of,
    venue_at,
)
from execution.random_stream import exponential

DONE, OWN_FILL, REFUSED, LOG_FULL = 0, 1, 2, 3
_WAKE, _ARRIVAL = 0, 1  # a source is 2 * participant + one of these


@compiled
def run_until(
    everything: RecordArray, until_ns: int, events: RecordArray, log: RecordArray
) -> tuple[int, int, int, int]:
    """Run everything up to `until_ns`; return a status, the event count, the book's refusal and which book.

    OWN_FILL stops after a message that traded with the owner OWN: its events are in `events`. REFUSED stops
    before a message that the book has no room for, LOG_FULL before one whose events `log` might not hold;
    call again when there is room. A log of length 0 keeps nothing. Steps of any length give the same market.
    """
    world = everything[0]
    clock, queue = clock_of(world), queue_of(world)
    while True:
        next_ns = earliest_ns(queue)
        if clock["news_ns"] <= next_ns and clock["news_ns"] <= until_ns:
            clock["now_ns"] = clock["news_ns"]
            clock["news_ns"] += NEWS_NS
            tell_news(world)
        elif next_ns > until_ns:
            clock["now_ns"] = until_ns
            return DONE, 0, 0, 0
        else:
            clock["now_ns"] = next_ns
            source = queue[1]["source"]
            if source & 1 == _WAKE:
                wake(world, source >> 1)
            else:
                status, count, refusal, at = deliver(world, source >> 1, events, log)
                if status != DONE:
                    return status, count, refusal, at


@inner
def tell_news(world: Record) -> None:
    """Move regime, session and fundamentals on, and let every venue publish."""
    clock, timeline = clock_of(world), timeline_of(world)
    jump = enter_segment(clock, timeline)
    update_conditions(clock, timeline)
    move_fundamentals(world, clock, jump)
    value_instruments(world, 1e-9 * (clock["now_ns"] - clock["start_ns"]))
    for at in range(world["venues_length"]):
        venue = venue_at(world, at)
        reference = instrument_at(world, venue["instrument"])["reference_ticks"]
        publish(book_at(world, at), venue, sightings_at(world, at), reference, clock["now_ns"])


@inner
def wake(world: Record, at: int) -> None:
    """Let a participant look, decide and send."""
    clock, me, stream = clock_of(world), participant_at(world, at), stream_at(world, at)
    now = clock["now_ns"]
    feed_delay = delay_ns(me["feed_floor_ns"], me["feed_jitter_ns"], stream)
    me["seen_ns"] = seen_until_ns(now, feed_delay, me["seen_ns"])
    read_fills(me, handles_of(world), fills_at(world, at))
    count = decide(world, me, at, now)
    rate = me["wake_rate"] * clock["activity"]
    if me["kind"] == ParticipantKind.NOISE:
        rate = noise.event_rate(me, clock["activity"])
    reschedule_first(queue_of(world), now + 1 + np.int64(1e9 * exponential(stream) / rate))
    if count > 0:
        delay = delay_ns(me["order_floor_ns"], me["order_jitter_ns"], stream)
        send(world, me, at, count, arrival_ns(now, delay, me["last_arrival_ns"]))


@inner
def decide(world: Record, me: Record, at: int, now: int) -> int:
    """Write what a participant wants into the market's tickets; return how many."""
    clock, handles, stream = clock_of(world), handles_of(world), stream_at(world, at)
    instrument, tickets, kind = instrument_at(world, me["instrument"]), tickets_of(world), me["kind"]
    venue, seen = venue_at(world, me["book"]), look(world, me["book"], me["seen_ns"])
    if kind == ParticipantKind.NOISE:
        return noise.decide(me, handles, stream, seen, clock, tickets)
    if kind == ParticipantKind.MARKET_MAKER:
        sigma = instrument["volatility"] * clock["volatility"] * abs(instrument["delta"])
        return market_maker.decide(me, handles, seen, clock, sigma, tickets)
    if kind == ParticipantKind.MOMENTUM:
        return momentum.decide(me, seen, now, clock["volatility"], tickets)
    if kind == ParticipantKind.MEAN_REVERSION:
        return mean_reversion.decide(me, handles, seen, now, clock["volatility"], tickets)
    if kind == ParticipantKind.INFORMED:
        drift = clock["drift"] * instrument["daily_volatility"] * instrument["news_exposure"]
        return informed.decide(me, seen, drift * instrument["delta"], tickets)
    if kind == ParticipantKind.META_ORDER:
        return meta_order.decide(me, stream, now, tickets)
    second = look(world, me["other_book"], me["seen_ns"])
    fees = venue["taker_fee"] + venue_at(world, me["other_book"])["taker_fee"]
    return arbitrage.decide(me, seen, second, fees, tickets)


@inner
def look(world: Record, at: int, seen_ns: int) -> Record:
    """What somebody who has seen a book up to an instant knows of it."""
    sightings = sightings_at(world, at)
    return sightings[sighting_at(venue_at(world, at), sightings, seen_ns)]


@inner
def send(world: Record, me: Record, at: int, count: int, arrival: int) -> None:
    """Put the tickets on the participant's link, all to arrive together, and number their orders.

    What the link has no room for is not sent and counted.
    """
    link, clock, idle = link_at(world, at), clock_of(world), me["link_first"] == me["link_next"]
    ring, tickets, handles = len(link), tickets_of(world), handles_of(world)
    for i in range(count):
        if me["link_next"] - me["link_first"] == ring:
            me["overruns"] += count - i
            break
        ticket, handle = tickets[i], handles[tickets[i]["handle"]]
        if ticket["action"] == Action.CANCEL:
            ticket["order_id"] = handle["sent_id"]
        else:
            ticket["order_id"] = (clock["orders"] << HANDLE_BITS) | ticket["handle"]
            clock["orders"] += 1
            handle["sent_id"] = ticket["order_id"]
        # Nobody asks for a price of nothing or less.
        ticket["price_ticks"] = max(ticket["price_ticks"], 1)
        ticket["arrival_ns"] = arrival
        link[me["link_next"] & (ring - 1)] = ticket
        me["link_next"] += 1
    me["last_arrival_ns"] = arrival
    if idle:
        schedule(queue_of(world), arrival, 2 * at + _ARRIVAL)


@inner
def deliver(world: Record, at: int, events: RecordArray, log: RecordArray) -> tuple[int, int, int, int]:
    """Apply what arrives now on a participant's link, message by message."""
    me, link, clock = participant_at(world, at), link_at(world, at), clock_of(world)
    while me["link_first"] < me["link_next"]:
        ticket = link[me["link_first"] & (len(link) - 1)]
        if ticket["arrival_ns"] > clock["now_ns"]:
            reschedule_first(queue_of(world), ticket["arrival_ns"])
            return DONE, 0, 0, 0
        if len(log) > 0 and clock["logged"] + len(events) > len(log):
            return LOG_FULL, 0, 0, 0
        where = ticket["book"]
        book = book_at(world, where)
        lonely = meets_nobody(book, ticket)
        count = apply_ticket(book, ticket, handles_of(world), FIRST_PARTICIPANT + at, events)
        if count < 0:
            return REFUSED, 0, count, where
        me["link_first"] += 1
        me["sent"] += 1
        venue_at(world, where)["found_nobody"] += lonely
        order_id = ticket["order_id"]
        own = settle(world, book, where, FIRST_PARTICIPANT + at, order_id, events, count, log)
        if own:
            return OWN_FILL, count, 0, where
    # An empty ring begins anew, so that it stays within a few lines of the cache.
    me["link_first"] = me["link_next"] = 0
    drop_first(queue_of(world))
    return DONE, 0, 0, 0


@inner
def settle(
    world: Record,
    book: BookArrays,
    where: int,
    taker: int,
    order_id: int,
    events: RecordArray,
    count: int,
    log: RecordArray,
) -> bool:
    """Book a message's trades, let the price feel them and the venue publish; return whether OWN was hit.

    An order of OWN's that rests and is filled is felt as if it had taken: the latent book learns what is
    wanted, however that is worked, or resting would buy a day's volume for nothing.
    """
    venue, clock = venue_at(world, where), clock_of(world)
    instrument = instrument_at(world, venue["instrument"])
    clock["messages"] += 1
    venue["messages"] += 1
    if count == 0:
        return False
    signed, rested, own = book_trades(
        world, venue, instrument, taker, order_id, events, count, clock["now_ns"]
    )
    if signed != 0 and taker >= FIRST_PARTICIPANT:
        surprise = surprise_of(participant_at(world, taker - FIRST_PARTICIPANT), signed)
        feel_trade(instrument, surprise + rested)
    elif signed != 0:
        feel_trade(instrument, signed + rested)
    publish(book, venue, sightings_at(world, where), instrument["reference_ticks"], clock["now_ns"])
    if len(log) > 0:
        write_log(book, clock, where, taker, events, count, log)
    return own


@inner
def surprise_of(taker: Record, signed: int) -> float:
    """The part of a trade that the price must still learn [lots].

    Who only follows the reference, or another venue, tells it nothing that it does not know.
    """
    if taker["kind"] == ParticipantKind.INFORMED or taker["kind"] == ParticipantKind.ARBITRAGE:
        return 0.0
    return float(signed - taker["expected_sign"] * abs(signed))


@inner
def write_log(
    book: BookArrays,
    clock: Record,
    where: int,
    taker: int,
    events: RecordArray,
    count: int,
    log: RecordArray,
) -> None:
    """Keep a message's events, and what is shown of each one's order after the message.

    Participants' orders rest whole and are cancelled whole; the agent's are looked up.
    """
    for i in range(count):
        row, event = log[clock["logged"]], events[i]
        clock["logged"] += 1
        row["ts_ns"] = clock["now_ns"]
        row["book"] = where
        row["shown"] = 0 if event["kind"] == EventKind.CANCELLED else event["quantity"]
        if taker == OWN:
            _, slot = find(book.ids, book.orders, book.state[0]["id_shift"], event["order_id"])
            row["shown"] = book.orders[slot]["quantity"]
        row["event"] = event


@compiled
def enter_settled(everything: RecordArray, where: int, events: RecordArray, log: RecordArray) -> None:
    """Settle the events of a message that the owner OWN has entered into a book by its Python face."""
    order_id = events[0]["order_id"] if len(events) > 0 else 0
    settle(everything[0], book_at(everything[0], where), where, OWN, order_id, events, len(events), log)
