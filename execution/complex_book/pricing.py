"""What one package costs in the books of its legs, and what packages imply for a leg, compiled."""

from __future__ import annotations

from execution.book.compiled import inlined, int64, internal
from execution.book.layout import MAX_QUANTITY, NO_ASK, Record
from execution.book.matching import best_against
from execution.book.queues import next_behind
from execution.complex_book.layout import (
    head_of,
    leg_at,
    occupied_in,
    package_at,
    packages_in,
    state_at,
    volume_of,
)

FAR = 2**62  # beyond every net price
NO_LEG = -1


@inlined
def best_or_far(state: Record, side: int) -> int:
    """The best price that a taker of this side meets, as far away as can be where nobody is."""
    best = int64(best_against(state, side))
    return best if abs(best) < NO_ASK else side * FAR


@internal
def leg_cost(venue: Record, number: int, side: int, ratio: int) -> tuple[int, int]:
    """What a taker of `ratio` contracts pays in all, and how many times on end; (0, 0) if there are less."""
    state, occupied = state_at(venue, number), occupied_in(venue, number)
    price = int64(best_against(state, side))
    cost, missing, times = int64(0), ratio, int64(1)
    while abs(price) < NO_ASK:
        volume = volume_of(venue, number, price)
        if missing == ratio and volume >= ratio:
            times = min(volume, MAX_QUANTITY) // ratio  # one order takes no more
        taken = min(missing, volume)
        cost += taken * price
        missing -= taken
        if missing == 0:
            return cost, times
        price = int64(next_behind(state, occupied, -side, price))
    return int64(0), int64(0)


@internal
def package_cost(venue: Record, instrument: int, side: int, without: int) -> tuple[int, int]:
    """Net price of the next package that a taker makes of legs, and of how many on end; 0 where of none.

    without: the place of a leg that is left out; NO_LEG for none.
    """
    package = package_at(venue, instrument)
    net, packages = int64(0), int64(MAX_QUANTITY)
    for at in range(package["first"], package["end"]):
        if at == without:
            continue
        leg = leg_at(venue, at)
        cost, times = leg_cost(venue, leg["book"], side * leg["sign"], leg["ratio"])
        if times == 0:
            return int64(0), int64(0)
        net += leg["sign"] * cost
        packages = min(packages, times)
    return net, packages


@internal
def best_implied(venue: Record, number: int, side: int, leaves: int) -> tuple[int, int, int, int]:
    """The best price of a leg that a resting package and the other legs give its taker of `leaves` contracts.

    number: the leg's book. Return the price, the package, the place of its leg (NO_LEG where there is none),
    and how many packages can be had at that price. Of equal prices the oldest complex order's.
    """
    best, found, found_at, most, oldest = side * FAR, int64(0), int64(NO_LEG), int64(0), int64(0)
    for instrument in range(packages_in(venue)):
        at = place_in(venue, instrument, number)
        if at == NO_LEG or leg_at(venue, at)["ratio"] > leaves:
            continue
        leg = leg_at(venue, at)
        limit, resting = _limit_against(venue, instrument, side * leg["sign"])
        if abs(limit) == FAR:
            continue
        others, packages = package_cost(venue, instrument, resting, at)
        if packages == 0:
            continue
        price = _per_contract(leg["sign"] * (limit - others), leg["ratio"], side)
        head = head_of(venue, venue["leg_books"] + instrument, limit)
        if side * (best - price) > 0 or (price == best and head["order_id"] < oldest):
            best, found, found_at, oldest = price, int64(instrument), at, int64(head["order_id"])
            most = min(packages, int64(head["quantity"]), leaves // leg["ratio"])
    return best, found, found_at, most


@internal
def oldest_crossed(venue: Record, number: int, side: int) -> tuple[int, int, int]:
    """The package that a new order resting in a leg has completed: its number, side, and how many of it.

    number: the leg's book. side: of the leg's order. The best complex order that can now trade against orders
    of the legs alone; of several packages the one whose order is the oldest. (0, 0, 0) where none can.
    """
    found, found_side, most, oldest = int64(0), int64(0), int64(0), int64(0)
    for instrument in range(packages_in(venue)):
        at = place_in(venue, instrument, number)
        if at == NO_LEG:
            continue
        limit, resting = _limit_against(venue, instrument, side * leg_at(venue, at)["sign"])
        if abs(limit) == FAR:
            continue
        net, packages = package_cost(venue, instrument, resting, int64(NO_LEG))
        if packages == 0 or resting * (limit - net) < 0:
            continue
        head = head_of(venue, venue["leg_books"] + instrument, limit)
        if most == 0 or head["order_id"] < oldest:
            found, found_side, oldest = int64(instrument), resting, int64(head["order_id"])
            most = min(packages, int64(head["quantity"]))
    return found, found_side, most


@internal
def place_in(venue: Record, instrument: int, number: int) -> int:
    """The place of the leg that a package has in a book; NO_LEG where it has none there."""
    package = package_at(venue, instrument)
    for at in range(package["first"], package["end"]):
        if leg_at(venue, at)["book"] == number:
            return int64(at)
    return int64(NO_LEG)


@inlined
def _limit_against(venue: Record, instrument: int, side: int) -> tuple[int, int]:
    """The best net price that a taker of packages meets, FAR away for none, and whose side that is."""
    return best_or_far(state_at(venue, venue["leg_books"] + instrument), side), int64(-side)


@inlined
def _per_contract(total: int, ratio: int, side: int) -> int:
    """A leg's price per contract, rounded against its taker, so that the package keeps within its limit."""
    return -(-total // ratio) if side > 0 else total // ratio
