"""Validity of the markets, controls and plain tables of a comparison."""

from __future__ import annotations

import math

import numpy as np
import pytest

from execution.agents.comparison import paired_difference
from execution.agents.comparison_checks import (
    CONTROL_TITLES,
    DIFFERENCE_TITLES,
    VALIDITY_TITLES,
    MarketValidityReport,
    as_text,
    control_rows,
    difference_rows,
    no_signal_control,
    sign_flip_control,
    validity_rows,
)


def report(**changes: np.ndarray) -> MarketValidityReport:
    columns = {
        "makers_alive": np.ones(3, np.bool_),
        "spread_ticks": np.array([1.0, 2.0, 3.0]),
        "widest_spread_ticks": np.array([2.0, 4.0, 9.0]),
        "lots_discarded": np.zeros(3, np.int64),
        "completion": np.array([1.0, 0.9, 1.0]),
    }
    return MarketValidityReport.of(**(columns | changes))


def shifted(by: float) -> object:
    noise = np.random.default_rng(1).normal(0.0, 0.1, 50)
    return paired_difference(noise + by, np.zeros(50), challenger="agent", baseline="twap")


def test_markets_whose_makers_lived_are_valid() -> None:
    found = report()
    assert found.is_valid
    assert (found.mean_spread_ticks, found.widest_spread_ticks, found.completion) == (2.0, 9.0, 0.9)


@pytest.mark.parametrize(
    "broken",
    [
        {"makers_alive": np.array([True, False, True])},
        {"spread_ticks": np.array([1.0, math.inf, 1.0])},
        {"widest_spread_ticks": np.array([1.0, math.nan, 1.0])},
        {"lots_discarded": np.array([0, 0, 1])},
    ],
)
def test_one_broken_episode_makes_the_markets_invalid(broken: dict[str, np.ndarray]) -> None:
    assert not report(**broken).is_valid


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="expected one length"):
        report(completion=np.ones(2))


def test_the_no_signal_control_fails_when_somebody_wins() -> None:
    assert not no_signal_control(shifted(-1.0)).passed
    assert no_signal_control(shifted(0.0)).passed
    assert no_signal_control(shifted(1.0)).passed


def test_the_sign_flip_control_fails_unless_the_flipped_agent_costs_more() -> None:
    assert sign_flip_control(shifted(1.0)).passed
    assert not sign_flip_control(shifted(0.0)).passed
    assert not sign_flip_control(shifted(-1.0)).passed


def test_tables_have_a_cell_for_each_title_and_columns_of_one_width() -> None:
    tables = (
        (DIFFERENCE_TITLES, difference_rows([shifted(1.0), shifted(-1.0)])),
        (VALIDITY_TITLES, validity_rows([("calm", report())])),
        (CONTROL_TITLES, control_rows([no_signal_control(shifted(0.0))])),
    )
    for titles, rows in tables:
        lines = as_text(titles, rows).splitlines()
        assert all(len(row) == len(titles) for row in rows)
        assert len({len(line) for line in lines}) == 1
