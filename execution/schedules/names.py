"""Every schedule by the name that is typed on a command line, made for one order in one market."""

from __future__ import annotations

from dataclasses import dataclass, field

from execution.market.regime import MarketConditions
from execution.orders import ParentOrder
from execution.schedules.almgren_chriss import almgren_chriss_for
from execution.schedules.implementation_shortfall import implementation_shortfall_for
from execution.schedules.obizhaeva_wang import obizhaeva_wang_for
from execution.schedules.pov import Pov
from execution.schedules.schedule import AdaptiveSchedule, Schedule
from execution.schedules.twap import Twap
from execution.schedules.volume import VolumeCurve, VolumeForecast
from execution.schedules.vwap import Vwap, VwapRealised
from execution.tca.cost_curve import CostCurve

SCHEDULES = (
    "twap",
    "vwap",
    "vwap-realised",
    "pov",
    "almgren-chriss",
    "obizhaeva-wang",
    "implementation-shortfall",
)
"""Of one order."""

MULTI_ASSET, COINTEGRATED = "multi-asset-almgren-chriss", "cointegrated"
"""Of several orders that are worked together; see execution.schedules.multi_asset_package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTerms:
    """What the named schedules need besides the order; each takes what it has a use for.

    risk_aversion: absolute, of exponential utility [per currency]. participation: of `pov`, own contracts
    over everybody's. volume_curve: the market's usual volume over the horizon. standing: contracts that the
    book stays away from its ideal after the order, see ImplementationShortfall.
    """

    conditions: MarketConditions
    curve: CostCurve
    risk_aversion: float = 0.0
    participation: float = 0.1
    volume_curve: VolumeCurve = field(default_factory=VolumeCurve)
    standing: float = 0.0


def schedule_named(name: str, order: ParentOrder, terms: ScheduleTerms) -> Schedule | AdaptiveSchedule:
    """The schedule of that name for the order; ValueError, with the names, when it is not in SCHEDULES."""
    conditions, curve, aversion = terms.conditions, terms.curve, terms.risk_aversion
    match name:
        case "twap":
            return Twap()
        case "vwap":
            return Vwap(curve=terms.volume_curve)
        case "vwap-realised":
            return VwapRealised(forecast=_forecast(order, terms))
        case "pov":
            rate = terms.participation
            return Pov(minimum=rate, maximum=rate, forecast=_forecast(order, terms))
        case "almgren-chriss":
            return almgren_chriss_for(order, conditions=conditions, curve=curve, risk_aversion=aversion)
        case "obizhaeva-wang":
            return obizhaeva_wang_for(order, conditions=conditions, curve=curve, risk_aversion=aversion)
        case "implementation-shortfall":
            return implementation_shortfall_for(
                order, conditions=conditions, curve=curve, risk_aversion=aversion, standing=terms.standing
            )
        case _:
            raise ValueError(f"there is no schedule '{name}': use one of {', '.join(SCHEDULES)}")


def _forecast(order: ParentOrder, terms: ScheduleTerms) -> VolumeForecast:
    expected = terms.conditions.average_daily_volume * order.horizon_days
    return VolumeForecast(curve=terms.volume_curve, expected=expected)
