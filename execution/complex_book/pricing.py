"""What one package costs in the books of its legs, and what packages imply for a leg, compiled."""

from __future__ import annotations

import numpy as np

from execution.book.compiled import inlined, int64, internal
from execution.book.layout import BOOK_ROW, MAX_QUANTITY, NO_ASK, BookArrays, Record
from execution.book.matching import best_against
from execution.book.queues import next_behind, place_of
from execution.complex_book.layout import Venue, book_at

FAR = 2**62  # beyond every net price
NO_LEG = -1


@inlined
def best_or_far(state: Record, side: int) -> int:
    """The best price that a taker of this side meets, as far away as can be where nobody is."""
    best = int64(best_against(state, side))
    return best if abs(best) < NO_ASK else side * FAR


@inlined
def head_of(book: BookArrays, price_ticks: int) -> Record:
    """The oldest order at an occupied price."""
    return book.orders[np.uint32(book.levels[place_of(book.state[0], BOOK_ROW, price_ticks)]["head"])]


@internal
def leg_cost(book: BookArrays, side: int, ratio: int) -> tuple[int, int]:
    """What a taker of `ratio` contracts pays in all, and how many times on end; (0, 0) if there are less."""
    state = book.state[0]
    price = int64(best_against(state, side))
    cost, missing, times = int64(0), ratio, int64(1)
    while abs(price) < NO_ASK:
        volume = int64(book.levels[place_of(state, BOOK_ROW, price)]["volume"])
        if missing == ratio and volume >= ratio:
            times = volume // ratio
        taken = min(missing, volume)
        cost += taken * price
        missing -= taken
        if missing == 0:
            return cost, times
        price = int64(next_behind(state, book.occupied, -side, price))
    return int64(0), int64(0)


@internal
def package_cost(venue: Venue, instrument: int, side: int, without: int) -> tuple[int, int]:
    """Net price of the next package that a taker makes of legs, and of how many on end; 0 where of none.

    without: a leg, by its place in venue.leg, that is left out; NO_LEG for none.
    """
    net, packages = int64(0), int64(MAX_QUANTITY)
    for at in range(venue.first[instrument], venue.first[instrument + 1]):
        if at == without:
            continue
        book, sign = book_at(venue, venue.leg[at]), venue.sign[at]
        cost, times = leg_cost(book, side * sign, venue.ratio[at])
        if times == 0:
            return int64(0), int64(0)
        net += sign * cost
        packages = min(packages, times)
    return net, packages


@internal
def best_implied(venue: Venue, leg: int, side: int, leaves: int) -> tuple[int, int, int, int]:
    """The best price of a leg that a resting package and the other legs give its taker of `leaves` contracts.

    Return the price, the package, its leg by its place in venue.leg (NO_LEG where there is none), and how
    many packages can be had at that price. Of equal prices the oldest complex order's.
    """
    best, found, found_at, most, oldest = side * FAR, int64(0), int64(NO_LEG), int64(0), int64(0)
    for instrument in range(len(venue.first) - 1):
        for at in range(venue.first[instrument], venue.first[instrument + 1]):
            if venue.leg[at] != leg or venue.ratio[at] > leaves:
                continue
            book = book_at(venue, len(venue.reference) + instrument)
            resting = -side * venue.sign[at]
            limit = best_or_far(book.state[0], -resting)
            if abs(limit) == FAR:
                continue
            others, packages = package_cost(venue, instrument, resting, at)
            if packages == 0:
                continue
            price = _per_contract(venue.sign[at] * (limit - others), venue.ratio[at], side)
            head = head_of(book, limit)
            is_better = side * (best - price) > 0
            if is_better or (price == best and head["order_id"] < oldest):
                best, found, found_at, oldest = price, int64(instrument), int64(at), int64(head["order_id"])
                most = min(packages, int64(head["quantity"]), leaves // venue.ratio[at])
    return best, found, found_at, most


@inlined
def _per_contract(total: int, ratio: int, side: int) -> int:
    """A leg's price per contract, rounded against its taker, so that the package keeps within its limit."""
    return -(-total // ratio) if side > 0 else total // ratio


@internal
def oldest_crossed(venue: Venue, leg: int, side: int) -> tuple[int, int, int]:
    """The package that a new order resting in a leg has completed: its number, side, and how many of it.

    side: of the leg's order. The best complex order that can now trade against orders of the legs alone; of
    several packages the one whose order is the oldest. (0, 0, 0) where none can.
    """
    found, found_side, most, oldest = int64(0), int64(0), int64(0), int64(0)
    for instrument in range(len(venue.first) - 1):
        for at in range(venue.first[instrument], venue.first[instrument + 1]):
            if venue.leg[at] != leg:
                continue
            book = book_at(venue, len(venue.reference) + instrument)
            resting = -side * venue.sign[at]
            limit = best_or_far(book.state[0], -resting)
            if abs(limit) == FAR:
                continue
            net, packages = package_cost(venue, instrument, resting, NO_LEG)
            if packages == 0 or resting * (limit - net) < 0:
                continue
            head = head_of(book, limit)
            if most == 0 or head["order_id"] < oldest:
                found, found_side, oldest = int64(instrument), int64(resting), int64(head["order_id"])
                most = min(packages, int64(head["quantity"]))
    return found, found_side, most
