"""Prices that orders elsewhere imply: of a package from its legs, and of a leg from packages and other legs.

An implied price is made of real orders alone; none is made of another implied one. Sizes are whole packages:
what is left of a leg below its ratio implies nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from execution.complex_book.instrument import ComplexInstrument
from execution.complex_book.ladder import IntArray, Ladder
from execution.errors import OrderRejectedError
from execution.orders import Side


def implied_packages(instrument: ComplexInstrument, legs: Sequence[Ladder]) -> Ladder:
    """The packages that the legs' orders make, cheapest first for whoever takes them; quantity: packages.

    legs: of each leg the side of its book that the taker meets: for a buyer of packages the offers of what it
    buys and the bids of what it sells; the prices then are what a buyer pays. For a seller the other sides,
    and the prices are what it gets. A package whose ratio straddles levels costs what its contracts cost.
    Raises OrderRejectedError unless there is one ladder for each leg.
    """
    if len(legs) != len(instrument.legs):
        raise OrderRejectedError(
            f"{instrument.name}: {len(legs)} ladders, expected one for each of {len(instrument.legs)} legs"
        )
    ratios = np.array(instrument.ratios, np.int64)
    available = min(ladder.total // ratio for ladder, ratio in zip(legs, instrument.ratios, strict=True))
    ends = _run_ends(legs, ratios, int(available))
    marginal = np.zeros(len(ends), np.int64)
    for weight, ratio, ladder in zip(instrument.weights, ratios, legs, strict=True):
        paid = ladder.cost(ends * ratio) - ladder.cost((ends - 1) * ratio)
        marginal += weight // int(ratio) * paid
    return merged(marginal, np.diff(ends, prepend=0))


def implied_leg(
    instrument: ComplexInstrument, symbol: str, packages: Ladder, others: Sequence[Ladder], side: Side
) -> Ladder:
    """Prices of one leg that resting packages and the other legs' orders imply, best first.

    side: of the implied orders, BUY for bids. packages: the resting complex orders that would trade this side
    of the leg. others: of each other leg, in the instrument's order, the side of its book that those
    complex orders meet. The price is for each contract, rounded against whoever takes it; the quantity is in
    contracts, whole packages of them.
    """
    at = instrument.symbols.index(symbol)
    own = instrument.legs[at]
    rest = [leg for leg in range(len(instrument.legs)) if leg != at]
    ratios = np.array([instrument.ratios[leg] for leg in rest], np.int64)
    available = [ladder.total // int(ratio) for ladder, ratio in zip(others, ratios, strict=True)]
    ends = _run_ends([*others, packages], np.append(ratios, 1), int(min(*available, packages.total)))
    remaining = packages.cost(ends) - packages.cost(ends - 1)
    for leg, ratio, ladder in zip(rest, ratios, others, strict=True):
        paid = ladder.cost(ends * ratio) - ladder.cost((ends - 1) * ratio)
        remaining -= int(instrument.legs[leg].side) * paid
    total = int(own.side) * remaining
    price = total // own.ratio if side > 0 else -(-total // own.ratio)
    return merged(price, np.diff(ends, prepend=0) * own.ratio)


def merged(price_ticks: IntArray, quantity: IntArray) -> Ladder:
    """A ladder of prices that are sorted but not all different."""
    if len(price_ticks) == 0:
        return Ladder(price_ticks=price_ticks, quantity=quantity)
    starts = np.flatnonzero(np.append(True, np.diff(price_ticks) != 0))
    return Ladder(price_ticks=price_ticks[starts], quantity=np.add.reduceat(quantity, starts))


def combined(ladders: Sequence[Ladder], side: Side) -> Ladder:
    """Several ladders of one side as one, best first."""
    prices = np.concatenate([ladder.price_ticks for ladder in ladders])
    quantity = np.concatenate([ladder.quantity for ladder in ladders])
    order = np.argsort(-int(side) * prices, kind="stable")
    return merged(prices[order], quantity[order])


def _run_ends(legs: Sequence[Ladder], ratios: IntArray, available: int) -> IntArray:
    """Numbers of packages after which the next may cost another price than the one before, `available` last.

    In a leg the price of a package changes where a level holds no whole ratio more, and once more after the
    package that straddles.
    """
    ends = {available}
    for ladder, ratio in zip(legs, ratios.tolist(), strict=True):
        whole = np.cumsum(ladder.quantity) // ratio
        ends.update(whole.tolist(), (whole + 1).tolist())
    return np.array(sorted(end for end in ends if 0 < end <= available), np.int64)
