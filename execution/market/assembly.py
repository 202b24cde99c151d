"""A scenario put into the arrays that the event loop runs on, every part with random numbers of its own."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from execution.book.layout import BookArrays, RecordArray, empty_book
from execution.market.event_queue import empty_queue, schedule
from execution.market.layout import (
    CLOCK,
    FILL_REPORT,
    FILLS,
    HANDLE,
    INSTRUMENT,
    PARTICIPANT,
    SEGMENT,
    SIGHTING,
    TICKET,
    VENUE,
    MarketArrays,
    ParticipantKind,
)
from execution.market.participant_terms import VOLUME_SHARE, ParticipantTerms
from execution.market.regime import (
    SECONDS_PER_DAY,
    TRADING_DAYS_PER_YEAR,
    MarketConditions,
    Regime,
    parameters_of,
    reference_parameters,
)
from execution.market.scenario import InstrumentTerms, MarketScenario
from execution.market.stated_volume import idle_seconds, market_rate, mean_pareto
from execution.random_stream import Stream, exponential, new_stream

FloatArray = npt.NDArray[np.float64]

SIGHTINGS = 256  # kept of each book: more than one feed delay of quote changes
LINK = 256  # messages that may be under way from one participant
_STILL = 1e-9  # ticks a day, of an instrument that news do not move
_LEVELS, _ORDERS = 1024, 2048
_VARIED = ("wake_rate", "limit_rate", "market_rate", "quantity", "risk_aversion", "half_spread_ticks")


class Member(NamedTuple):
    """One participant of a group; its name gives it its random numbers."""

    terms: ParticipantTerms
    number: int

    @property
    def name(self) -> str:
        """The group's name and the member's number."""
        return f"{self.terms.name} {self.number}"


def members_of(scenario: MarketScenario) -> list[Member]:
    """Every participant, in the order of the arrays' rows."""
    return [Member(terms, number) for terms in scenario.participants for number in range(terms.count)]


def named_stream(seed: np.random.SeedSequence, name: str) -> Stream:
    """The random numbers of one part of a market: they depend on the seed and its name alone."""
    words = np.frombuffer(hashlib.blake2b(name.encode(), digest_size=16).digest(), np.uint32)
    key = (*seed.spawn_key, *words.tolist())
    return new_stream(np.random.SeedSequence(seed.entropy, spawn_key=key))


def empty_books(scenario: MarketScenario) -> BookArrays:
    """An empty book for each venue around its instrument's price, along a leading axis."""
    price = dict(zip((one.symbol for one in scenario.instruments), _start_ticks(scenario), strict=True))
    centres = [round(price[venue.symbol]) for venue in scenario.venues]
    return stacked(
        [empty_book(origin_ticks=c - _LEVELS // 2, levels=_LEVELS, orders=_ORDERS) for c in centres]
    )


def stacked(books: Sequence[BookArrays]) -> BookArrays:
    """Books of equal shape as one batch."""
    return BookArrays(*(np.stack(arrays) for arrays in zip(*books, strict=True)))


def market_arrays(scenario: MarketScenario, start_ns: int, seed: np.random.SeedSequence) -> MarketArrays:
    """Everything of the market but its books, before anything has happened, the timeline from start_ns on."""
    members = members_of(scenario)
    instruments = _instruments(scenario)
    tables, axes = _tables(scenario)
    participants, handles = _participants(scenario, members)
    levels = max((int(m.terms.numbers.get("levels", 1)) for m in members), default=1)
    return MarketArrays(
        clock=_clock(scenario, start_ns),
        timeline=_timeline(scenario, start_ns),
        instruments=instruments,
        cholesky=_cholesky(scenario.correlation_matrix()),
        news_streams=_streams(seed, [f"news of {one.symbol}" for one in scenario.instruments]),
        tables=tables,
        table_axes=axes,
        venues=_venues(scenario, instruments),
        sightings=np.zeros((len(scenario.venues), SIGHTINGS), SIGHTING),
        participants=participants,
        streams=_streams(seed, [member.name for member in members]),
        handles=handles,
        links=np.zeros((len(members), LINK), TICKET),
        fills=np.zeros((len(members), FILLS), FILL_REPORT),
        tickets=np.zeros(4 * levels + 4, TICKET),
        queue=empty_queue(2 * len(members)),
    )


def schedule_everybody(market: MarketArrays, from_ns: int) -> None:
    """Let everybody wake for a first time, and the news begin."""
    market.clock["now_ns"] = from_ns
    market.clock["news_ns"] = from_ns
    for name in ("seen_ns", "last_arrival_ns", "idle_until_ns"):
        market.participants[name] = from_ns
    for at, me in enumerate(market.participants):
        rate = me["wake_rate"]
        if me["kind"] == ParticipantKind.NOISE:
            rate = me["limit_rate"] + me["market_rate"]
        first = from_ns + 1 + int(1e9 * exponential(market.streams[at]) / rate)
        schedule(market.queue, first, 2 * at)


def _streams(seed: np.random.SeedSequence, names: Sequence[str]) -> npt.NDArray[np.uint64]:
    return np.array([named_stream(seed, name) for name in names], np.uint64).reshape(-1, 4)


def _clock(scenario: MarketScenario, start_ns: int) -> RecordArray:
    clock, session = np.zeros(1, CLOCK), scenario.session
    clock["start_ns"] = clock["open_ns"] = start_ns
    clock["segment"] = -1
    clock["orders"] = 1
    clock["session_seconds"] = 3600.0 * session.hours
    for name in ("activity_u", "volatility_u", "spread_u"):
        clock[name] = getattr(session, name)
    for name in ("activity", "volatility", "spread", "bid_depth", "ask_depth"):
        clock[name] = 1.0
    return clock


def _timeline(scenario: MarketScenario, start_ns: int) -> RecordArray:
    timeline = np.zeros(len(scenario.timeline), SEGMENT)
    begin_ns = start_ns
    for row, stretch in zip(timeline, scenario.timeline, strict=True):
        row["start_ns"] = begin_ns
        begin_ns += round(60e9 * stretch.minutes)
        for name in ("activity", "volatility", "spread", "bid_depth", "ask_depth", "jump"):
            row[name] = getattr(stretch.regime, name)
        row["drift"] = stretch.regime.drift / 3600.0
    return timeline


def _start_ticks(scenario: MarketScenario) -> list[float]:
    """Every instrument's reference price at the start [ticks]."""
    price = {one.symbol: one.price for one in scenario.instruments if not one.driver}
    return [_start_value(one, price) / one.tick_size for one in scenario.instruments]


def _start_value(terms: InstrumentTerms, price: Mapping[str, float]) -> float:
    if terms.fair_value is None:
        return terms.price
    return float(np.interp(price[terms.driver], terms.fair_value.prices, terms.fair_value.values[0]))


def _instruments(scenario: MarketScenario) -> RecordArray:
    instruments = np.zeros(len(scenario.instruments), INSTRUMENT)
    symbols = [one.symbol for one in scenario.instruments]
    tables = [one.symbol for one in scenario.instruments if one.driver]
    for row, terms, start in zip(instruments, scenario.instruments, _start_ticks(scenario), strict=True):
        row["fundamental_ticks"] = row["reference_ticks"] = start
        row["driver"] = symbols.index(terms.driver) if terms.driver else -1
        row["table"] = tables.index(terms.symbol) if terms.driver else 0
        row["delta"] = 1.0
        row["news_exposure"] = terms.news_exposure
        daily = terms.volatility * start / math.sqrt(TRADING_DAYS_PER_YEAR)
        if terms.driver:
            driver = instruments[row["driver"]]
            daily = driver["daily_volatility"]
            row["news_exposure"] = driver["news_exposure"]
        row["daily_volatility"] = daily
        row["volatility"] = daily / math.sqrt(SECONDS_PER_DAY)
        _set_impact(row, terms)
    return instruments


def _set_impact(row: np.void, terms: InstrumentTerms) -> None:
    """The constants of the reference's law, in units of the instrument's own daily volatility."""
    daily_ticks = max(float(row["daily_volatility"]), _STILL)
    conditions = MarketConditions(
        mid_price=1.0,
        tick_size=1.0,
        volatility=daily_ticks * math.sqrt(TRADING_DAYS_PER_YEAR),
        half_spread_ticks=0.5,
        average_daily_volume=terms.average_daily_volume,
    )
    parameters = reference_parameters(conditions, parameters_of(Regime.CALM))
    for name, value in parameters._asdict().items():
        row[name] = value
    row["impact_ticks"] *= terms.impact
    row["permanent"] *= 0.0 if terms.driver else terms.impact


def _cholesky(correlation: FloatArray) -> FloatArray:
    """Lower triangular factor of a positive semidefinite matrix; columns of zeros where it is singular."""
    size = len(correlation)
    factor = np.zeros((size, size))
    for j in range(size):
        rest = correlation[j, j] - factor[j, :j] @ factor[j, :j]
        if rest > 1e-12:
            factor[j, j] = math.sqrt(rest)
            factor[j + 1 :, j] = (correlation[j + 1 :, j] - factor[j + 1 :, :j] @ factor[j, :j]) / factor[
                j, j
            ]
    return factor


def _tables(scenario: MarketScenario) -> tuple[FloatArray, FloatArray]:
    """Fair values in ticks of their instrument over their driver's ticks, padded to one shape."""
    tick = {one.symbol: one.tick_size for one in scenario.instruments}
    derived = [one for one in scenario.instruments if one.fair_value is not None]
    times = max((len(one.fair_value.seconds) for one in derived if one.fair_value), default=2)
    prices = max((len(one.fair_value.prices) for one in derived if one.fair_value), default=2)
    tables, axes = np.zeros((max(1, len(derived)), times, prices)), np.ones((max(1, len(derived)), 4))
    for at, one in enumerate(derived):
        if (fair := one.fair_value) is None:
            continue
        values = np.array(fair.values) / one.tick_size
        tables[at] = _extended(values, times, prices)
        step = tick[one.driver]
        axes[at] = (
            fair.seconds[0],
            fair.seconds[1] - fair.seconds[0],
            fair.prices[0] / step,
            (fair.prices[1] - fair.prices[0]) / step,
        )
    return tables, axes


def _extended(values: FloatArray, times: int, prices: int) -> FloatArray:
    """A table of at least this size: flat beyond its times, along its last slope beyond its prices."""
    more = np.arange(1, prices - values.shape[1] + 1)
    slope = values[:, -1:] - values[:, -2:-1]
    wide = np.hstack([values, values[:, -1:] + slope * more])
    return np.vstack([wide, np.repeat(wide[-1:], times - len(wide), axis=0)])


def _venues(scenario: MarketScenario, instruments: RecordArray) -> RecordArray:
    venues = np.zeros(len(scenario.venues), VENUE)
    symbols = [one.symbol for one in scenario.instruments]
    for row, terms in zip(venues, scenario.venues, strict=True):
        at = symbols.index(terms.symbol)
        tick = scenario.instruments[at].tick_size
        row["instrument"] = at
        row["maker_fee"], row["taker_fee"] = terms.maker_fee / tick, terms.taker_fee / tick
        row["last_bid"] = math.floor(instruments[at]["reference_ticks"] - 0.5)
        row["last_ask"] = row["last_bid"] + 1
        row["empty_since_ns"] = -1
    return venues


def _participants(scenario: MarketScenario, members: Sequence[Member]) -> tuple[RecordArray, RecordArray]:
    participants = np.zeros(len(members), PARTICIPANT)
    venue_names = [venue.name for venue in scenario.venues]
    symbols = [one.symbol for one in scenario.instruments]
    handles = 1
    for row, member in zip(participants, members, strict=True):
        terms = member.terms
        row["kind"] = terms.kind
        row["book"] = venue_names.index(terms.venue)
        row["other_book"] = venue_names.index(terms.other_venue or terms.venue)
        row["instrument"] = symbols.index(scenario.venues[row["book"]].symbol)
        row["first_handle"] = handles
        row["handles"] = terms.orders
        handles += int(row["handles"])
        _state_numbers(row, member)
        if VOLUME_SHARE in terms.numbers:
            volume = scenario.instruments[row["instrument"]].average_daily_volume
            _state_share(row, terms, volume / (3600.0 * scenario.session.hours))
    rows = np.zeros(handles, HANDLE)
    rows["member"] = np.arange(handles)
    for row in participants:
        own = slice(int(row["first_handle"]), int(row["first_handle"] + row["handles"]))
        rows["place"][own] = np.arange(row["handles"])
    return participants, rows


def _state_numbers(row: np.void, member: Member) -> None:
    """Copy the terms' numbers into the fields of the same names."""
    terms, factor = member.terms, member.terms.factor(member.number)
    for name, value in terms.numbers.items():
        field = "inventory_limit" if name == "largest_quantity" else name
        if field in (PARTICIPANT.names or ()):
            row[field] = value * factor if name in _VARIED else value
    # One who keeps a single average has both: none may divide by a time of 0.
    row["fast_seconds"] = row["fast_seconds"] or row["slow_seconds"] or 1.0
    row["slow_seconds"] = row["slow_seconds"] or 1.0
    latency = terms.latency
    row["feed_floor_ns"], row["order_floor_ns"] = 1e3 * latency.feed_us, 1e3 * latency.order_us
    row["feed_jitter_ns"] = 1e3 * latency.feed_jitter_us
    row["order_jitter_ns"] = 1e3 * latency.order_jitter_us


def _state_share(row: np.void, terms: ParticipantTerms, lots_per_second: float) -> None:
    """Let a member act as often as its part of the group's share of the volume asks for."""
    own = terms.numbers[VOLUME_SHARE] * lots_per_second / terms.count
    quantity = float(row["quantity"])
    if terms.kind is ParticipantKind.NOISE:
        row["market_rate"] = market_rate(own, quantity)
        return
    order = mean_pareto(quantity, float(row["size_exponent"]), float(row["inventory_limit"]))
    row["idle_seconds"] = idle_seconds(own, order, quantity * float(row["wake_rate"]))
