"""Partial quotes put together: every way tried, exclusions, tickets, and what cannot be made up."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.errors import OrderRejectedError
from execution.orders import Side
from execution.rfq.combine import combine_quotes
from execution.rfq.inquiry import DealerQuote


def quote(dealer: int, price: int, most: int, least: int = 1) -> DealerQuote:
    return DealerQuote(dealer=dealer, price_ticks=price, quantity=most, minimum_quantity=least)


def least_cost(
    quotes: list[DealerQuote], side: Side, quantity: int, outside: float | None, ticket: float
) -> float:
    best = np.inf
    for taken in product(*((0, *range(each.minimum_quantity, each.quantity + 1)) for each in quotes)):
        used = [each.dealer for each, count in zip(quotes, taken, strict=True) if count]
        left = quantity - sum(taken)
        if left < 0 or (left and outside is None) or len(set(used)) < len(used):
            continue
        paid = sum(side * each.price_ticks * count for each, count in zip(quotes, taken, strict=True))
        best = min(best, paid + side * left * (outside or 0.0) + ticket * len(used))
    return best


QUOTES = st.lists(
    st.builds(
        lambda dealer, price, least, more: quote(dealer, price, least + more, least),
        st.integers(0, 2), st.integers(-3, 6), st.integers(1, 4), st.integers(0, 3),
    ),
    min_size=0, max_size=4,
)  # fmt: skip


@given(
    quotes=QUOTES,
    side=st.sampled_from(Side),
    quantity=st.integers(1, 10),
    outside=st.none() | st.floats(-2.0, 5.0),
    ticket=st.sampled_from([0.0, 1.5]),
)
@settings(deadline=None, max_examples=80)
def test_no_way_to_take_the_quotes_costs_less(
    quotes: list[DealerQuote], side: Side, quantity: int, outside: float | None, ticket: float
) -> None:
    expected = least_cost(quotes, side, quantity, outside, ticket)
    if np.isinf(expected):
        with pytest.raises(OrderRejectedError, match="cannot make up"):
            combine_quotes(quotes, side=side, quantity=quantity, outside_ticks=outside, ticket_ticks=ticket)
        return
    found = combine_quotes(quotes, side=side, quantity=quantity, outside_ticks=outside, ticket_ticks=ticket)
    assert found.cost_ticks == pytest.approx(expected, abs=1e-6)
    assert sum(found.taken) + found.left == quantity
    for each, count in zip(quotes, found.taken, strict=True):
        assert count == 0 or each.minimum_quantity <= count <= each.quantity


def test_the_cheapest_are_merged_and_the_rest_goes_elsewhere() -> None:
    quotes = [quote(0, 102, 5), quote(1, 100, 4), quote(2, 101, 3)]
    found = combine_quotes(quotes, side=Side.BUY, quantity=10, outside_ticks=101.5)
    assert (found.taken, found.left) == ((0, 4, 3), 3)
    assert found.cost_ticks == 4 * 100 + 3 * 101 + 3 * 101.5


def test_all_or_none_of_the_cheapest_may_have_to_be_left() -> None:
    quotes = [quote(0, 100, 8, 8), quote(1, 101, 6)]
    assert combine_quotes(quotes, side=Side.BUY, quantity=6).taken == (0, 6)


@pytest.mark.parametrize(
    ("bad", "quantity", "ticket"),
    [
        (quote(0, 1, 2, 3), 1, 0.0),
        (quote(0, 1, 2, 0), 1, 0.0),
        (quote(0, 1, 2), 0, 0.0),
        (quote(0, 1, 2), 1, -1.0),
    ],
)
def test_quotes_and_quantities_that_cannot_be_are_errors(
    bad: DealerQuote, quantity: int, ticket: float
) -> None:
    with pytest.raises(OrderRejectedError, match="expected"):
        combine_quotes([bad], side=Side.BUY, quantity=quantity, ticket_ticks=ticket)


def test_a_price_elsewhere_that_is_no_number_is_an_error() -> None:
    with pytest.raises(OrderRejectedError, match="finite price"):
        combine_quotes([quote(0, 1, 2)], side=Side.BUY, quantity=1, outside_ticks=float("nan"))
