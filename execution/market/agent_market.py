"""A market of participants: several books, instruments and venues in one compiled event loop."""

from __future__ import annotations

from copy import copy
from typing import NamedTuple, final

import numpy as np

from execution.book.book import OrderBook
from execution.book.core import Refusal
from execution.book.growth import with_ladder, with_room
from execution.book.layout import EVENT, NIL, BookArrays, EventKind, RecordArray
from execution.market.assembly import empty_books, market_arrays, schedule_everybody, stacked
from execution.market.event_loop import DONE, LOG_FULL, OWN_FILL, enter_settled, run_until
from execution.market.layout import HANDLE_BITS, LOGGED, MarketArrays
from execution.market.scenario import MarketScenario
from execution.market.world import world_of

_LOG_ROWS = 2**16
_LIFETIMES = 5.0  # of a noise order that a market runs before it starts
_COUNTED = ("traded", "signed", "sent", "overruns", "messages", "found_nobody", "expired", "empty_ns")
_LEAST_SECONDS, _MOST_SECONDS = 30.0, 600.0


class Stop(NamedTuple):
    """Where the loop stopped at a trade with the owner OWN: its events, their time, and which book."""

    events: RecordArray
    ts_ns: int
    book: int


@final
class AgentMarket:
    """Books, participants and news of a scenario, run together from `start_ns` on.

    Before the start everybody trades for some minutes in which no news come, so that the books are full and
    the quotes around the stated prices. One seed gives one market, event for event, in steps of any length.
    """

    def __init__(
        self,
        scenario: MarketScenario,
        start_ns: int,
        seed: np.random.SeedSequence,
        *,
        logged: bool = False,
    ) -> None:
        self.scenario = scenario
        self.arrays = market_arrays(scenario, start_ns, seed)
        self.faces = [OrderBook() for _ in scenario.venues]
        self._take_books(empty_books(scenario))
        self._events = np.zeros(1024, EVENT)
        self._log = np.zeros(0, LOGGED)
        self._kept: list[RecordArray] = []
        self._burn_in(start_ns, round(1e9 * burn_in_seconds(scenario)))
        if logged:
            self._open_log()

    @property
    def now_ns(self) -> int:
        """The time reached."""
        return int(self.arrays.clock["now_ns"][0])

    def book_number(self, venue: str) -> int:
        """Which book belongs to a venue's name. KeyError when there is no such venue."""
        names = [terms.name for terms in self.scenario.venues]
        if venue not in names:
            raise KeyError(f"there is no venue '{venue}'; expected one of {', '.join(names)}")
        return names.index(venue)

    def run(self, until_ns: int) -> Stop | None:
        """Run up to `until_ns`, or to the next trade with the owner OWN, which is returned.

        ValueError when that is in the past, BookCapacityError when prices travel further than a book reaches.
        """
        if until_ns < self.now_ns:
            raise ValueError(f"until_ns is {until_ns}, expected at least the time reached, {self.now_ns}")
        self._follow_faces()
        while True:
            status, count, refusal, at = run_until(self.world, until_ns, self._events, self._log)
            if status == DONE:
                return None
            if status == OWN_FILL:
                return Stop(self._events[:count].copy(), self.now_ns, at)
            if status == LOG_FULL:
                self._empty_log()
            else:
                self.make_room(refusal, at)

    def twin(self) -> AgentMarket:
        """The same market once more, random numbers to come included; from here on each goes its own way.

        It keeps no log.
        """
        twin = copy(self)
        twin.part()
        return twin

    def part(self) -> None:
        """Share nothing any more with the market that this is a shallow copy of."""
        self.arrays = MarketArrays._make(array.copy() for array in self.arrays)
        self.faces = [OrderBook() for _ in self.faces]
        self._take_books(BookArrays._make(array.copy() for array in self.books))
        self._events, self._log, self._kept = self._events.copy(), np.zeros(0, LOGGED), []

    def next_order_id(self) -> int:
        """An id that no other order of the market has."""
        clock = self.arrays.clock
        clock["orders"] += 1
        return int(clock["orders"][0] - 1) << HANDLE_BITS

    def settle_own(self, at: int, events: RecordArray) -> None:
        """Book the events of a message that the owner OWN has entered through `faces[at]`."""
        self._follow_faces()
        if len(self._log) and int(self.arrays.clock["logged"][0]) + len(events) > len(self._log):
            self._empty_log(at_least=len(events))
        enter_settled(self.world, at, events, self._log)

    def logged_events(self) -> RecordArray:
        """Every event since the start, shape (event,) of LOGGED; ValueError unless the market keeps a log."""
        if not len(self._log):
            raise ValueError("this market keeps no log: make it with logged=True")
        self._empty_log()
        self._kept = [_without_padding(np.concatenate(self._kept))]
        return self._kept[0]

    def _burn_in(self, start_ns: int, length_ns: int) -> None:
        """Trade without news and without impact, then forget who traded how much."""
        still = ("volatility", "permanent", "impact_ticks")
        instruments = self.arrays.instruments
        kept = {name: instruments[name].copy() for name in still}
        for name in still:
            instruments[name] = 0.0
        schedule_everybody(self.arrays, start_ns - length_ns)
        self.run(start_ns - 1)
        for name in still:
            instruments[name] = kept[name]
        for name in ("excess_volume", "transient_ticks", "news_ticks", "drift_ticks"):
            instruments[name] = 0.0
        for array in (self.arrays.participants, self.arrays.venues, instruments):
            for name in _COUNTED:
                if name in (array.dtype.names or ()):
                    array[name] = 0
        self.arrays.clock["messages"] = 0
        self.arrays.clock["now_ns"] = start_ns
        people = self.arrays.participants
        # Everybody starts with what he has, and with nothing won or lost on it.
        people["cash"] = -people["position"] * instruments["reference_ticks"][people["instrument"]]

    def _open_log(self) -> None:
        """Start the log with what rests now, as if it had been entered at the start."""
        self._log = np.zeros(_LOG_ROWS, LOGGED)
        for at, face in enumerate(self.faces):
            self._kept.append(_resting(face.arrays, at, self.now_ns))

    def _empty_log(self, at_least: int = 0) -> None:
        """Put away what the log holds; it has room for twice as many events as a message may cause."""
        clock = self.arrays.clock
        self._kept.append(self._log[: int(clock["logged"][0])].copy())
        clock["logged"] = 0
        needed = 2 * max(len(self._events), at_least)
        if len(self._log) < needed:
            self._log = np.zeros(needed, LOGGED)

    @property
    def event_room(self) -> int:
        """Events of one message that there is room for."""
        return len(self._events)

    def make_room(self, refusal: int, at: int, price_ticks: int | None = None) -> None:
        """Grow what refused a message, by default the participant's whose turn it is.

        price_ticks: of the message. BookCapacityError when a book has its largest size.
        """
        if refusal == Refusal.EVENT_ROOM:
            self._events = np.zeros(2 * len(self._events), EVENT)
            return
        self.faces[at].make_room(refusal, self._refused_price(at) if price_ticks is None else price_ticks)
        self._restack()

    def _refused_price(self, at: int) -> int:
        """Price of the ticket that a book had no room for: it heads the link whose turn it is."""
        sender = int(self.arrays.queue["source"][1]) >> 1
        links = self.arrays.links
        first = int(self.arrays.participants["link_first"][sender])
        return int(links[sender, first % links.shape[1]]["price_ticks"])

    def _follow_faces(self) -> None:
        """Take the books as their Python faces have them, which put others in place when they grow."""
        if any(face.arrays is not view for face, view in zip(self.faces, self._views, strict=True)):
            self._restack()

    def _restack(self) -> None:
        """Give every book the largest ladder and pool of any, and put them into one batch again."""
        books = [face.arrays for face in self.faces]
        span = max(int(book.state["span"][0]) for book in books)
        orders = max(len(book.orders) for book in books) - 1
        self._take_books(stacked([_enlarged(book, span, orders) for book in books]))

    def _take_books(self, books: BookArrays) -> None:
        self.books = books
        self.world = world_of(self.arrays, books)
        self._views = [BookArrays(*(array[at] for array in books)) for at in range(len(self.faces))]
        for face, view in zip(self.faces, self._views, strict=True):
            face.arrays = view


def burn_in_seconds(scenario: MarketScenario) -> float:
    """How long a market runs before its start: five lives of the noise orders that live longest."""
    rates = [
        terms.numbers["cancel_rate"] for terms in scenario.participants if "cancel_rate" in terms.numbers
    ]
    slowest = min((rate for rate in rates if rate > 0.0), default=1.0)
    return min(max(_LIFETIMES / slowest, _LEAST_SECONDS), _MOST_SECONDS)


def _enlarged(book: BookArrays, span: int, orders: int) -> BookArrays:
    missing = span - int(book.state["span"][0])
    if missing:
        origin = int(book.state["origin_ticks"][0]) - missing // 2
        book = with_ladder(book, origin_ticks=origin, levels=span)
    return with_room(book, orders=orders)


def _resting(book: BookArrays, at: int, ts_ns: int) -> RecordArray:
    """What rests in a book as RESTED events, in the order of its queues."""
    slots: list[int] = []
    for head in book.levels["head"][: int(book.state["span"][0])]:
        while head:
            slots.append(int(head))
            head = book.orders["next"][head]
    orders, rows = book.orders[slots], np.zeros(len(slots), LOGGED)
    rows["ts_ns"], rows["book"], rows["shown"] = ts_ns, at, orders["quantity"]
    rows["event"]["kind"], rows["event"]["maker_id"] = EventKind.RESTED, NIL
    for name in ("side", "quantity", "price_ticks", "order_id"):
        rows["event"][name] = orders[name]
    return rows


def _without_padding(log: RecordArray) -> RecordArray:
    """A copy with zeros between the fields, where copies leave anything: logs are compared whole."""
    clean = np.zeros(len(log), LOGGED)
    for name in ("ts_ns", "book", "shown"):
        clean[name] = log[name]
    for name in EVENT.names or ():
        clean["event"][name] = log["event"][name]
    return clean
