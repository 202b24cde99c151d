"""The schedule that a user names."""

from __future__ import annotations

from execution.market.regime import MarketConditions
from execution.orders import ParentOrder
from execution.schedules.almgren_chriss import almgren_chriss_for
from execution.schedules.schedule import Schedule
from execution.schedules.twap import Twap
from execution.tca.cost_curve import CostCurve

SCHEDULE_NAMES = ("twap", "almgren-chriss")


def schedule_named(
    name: str, order: ParentOrder, *, conditions: MarketConditions, curve: CostCurve, risk_aversion: float
) -> Schedule:
    """The schedule of that name for one order; ValueError lists the names when there is none.

    risk_aversion: absolute risk aversion of exponential utility [per currency].
    """
    match name:
        case "twap":
            return Twap()
        case "almgren-chriss":
            return almgren_chriss_for(order, conditions=conditions, curve=curve, risk_aversion=risk_aversion)
    raise ValueError(f"no schedule is called '{name}'; there are {', '.join(SCHEDULE_NAMES)}")
