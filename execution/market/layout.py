"""The arrays that a market of participants lives in: one row each of participants, instruments and venues."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.layout import EVENT, Record, RecordArray
from execution.market.reference import REFERENCE_FIELDS

__all__ = ["Record", "RecordArray"]

BACKGROUND, OWN, FIRST_PARTICIPANT = 0, 1, 2  # owners of orders; participant p owns as FIRST_PARTICIPANT + p
HANDLE_BITS = 20  # the low bits of an order's id name its handle; what is above counts the orders of all
HANDLE_MASK = 2**HANDLE_BITS - 1
NO_HANDLE = 0  # row 0 of the handles is nobody's
FILLS = 64  # reports of fills that may be under way to one participant


class ParticipantKind(IntEnum):
    """How a participant decides; one module of execution.market.participants each."""

    NOISE = 0
    MARKET_MAKER = 1
    MOMENTUM = 2
    MEAN_REVERSION = 3
    INFORMED = 4
    META_ORDER = 5
    ARBITRAGE = 6


class Action(IntEnum):
    """What a message of a participant asks for.

    SLIDE: a limit order that never takes; where it would, it rests one tick away from the opposite best.
    TAKE: a limit order whose rest expires. CANCEL: of the order behind the message's handle.
    """

    LIMIT = 0
    SLIDE = 1
    TAKE = 2
    MARKET = 3
    CANCEL = 4


TICKET = np.dtype(
    # A message of a participant: decided, then under way until arrival_ns.
    [
        ("arrival_ns", "i8"),
        ("action", "i4"),
        ("side", "i4"),
        ("quantity", "i4"),
        ("price_ticks", "i4"),
        ("handle", "i4"),  # row of HANDLE, or NO_HANDLE where nothing will rest
        ("book", "i4"),
        ("order_id", "i8"),
    ]
)
HANDLE = np.dtype(
    # An order that a participant may have in a book: what it believes of it, and where it really rests.
    [
        ("sent_id", "i8"),  # of the order sent last
        ("side", "i4"),
        ("price_ticks", "i4"),
        ("believed", "i4"),  # lots that the participant believes to rest or to be under way
        ("place", "i4"),  # noise: where in the participant's list of handles this one stands
        ("member", "i4"),  # noise: the handle that stands at this place of the list
        ("slot", "i4"),  # where the order arrived last rested
        ("rested_id", "i8"),  # and its id: it rests no longer when the slot holds another
    ]
)
FILL_REPORT = np.dtype([("ts_ns", "i8"), ("quantity", "i4"), ("price_ticks", "i4"), ("order_id", "i8")])
SIGHTING = np.dtype(
    # What a venue publishes whenever its best quotes, or the instrument's news, change.
    [
        ("ts_ns", "i8"),
        ("bid_ticks", "i4"),
        ("ask_ticks", "i4"),
        ("bid_quantity", "i4"),
        ("ask_quantity", "i4"),
        ("reference_ticks", "f8"),
    ]
)
PARTICIPANT = np.dtype(
    [
        ("kind", "i8"),
        ("instrument", "i8"),
        ("book", "i8"),  # the venue it trades at
        ("other_book", "i8"),  # an arbitrageur's second venue
        ("first_handle", "i8"),
        ("handles", "i8"),
        ("live_handles", "i8"),  # noise: how many of its handles it believes alive, which are its first ones
        ("wake_rate", "f8"),  # 1/s when activity is 1
        ("feed_floor_ns", "i8"),
        ("feed_jitter_ns", "i8"),
        ("order_floor_ns", "i8"),
        ("order_jitter_ns", "i8"),
        ("seen_ns", "i8"),  # it has seen everything up to here
        ("last_arrival_ns", "i8"),  # of what it sent
        ("link_first", "i8"),  # messages under way: those from link_first up to link_next, modulo the ring
        ("link_next", "i8"),
        ("fills_first", "i8"),
        ("fills_next", "i8"),
        ("position", "i8"),  # lots, as the exchange knows it
        ("inventory", "i8"),  # lots, as the participant has seen it
        ("cash", "f8"),  # ticks * lots received less paid, fees included
        ("traded", "i8"),  # lots, bought and sold
        ("sent", "i8"),  # messages
        ("overruns", "i8"),  # messages not sent, or fills seen too early, because a ring was full
        ("quantity", "f8"),  # lots: mean or fixed size of an order
        ("inventory_limit", "i8"),  # lots
        ("threshold_ticks", "f8"),
        ("limit_rate", "f8"),  # noise: 1/s
        ("market_rate", "f8"),  # noise: 1/s
        ("cancel_rate", "f8"),  # noise: of each of its orders, 1/s
        ("placement_ticks", "f8"),  # noise: scale of the distance from the opposite best
        ("placement_exponent", "f8"),  # noise: of the power law of that distance
        ("reserve_ticks", "f8"),  # noise: how far beyond the reference it offers at most
        ("expected_sign", "f8"),  # noise: of its last order, as everybody could expect it
        ("value_sensitivity", "f8"),  # noise: how much likelier a buy is for each tick of cheapness
        ("levels", "i8"),  # maker: prices quoted on each side
        ("level_gap_ticks", "i8"),
        ("risk_aversion", "f8"),  # maker: 1 / (tick * lot)
        ("arrival_decay", "f8"),  # maker: 1/tick, k of Avellaneda and Stoikov
        ("horizon_seconds", "f8"),
        ("half_spread_ticks", "f8"),  # maker: the least it asks for
        ("reference_weight", "f8"),  # how far it trusts the news against the mid it sees
        ("fast_seconds", "f8"),
        ("slow_seconds", "f8"),
        ("fast_mean", "f8"),
        ("slow_mean", "f8"),
        ("last_wake_ns", "i8"),
        ("wakes", "i8"),  # that moved the means
        ("foresight_seconds", "f8"),  # informed
        ("size_exponent", "f8"),  # meta-orders: tail of their sizes
        ("idle_seconds", "f8"),  # meta-orders: mean time between two
        ("remaining", "f8"),  # meta-orders: signed lots still to do
        ("idle_until_ns", "i8"),
    ]
)
INSTRUMENT = np.dtype(
    [
        ("news_ticks", "f8"),  # how far news alone have moved it since the start
        ("drift_ticks", "f8"),  # of it, what the regimes' drift has
        *REFERENCE_FIELDS,
        ("reference_ticks", "f8"),  # fundamental + transient
        ("volatility", "f8"),  # ticks per sqrt(s) in the base regime
        ("daily_volatility", "f8"),  # ticks
        ("news_exposure", "f8"),  # times a regime's drift and jump
        ("driver", "i8"),  # instrument that a derived one is valued on; -1 for a primary one
        ("table", "i8"),  # of its fair values
        ("shock", "f8"),  # its own standard normal number of the last news
        ("delta", "f8"),  # ticks per tick of the driver, at the last news
        ("traded", "i8"),  # lots, each trade once
    ]
)
VENUE = np.dtype(
    # One book: an instrument at an exchange.
    [
        ("instrument", "i8"),
        ("maker_fee", "f8"),  # ticks per lot; negative is a rebate
        ("taker_fee", "f8"),
        ("next_sighting", "i8"),  # sightings published so far
        ("last_bid", "i8"),
        ("last_ask", "i8"),
        ("traded", "i8"),
        ("signed", "i8"),  # lots that a buyer began less those that a seller began
        ("messages", "i8"),
        ("found_nobody", "i8"),  # marketable messages that met an empty side
        ("expired", "i8"),  # lots of market orders that found nobody
        ("empty_ns", "i8"),  # how long a side was empty
        ("empty_since_ns", "i8"),  # -1 while both sides quote
        ("next_flow_ns", "i8"),  # of the background flow
        ("flow_pending", "i8"),
    ]
)
CLOCK = np.dtype(
    # The market's own state and the conditions that hold now; multipliers are relative to the base regime.
    [
        ("now_ns", "i8"),
        ("start_ns", "i8"),
        ("news_ns", "i8"),  # when news come next
        ("orders", "i8"),  # numbered so far
        ("segment", "i8"),
        ("open_ns", "i8"),  # of the trading session
        ("session_seconds", "f8"),
        ("activity_u", "f8"),  # depth of the U over the session, 0 is flat
        ("volatility_u", "f8"),
        ("spread_u", "f8"),
        ("activity", "f8"),
        ("volatility", "f8"),
        ("spread", "f8"),
        ("bid_depth", "f8"),
        ("ask_depth", "f8"),
        ("drift", "f8"),  # daily volatilities a second
        ("messages", "i8"),
        ("logged", "i8"),  # rows of the log in use
    ]
)
SEGMENT = np.dtype(
    # A stretch of the timeline and its regime.
    [
        ("start_ns", "i8"),
        ("activity", "f8"),
        ("volatility", "f8"),
        ("spread", "f8"),
        ("bid_depth", "f8"),
        ("ask_depth", "f8"),
        ("drift", "f8"),
        ("jump", "f8"),  # daily volatilities, at its start
    ]
)
LOGGED = np.dtype([("ts_ns", "i8"), ("book", "i8"), ("shown", "i8"), ("event", EVENT)])


class MarketArrays(NamedTuple):
    """Everything of a market but its books; the leading axis is named in each comment."""

    clock: RecordArray  # (1,) CLOCK
    timeline: RecordArray  # (segment,) SEGMENT
    instruments: RecordArray  # (instrument,) INSTRUMENT
    cholesky: npt.NDArray[np.float64]  # (instrument, instrument), lower triangular
    news_streams: npt.NDArray[np.uint64]  # (instrument, 4)
    tables: npt.NDArray[np.float64]  # (table, time, price) fair values [ticks]
    table_axes: npt.NDArray[np.float64]  # (table, 4): first and step of time [s] and of price [ticks]
    venues: RecordArray  # (book,) VENUE
    sightings: RecordArray  # (book, ring) SIGHTING
    participants: RecordArray  # (participant,) PARTICIPANT
    streams: npt.NDArray[np.uint64]  # (participant, 4)
    handles: RecordArray  # (handle,) HANDLE
    links: RecordArray  # (participant, ring) TICKET
    fills: RecordArray  # (participant, FILLS) FILL_REPORT
    tickets: RecordArray  # (most,) TICKET, what one participant decides at one wake-up
    queue: RecordArray  # (1 + 2 * participant,) of execution.market.event_queue.ENTRY
