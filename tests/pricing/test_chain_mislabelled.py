from __future__ import annotations

import numpy as np

from pricing.black import black_price
from pricing.chain_mislabelled import mislabelled
from pricing.parity_fit import ParityFit

STRIKES = np.arange(80.0, 121.0, 2.0)
CALLS = np.ones(len(STRIKES), dtype=np.bool_)
MIDS = black_price(100.0, STRIKES, 0.5, 0.25, 1.0, True)


def fit(rate_error: float) -> ParityFit:
    return ParityFit(
        expiry_years=0.5,
        forward=100.0,
        discount=1.0,
        zero_rate=0.0,
        forward_error=0.01,
        rate_error=rate_error,
        pairs=len(STRIKES),
        discount_borrowed=False,
    )


def flagged(mids: np.ndarray, rate_error: float = 0.0) -> list[float]:
    return STRIKES[mislabelled(STRIKES, CALLS, mids - 0.01, mids + 0.01, fit(rate_error))].tolist()


def test_a_time_value_far_below_its_neighbours_is_flagged_and_they_are_not() -> None:
    assert flagged(MIDS) == []
    low = np.where(STRIKES == 100.0, 0.05 * MIDS, MIDS)
    assert flagged(low) == [100.0]


def test_what_an_uncertain_rate_leaves_open_is_not_flagged() -> None:
    deep = np.where(STRIKES == 80.0, 20.0 - 0.05, MIDS)
    assert flagged(deep) == [80.0]
    assert flagged(deep, rate_error=0.03) == []
