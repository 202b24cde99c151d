"""A simulated market against a recording as a JSON document."""

from __future__ import annotations

from execution.realism.classifier import Separation
from execution.realism.comparison import Aggregate, Comparison, Score
from execution.realism.curves import CURVES
from execution.realism.profile import Profile
from execution.realism.resampling import Estimate
from hedger.market_study import MarketStudy
from hedger.report.json_document import Json, columns_of, finite
from hedger.report.market_quality import quality_document

MARKET_SCHEMA_VERSION = "1.0"


def market_document(study: MarketStudy) -> Json:
    """The study as `schema("market")` describes it; the same recording and seed give the same document."""
    found: Json = finite(
        {
            "schema_version": MARKET_SCHEMA_VERSION,
            "title": study.title,
            "notes": list(study.notes),
            "seed": study.seed,
            "ruler": columns_of(study.ruler),
            "curve_points": {curve.name: curve.points(study.ruler) for curve in CURVES},
            "markets": [_market(name, profile) for name, profile in study.profiles.items()],
            "comparison": None if study.comparison is None else _comparison(study.comparison),
            "recording": quality_document(study.quality),
            "separations": {name: _separation(each) for name, each in (study.separations or {}).items()},
        }
    )
    return found


def _market(name: str, profile: Profile) -> Json:
    return {
        "name": name,
        "seconds": profile.seconds,
        "messages": profile.messages,
        "facts": dict(profile.facts),
        "sign_memory": None if profile.sign_memory is None else columns_of(profile.sign_memory),
        "curves": dict(profile.curves),
        "histograms": {name: columns_of(each) for name, each in profile.histograms.items()},
    }


def _comparison(comparison: Comparison) -> Json:
    return {
        "statistics": len(comparison.scores),
        "better": comparison.better,
        "much_worse": len(comparison.much_worse),
        "left_out": list(comparison.left_out),
        "scores": [_score(score) for score in comparison.scores],
        "aggregates": [_aggregate(each) for each in comparison.aggregates],
    }


def _score(score: Score) -> Json:
    return {
        "statistic": score.statistic,
        "metric": score.metric.value,
        "simulated": columns_of(score.simulated),
        "baseline": columns_of(score.baseline),
        "first_part": columns_of(score.first_part),
        "ratio": columns_of(score.ratio),
        "is_better": score.is_better,
        "is_much_worse": score.is_much_worse,
        "is_surely_worse": score.is_surely_worse,
        "is_at_floor": score.is_at_floor,
    }


def _aggregate(aggregate: Aggregate) -> Json:
    return {
        "metric": aggregate.metric.value,
        "market": aggregate.tape,
        "mean": columns_of(aggregate.mean),
        "median": columns_of(aggregate.median),
        "interquartile_mean": columns_of(aggregate.interquartile_mean),
    }


def _separation(separation: Separation | None) -> Json | None:
    if separation is None:
        return None
    auc: Estimate = separation.auc
    return {
        "auc": columns_of(auc),
        "windows": separation.first_windows,
        "held_out_windows": separation.second_windows,
    }
