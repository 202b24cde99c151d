"""Volatility forecasts as a JSON document."""

from __future__ import annotations

import numpy as np

from hedger.forecast_study import ForecastStudy, JudgedModel
from hedger.report.json_document import Json, columns_of, finite

FORECAST_SCHEMA_VERSION = "1.0"


def forecast_document(study: ForecastStudy) -> Json:
    """The study as `schema("forecast")` describes it; the same history and seed give the same document."""
    history = study.history
    found: Json = finite(
        {
            "schema_version": FORECAST_SCHEMA_VERSION,
            "source": {"file": history.origin, "sha256": history.sha256, "days": len(history.dates)},
            "as_of": study.default.forecast.as_of.isoformat(),
            "notes": list(history.notes),
            "level": study.default.forecast.level,
            "judged": {
                "dates": len(study.judged_dates),
                "first": study.judged_dates[0].isoformat() if study.judged_dates else None,
                "last": study.judged_dates[-1].isoformat() if study.judged_dates else None,
                "horizon_days": study.judged_horizon,
            },
            "models": [_model(each) for each in study.models],
        }
    )
    return found


def _model(model: JudgedModel) -> Json:
    forecast = model.forecast
    test = model.against_default
    return {
        "name": model.name,
        "description": forecast.model,
        "observations": forecast.observations,
        "parameters": dict(forecast.parameters),
        "horizon_days": forecast.horizon_days.tolist(),
        "volatility": forecast.volatility.tolist(),
        "lower": forecast.lower.tolist(),
        "upper": forecast.upper.tolist(),
        "qlike": None if model.losses is None else float(np.mean(model.losses)),
        "against_default": None if test is None else columns_of(test),
        "confidence": model.confidence,
    }
