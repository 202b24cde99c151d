"""Training of the network of the response: it finds what was put in, and looks at no later day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from hedger.network.hedge_ratio.days import RatioDays, ratio_days
from pricing.embedded import embedded_history, embedded_vix_history
from pricing.hedge_ratio.vix_law import INDEX_RESPONSE, vix_days

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def made_up_days(factor_of_gap: float) -> RatioDays:
    """Days from 2014 to 2018 whose response grows by `factor_of_gap` per unit of gap."""
    rng = np.random.default_rng(11)
    start = np.arange(np.datetime64("2014-01-01"), np.datetime64("2019-01-01"))
    features = rng.normal(size=(len(start), 3))
    log_return = 0.01 * rng.standard_normal(len(start))
    level = np.full(len(start), 0.15)
    expected = -1.3 * log_return / level
    change = expected * np.exp(factor_of_gap * features[:, 2]) + 0.02 * rng.standard_normal(len(start))
    return RatioDays(
        start=start, features=features, log_return=log_return, level=level, expected=expected, change=change
    )


def test_a_response_to_the_gap_that_was_put_in_is_learnt() -> None:
    from hedger.network.hedge_ratio.train import train_ratio_network

    network = train_ratio_network(made_up_days(0.2), seed=0, networks=1, epochs=400)
    rows = np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert_allclose(network.factor(rows), np.exp(0.2 * rows[:, 2]), atol=0.08)


def test_the_days_held_back_change_nothing() -> None:
    from hedger.network.hedge_ratio.train import train_ratio_network

    days = made_up_days(0.0)
    late = days.start >= np.datetime64("2018-01-01")
    other = replace(days, change=np.where(late, 5.0, days.change))
    first, second = (train_ratio_network(each, seed=1, networks=1, epochs=20) for each in (days, other))
    assert np.array_equal(first.last, second.last)


def test_the_features_of_a_day_are_known_before_its_return() -> None:
    index, days = embedded_history("SPX"), vix_days(embedded_history("SPX"), embedded_vix_history())
    whole = ratio_days(index, days, INDEX_RESPONSE)
    known = ratio_days(index.until(days.start[300].item()), days, INDEX_RESPONSE)
    assert_allclose(whole.features[:300], known.features[:300], atol=0.0)
    assert len(whole.start) == len(days.start)
