"""Orders replaced by parity: only when cheaper after all costs, and always the same payoff."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hedger.spreads.replacement import ForwardMarket, replacements
from pricing.quotes import Quotes
from tests.hedger.spreads.test_free_money import DISCOUNT, FORWARD, at, fair_quotes, moved

YEARS = 0.4
FACTOR = float(DISCOUNT.discount_at(YEARS))


def forward_market(cost: float = 0.01, most: float = 1e6) -> ForwardMarket:
    fair = float(FORWARD.forward_at(YEARS))
    return ForwardMarket(expiry_years=YEARS, ask=fair + cost, bid=fair - cost, discount=FACTOR, most=most)


def widened(quotes: Quotes, quote: int, by: float) -> Quotes:
    step = np.zeros(len(quotes))
    step[quote] = by
    return replace(quotes, bid=quotes.bid - step, ask=quotes.ask + step)


def test_a_narrow_quote_is_not_replaced() -> None:
    quotes = fair_quotes()
    order = (at(quotes, YEARS, 100.0, True), 3)
    assert replacements([order], quotes, [forward_market()], fee_per_contract=1.0) == ()


@pytest.mark.parametrize("quantity", [5, -5])
@pytest.mark.parametrize("is_call", [True, False])
def test_a_wide_quote_is_replaced_by_its_twin_and_the_forward(quantity: int, is_call: bool) -> None:
    quotes = fair_quotes()
    order = at(quotes, YEARS, 100.0, is_call)
    wide = widened(quotes, order, 0.5)
    (found,) = replacements([(order, quantity)], wide, [forward_market()], fee_per_contract=1.0)
    twin = at(quotes, YEARS, 100.0, not is_call)
    assert found.legs == ((twin, quantity),)
    assert found.forward_units == 100.0 * quantity * (1.0 if is_call else -1.0)
    # Half a currency of spread saved on each unit, less a cent for the forward's own.
    assert found.saving == pytest.approx(abs(quantity) * 100.0 * (0.5 - 0.01 * FACTOR), rel=1e-9)


def test_without_room_in_the_underlying_a_synthetic_forward_is_taken() -> None:
    quotes = fair_quotes()
    order = at(quotes, YEARS, 100.0, True)
    wide = widened(quotes, order, 0.5)
    (found,) = replacements([(order, 2)], wide, [forward_market(most=100.0)], fee_per_contract=1.0)
    assert len(found.legs) == 3
    assert found.forward_units == 0.0
    assert "synthetic forward at" in found.way


def test_the_underlying_has_room_for_as_many_units_as_it_says() -> None:
    quotes = fair_quotes()
    order = at(quotes, YEARS, 100.0, True)
    wide = widened(quotes, order, 0.5)
    (found,) = replacements([(order, 2)], wide, [forward_market(most=200.0)], fee_per_contract=1.0)
    assert found.forward_units == 200.0


@pytest.mark.parametrize("fee", [0.0, 1.0, 7.0])
def test_a_synthetic_forward_pays_the_fees_of_its_two_options(fee: float) -> None:
    quotes = fair_quotes()
    order = at(quotes, YEARS, 100.0, True)
    wide = widened(quotes, order, 0.5)
    (found,) = replacements([(order, 2)], wide, [forward_market(most=0.0)], fee_per_contract=fee)
    (free,) = replacements([(order, 2)], wide, [forward_market(most=0.0)], fee_per_contract=0.0)
    assert found.replaced - free.replaced == pytest.approx(3 * 2 * fee)  # with the twin's
    assert found.direct - free.direct == pytest.approx(2 * fee)


def test_a_replacement_pays_what_the_order_pays() -> None:
    quotes = fair_quotes()
    order = at(quotes, YEARS, 95.0, False)
    (found,) = replacements(
        [(order, -4)], widened(quotes, order, 0.7), [forward_market(most=0.0)], fee_per_contract=1.0
    )
    spots = np.linspace(50.0, 150.0, 11)

    def payoff(quote: int) -> np.ndarray:
        sign = 1.0 if quotes.is_call[quote] else -1.0
        return np.asarray(np.maximum(sign * (spots - quotes.strike[quote]), 0.0))

    replaced = sum(quantity * payoff(quote) for quote, quantity in found.legs)
    assert np.ptp(replaced + 4 * payoff(order)) == pytest.approx(0.0, abs=1e-9)


def test_costs_of_the_underlying_decide() -> None:
    quotes = fair_quotes()
    order = at(quotes, YEARS, 100.0, True)
    wide = widened(quotes, order, 0.1)
    markets = [forward_market(cost=cost) for cost in (0.01, 0.2)]
    found = [replacements([(order, 1)], wide, [market], fee_per_contract=1.0) for market in markets]
    assert [each[0].forward_units for each in found] == [100.0, 0.0]


def test_quotes_of_free_money_replace_nothing() -> None:
    quotes = fair_quotes()
    order, twin = at(quotes, YEARS, 100.0, True), at(quotes, YEARS, 100.0, False)
    cheap = moved(quotes, twin, -1.0)
    excluded = np.arange(len(quotes)) == twin
    assert len(replacements([(order, 1)], cheap, [forward_market()], fee_per_contract=1.0)) == 1
    assert (
        replacements([(order, 1)], cheap, [forward_market()], fee_per_contract=1.0, excluded=excluded) == ()
    )


def test_an_expiry_without_a_forward_is_left_as_it_is() -> None:
    quotes = fair_quotes()
    order = at(quotes, YEARS, 100.0, True)
    assert replacements([(order, 1)], widened(quotes, order, 5.0), [], fee_per_contract=1.0) == ()
