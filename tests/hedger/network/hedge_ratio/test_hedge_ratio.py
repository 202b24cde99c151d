"""The network of the response: nothing before training, bounded after, used only without a quoted skew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from hedger.errors import UsageError
from hedger.network.hedge_ratio import (
    RatioNetwork,
    corrected_coefficients,
    ratio_features,
    reference_deltas,
    shipped_ratio_network,
)
from hedger.network.hedge_ratio.features import recent_volatility
from hedger.network.hedge_ratio.network import ratio_network_bytes, read_ratio_network
from hedger.network.hedge_ratio.reference import RIDE
from pricing.embedded import embedded_history
from pricing.hedge_ratio import minimum_variance_deltas
from pricing.market import UnderlyingMarket
from pricing.minimum_variance import MinimumVarianceCoefficients
from pricing.time import close_instant
from tests.markets import flat_surface, flat_underlying
from tests.pricing.hedge_ratio.test_delta import ROWS, quoted_market

GIVEN = MinimumVarianceCoefficients(a=-0.2, origin="given")


def untrained() -> RatioNetwork:
    trained = shipped_ratio_network()
    return replace(trained, last=0.0 * trained.last, last_bias=0.0 * trained.last_bias)


def index_market(day: date = date(2018, 2, 2)) -> UnderlyingMarket:
    market = flat_underlying(volatility=0.15)
    return replace(market, as_of=close_instant(day), history=embedded_history("SPX"), minimum_variance=GIVEN)


def test_untrained_the_factor_is_one() -> None:
    assert_allclose(untrained().factor(np.random.default_rng(0).normal(size=(50, 3))), 1.0, atol=0.0)


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3))
@settings(deadline=None)
def test_the_factor_is_between_a_half_and_two_for_any_state(row: list[float]) -> None:
    factor = shipped_ratio_network().factor(np.array([row]))[0]
    assert np.exp(-0.7) <= factor <= np.exp(0.7)


def test_a_state_that_is_not_finite_is_not_corrected() -> None:
    rows = np.array([[np.nan, 0.4, 0.1], [0.0, np.inf, 0.1], [0.0, 0.4, 0.1]])
    factors = shipped_ratio_network().factor(rows)
    assert factors[:2].tolist() == [1.0, 1.0]
    assert factors[2] != 1.0


def test_the_network_is_the_sum_written_out() -> None:
    network, row = shipped_ratio_network(), np.array([0.3, 0.4, 0.2])
    inputs = (row - network.mean) / network.deviation
    outputs = []
    for each in range(len(network.last)):
        sums = (inputs[:, None] * network.first[each]).sum(axis=0) + network.bias[each]
        hidden = [np.tanh(total) for total in sums]
        outputs.append(np.tanh(np.dot(hidden, network.last[each]) + network.last_bias[each]))
    assert network.factor(row[None, :])[0] == pytest.approx(np.exp(0.7 * np.mean(outputs)), rel=1e-12)


def test_volatility_implied_well_above_the_recent_one_answers_more() -> None:
    factors = shipped_ratio_network().factor(np.array([[0.0, 0.4, -0.2], [0.0, 0.4, 0.2], [0.0, 0.4, 0.6]]))
    assert np.all(np.diff(factors) > 0.0)


def test_weights_come_back_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(ratio_network_bytes(shipped_ratio_network()))
    rows = np.random.default_rng(0).normal(size=(5, 3))
    assert_allclose(read_ratio_network(path).factor(rows), shipped_ratio_network().factor(rows), atol=0.0)


def test_a_file_of_other_weights_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(UsageError, match="no weights"):
        read_ratio_network(path)
    path.write_bytes(ratio_network_bytes(replace(untrained(), mean=np.zeros(2))))
    with pytest.raises(UsageError, match="'mean' must be finite and of shape"):
        read_ratio_network(path)


def test_recent_volatility_is_the_weighted_mean_of_squares() -> None:
    close = 100.0 * np.exp(np.cumsum(np.random.default_rng(3).normal(0.0, 0.01, 60)))
    total = weights = 0.0
    for age, log_return in enumerate(np.diff(np.log(close))[::-1]):
        total += 0.94**age * log_return**2
        weights += 0.94**age
    assert recent_volatility(close) == pytest.approx((252.0 * total / weights) ** 0.5, rel=1e-12)


def test_too_short_or_still_a_history_has_no_features() -> None:
    assert recent_volatility(np.linspace(100.0, 110.0, 22)) is None
    assert recent_volatility(np.full(60, 100.0)) is None
    assert ratio_features(flat_surface(0.2), np.full(60, 100.0), surprise=0.0, deviation=0.4) is None


def test_on_a_quoted_smile_the_reference_is_the_stickiness_delta() -> None:
    market = quoted_market()
    assert_allclose(reference_deltas(market, ROWS), minimum_variance_deltas(market, ROWS), atol=0.0)


def test_without_quotes_the_response_is_scaled_and_the_ride_kept() -> None:
    found = corrected_coefficients(index_market())
    assert found is not None
    scale = (found.a - RIDE) / (GIVEN.a - RIDE)
    assert 0.3 < scale < 4.0
    assert f"response times {scale:.2f}" in found.origin
    deltas = reference_deltas(index_market(), ROWS)
    expected = minimum_variance_deltas(replace(index_market(), minimum_variance=found), ROWS)
    assert_allclose(deltas, expected, atol=0.0)


def test_nothing_after_the_market_is_looked_at() -> None:
    history, day = embedded_history("SPX"), date(2018, 2, 2)
    market = index_market(day)
    known = replace(market, history=history.until(day))
    assert corrected_coefficients(market) == corrected_coefficients(known)
    morning = replace(market, as_of=datetime(2018, 2, 2, 15, tzinfo=UTC))
    before = replace(morning, history=history.until(day - timedelta(days=1)))
    assert corrected_coefficients(morning) == corrected_coefficients(before)


@pytest.mark.parametrize(
    "change",
    [
        {"symbol": "AAPL"},
        {"history": None},
        {"minimum_variance": None},
        {"minimum_variance": MinimumVarianceCoefficients(a=-0.2, b=0.1)},
    ],
)
def test_where_the_vix_says_nothing_the_coefficients_stay(change: dict[str, object]) -> None:
    market = replace(index_market(), **change)  # type: ignore[arg-type]
    assert corrected_coefficients(market) == market.minimum_variance


def test_before_the_vix_begins_only_the_gap_is_known() -> None:
    assert corrected_coefficients(index_market(date(2008, 10, 10))) != GIVEN
