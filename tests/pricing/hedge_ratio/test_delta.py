"""The minimum-variance delta: against repricing on the moved smile, and on each kind of market."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.black import black_price
from pricing.book import OptionColumns, value_options
from pricing.hedge_ratio import (
    INDEX_LAW,
    StickinessBelief,
    belief_from_chains,
    belief_without_chains,
    minimum_variance_deltas,
)
from pricing.market import UnderlyingMarket
from pricing.minimum_variance import MinimumVarianceCoefficients, minimum_variance_delta
from pricing.quotes import Quotes
from tests.markets import flat_underlying
from tests.pricing.surface.chains import quotes_from_surface
from tests.pricing.test_dynamics import StraightSmile

SKEW = -0.4
SMILE = StraightSmile(level=0.15, slope=SKEW)
ROWS = OptionColumns(
    strike=np.array([2_400.0, 2_600.0, 2_649.0, 2_700.0, 2_700.0, 2_650.0]),
    expiry_years=np.array([0.1, 0.25, 0.1, 1.0, 1.0, 0.0]),
    is_call=np.array([False, True, True, True, False, True]),
    is_american=np.zeros(6, dtype=np.bool_),
)


def quoted_market() -> UnderlyingMarket:
    """An index with a straight smile, quotes, and coefficients that should not matter beside them."""
    chain = quotes_from_surface(SMILE, np.array([0.1, 0.5]))
    coefficients = MinimumVarianceCoefficients(a=-0.2)
    return replace(flat_underlying(), surface=SMILE, quotes=chain, minimum_variance=coefficients)


def test_delta_is_the_slope_of_the_price_on_the_smile_that_follows_spot() -> None:
    market, belief = quoted_market(), belief_without_chains()
    step, spot = 1e-4, market.spot
    years = ROWS.expiry_years[:5]
    values = []
    for move in (-step, step):
        # A fixed strike's volatility answers by (R - 1) skew per unit of log return.
        volatility = SMILE.implied_volatility(np.log(ROWS.strike[:5] / spot), years)
        volatility = volatility + (belief.ratio - 1.0) * SKEW * np.log1p(move)
        values.append(
            black_price(spot * (1 + move), ROWS.strike[:5], years, volatility, 1.0, ROWS.is_call[:5])
        )
    slope = (values[1] - values[0]) / (2 * step * spot)
    assert_allclose(minimum_variance_deltas(market, ROWS)[:5], slope, rtol=1e-5)


def test_call_and_put_of_a_strike_differ_by_the_forward_and_expired_options_keep_theirs() -> None:
    deltas = minimum_variance_deltas(quoted_market(), ROWS)
    assert deltas[3] - deltas[4] == pytest.approx(1.0, abs=1e-12)
    plain = value_options(ROWS, quoted_market())[0].delta
    assert deltas[5] == plain[5]


def test_a_ratio_of_one_is_the_practitioner_delta_at_every_spot() -> None:
    belief = StickinessBelief(law=INDEX_LAW, ratio=1.0, deviation=0.1)
    for spot in (2_000.0, 2_649.0, 3_000.0):
        deltas = minimum_variance_deltas(quoted_market(), ROWS, spot=spot, belief=belief)
        assert_allclose(deltas, value_options(ROWS, quoted_market(), spot=spot)[0].delta, atol=1e-15)


def test_an_index_smile_lowers_the_delta_of_calls_and_puts_alike() -> None:
    deltas = minimum_variance_deltas(quoted_market(), ROWS)
    assert np.all(deltas[:5] < value_options(ROWS, quoted_market())[0].delta[:5])


def test_without_quotes_the_delta_is_that_of_hull_and_white() -> None:
    market = replace(quoted_market(), quotes=None)
    greeks, _ = value_options(ROWS, market)
    assert market.minimum_variance is not None
    expected = minimum_variance_delta(
        delta=greeks.delta,
        vega=greeks.vega,
        spot=market.spot,
        expiry_years=ROWS.expiry_years,
        is_call=ROWS.is_call,
        coefficients=market.minimum_variance,
    )
    assert_allclose(minimum_variance_deltas(market, ROWS), expected, atol=1e-15)


def test_an_underlying_of_unknown_response_keeps_the_practitioner_delta() -> None:
    market = replace(quoted_market(), minimum_variance=None)
    assert_allclose(minimum_variance_deltas(market, ROWS), value_options(ROWS, market)[0].delta, atol=0.0)


def test_no_options_have_no_deltas() -> None:
    nothing = OptionColumns(
        strike=np.empty(0),
        expiry_years=np.empty(0),
        is_call=np.empty(0, dtype=np.bool_),
        is_american=np.empty(0, dtype=np.bool_),
    )
    assert minimum_variance_deltas(quoted_market(), nothing).shape == (0,)


def following_chains(ratio: float, returns: list[float]) -> list[Quotes]:
    """Chains of consecutive days whose straight smile slides by `ratio` x return; a day costs no time."""
    first = quotes_from_surface(SMILE, np.array([0.1, 0.5]), half_spread=0.005)
    forward, discount = first.spot * np.exp(0.005 * first.expiry_years), np.exp(-0.02 * first.expiry_years)
    chains, moved = [], 0.0
    for day, log_return in enumerate([0.0, *returns]):
        moved += log_return
        volatility = 0.15 + SKEW * (np.log(first.strike / forward) + (ratio - 1.0) * moved)
        mid = black_price(
            forward * np.exp(moved), first.strike, first.expiry_years, volatility, discount, first.is_call
        )
        chains.append(
            replace(
                first,
                as_of=datetime(2018, 1, 9, 20, tzinfo=UTC) + timedelta(seconds=day),
                expiry_years=first.expiry_years - day / (365 * 86_400),
                spot=first.spot * float(np.exp(moved)),
                bid=mid - 0.005,
                ask=mid + 0.005,
            )
        )
    return chains


def test_chains_teach_the_ratio_that_they_follow() -> None:
    returns = [0.005, -0.005] * 2
    known = belief_from_chains(following_chains(2.0, returns))
    assert known.moves == len(returns)
    assert INDEX_LAW.mean + 0.05 < known.ratio < 2.0
    assert known.deviation < INDEX_LAW.deviation
    assert belief_from_chains(following_chains(0.5, returns)).ratio < INDEX_LAW.mean - 0.02


def test_one_chain_or_none_leaves_the_law() -> None:
    assert belief_from_chains([]) == belief_without_chains()
    assert belief_from_chains(following_chains(2.0, [])) == belief_without_chains()
