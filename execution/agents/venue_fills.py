"""Where an order was filled, and what the mid did after its dark fills beside like lit ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from execution.agents.scenario_study import ScenarioStudy, WorkedOrders
from execution.agents.study_control import LeakageByMarket
from execution.agents.study_markets import study_venues

FloatArray = npt.NDArray[np.float64]
_STRETCHES = 10  # of an order's time, within which fills are like


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueUse:
    """What one venue filled: share of the lots traded, and of those the share that rested, NaN where none."""

    venue: str
    is_dark: bool
    share: float
    rested: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterDarkFills:
    """The mid's move against dark fills, beside that against lit fills at rest of the same order and time.

    Over execution.agents.observed_markets.MARKOUT_SECONDS from each fill, by lots [bps of the mid]; positive
    where the counterparty was right. moves: market by market, the lit ones its control. matched: share of the
    dark lots with lit fills at rest in the same tenth of the order's time in the same market, which alone
    count.
    """

    moves: LeakageByMarket
    matched: float


def venue_uses(study: ScenarioStudy, worked: WorkedOrders) -> tuple[VenueUse, ...]:
    """Every venue of the study, as fills number them."""
    fills, venues = worked.fills, study_venues(study.scenario)
    lots = np.bincount(fills["venue"], weights=fills["lots"], minlength=len(venues))
    rested = np.bincount(fills["venue"], weights=fills["lots"] * fills["is_maker"], minlength=len(venues))
    return tuple(
        VenueUse(
            venue=one.name,
            is_dark=one.is_dark,
            share=float(lots[at] / lots.sum()) if lots.sum() else 0.0,
            rested=float(rested[at] / lots[at]) if lots[at] else np.nan,
        )
        for at, one in enumerate(venues)
    )


def after_dark_fills(study: ScenarioStudy, worked: WorkedOrders) -> AfterDarkFills:
    """Compare moves stretch by stretch; a stretch counts by its dark lots."""
    fills, order = worked.fills, study.order
    is_dark = np.array([one.is_dark for one in study_venues(study.scenario)])[fills["venue"]]
    known = ~np.isnan(fills["later_ticks"]) & (is_dark | fills["is_maker"])
    since = np.clip(fills["ts_ns"] - order.start_ns, 0, order.horizon_ns - 1)
    stretch = fills["market"] * _STRETCHES + since * _STRETCHES // order.horizon_ns
    mid = fills["mid_ticks"]
    against = -1e4 * int(order.side) * (fills["later_ticks"] - mid) / mid

    def by_stretch(chosen: npt.NDArray[np.bool_]) -> tuple[FloatArray, FloatArray]:
        at, lots = stretch[chosen], fills["lots"][chosen].astype(np.float64)
        count = study.episodes * _STRETCHES
        total = np.bincount(at, weights=lots, minlength=count).astype(np.float64)
        moved = np.bincount(at, weights=lots * against[chosen], minlength=count)
        return total, moved / np.where(total > 0.0, total, np.nan)

    dark_lots, dark = by_stretch(known & is_dark)
    lit_lots, lit = by_stretch(known & ~is_dark)
    weights = np.where(lit_lots > 0.0, dark_lots, 0.0).reshape(study.episodes, _STRETCHES)
    total = weights.sum(axis=1)

    def by_market(moves: FloatArray) -> FloatArray:
        paid = (weights * np.where(weights > 0.0, moves.reshape(weights.shape), 0.0)).sum(axis=1)
        mean: FloatArray = paid / np.where(total > 0.0, total, np.nan)
        return mean

    all_dark = float(fills["lots"][is_dark].sum())
    return AfterDarkFills(
        moves=LeakageByMarket.of(by_market(dark), by_market(lit)),
        matched=float(total.sum()) / all_dark if all_dark else np.nan,
    )
