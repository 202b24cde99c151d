from __future__ import annotations

import numpy as np

from pricing.surface.smile import Smile


def test_a_locked_quote_weighs_as_one_of_a_thousandth_either_way() -> None:
    variance = np.array([0.04, 0.05])
    locked = Smile(expiry_years=1.0, log_moneyness=np.array([-0.1, 0.1]), lower=variance, upper=variance)
    assert locked.residuals(variance).tolist() == [0.0, 0.0]
    narrow = Smile(
        expiry_years=1.0,
        log_moneyness=np.array([-0.1, 0.1]),
        lower=0.999 * variance,
        upper=1.001 * variance,
    )
    np.testing.assert_allclose(
        locked.residuals(1.01 * variance), narrow.residuals(1.01 * variance), rtol=1e-9
    )
