"""A replay as a JSON document, as `schema("replay")` describes it."""

from __future__ import annotations

from hedger.replay_result import PolicyReplay, ReplayDay, ReplayResult
from hedger.report.json_document import Json, columns_of, decision_entry, finite
from hedger.result import SCHEMA_VERSION


def replay_document(result: ReplayResult) -> Json:
    """The whole replay but its timings; finite numbers only."""
    found: Json = finite(
        {
            "schema_version": SCHEMA_VERSION,
            "scenario": result.scenario,
            "title": result.title,
            "kind": result.kind,
            "stickiness": result.stickiness,
            "seed": result.settings.seed,
            "settings": columns_of(result.settings),
            "portfolio": result.portfolio_origin,
            "notes": result.notes,
            "sources": result.sources,
            "days": [day.isoformat() for day in result.days],
            "spot": dict(result.spot),
            "policies": [_policy(policy) for policy in result.policies],
        }
    )
    return found


def _policy(policy: PolicyReplay) -> Json:
    return {
        **columns_of(policy),
        "worst_day": policy.worst_day.isoformat(),
        "days": [_day(day) for day in policy.days],
    }


def _day(day: ReplayDay) -> Json:
    entry = columns_of(day)
    del entry["orders"]
    return {**entry, "day": day.day.isoformat(), "decisions": [decision_entry(d) for d in day.decisions]}
