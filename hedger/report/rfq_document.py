"""A study of requests for quote as a JSON document."""

from __future__ import annotations

import numpy as np

from execution.rfq.asker import Ask, cost_parts
from execution.rfq.log_advice import AskAdvice
from execution.rfq.log_calibration import WinCalibration
from execution.rfq.log_dealers import DealerRecord
from execution.rfq.log_estimates import Estimate
from execution.tca.leakage import Leakage
from hedger.report.json_document import Json, columns_of, finite
from hedger.report.rfq_advice import reservation_price
from hedger.rfq_study import RfqStudy

RFQ_SCHEMA_VERSION = "1.0"


def rfq_document(study: RfqStudy) -> Json:
    """The study as `schema("rfq")` describes it: equal file and question, equal document."""
    history, leakage = study.history, study.leakage
    leaks = (None,) * len(study.records) if leakage is None else leakage.matched
    found: Json = finite(
        {
            "schema_version": RFQ_SCHEMA_VERSION,
            "origin": history.origin,
            "notes": list(history.notes),
            "unit": None if study.requests is None else study.unit.value,
            "requests": len(history),
            "first_ts_ns": history.ts_ns[0],
            "last_ts_ns": history.ts_ns[-1],
            "over_trade_mid": None if study.requests is None else study.requests.over_trade_mid,
            "dealers": [_dealer(record, leak) for record, leak in zip(study.records, leaks, strict=True)],
            "leak_until": None if leakage is None else "mid_after" if leakage.later else "mid_at_trade",
            "calibration": None if study.calibration is None else _calibration(study.calibration),
            "advice": None if study.advice is None else _advice(study, study.advice),
            "waiting": _waiting(study),
            "unknown": list(study.unknown),
            "rows_left_out": [columns_of(problem) for problem in study.problems],
        }
    )
    return found


def _dealer(record: DealerRecord, leak: Leakage | None) -> Json:
    estimates = {
        name: columns_of(value) for name, value in columns_of(record).items() if isinstance(value, Estimate)
    }
    return {"dealer": record.name, **estimates, "leakage": None if leak is None else columns_of(leak)}


def _calibration(calibration: WinCalibration) -> Json:
    curve = calibration.reliability
    bins = (
        None
        if curve is None
        else {
            "told": curve.forecast,
            "seen": curve.realised,
            "lower": curve.lower,
            "upper": curve.upper,
            "slope": list(curve.slope),
        }
    )
    return {**columns_of(calibration), "gain": columns_of(calibration.gain), "reliability": bins}


def _advice(study: RfqStudy, advice: AskAdvice) -> Json:
    scale, question = study.per_model_unit, study.question
    cost = {name: getattr(advice.cost, name) * scale for name in ("value", "lower", "upper")}
    return {
        "side": "buy" if question.side > 0.0 else "sell",
        "quantity": study.quantity,
        "symbol": question.symbol,
        "size_over_typical": advice.request.size,
        "volatility_over_typical": advice.request.volatility,
        "to_follow": question.to_follow,
        "outside": advice.request.outside * scale,
        "outside_said": study.outside_said,
        "has_model": advice.forecast.model is not None,
        "ask": _names(study, advice.best),
        "expected_cost": {**cost, "count": advice.cost.count},
        "bound": advice.bound * scale,
        "reservation_markup": advice.reservation * scale,
        "reservation_price": reservation_price(study, advice),
        "ask_next": _names(study, advice.second),
        "by_count": [_ask(study, advice, ask) for ask in advice.by_count],
        "everybody": _ask(study, advice, advice.everybody),
    }


def _ask(study: RfqStudy, advice: AskAdvice, ask: Ask) -> Json:
    scale = study.per_model_unit
    parts = cost_parts(ask, advice.forecast.terms) if ask.dealers else {"price": ask.expected_price}
    return {
        "dealers": _names(study, ask),
        "expected_cost": ask.expected_cost * scale,
        "parts": {name: part * scale for name, part in parts.items()},
        "best_quote_probability": ask.win_probability,
    }


def _names(study: RfqStudy, ask: Ask) -> list[str]:
    return [study.history.dealers[dealer] for dealer in ask.dealers]


def _waiting(study: RfqStudy) -> Json | None:
    waiting = study.waiting
    if waiting is None:
        return None
    cost, value = (np.asarray(each) * study.per_model_unit for each in (waiting.cost, waiting.value))
    return {
        "looks": waiting.looks,
        "gap_seconds": waiting.gap_seconds,
        "states": [
            {
                "volatility": name,
                "over_typical": waiting.volatility[at],
                "cost_now": cost[at],
                "cost_with_waits": value[at],
                "asks": waiting.asks[at],
                "is_now": at == waiting.now,
            }
            for at, name in enumerate(waiting.states)
        ],
    }
