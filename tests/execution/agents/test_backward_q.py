"""Backward tabular Q on recorded flow: its samples, its recursion and its choices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.agents.backward_q import (
    SIDES,
    QuotingTask,
    SliceOutcomes,
    bins,
    learn,
    slice_outcomes,
)
from execution.agents.quoting import VARIABLES, SubmitAndLeave, work_quotes
from execution.recorded.replay import ReplayMarket
from tests.execution.recorded.recordings import random_rows, recording
from tests.twins.backward_q import slow_values

SECOND = 10**9
DEEP = {(1, 90): 500, (-1, 110): 500}


def task(**changes: object) -> QuotingTask:
    terms = {"decisions": 3, "units": 4, "unit_lots": 2, "offsets_ticks": (-1, 0, 2)}
    return QuotingTask(**(terms | changes))


def random_outcomes(rng: np.random.Generator, slices: int, of: QuotingTask) -> SliceOutcomes:
    shape = (2, slices, len(of.offsets_ticks), of.units + 1)
    units = np.arange(of.units + 1)
    return SliceOutcomes(
        cost=rng.normal(size=shape) * units,
        left=units * rng.uniform(size=shape[:3])[..., None],
        crossing=rng.uniform(1.0, 2.0, (2, slices + 1, 1)) * units,
        variables=rng.normal(size=(2, slices + 1, len(VARIABLES))),
    )


def sure(cost: list[float], fills: list[float], slices: int = 40) -> SliceOutcomes:
    """Each price always costs so much a unit and fills so much of the order; crossing costs 5 a unit."""
    units = np.arange(5.0)
    filled = np.array(fills)[None, None, :, None] * units
    shape = np.ones((2, slices, 1, 1))
    return SliceOutcomes(
        cost=shape * filled * np.array(cost)[None, None, :, None],
        left=shape * (units - filled),
        crossing=np.ones((2, slices + 1, 1)) * 5.0 * units,
        variables=np.zeros((2, slices + 1, len(VARIABLES))),
    )


@pytest.mark.parametrize("seed", range(5))
def test_the_recursion_equals_its_slow_twin(seed: int) -> None:
    of = task()
    outcomes = random_outcomes(np.random.default_rng(seed), 6, of)
    found = learn(outcomes, of).values[:, :, 0]
    assert np.allclose(found, slow_values(outcomes, of), rtol=1e-12, atol=1e-12)


def test_in_a_sure_market_the_exact_optimum_is_found() -> None:
    # The patient price fills half of what is left for nothing; 4 units leave 2, 1, 0.5 to cross at 5 each.
    table = learn(sure([0.0, 1.0, 2.0], [0.5, 0.0, 1.0]), task())
    assert table.values[2, 4].min() == pytest.approx(8.0)  # all at 2 beats half at 5
    assert table.values[1, 4].min() == pytest.approx(4.0)
    assert table.values[0, 4].min() == pytest.approx(2.0)
    assert [table.offset_ticks(t, 8, np.zeros(3)) for t in range(3)] == [-1, -1, 2]


def test_what_is_left_is_rounded_up_to_a_unit() -> None:
    table = learn(sure([0.0, 1.0, 2.0], [0.5, 0.0, 1.0]), task())
    values = table.values.copy()
    values[0, 1, 0] = (0.0, 1.0, 1.0)
    values[0, 2, 0] = (1.0, 0.0, 1.0)
    rounded = type(table)(task=table.task, values=values)
    assert [rounded.offset_ticks(0, lots, np.zeros(3)) for lots in (1, 2, 3, 4)] == [-1, -1, 0, 0]


def test_variables_tell_states_apart_and_thin_bins_learn_from_all() -> None:
    outcomes = sure([0.0, 0.0, 0.0], [1.0, 1.0, 1.0])
    wide = np.arange(41) % 2 == 1
    outcomes.variables[:, :, 0] = wide
    outcomes.cost[:, :, 0] = np.where(wide[:-1, None], 4.0, 0.0)
    outcomes.cost[:, :, 2] = np.where(wide[:-1, None], 0.0, 4.0)
    outcomes.cost[:, :, 1] = 9.0
    table = learn(outcomes, task(decisions=1), variables=("spread",), parts=2, fewest=10)
    assert [table.offset_ticks(0, 8, np.array([spread, 0.0, 0.0])) for spread in (0.0, 1.0)] == [-1, 2]
    pooled = learn(outcomes, task(decisions=1), variables=("spread",), parts=2, fewest=99)
    assert np.allclose(pooled.values[:, :, 0], pooled.values[:, :, 1])


def test_bins_are_numbered_by_variable_and_hold_what_no_sample_reached() -> None:
    edges = (("spread", np.array([1.0, 2.0])), ("signed volume", np.array([0.0, 5.0])))
    seen = np.array([[0.5, 9.0, -1.0], [1.5, 9.0, 3.0], [99.0, 9.0, 99.0]])
    assert bins(seen, edges).tolist() == [0, 4, 8]
    assert bins(seen, ()).tolist() == [0, 0, 0]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_one_trial_tells_what_every_smaller_order_would_have_met(seed: int) -> None:
    record = recording(random_rows(np.random.default_rng(seed), 40), DEEP)
    of, edges = task(), SECOND * np.arange(5, 40, 6)
    found = slice_outcomes(record, of, edges)
    for row, side in enumerate(SIDES):
        for at, unit, column in ((0, 1, 0), (1, 3, 2), (2, 2, 1)):
            market = ReplayMarket(record, start_ns=int(edges[at]))
            bid, ask = market.best_bid_ticks, market.best_ask_ticks
            near = min(bid, ask - 1) if side > 0 else max(ask, bid + 1)
            market.submit_limit(side, unit * of.unit_lots, near + side * of.offsets_ticks[column])
            market.advance_to(int(edges[at + 1]))
            filled = sum(fill.quantity for fill in market.take_fills())
            assert found.left[row, at, column, unit] * of.unit_lots == unit * of.unit_lots - filled


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_a_passive_order_of_one_slice_costs_what_its_outcome_and_crossing_say(seed: int) -> None:
    record = recording(random_rows(np.random.default_rng(seed), 40), DEEP)
    of, edges = task(decisions=1, offsets_ticks=(-2, -1, 0)), SECOND * np.array([7, 20])
    found = slice_outcomes(record, of, edges)
    for row, side in enumerate(SIDES):
        for column, offset in enumerate(of.offsets_ticks):
            worked = work_quotes(
                SubmitAndLeave(offset=offset), ReplayMarket(record), side=side, quantity=8, edges_ns=edges
            )
            left = found.left[row, 0, column, 4]
            crossing = np.interp(left * 2, of.lots, found.crossing[row, 1])
            exact = (found.crossing[row, 1, 1:] - found.crossing[row, 1, :-1]) / 2
            if np.isin(left, np.arange(5)) or np.ptp(exact) == 0.0:
                assert worked.cost == pytest.approx(found.cost[row, 0, column, 4] + crossing)


def test_the_first_slices_are_those_of_a_shorter_recording() -> None:
    outcomes = random_outcomes(np.random.default_rng(1), 9, task())
    part = outcomes.first(4)
    assert (part.cost.shape[1], part.left.shape[1], part.crossing.shape[1], part.variables.shape[1]) == (
        4,
        4,
        5,
        5,
    )
    with pytest.raises(ValueError, match="slices is 0"):
        outcomes.first(0)


@pytest.mark.parametrize("field", ["decisions", "units", "unit_lots"])
def test_a_task_without_time_or_size_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} is 0"):
        task(**{field: 0})


def test_what_cannot_be_learned_is_refused() -> None:
    with pytest.raises(ValueError, match="offsets_ticks is empty"):
        task(offsets_ticks=())
    with pytest.raises(ValueError, match="variables are moon"):
        learn(random_outcomes(np.random.default_rng(1), 3, task()), task(), variables=("moon",))
    with pytest.raises(ValueError, match="1 edges, expected at least 2"):
        slice_outcomes(recording([], DEEP), task(), np.array([SECOND]))
