"""Volatility forecasts as tables: by horizon, and what each model was worth."""

from __future__ import annotations

import numpy as np

from hedger.forecast_study import ForecastStudy, JudgedModel
from hedger.report.table import Table
from hedger.report.units import counted, number, percent, printable


def forecast_header(study: ForecastStudy) -> tuple[str, ...]:
    """Lines that say what the forecast is from and what made it."""
    history = study.history
    days = f"{len(history.dates):,} days from {history.dates[0]} to {history.dates[-1]}"
    notes = tuple(printable(note) for note in history.notes)
    return (f"{printable(history.origin)}: {days}", study.default.forecast.model, *notes)


def forecast_tables(study: ForecastStudy) -> tuple[Table, ...]:
    """Every table in reading order; without judged dates the last is left out."""
    tables = (_default_table(study), _model_table(study))
    return (*tables, _judged_table(study)) if study.judged_dates else tables


def _default_table(study: ForecastStudy) -> Table:
    forecast = study.default.forecast
    columns = (forecast.horizon_days, forecast.volatility, forecast.lower, forecast.upper)
    rows = [
        (number(days), percent(volatility, 2), percent(lower, 2), percent(upper, 2))
        for days, volatility, lower, upper in zip(*(column.tolist() for column in columns), strict=True)
    ]
    return Table(
        title=f"Volatility after {forecast.as_of}, per year",
        columns=(">trading days", ">forecast", ">5%", ">95%"),
        rows=tuple(rows),
        notes=("5% and 95%: of realised volatility over the horizon, simulated.",),
    )


def _model_table(study: ForecastStudy) -> Table:
    horizons = study.default.forecast.horizon_days.tolist()
    rows = [(each.name, *(percent(v, 2) for v in each.forecast.volatility.tolist())) for each in study.models]
    return Table(
        title="By model and trading days",
        columns=("", *(f">{number(days)}" for days in horizons)),
        rows=tuple(rows),
        notes=tuple(f"{each.name}: {printable(each.forecast.model)}." for each in study.models[1:]),
    )


def _judged_table(study: ForecastStudy) -> Table:
    dates = study.judged_dates
    rows = tuple(_judged_row(each) for each in study.models)
    left_out = f"{counted(study.unmoved_dates, 'date')} left out: no close changed over the horizon."
    return Table(
        title=f"Out of sample: {len(dates)} dates from {dates[0]} to {dates[-1]}, "
        f"{counted(study.judged_horizon, 'trading day')} ahead",
        columns=("", ">QLIKE", ">less default's", ">p-value", ">confidence set"),
        rows=rows,
        notes=(
            "QLIKE against squared daily returns, smaller is better. p-value: Diebold-Mariano, overlap "
            "counted. Confidence set: p-value of belonging to the best models; * in the set at 90%.",
            *((left_out,) if study.unmoved_dates else ()),
        ),
    )


def _judged_row(model: JudgedModel) -> tuple[str, ...]:
    mean = float(np.mean(model.losses)) if model.losses is not None else None
    test = model.against_default
    member = model.confidence is not None and model.confidence > 0.1
    return (
        model.name,
        number(mean, 3),
        "" if test is None else f"{test.mean_difference:+.3f}",
        "" if test is None else number(test.p_value, 3),
        number(model.confidence, 3) + ("*" if member else ""),
    )
