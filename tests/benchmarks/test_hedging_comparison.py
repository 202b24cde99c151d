from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.hedging_comparison import (
    NAMES,
    RESAMPLES,
    Comparison,
    certainty_equivalent,
    compared,
    deviation,
    driftless,
    shortfall,
)
from benchmarks.hedging_study import outcome
from benchmarks.hedging_tables import reference_table
from hedger.network.risk import entropic_risk, expected_shortfall
from tests.benchmarks.test_hedging_study import leg, path_of

BOOKS = 40


def comparison(seed: int = 0, *, per_day: int = 2) -> Comparison:
    rng = np.random.default_rng(seed)
    shape = BOOKS, len(NAMES)
    starts = tuple(date(2018, 1, 2) + timedelta(book // per_day) for book in range(BOOKS))
    return Comparison(
        kinds=("straddle",) * BOOKS,
        starts=starts,
        aversion=50.0,
        profit=rng.normal(5.0, 60.0, shape),
        cost=rng.uniform(0.0, 2.0, shape),
        turnover=rng.uniform(0.0, 2.0, shape),
        trades=rng.integers(0, 20, shape).astype(np.float64),
        days=starts[:15],
        squares=rng.uniform(0.0, 100.0, (15, len(NAMES))),
        steps=np.full(15, 20.0),
    )


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1_000), block=st.integers(1, 30))
def test_books_of_a_start_day_are_drawn_together_and_as_many_days_as_there_are(seed: int, block: int) -> None:
    study = comparison(seed)
    weights = study.weights(np.ones(BOOKS, dtype=np.bool_), block=block)
    assert weights.shape == (1 + RESAMPLES, BOOKS)
    assert np.all(weights[0] == 1.0)
    assert np.array_equal(weights[:, ::2], weights[:, 1::2])
    assert np.all(weights.sum(axis=1) == BOOKS)


def test_books_left_out_never_count() -> None:
    kept = np.arange(BOOKS) < 10
    weights = comparison().weights(kept, block=2)
    assert np.all(weights[:, ~kept] == 0.0)
    assert np.all(weights[:, kept].sum(axis=1) == 10)


def test_weighted_figures_are_those_of_the_books_repeated() -> None:
    study = comparison()
    weights = study.weights(np.ones(BOOKS, dtype=np.bool_), block=3)[:5]
    for row, counts in enumerate(weights):
        repeated = np.repeat(study.profit, counts.astype(np.int64), axis=0)
        assert deviation(study.profit, weights)[row] == pytest.approx(repeated.std(axis=0))
        for policy, own in enumerate(repeated.T):
            assert shortfall(study.profit, weights)[row, policy] == pytest.approx(
                float(expected_shortfall(-own, 0.95))
            )
            assert certainty_equivalent(study, weights)[row, policy] == pytest.approx(
                -1e4 * float(entropic_risk(-own / 1e4, 50.0))
            )


def test_driftless_does_not_see_a_gain_that_every_book_has() -> None:
    study, weights = comparison(), np.ones((1, BOOKS))
    richer = Comparison(
        **{name: getattr(study, name) for name in study.__dataclass_fields__} | {"profit": study.profit + 7.0}
    )
    np.testing.assert_allclose(driftless(richer, weights), driftless(study, weights))
    np.testing.assert_allclose(
        certainty_equivalent(richer, weights), certainty_equivalent(study, weights) + 7.0
    )


def test_squares_are_of_every_step_by_the_day_on_which_it_ends() -> None:
    paths = [path_of(leg(-1000.0)), path_of(leg(500.0), leg(500.0, is_call=False))]
    study = compared(paths, cost_bps=1.0, aversion=50.0)
    unhedged = [outcome(path, None, cost_bps=1.0, aversion=50.0).steps for path in paths]
    assert study.days == paths[0].step_days
    assert study.steps.tolist() == [2.0] * 4
    np.testing.assert_allclose(study.squares[:, 0], np.square(unhedged).sum(axis=0))
    assert study.profit[:, 0] == pytest.approx([steps.sum() for steps in unhedged])


def test_a_policy_as_good_as_the_reference_gains_nothing_on_it() -> None:
    study = comparison()
    study.profit[:] = study.profit[:, :1]
    groups = {"all": np.ones(BOOKS, dtype=np.bool_)}
    _, gains = reference_table(study, groups, block=2, title="", measure=certainty_equivalent)
    assert [gain.value for gain in gains] == [0.0] * (len(NAMES) - 1)
