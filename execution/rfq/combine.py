"""Partial quotes of several dealers put together to the cheapest whole."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from execution.errors import OrderRejectedError
from execution.orders import Side
from execution.rfq.inquiry import DealerQuote


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """How many packages to take of each quote, (quote,), and what is left for elsewhere.

    cost_ticks: of the whole for the asker, packages times ticks: what is paid less what is received, tickets
    and the trade elsewhere included.
    """

    taken: tuple[int, ...]
    left: int
    cost_ticks: float


def combine_quotes(
    quotes: Sequence[DealerQuote],
    *,
    side: Side,
    quantity: int,
    outside_ticks: float | None = None,
    ticket_ticks: float = 0.0,
) -> Combination:
    """The cheapest way to deal in `quantity` packages; every quote is taken within its limits or not at all.

    Several quotes of one dealer exclude each other. outside_ticks: price at which what is left trades
    elsewhere; None where all must come from the quotes. ticket_ticks: what each quote taken costs besides its
    price. Where limits do not bind and tickets are free the cheapest are merged; else an integer programme
    (HiGHS) is solved to no gap. OrderRejectedError where the quotes cannot make up the quantity, for a
    quantity below 1 and for a quote whose limits cannot be.
    """
    for quote in quotes:
        if not 1 <= quote.minimum_quantity <= quote.quantity:
            raise OrderRejectedError(
                f"dealer {quote.dealer} quotes {quote.minimum_quantity} to {quote.quantity} packages, "
                "expected 1 or more and the least no more than the most"
            )
    elsewhere = 0.0 if outside_ticks is None else outside_ticks
    if quantity < 1 or not 0.0 <= ticket_ticks < math.inf or not math.isfinite(elsewhere):
        raise OrderRejectedError(
            f"found {quantity} packages, {ticket_ticks:g} ticks a ticket, {elsewhere:g} elsewhere; "
            "expected 1 or more, 0 or more, and a finite price"
        )
    taken = _merged(quotes, side, quantity, outside_ticks)
    if ticket_ticks > 0.0 or taken is None or not _is_allowed(quotes, taken):
        taken = _programme(quotes, side, quantity, outside_ticks, ticket_ticks)
    left = quantity - sum(taken)
    paid = sum(side * quote.price_ticks * count for quote, count in zip(quotes, taken, strict=True))
    tickets = ticket_ticks * sum(count > 0 for count in taken)
    return Combination(taken=tuple(taken), left=left, cost_ticks=paid + side * left * elsewhere + tickets)


def _merged(
    quotes: Sequence[DealerQuote], side: Side, quantity: int, outside_ticks: float | None
) -> list[int] | None:
    """Cheapest first without regard to least quantities: no way of dealing costs less. None if too few."""
    taken, left = [0] * len(quotes), quantity
    for at in sorted(range(len(quotes)), key=lambda each: side * quotes[each].price_ticks):
        if outside_ticks is not None and side * quotes[at].price_ticks >= side * outside_ticks:
            break
        taken[at] = min(left, quotes[at].quantity)
        left -= taken[at]
    return taken if left == 0 or outside_ticks is not None else None


def _is_allowed(quotes: Sequence[DealerQuote], taken: Sequence[int]) -> bool:
    used = [(quote, count) for quote, count in zip(quotes, taken, strict=True) if count]
    dealers = [quote.dealer for quote, _ in used]
    return len(set(dealers)) == len(dealers) and all(count >= quote.minimum_quantity for quote, count in used)


def _programme(
    quotes: Sequence[DealerQuote],
    side: Side,
    quantity: int,
    outside_ticks: float | None,
    ticket_ticks: float,
) -> list[int]:
    """Packages of each quote by the integer programme: counts, whether each is taken, what is left."""
    number = len(quotes)
    most = np.array([min(quote.quantity, quantity) for quote in quotes], dtype=np.float64)
    least = np.array([quote.minimum_quantity for quote in quotes], dtype=np.float64)
    # Prices against a common one: the sum of packages is fixed, and the rest keeps its digits.
    price = np.array([quote.price_ticks for quote in quotes], dtype=np.float64)
    base = float(price.min(initial=0.0 if outside_ticks is None else outside_ticks)) if number else 0.0
    spare = 0.0 if outside_ticks is None else side * (outside_ticks - base)
    objective = np.concatenate((side * (price - base), np.full(number, ticket_ticks), [spare]))
    eye, none = np.eye(number), np.zeros((number, 1))
    dealers = sorted({quote.dealer for quote in quotes})
    once = np.array([[quote.dealer == dealer for quote in quotes] for dealer in dealers], dtype=np.float64)
    blank = np.zeros((len(dealers), number))
    whole = np.concatenate((np.ones(number), np.zeros(number), [1.0]))[None, :]
    found = milp(
        objective,
        integrality=np.ones(2 * number + 1),
        bounds=Bounds(
            0.0, np.concatenate((most, np.ones(number), [0.0 if outside_ticks is None else quantity]))
        ),
        constraints=[
            LinearConstraint(whole, quantity, quantity),
            LinearConstraint(np.hstack((eye, -np.diag(most), none)), ub=0.0),
            LinearConstraint(np.hstack((eye, -np.diag(least), none)), lb=0.0),
            LinearConstraint(
                np.hstack((blank, once.reshape(len(dealers), number), np.zeros((len(dealers), 1)))), ub=1.0
            ),
        ],
        options={"mip_rel_gap": 0.0},
    )
    if found.x is None:
        raise OrderRejectedError(f"these quotes cannot make up {quantity} packages within their limits")
    return [round(float(count)) for count in found.x[:number]]
