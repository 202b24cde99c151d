from __future__ import annotations

import numpy as np
import pytest

from execution.market.session import u_shape


@pytest.mark.parametrize("depth", [0.0, 0.35, 0.9])
def test_the_u_is_one_on_average_high_at_both_ends_and_low_at_noon(depth: float) -> None:
    shape = np.array([u_shape(elapsed, depth) for elapsed in np.linspace(0.0, 1.0, 2001)])
    assert shape.mean() == pytest.approx(1.0, abs=1e-3)
    assert shape[0] == shape[-1] == pytest.approx(1.0 + 2.0 * depth)
    assert shape.min() == pytest.approx(1.0 - depth)


def test_before_and_after_the_session_its_ends_hold() -> None:
    assert u_shape(-1.0, 0.5) == u_shape(0.0, 0.5) == u_shape(2.0, 0.5)
