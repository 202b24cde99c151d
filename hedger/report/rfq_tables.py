"""A study of requests for quote as tables."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from execution.rfq.asker import Ask, cost_parts
from execution.rfq.log_calibration import WinCalibration
from execution.rfq.log_estimates import Estimate
from execution.tca.leakage import Leakage
from hedger.report.rfq_advice import advice_notes
from hedger.report.table import Table
from hedger.report.tca_tables import problem_table, unknown_table
from hedger.report.units import MISSING, counted, number, percent, printable
from hedger.rfq_study import RfqStudy


def rfq_header(study: RfqStudy) -> tuple[str, ...]:
    """Lines that say what was read and over which time."""
    history = study.history
    first, last = (np.datetime64(int(ns), "ns").astype("datetime64[s]") for ns in history.ts_ns[[0, -1]])
    read = f"{counted(len(history), 'request')} to {counted(len(history.dealers), 'dealer')}"
    asked, answered = int(history.asked.sum()), int(history.answered.sum())
    lines = [
        f"{printable(history.origin)}: {read}, {number(answered)} of {number(asked)} answered, "
        f"{first} to {last} UTC",
        *(printable(note) for note in history.notes),
    ]
    if study.problems:
        rows = len({found.row for found in study.problems})
        lines.append(f"{counted(rows, 'bad row')} left out, listed below.")
    return tuple(lines)


def rfq_tables(study: RfqStudy) -> tuple[Table, ...]:
    """Every table in reading order; those with nothing to say are left out."""
    tables = (
        answers_table(study),
        markup_table(study),
        calibration_table(study.calibration),
        advice_table(study),
        waiting_table(study),
        unknown_table(study.unknown),
        problem_table(study.problems),
    )
    return tuple(table for table in tables if table.rows)


def answers_table(study: RfqStudy) -> Table:
    """Answers, hits and rejections by dealer."""
    rows = tuple(
        (
            printable(record.name),
            number(record.answered.count),
            *_share(record.answered),
            *_share(record.hit),
            _percent(record.rejected.value),
        )
        for record in study.records
    )
    columns = ("dealer", ">asked", ">answered", ">95% interval", ">hit", ">95% interval", ">rejected")
    note = "Hit: taken, of what it answered. Rejected: by its last look, of what was taken."
    return Table(title="Dealers: answers and hits", columns=columns, rows=rows, notes=(note,))


def markup_table(study: RfqStudy) -> Table:
    """Markups and leakage by dealer."""
    title = f"Dealers: markup and leakage, {study.unit}"
    if study.requests is None:
        return Table(title=title, columns=(), rows=())
    leaks = (None,) * len(study.records) if study.leakage is None else study.leakage.matched
    rows = tuple(
        (
            printable(record.name),
            number(record.markup.count),
            _number(record.markup.value),
            _interval(record.markup),
            _number(record.drawn.value),
            *_leak(leak),
        )
        for record, leak in zip(study.records, leaks, strict=True)
    )
    columns = (
        "dealer",
        ">quotes",
        ">markup",
        ">95% interval",
        ">drawn to\nthe panel",
        ">leak",
        ">95% interval",
    )
    return Table(title=title, columns=columns, rows=rows, notes=_markup_notes(study, leaks))


def calibration_table(calibration: WinCalibration | None) -> Table:
    """Out-of-sample scores of the told probabilities."""
    title = "Who will quote best, forecast on later requests"
    if calibration is None:
        return Table(title=title, columns=(), rows=())
    gain = calibration.gain
    interval = f"{gain.lower:.4f} to {gain.upper:.4f}"
    rows = (
        ("log-loss of the forecasts, nats a dealer asked", f"{calibration.log_loss:.4f}", ""),
        ("of past frequencies", f"{calibration.base_log_loss:.4f}", ""),
        ("gained by the forecasts", f"{gain.value:.4f}", interval),
        ("told less seen, mean of ten bins, points", _number(calibration.error, 2), ""),
    )
    note = (
        f"Learned from the first {calibration.trained:,} requests, judged on the last "
        f"{calibration.tested:,}. "
        "Past frequencies: how often one of so many was best, times the dealer's own past."
    )
    return Table(title=title, columns=("", ">", ">95% interval"), rows=rows, notes=(note,))


def advice_table(study: RfqStudy) -> Table:
    """Expected cost by the number of dealers asked."""
    advice, question = study.advice, study.question
    side = "buy" if question.side > 0.0 else "sell"
    title = f"Whom to ask to {side} {study.quantity:,.10g}: expected cost, {study.unit}"
    if advice is None:
        return Table(title=title, columns=(), rows=())
    panel = len(study.history.dealers)
    asks = advice.by_count if len(advice.by_count) > panel else (*advice.by_count, advice.everybody)
    rows = tuple(_ask_row(study, ask, is_best=ask is advice.best) for ask in asks)
    columns = (">asked", "", ">price", ">leak\nbefore", ">leak\nafter", ">rejections", ">total", "whom")
    return Table(title=title, columns=columns, rows=rows, notes=advice_notes(study, advice))


def waiting_table(study: RfqStudy) -> Table:
    """Ask or wait by the state of the market."""
    waiting = study.waiting
    if waiting is None:
        return Table(title="When to ask", columns=(), rows=())
    rows = tuple(
        (
            f"{name}, now" if at == waiting.now else name,
            f"{waiting.volatility[at]:.2f}",
            number(float(waiting.cost[at]) * study.per_model_unit, 1),
            number(float(waiting.value[at]) * study.per_model_unit, 1),
            "ask" if waiting.asks[at] else "wait",
        )
        for at, name in enumerate(waiting.states)
    )
    columns = ("volatility", ">of the\ntypical", ">asking now", ">with waits", "")
    note = (
        "Costs are of the middle of each third of past volatilities. With "
        f"{counted(waiting.looks, 'look')} ahead, {waiting.gap_seconds:,.4g} s apart as requests usually "
        "are; waiting itself is taken to cost nothing, so it is for those who may be late."
    )
    return Table(title=f"When to ask, {study.unit}", columns=columns, rows=rows, notes=(note,))


def _ask_row(study: RfqStudy, ask: Ask, *, is_best: bool) -> tuple[str, ...]:
    advice, names = study.advice, study.history.dealers
    if advice is None:
        return ()
    parts = cost_parts(ask, advice.forecast.terms) if ask.dealers else {}
    price = parts.get("price", ask.expected_price)
    shown = (price, *(parts.get(name, 0.0) for name in ("leak before", "leak after", "rejections")))
    whom = ", ".join(printable(names[dealer]) for dealer in ask.dealers) or "trade elsewhere"
    return (
        number(len(ask.dealers)),
        "best" if is_best else "",
        *(number(part * study.per_model_unit, 1) for part in (*shown, ask.expected_cost)),
        "everybody" if len(ask.dealers) == len(names) > 1 else whom,
    )


def _markup_notes(study: RfqStudy, leaks: Sequence[Leakage | None]) -> tuple[str, ...]:
    requests, leakage = study.requests, study.leakage
    over = (
        "when the quotes had come" if requests is not None and requests.over_trade_mid else "at the request"
    )
    notes = [
        f"Markup: over the mid {over}, positive is a cost. Drawn to the panel: what a dealer with few quotes "
        "is taken for."
    ]
    if leakage is not None:
        until = "some time after" if leakage.later else "until the quotes came"
        notes.append(
            f"Leak: how far the mid moved against us {until}, beyond like requests without the dealer; what "
            "it does when nobody is asked is not in the file."
        )
    if any(leak is not None and leak.is_unlike for leak in leaks):
        notes.append("*: the requests without the dealer are not like those with it.")
    return tuple(notes)


def _leak(leak: Leakage | None) -> tuple[str, str]:
    if leak is None:
        return MISSING, MISSING
    mark = "*" if leak.is_unlike else ""
    return f"{number(leak.value, 1)}{mark}", f"{number(leak.lower, 1)} to {number(leak.upper, 1)}"


def _share(share: Estimate) -> tuple[str, str]:
    if math.isnan(share.value):
        return MISSING, MISSING
    return _percent(share.value), f"{100.0 * share.lower:.1f} to {100.0 * share.upper:.1f}"


def _percent(value: float) -> str:
    return MISSING if math.isnan(value) else percent(value)


def _number(value: float, digits: int = 1) -> str:
    return MISSING if math.isnan(value) else number(value, digits)


def _interval(estimate: Estimate) -> str:
    if math.isnan(estimate.lower):
        return MISSING
    return f"{number(estimate.lower, 1)} to {number(estimate.upper, 1)}"
