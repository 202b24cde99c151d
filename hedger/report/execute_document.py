"""Workers of one order side by side as a JSON document."""

from __future__ import annotations

from execution.agents.scenario_study import ScenarioStudy, WorkedOrders
from hedger.report.execute_venues import venue_document
from hedger.report.json_document import Json, columns_of, finite

EXECUTE_SCHEMA_VERSION = "1.1"


def execute_document(study: ScenarioStudy) -> Json:
    """The study as `schema("execute")` describes it; the same scenario and seed give the same document."""
    order, venues = study.order, venue_document(study)
    found: Json = finite(
        {
            "schema_version": EXECUTE_SCHEMA_VERSION,
            "scenario": study.scenario.name,
            "title": study.scenario.title,
            "seed": study.seed,
            "episodes": study.episodes,
            "order": {
                "symbol": order.symbol,
                "side": order.side.name.lower(),
                "quantity": order.quantity,
                "start_minutes": order.start_ns / 6e10,
                "minutes": order.horizon_ns / 6e10,
                "tick_size": order.rules.tick_size,
            },
            "phases": [columns_of(phase) for phase in study.phases],
            "minutes": study.minutes,
            "workers": [{**_worker(study, one), **venues[one.worker]} for one in study.workers],
            "differences": [columns_of(each) for each in study.differences],
        }
    )
    return found


def _worker(study: ScenarioStudy, one: WorkedOrders) -> Json:
    tick, paths = study.order.rules.tick_size, one.paths
    return {
        "name": one.worker,
        "completion": one.completion,
        "taker_share": one.traded(0, len(study.minutes) - 1)[1],
        "shortfall_bps": one.shortfall_bps,
        "parts_bps": dict(one.parts_bps),
        "news_bps": one.news_bps,
        "leakage": columns_of(one.leakage),
        "mean_paths": {
            "left": paths.left.mean(axis=0),
            "maker": paths.maker.mean(axis=0),
            "taker": paths.taker.mean(axis=0),
            "volume": paths.volume.mean(axis=0),
            "mid": tick * paths.mid.mean(axis=0),
            "spread": tick * paths.spread.mean(axis=0),
        },
        "validity": {**columns_of(one.validity), "is_valid": one.validity.is_valid},
    }
