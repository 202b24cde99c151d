from __future__ import annotations

import numpy as np
import pytest

from execution.impact.calibration import reliability
from execution.impact.calibration_plot import calibration_figure
from execution.impact.skill import skill, skill_gain

RNG = np.random.default_rng(5)
SIGNAL = RNG.normal(size=4000)
REALISED = SIGNAL + RNG.normal(size=4000)
NOTHING = np.zeros(4000)


def test_a_perfect_forecast_has_skill_one_and_the_plain_one_none() -> None:
    assert skill(REALISED, REALISED, NOTHING, block=50).value == 1.0
    assert skill(REALISED, NOTHING, NOTHING, block=50).value == 0.0


def test_a_forecast_of_half_the_variance_has_half_the_skill_within_its_interval() -> None:
    found = skill(REALISED, SIGNAL, NOTHING, block=50)
    assert found.lower < 0.5 < found.upper
    assert found.upper - found.lower < 0.1


def test_a_gain_is_the_difference_of_skills_and_turns_round() -> None:
    ours, theirs = SIGNAL, 0.5 * SIGNAL
    gain = skill_gain(REALISED, ours, theirs, NOTHING, block=50)
    back = skill_gain(REALISED, theirs, ours, NOTHING, block=50)
    apart = [skill(REALISED, each, NOTHING, block=50).value for each in (ours, theirs)]
    assert gain.value == pytest.approx(apart[0] - apart[1])
    assert (gain.lower, gain.upper) == pytest.approx((-back.upper, -back.lower))


@pytest.mark.parametrize("block", [2001, 5000])
def test_fewer_than_two_blocks_are_refused(block: int) -> None:
    with pytest.raises(ValueError, match="two"):
        skill(REALISED, SIGNAL, NOTHING, block=block)
    with pytest.raises(ValueError, match="two blocks"):
        reliability(SIGNAL, REALISED, block=block)


def test_what_is_not_finite_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        skill(REALISED, NOTHING + np.nan, NOTHING, block=50)
    with pytest.raises(ValueError, match="finite"):
        reliability(NOTHING + np.nan, REALISED, block=50)


def test_calibrated_forecasts_have_slope_one_and_intervals_that_cover() -> None:
    found = reliability(SIGNAL, REALISED, block=50)
    assert found.slope[1] < 1.0 < found.slope[2]
    assert found.covered >= 0.7
    assert np.all(np.diff(found.forecast) > 0.0)


def test_forecasts_that_say_twice_too_much_have_half_the_slope() -> None:
    assert reliability(2.0 * SIGNAL, REALISED, block=50).slope[0] == pytest.approx(0.5, abs=0.05)


def test_bins_hold_every_row_once() -> None:
    found = reliability(SIGNAL[:1003], REALISED[:1003], block=50, bins=7)
    assert len(found.realised) == 7
    assert found.rows == 1003


def test_one_forecast_for_all_has_no_slope() -> None:
    assert np.isnan(reliability(NOTHING, REALISED, block=50).slope[0])


def test_the_figure_shows_each_curve_beside_the_perfect_one() -> None:
    curves = {"a": reliability(SIGNAL, REALISED, block=50), "b": reliability(NOTHING, REALISED, block=50)}
    figure = calibration_figure(curves, title="moves", unit="ticks")
    assert [trace.name.split(",")[0] for trace in figure.data] == ["perfect", "a", "b"]
    with pytest.raises(ValueError, match="no curve"):
        calibration_figure({}, title="moves", unit="ticks")
