"""The cost curve of an instrument before any of its fills is known."""

from __future__ import annotations

from execution.tca.cost_curve import CostCurve

SPREAD_FRACTION = 0.5
IMPACT_COEFFICIENT = 0.7
_PRIOR_RELATIVE_ERROR = 0.5


def default_cost_curve(
    *, tick_size: float, price: float, half_spread_ticks: float, fee_per_contract: float, multiplier: float
) -> CostCurve:
    """Cost curve of an instrument that nobody has traded yet."""
    half_spread_bps = 1e4 * SPREAD_FRACTION * half_spread_ticks * tick_size / price
    return CostCurve(
        half_spread_bps=half_spread_bps,
        fee_bps=1e4 * fee_per_contract / (price * multiplier),
        impact_coefficient=IMPACT_COEFFICIENT,
        origin="default",
        half_spread_standard_error_bps=_PRIOR_RELATIVE_ERROR * half_spread_bps,
        impact_standard_error=_PRIOR_RELATIVE_ERROR * IMPACT_COEFFICIENT,
    )
