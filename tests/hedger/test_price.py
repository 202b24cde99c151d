"""`hedger price`: the list, its tables, its document, its page."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import jsonschema
import numpy as np
import pytest
from numpy.testing import assert_allclose

from hedger.exposure import measure
from hedger.price_list import PriceList, price_list
from hedger.report.json_document import schema
from hedger.report.price_document import price_document
from hedger.report.price_html import price_page
from hedger.report.price_tables import price_header, price_tables
from pricing.market import Source
from pricing.minimum_variance import MinimumVarianceCoefficients
from pricing.option import Right
from tests.hedger.test_surface_study import TRUTH
from tests.markets import book, flat_underlying, future_position, market_of, option_position
from tests.pricing.test_dynamics import straight


@cache
def small_list() -> PriceList:
    portfolio = book(
        option_position(-40, strike=2750.0),
        option_position(25, strike=2450.0, right=Right.PUT),
        future_position(5),
    )
    return price_list(portfolio, market_of(flat_underlying()))


def test_the_totals_are_the_exposure_of_the_options() -> None:
    prices = small_list()
    options = measure(prices.portfolio, prices.market).by_underlying["SPX"].options
    (priced,) = prices.by_underlying
    for name in ("value", "delta", "gamma", "vega", "theta", "rho"):
        assert_allclose(priced.total(name), getattr(options, name), rtol=1e-12)


def test_the_vega_buckets_add_up_to_the_vega() -> None:
    (priced,) = small_list().by_underlying
    assert_allclose(priced.buckets.vega.sum(), priced.total("vega"), rtol=1e-12)


def test_on_a_flat_smile_every_dynamics_has_the_same_delta() -> None:
    (priced,) = small_list().by_underlying
    for delta in priced.deltas.values():
        assert_allclose(delta, priced.greeks.delta, rtol=1e-12)


def test_on_a_skew_each_dynamics_moves_delta_by_its_own_ratio() -> None:
    """A strike's volatility moves by (R - 1) x skew x dlnS; on a skew of one slope R is 0, 1 or 2."""
    market = replace(flat_underlying(), surface=straight(slope=-0.1))
    (priced,) = price_list(small_list().portfolio, market_of(market)).by_underlying
    for name, ratio in (("sticky moneyness", 0), ("sticky strike", 1), ("sticky local volatility", 2)):
        moved = priced.greeks.vega * (ratio - 1) * -0.1 / market.spot
        assert_allclose(priced.deltas[name], priced.greeks.delta + moved, rtol=1e-9, err_msg=name)


def test_the_skew_that_moves_a_delta_is_that_of_its_own_strike() -> None:
    market = replace(flat_underlying(), surface=TRUTH)
    (priced,) = price_list(small_list().portfolio, market_of(market)).by_underlying
    years = priced.columns.expiry_years
    k = np.log(priced.columns.strike / market.forward.forward_at(years))
    up, down = (TRUTH.implied_volatility(k + step, years) for step in (1e-5, -1e-5))
    moved = -priced.greeks.vega * (up - down) / 2e-5 / market.spot
    assert_allclose(priced.deltas["sticky moneyness"] - priced.greeks.delta, moved, rtol=1e-6)


def test_known_coefficients_add_the_minimum_variance_delta() -> None:
    market = replace(flat_underlying(), minimum_variance=MinimumVarianceCoefficients(a=-0.1))
    (priced,) = price_list(small_list().portfolio, market_of(market)).by_underlying
    corrected = priced.deltas["minimum variance"] - priced.greeks.delta
    years = priced.columns.expiry_years
    assert_allclose(corrected, -0.1 * priced.greeks.vega / (market.spot * np.sqrt(years)), rtol=1e-12)


def test_the_document_is_valid_and_its_totals_are_the_sums_of_its_options() -> None:
    found = price_document(small_list())
    jsonschema.Draft202012Validator(schema("price")).validate(found)
    (entry,) = found["underlyings"]
    for name, total in entry["totals"].items():
        assert sum(o["units"] * o["greeks"][name] for o in entry["options"]) == pytest.approx(total, rel=1e-9)


def test_the_tables_name_every_option_and_add_up() -> None:
    tables = price_tables(small_list())
    assert [len(table.rows) for table in tables[:4]] == [3, 3, 3, 3]
    value = [float(row[-1].replace(",", "")) for row in tables[0].rows]
    assert abs(value[0] + value[1] - value[2]) <= 2
    assert price_header(small_list())[0].endswith("2 options, as of 2018-02-05 16:00 New York")


def test_the_page_holds_every_table_and_picture() -> None:
    page = price_page(small_list())
    assert all(f'id="{name}-0"' in page for name in ("value", "vega", "smile"))
    assert "vega by expiry and strike" in page


def test_a_book_without_options_has_nothing_to_price() -> None:
    empty = price_list(book(future_position(5)), market_of(flat_underlying()))
    assert empty.by_underlying == ()
    assert price_document(empty)["underlyings"] == []
    assert "0 options" in price_header(empty)[0]
    assert "nothing to price" in price_header(empty)[1]


def test_what_was_left_out_and_what_the_forward_is_from_are_said() -> None:
    said = Source(part="forward", origin="chain.csv", detail="the file's spot is not of the quotes' time")
    market = replace(flat_underlying(), sources=(said,))
    held = replace(book(option_position(-40, strike=2750.0)), ignored_expired=("SPXW180126P02450000",))
    lines = price_header(price_list(held, market_of(market)))
    assert "expired, left out: SPXW180126P02450000" in lines
    assert f"SPX forward: {said.detail}" in lines
