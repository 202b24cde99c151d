"""The cheapest way to trade packages of one kind: the complex book and the legs' books taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from execution.complex_book.implied import implied_packages
from execution.complex_book.instrument import ComplexInstrument
from execution.complex_book.ladder import Ladder
from execution.errors import OrderRejectedError
from execution.orders import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Where packages are taken. total_ticks: what a buyer pays, a seller gets for all that were found.

    leaves: packages that nobody offers. complex_taken: packages by their net price in the complex book.
    leg_packages: packages made of legs; leg_taken: of each leg, contracts by their price.
    """

    packages: int
    leaves: int
    total_ticks: int
    complex_taken: Ladder
    leg_packages: int
    leg_taken: tuple[Ladder, ...]


def sweep(
    instrument: ComplexInstrument,
    side: Side,
    packages: int,
    *,
    legs: Sequence[Ladder],
    complex_book: Ladder,
    net_limit_ticks: int | None = None,
) -> Sweep:
    """Take packages where the next one costs least; of equal costs the complex book's first.

    side: the taker's. legs: as implied_packages asks for. complex_book: the opposite side's real orders.
    net_limit_ticks: no package is taken beyond it. Both ways cost more with each package, so that to merge
    them is optimal: it equals the integer programme. Raises OrderRejectedError for packages below 0.
    """
    if packages < 0:
        raise OrderRejectedError(f"{instrument.name}: {packages} packages, expected 0 or more")
    made = implied_packages(instrument, legs)
    offers = [(int(side) * price, 0, offered) for price, offered in complex_book.levels]
    offers += [(int(side) * price, 1, offered) for price, offered in made.levels]
    leaves, paid, taken = packages, 0, [0, 0]
    for cost, way, offered in sorted(offers):
        if leaves == 0 or (net_limit_ticks is not None and cost > int(side) * net_limit_ticks):
            break
        count = min(leaves, offered)
        leaves, paid = leaves - count, paid + count * cost
        taken[way] += count
    return Sweep(
        packages=packages,
        leaves=leaves,
        total_ticks=int(side) * paid,
        complex_taken=complex_book.first(taken[0]),
        leg_packages=taken[1],
        leg_taken=tuple(
            ladder.first(taken[1] * ratio) for ladder, ratio in zip(legs, instrument.ratios, strict=True)
        ),
    )
