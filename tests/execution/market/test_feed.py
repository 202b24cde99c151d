from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.market.feed import sighting_at
from execution.market.layout import SIGHTING, VENUE


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=60).map(np.cumsum),
    st.integers(0, 400),
)
def test_the_sighting_is_the_last_one_up_to_what_was_seen(times: np.ndarray, seen_ns: int) -> None:
    ring, venue = np.zeros(16, SIGHTING), np.zeros(1, VENUE)
    for number, ts_ns in enumerate(times):
        ring["ts_ns"][number % 16] = ts_ns
    venue["next_sighting"] = len(times)
    kept = times[-16:]
    expected = max((ts for ts in kept if ts <= seen_ns), default=kept[0])
    assert ring["ts_ns"][sighting_at(venue[0], ring, seen_ns)] == expected
