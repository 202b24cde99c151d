from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pricing.vega_buckets import PILLAR_DEVIATIONS, PILLAR_YEARS, vega_buckets


@given(
    st.lists(
        st.tuples(
            st.floats(min_value=-1e6, max_value=1e6),
            st.floats(min_value=1e-4, max_value=30.0),
            st.floats(min_value=-3.0, max_value=3.0),
            st.floats(min_value=0.01, max_value=3.0),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_all_buckets_add_up_to_the_vega_of_the_book(rows: list[tuple[float, ...]]) -> None:
    vega, years, log_moneyness, volatility = np.array(rows).T
    buckets = vega_buckets(vega, expiry_years=years, log_moneyness=log_moneyness, volatility=volatility)
    scale = np.abs(vega).sum()
    assert_allclose(buckets.by_expiry.sum(), vega.sum(), atol=1e-12 * scale)
    assert_allclose(buckets.by_strike.sum(), vega.sum(), atol=1e-12 * scale)


def test_an_option_on_a_pillar_lies_in_its_bucket_alone() -> None:
    buckets = vega_buckets(
        np.array([5.0]),
        expiry_years=np.array([PILLAR_YEARS[3]]),
        log_moneyness=np.array([PILLAR_DEVIATIONS[1] * 0.2 * np.sqrt(PILLAR_YEARS[3])]),
        volatility=np.array([0.2]),
    )
    assert_allclose(buckets.vega[3, 1], 5.0, rtol=1e-12)
    assert np.count_nonzero(np.abs(buckets.vega) > 1e-12) == 1


def test_halfway_between_two_pillars_in_root_time_and_deviations_each_has_a_quarter() -> None:
    years = (0.5 * (PILLAR_YEARS[5] ** 0.5 + PILLAR_YEARS[6] ** 0.5)) ** 2
    buckets = vega_buckets(
        np.array([8.0]),
        expiry_years=np.array([years]),
        log_moneyness=np.array([-1.5 * 0.2 * np.sqrt(years)]),
        volatility=np.array([0.2]),
    )
    assert_allclose(buckets.vega[5:7, 0:2], 2.0, rtol=1e-12)


def test_what_has_expired_or_cannot_move_has_no_vega() -> None:
    buckets = vega_buckets(
        np.array([5.0, np.nan]),
        expiry_years=np.array([0.0, 1.0]),
        log_moneyness=np.array([0.0, 0.1]),
        volatility=np.array([0.2, 0.0]),
    )
    assert np.all(buckets.vega == 0.0)


def test_beyond_the_last_pillar_all_goes_to_it() -> None:
    buckets = vega_buckets(
        np.array([2.0]),
        expiry_years=np.array([20.0]),
        log_moneyness=np.array([9.0]),
        volatility=np.array([0.2]),
    )
    assert_allclose(buckets.vega[-1, -1], 2.0)
