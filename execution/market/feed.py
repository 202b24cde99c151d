"""What a venue publishes and what a participant has seen of it: a ring of sightings a book, compiled."""

from __future__ import annotations

from execution.book.compiled import compiled
from execution.book.layout import NO_ASK, NO_BID, BookArrays
from execution.market.layout import Record, RecordArray


@compiled
def publish(
    book: BookArrays, venue: Record, sightings: RecordArray, reference_ticks: float, now_ns: int
) -> None:
    """Write a sighting of a book if its best quotes or its reference are not those published last.

    A side on which nobody quotes keeps its last price, with quantity 0; the venue counts how long.
    """
    state = book.state[0]
    bid, ask = state["best_bid"], state["best_ask"]
    bid_volume, ask_volume = 0, 0
    if bid != NO_BID:
        venue["last_bid"] = bid
        bid_volume = book.levels[bid - state["origin_ticks"]]["volume"]
    if ask != NO_ASK:
        venue["last_ask"] = ask
        ask_volume = book.levels[ask - state["origin_ticks"]]["volume"]
    _time_emptiness(venue, bid_volume == 0 or ask_volume == 0, now_ns)
    newest = venue["next_sighting"] - 1
    seen = sightings[newest & (len(sightings) - 1)]
    if (
        newest >= 0
        and seen["bid_ticks"] == venue["last_bid"]
        and seen["ask_ticks"] == venue["last_ask"]
        and seen["bid_quantity"] == bid_volume
        and seen["ask_quantity"] == ask_volume
        and seen["reference_ticks"] == reference_ticks
    ):
        return
    if newest < 0 or seen["ts_ns"] != now_ns:
        newest += 1
        venue["next_sighting"] = newest + 1
    fresh = sightings[newest & (len(sightings) - 1)]
    fresh["ts_ns"] = now_ns
    fresh["bid_ticks"] = venue["last_bid"]
    fresh["ask_ticks"] = venue["last_ask"]
    fresh["bid_quantity"] = bid_volume
    fresh["ask_quantity"] = ask_volume
    fresh["reference_ticks"] = reference_ticks


@compiled
def sighting_at(venue: Record, sightings: RecordArray, seen_ns: int) -> int:
    """Place in the ring of the last sighting up to `seen_ns`, by bisection; the oldest if all are later."""
    ring = len(sightings)
    newest = venue["next_sighting"] - 1
    oldest = max(0, newest + 1 - ring)
    # Most look at the newest or at one a few before it; `low` may be too late only where it is the oldest.
    low, step = newest, 1
    while low > oldest and sightings[low & (ring - 1)]["ts_ns"] > seen_ns:
        low = max(oldest, low - step)
        step *= 2
    high = min(newest, low + step)
    while low < high:
        middle = (low + high + 1) >> 1
        if sightings[middle & (ring - 1)]["ts_ns"] <= seen_ns:
            low = middle
        else:
            high = middle - 1
    return int(low & (ring - 1))


@compiled
def _time_emptiness(venue: Record, empty: bool, now_ns: int) -> None:
    since = venue["empty_since_ns"]
    if empty and since < 0:
        venue["empty_since_ns"] = now_ns
    elif not empty and since >= 0:
        venue["empty_ns"] += now_ns - since
        venue["empty_since_ns"] = -1
