"""Rules that learn nothing: pools get equal parts of what lit venues do not, at an even or optimal pace."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import final

import numpy as np
import numpy.typing as npt

from execution.agents.actions import Placement, Wanted
from execution.agents.desk import Desk
from execution.agents.routers import Router, join
from execution.venues.lit_dark_schedule import LitDarkSchedule
from execution.venues.router import LitOnly

FloatArray = npt.NDArray[np.float64]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EvenDark:
    """A lit router beside whose orders what is left rests in all pools alike, whatever they do."""

    lit: Router
    venues: int

    def route(self, desk: Desk) -> Wanted:
        """The lit router's orders, and the rest in equal parts."""
        wanted = LitOnly(lit=self.lit, venues=self.venues).route(desk)
        pools = desk.orders.resting.shape[1] - self.venues
        spare = np.maximum(desk.left - wanted.rest.sum(axis=1) - wanted.take.sum(axis=1), 0)
        rest, placement = wanted.rest.copy(), wanted.placement.copy()
        rest[:, self.venues :] = (spare // pools)[:, None]
        placement[:, self.venues :] = np.where(spare > 0, Placement.JOIN, Placement.WITHDRAW)[:, None]
        price = wanted.price_ticks.copy()
        price[:, self.venues :] = -desk.memory["side"][:, None]
        return replace(wanted, rest=rest, placement=placement, price_ticks=price)


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class LitDarkPace:
    """A router of lit venues that rests at the near touch of each what the schedule trades by then.

    The schedule's slices are the order's decisions, and so is its horizon the order's.
    """

    schedule: LitDarkSchedule

    def route(self, desk: Desk) -> Wanted:
        """The schedule's share of what is left, at every venue."""
        memory = desk.memory
        lots = np.zeros(len(desk), np.int64)
        for at in np.flatnonzero(~desk.is_over):
            share = _shares(self.schedule, int(memory["decisions"][at]))[memory["decision"][at]]
            lots[at] = np.ceil(share * memory["left"][at])
        return join(desk, np.repeat(lots[:, None], len(desk.orders.venues), axis=1))


@cache
def _shares(schedule: LitDarkSchedule, slices: int) -> FloatArray:
    """Share of what is left that each slice trades while nobody comes, shape (slice,)."""
    left = schedule.remaining(slices)
    shares: FloatArray = 1.0 - left[1:] / np.maximum(left[:-1], np.finfo(float).tiny)
    return shares
