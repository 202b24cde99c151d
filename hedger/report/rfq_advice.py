"""What to do with the next request, in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from execution.rfq.log_advice import AskAdvice
from execution.rfq.log_measures import CostUnit
from hedger.report.units import number, price, printable
from hedger.rfq_study import RfqStudy


def advice_notes(study: RfqStudy, advice: AskAdvice) -> tuple[str, ...]:
    """Whom to ask, up to which price, what it costs and at least costs, and what asking all would."""
    unit, scale = study.unit, study.per_model_unit
    cost = advice.cost.value * scale
    return (
        f"{_whom(study, advice)} {number(cost, 1)} {unit}{_interval(study, advice)}.",
        _reservation(study, advice),
        f"No choice of dealers can cost less than {number(advice.bound * scale, 1)} {unit}: the best of all, "
        "were nobody to leak or to reject.",
        *_everybody(study, advice),
        f"Trading elsewhere: {study.outside_said}. What leaks after the trade is paid on what is still to be "
        f"traded, {study.question.to_follow:g} times the quantity (--to-follow).",
        *_beyond(study, advice),
    )


def reservation_price(study: RfqStudy, advice: AskAdvice) -> float | None:
    """The reservation markup as a price; None without a mid."""
    mid = study.question.mid
    if mid is None:
        return None
    markup = advice.reservation * study.per_model_unit
    return mid + study.question.side * markup * _price_of_unit(study, mid)


def names_of(study: RfqStudy, dealers: Sequence[int]) -> str:
    """The dealers' names in a row."""
    return ", ".join(printable(study.history.dealers[dealer]) for dealer in dealers)


def _whom(study: RfqStudy, advice: AskAdvice) -> str:
    best = advice.best.dealers
    if not best:
        return "Ask nobody: trading elsewhere costs no more, expected"
    return f"Ask {names_of(study, best)} ({len(best)} of {len(study.history.dealers)}): expected cost"


def _interval(study: RfqStudy, advice: AskAdvice) -> str:
    cost, scale = advice.cost, study.per_model_unit
    if math.isnan(cost.lower) or not advice.best.dealers:
        return ""
    return f" [{number(cost.lower * scale, 1)} to {number(cost.upper * scale, 1)}]"


def _reservation(study: RfqStudy, advice: AskAdvice) -> str:
    markup = f"{number(advice.reservation * study.per_model_unit, 1)} {study.unit} over the mid"
    found = reservation_price(study, advice)
    at = "" if found is None else f", which is {price(found)} at a mid of {price(study.question.mid)}"
    second = advice.second.dealers
    then = f"ask {names_of(study, second)}" if second else "trade elsewhere"
    return f"Deal up to {markup}{at}; where all quotes are dearer, {then} instead."


def _everybody(study: RfqStudy, advice: AskAdvice) -> tuple[str, ...]:
    count = len(study.history.dealers)
    if len(advice.best.dealers) == count:
        return ()
    cost = advice.everybody.expected_cost * study.per_model_unit
    more = cost - advice.best.expected_cost * study.per_model_unit
    return (f"Asking all {count:,} would cost {number(cost, 1)} {study.unit}, {number(more, 1)} more.",)


def _beyond(study: RfqStudy, advice: AskAdvice) -> tuple[str, ...]:
    """What the advice assumes beyond the history."""
    low, high = advice.forecast.counts
    found = []
    if advice.forecast.model is None:
        found.append(
            "The history is short: each dealer's own mean and answers, drawn to the panel's, are all."
        )
    elif high < len(study.history.dealers) or low > 1:
        found.append(f"Requests went to {low} to {high} dealers at once; other numbers count as the nearest.")
    largest = float(study.history.quantity.max())
    if study.quantity > largest:
        found.append(
            f"No request was larger than {largest:,.10g}: what is said of {study.quantity:,.10g} goes beyond."
        )
    volatility = study.history.volatility[np.isfinite(study.history.volatility)]
    asked = study.question.volatility
    if asked is not None and len(volatility) and not volatility.min() <= asked <= volatility.max():
        found.append(
            f"Past volatilities were {volatility.min():.4g} to {volatility.max():.4g}: what is said of "
            f"{asked:.4g} goes beyond."
        )
    return tuple(found)


def _price_of_unit(study: RfqStudy, mid: float) -> float:
    """Price of one unit of the report at a mid."""
    if study.unit is CostUnit.BPS:
        return mid * 1e-4
    requests = study.requests
    return 1.0 if requests is None else float(requests.report_price[0])
