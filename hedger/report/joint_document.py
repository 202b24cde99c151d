"""How underlyings move together, and what working them together saves, as entries of a run's document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hedger.result import HedgeRun
from hedger.spreads.co_movement import CoMovement
from hedger.spreads.joint_work import JointWork

Json = dict[str, Any]


def movement_entry(run: HedgeRun) -> Json | None:
    """The correlation with its error; None where there is one underlying or nothing trades."""
    found: CoMovement | None = run.movement
    if found is None:
        return None
    days = [None if day is None else day.isoformat() for day in (found.first_day, found.last_day)]
    return {
        "underlyings": list(found.symbols),
        "correlation": found.correlation,
        "sample": found.sample,
        "lower": found.lower,
        "upper": found.upper,
        "shrinkage": found.shrinkage,
        "observations": found.observations,
        "first_day": days[0],
        "last_day": days[1],
        "unknown": found.unknown or None,
    }


def joint_entry(run: HedgeRun) -> Json | None:
    """The joint schedule and what it is expected to cost; None where no orders could be worked together."""
    work: JointWork | None = run.joint
    if work is None:
        return None
    return {
        "schedule": work.schedule,
        "underlyings": list(work.underlyings),
        "together": None if work.together is None else asdict(work.together),
        "apart": None if work.apart is None else asdict(work.apart),
        "saving": work.saving,
        "reversion": _reversion(work),
        "reason": work.reason or None,
    }


def _reversion(work: JointWork) -> Json | None:
    fit = work.reversion
    if fit is None:
        return None
    return {
        "rank": fit.rank,
        "trace": fit.test.trace,
        "critical": fit.test.critical,
        "half_lives": fit.half_lives,
        "reversion": fit.prices.reversion,
        "reversion_error": fit.reversion_error,
        "drift_per_day": list(work.drift_per_day),
        "observations": fit.observations,
    }
