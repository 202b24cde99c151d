from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from execution.market.latency import arrival_ns, delay_ns, seen_until_ns
from execution.random_stream import new_stream

DELAYS = st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 5000)), max_size=50)


def test_a_delay_is_its_floor_and_a_gamma_jitter_of_shape_two() -> None:
    stream = new_stream(np.random.SeedSequence(1))
    delays = np.array([delay_ns(1_000, 400_000, stream) for _ in range(4_000)])
    assert delays.min() >= 1_000
    assert stats.kstest(delays - 1_000, stats.gamma(2, scale=200_000).cdf).pvalue > 1e-3


def test_no_jitter_draws_no_number() -> None:
    stream = new_stream(np.random.SeedSequence(1))
    before = stream.copy()
    assert delay_ns(500, 0, stream) == 500
    assert np.array_equal(stream, before)


@settings(deadline=None)
@given(DELAYS)
def test_messages_of_one_link_arrive_in_the_order_sent(steps: list[tuple[int, int]]) -> None:
    now, last = 0, 0
    for wait, delay in steps:
        now += wait
        arrival = arrival_ns(now, delay, last)
        assert arrival >= max(last, now + delay)
        last = arrival


@settings(deadline=None)
@given(DELAYS)
def test_what_was_seen_stays_seen_and_nothing_is_seen_too_early(steps: list[tuple[int, int]]) -> None:
    now, seen = 0, 0
    for wait, delay in steps:
        now += wait
        later = seen_until_ns(now, delay, seen)
        assert seen <= later <= now
        seen = later
