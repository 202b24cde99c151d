from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from pricing.correlation import estimate_correlation
from pricing.embedded import embedded_history
from pricing.errors import InputError
from pricing.history import PriceHistory

DAYS = np.arange("2010-01-01", "2016-01-01", dtype="datetime64[D]")
DAYS = DAYS[np.is_busday(DAYS)]


def histories(correlation: float = 0.6, *, assets: int = 2, seed: int = 0) -> list[PriceHistory]:
    """Independent normal returns of 1% a day, equally correlated."""
    matrix = np.full((assets, assets), correlation) + (1.0 - correlation) * np.eye(assets)
    normals = np.random.default_rng(seed).standard_normal((len(DAYS), assets))
    close = 100.0 * np.exp(0.01 * np.cumsum(normals @ np.linalg.cholesky(matrix).T, axis=0))
    return [PriceHistory(symbol=f"A{at}", dates=DAYS, close=close[:, at]) for at in range(assets)]


def test_the_sample_is_pearsons_coefficient() -> None:
    given = histories(assets=3)
    expected = np.corrcoef([history.log_returns() for history in given])
    found = estimate_correlation(given, resamples=10)
    assert_allclose(found.sample, expected, rtol=1e-12)
    assert_allclose(found.correlation, expected, rtol=1e-12)
    assert found.frobenius_distance == 0.0


def test_both_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    covered = np.zeros(2)
    for seed in range(60):
        found = estimate_correlation(histories(seed=seed), level=0.9, resamples=100)
        covered += [
            found.lower[0, 1] <= 0.6 <= found.upper[0, 1],
            found.block_lower[0, 1] <= 0.6 <= found.block_upper[0, 1],
        ]
    assert np.all(covered >= 46)
    assert np.all(covered < 60)


def test_fishers_interval_is_that_of_the_formula() -> None:
    found = estimate_correlation(histories(), resamples=10)
    reach = 1.959963984540054 / np.sqrt(found.observations - 3)
    centre = np.arctanh(found.sample[0, 1])
    assert found.lower[0, 1] == pytest.approx(np.tanh(centre - reach))
    assert found.upper[0, 1] == pytest.approx(np.tanh(centre + reach))


def test_clustered_volatility_makes_the_block_interval_the_wider_one() -> None:
    given = histories()
    calm = np.repeat(np.tile([0.2, 3.0], len(DAYS) // 80 + 1), 40)[: len(DAYS)]
    stormy = [
        replace(each, close=100.0 * np.exp(np.cumsum(calm * np.diff(np.log(each.close), prepend=0.0))))
        for each in given
    ]
    found = estimate_correlation(stormy, block_days=80)
    assert found.block_upper[0, 1] - found.block_lower[0, 1] > 1.2 * (found.upper[0, 1] - found.lower[0, 1])


def test_days_that_one_history_lacks_are_lost_to_both_and_said() -> None:
    first, second = histories()
    gaps = np.delete(np.arange(len(DAYS)), [7, 8, 300])
    second = replace(second, dates=DAYS[gaps], close=second.close[gaps])
    found = estimate_correlation([first, second], resamples=10)
    assert found.lost_days == (3, 0)
    assert found.observations == len(DAYS) - 4
    assert "3 of A0" in found.note
    expected = np.corrcoef(np.diff(np.log(first.close[gaps])), second.log_returns())[0, 1]
    assert found.sample[0, 1] == pytest.approx(expected)


def test_a_decay_weighs_new_returns_more() -> None:
    given = histories()
    turned = given[1].close.copy()
    turned[-200:] = turned[-201] * np.exp(-(np.log(given[0].close[-200:]) - np.log(given[0].close[-201])))
    found = estimate_correlation([given[0], replace(given[1], close=turned)], decay=0.94, resamples=50)
    assert found.sample[0, 1] == pytest.approx(-1.0, abs=1e-3)
    assert found.block_upper[0, 1] < 0.0
    assert found.effective_observations == pytest.approx(1.94 / 0.06, rel=1e-6)


def test_a_seed_decides_the_bootstrap() -> None:
    first, again, other = (estimate_correlation(histories(), resamples=50, seed=seed) for seed in (1, 1, 2))
    assert first.block_lower[0, 1] == again.block_lower[0, 1] != other.block_lower[0, 1]


def test_a_history_and_its_copy_are_perfectly_correlated_without_a_width() -> None:
    first = histories()[0]
    found = estimate_correlation([first, replace(first, symbol="copy")], resamples=10)
    assert found.sample[0, 1] == pytest.approx(1.0)
    assert found.lower[0, 1] == pytest.approx(1.0)
    assert found.block_lower[0, 1] == pytest.approx(1.0)


def test_real_indices_move_together() -> None:
    found = estimate_correlation([embedded_history("SPX"), embedded_history("COMP")], resamples=50)
    assert 0.7 < found.lower[0, 1] < found.upper[0, 1] < 0.98


def test_unusable_histories_are_refused_with_what_is_wrong() -> None:
    first, second = histories()
    with pytest.raises(InputError, match="two or more histories"):
        estimate_correlation([first])
    with pytest.raises(InputError, match="different symbols"):
        estimate_correlation([first, first])
    late = replace(second, dates=second.dates + 10_000)
    with pytest.raises(InputError, match="0 days in common"):
        estimate_correlation([first, late])
    still = replace(second, close=np.full(len(DAYS), 5.0))
    with pytest.raises(InputError, match="never moves"):
        estimate_correlation([first, still])


@pytest.mark.parametrize("wrong", [{"decay": 0.0}, {"decay": 1.1}, {"level": 1.0}, {"decay": np.nan}])
def test_settings_outside_of_their_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must lie in"):
        estimate_correlation(histories(), **wrong)
