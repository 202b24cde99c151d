"""Volatility forecasts as one self-contained HTML page."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from hedger.forecast_study import ForecastStudy
from hedger.report.forecast_tables import forecast_header, forecast_tables
from hedger.report.html import picture, render_page
from hedger.report.plots import BLUE, GREEN, GREY, ORANGE, styled
from hedger.report.units import printable
from pricing.curves import FloatArray

_SHOWN_DAYS = 750
_MONTH = 21


def forecast_page(study: ForecastStudy) -> str:
    """The tables, then the forecast beside the past, the models beside each other, and their losses."""
    drawn = [
        picture(
            "fan",
            "The past and the forecast",
            "Volatility of the last 21 days up to now, then the default forecast to each horizon, shaded "
            "from 5% to 95%.",
            fan(study),
        ),
        picture("models", "By model", "Forecast to each horizon, per year.", by_model(study)),
    ]
    if study.judged_dates:
        caption = (
            "Losses added up less the default's: above zero the model did worse than the default so far."
        )
        drawn.append(picture("losses", "Out of sample", caption, cumulative_losses(study)))
    title = f"Volatility forecast of {printable(study.history.symbol)}"
    return render_page(title, forecast_header(study), forecast_tables(study), tuple(drawn))


def fan(study: ForecastStudy) -> go.Figure:
    """Realised volatility in trading days before today, and the forecast with its band after."""
    squared = study.history.log_returns()[-_SHOWN_DAYS - _MONTH :] ** 2
    realised = np.sqrt(252.0 * np.convolve(squared, np.full(_MONTH, 1.0 / _MONTH), mode="valid"))
    forecast = study.default.forecast
    days = forecast.horizon_days
    figure = go.Figure()
    figure.add_scatter(
        x=np.arange(1 - len(realised), 1), y=realised, name="21 days realised", line={"color": GREY}
    )
    figure.add_scatter(
        x=np.concatenate((days, days[::-1])),
        y=np.concatenate((forecast.upper, forecast.lower[::-1])),
        fill="toself",
        mode="none",
        fillcolor="rgba(47, 111, 159, 0.2)",
        name="5% to 95%",
    )
    figure.add_scatter(x=days, y=forecast.volatility, name="forecast", line={"color": BLUE})
    figure.update_xaxes(title="trading days from now")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero")
    return styled(figure, height=380)


def by_model(study: ForecastStudy) -> go.Figure:
    """A line per model over horizons."""
    figure = go.Figure()
    for each, color in zip(study.models, _colors(len(study.models)), strict=True):
        figure.add_scatter(
            x=each.forecast.horizon_days,
            y=each.forecast.volatility,
            name=each.name,
            mode="lines+markers",
            line={"color": color, "width": 3 if each is study.default else 1.5},
        )
    figure.update_xaxes(title="trading days", type="log")
    figure.update_yaxes(tickformat=".1%")
    return styled(figure, height=360)


def cumulative_losses(study: ForecastStudy) -> go.Figure:
    """QLIKE of each model less the default's, added up over the judged dates."""
    default = study.default.losses
    figure = go.Figure()
    for each, color in zip(study.models, _colors(len(study.models)), strict=True):
        if each is study.default or each.losses is None or default is None:
            continue
        excess: FloatArray = np.cumsum(each.losses - default)
        figure.add_scatter(
            x=list(study.judged_dates), y=excess, name=each.name, mode="lines", line={"color": color}
        )
    figure.add_hline(y=0.0, line={"color": BLUE, "width": 2})
    figure.update_yaxes(title="QLIKE, added up")
    return styled(figure, height=360)


def _colors(count: int) -> list[str]:
    return [(BLUE, ORANGE, GREEN, GREY, "#8f5aa8", "#c0504d", "#5f6b76")[at % 7] for at in range(count)]
