from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from scipy import stats

from execution.market.flows.alias_table import AliasTable, alias_table, draw_index
from execution.random_stream import Stream, new_stream


@njit
def counts_of(table: AliasTable, draws: int, stream: Stream) -> npt.NDArray[np.int64]:
    counts = np.zeros(table.shape[1], np.int64)
    for _ in range(draws):
        counts[draw_index(table, stream)] += 1
    return counts


@settings(deadline=None)
@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=50).filter(lambda w: sum(w) > 1e-3))
def test_the_cells_of_the_table_add_up_to_the_law(weights: list[float]) -> None:
    table = alias_table(weights)
    law = np.zeros(len(weights))
    keep, other = table
    np.add.at(law, np.arange(len(weights)), keep / len(weights))
    np.add.at(law, other.astype(int), (1.0 - keep) / len(weights))
    assert law == pytest.approx(np.array(weights) / sum(weights), abs=1e-12)


def test_draws_follow_the_law() -> None:
    weights = np.array([5.0, 0.0, 1.0, 3.0, 1.0])
    counts = counts_of(alias_table(weights), 200_000, new_stream(np.random.SeedSequence(1)))
    assert counts[1] == 0
    drawn = weights > 0
    assert stats.chisquare(counts[drawn], 200_000 * weights[drawn] / 10.0).pvalue > 1e-3


@pytest.mark.parametrize("weights", [[], [0.0, 0.0], [1.0, -1.0], [math.nan], [math.inf]])
def test_weights_that_are_no_law_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="expected finite numbers from 0 on, one of them positive"):
        alias_table(weights)
