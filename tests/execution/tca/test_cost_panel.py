from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.tca.calibrate import CostObservations, fit_cost_curve
from execution.tca.cost_panel import cost_panel
from tests.execution.test_cost_curve import TRUTH, observe


def test_the_true_curve_fits_its_orders_as_often_as_it_should() -> None:
    small = [cost_panel(observe(400, seed=seed), TRUTH).p_value < 0.1 for seed in range(200)]
    assert np.mean(small) == pytest.approx(0.1, abs=0.07)


def test_a_cost_that_grows_with_the_horizon_itself_is_found_out() -> None:
    seen = observe(2_000, seed=1, noise_scale=0.2)
    other = replace(seen, cost_bps=seen.cost_bps + 40.0 * seen.horizon_days**2)
    assert cost_panel(other, fit_cost_curve(other)).p_value < 1e-4
    assert cost_panel(seen, fit_cost_curve(seen)).p_value > 1e-3


def test_a_cell_is_the_mean_of_its_orders() -> None:
    count = 10
    alike = CostObservations(
        participation=np.full(count, 0.1),
        horizon_days=np.full(count, 0.5),
        volatility=np.full(count, 0.2),
        cost_bps=np.arange(float(count)),
    )
    (cell,) = cost_panel(alike, TRUTH).cells
    assert cell.orders == count
    assert cell.measured_bps == pytest.approx(4.5)
    expected = TRUTH.expected_bps(participation=0.1, horizon_days=0.5, volatility=0.2) - TRUTH.fee_bps
    assert cell.expected_bps == pytest.approx(expected)


def test_every_order_of_a_full_panel_is_in_one_cell() -> None:
    panel = cost_panel(observe(1_000, seed=2), TRUTH)
    assert len(panel.cells) == 27
    assert sum(cell.orders for cell in panel.cells) == 1_000


def test_too_few_orders_are_refused() -> None:
    with pytest.raises(ValueError, match="2 orders in 3 buckets"):
        cost_panel(observe(2, seed=3), TRUTH)
    with pytest.raises(ValueError, match="in 0 buckets"):
        cost_panel(observe(20, seed=3), TRUTH, buckets=0)
