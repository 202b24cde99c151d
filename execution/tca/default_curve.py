"""The cost curve of an instrument before any of its fills is known, measured on our simulator."""

from __future__ import annotations

from execution.tca.cost_curve import CostCurve

# `python benchmarks/cost_curve.py` prints 0.089 +- 0.104 and 0.412 +- 0.023: calm regime, E-mini conditions,
# TWAP. Resting at the touch earns the half spread; waiting there gives it back and a little more.
SPREAD_FRACTION = 0.09
IMPACT_COEFFICIENT = 0.41


def default_cost_curve(
    *, tick_size: float, price: float, half_spread_ticks: float, fee_per_contract: float, multiplier: float
) -> CostCurve:
    """Cost curve of an instrument that nobody has traded yet; tick_size, price and fee in currency.

    A small order pays SPREAD_FRACTION of the half spread, a large one IMPACT_COEFFICIENT of the square-root
    law. The standard errors are those of a belief about other markets, far wider than the simulator's own:
    the whole half spread, since an order may earn it or pay it, and the whole impact coefficient.
    """
    half_spread_bps = 1e4 * half_spread_ticks * tick_size / price
    return CostCurve(
        half_spread_bps=SPREAD_FRACTION * half_spread_bps,
        fee_bps=1e4 * fee_per_contract / (price * multiplier),
        impact_coefficient=IMPACT_COEFFICIENT,
        origin="default measured on the simulator",
        half_spread_standard_error_bps=half_spread_bps,
        impact_standard_error=IMPACT_COEFFICIENT,
    )
