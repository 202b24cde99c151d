"""Workers of one order side by side as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from execution.agents.scenario_study import ScenarioStudy, WorkedOrders
from hedger.report.execute_tables import execute_header, execute_tables
from hedger.report.execute_venues import venue_pictures
from hedger.report.html import Picture, picture, render_page
from hedger.report.plots import BLUE, GREEN, GREY, INK, ORANGE, styled
from hedger.report.units import printable
from pricing.curves import FloatArray

_COLORS = (GREY, GREEN, ORANGE, BLUE, "#8f5aa8", "#c0504d", "#5f6b76")
_WINDOW = 10  # written times over which style is measured
_LEAST_TRADED = 1e-3  # of the order in a window, below which it says nothing about style
_BAND = (10.0, 90.0)  # percentiles


class _Panel(NamedTuple):
    title: str
    of: Callable[[ScenarioStudy, WorkedOrders], FloatArray]  # (episode, step + 1)


def execute_page(study: ScenarioStudy) -> str:
    """The tables, then the order and its market over time, and the distribution of the costs."""
    drawn = [
        picture(
            "over-time",
            "The order and its market over time",
            "Lines: medians over the markets. Bands: from a tenth to nine tenths of them. Taken: share of "
            f"what was traded in the last {_window_minutes(study):g} minutes that crossed the spread.",
            over_time(study),
        ),
        picture(
            "shortfall",
            "Shortfall by market",
            "A point a market: bps of arrival notional, positive is a cost. Boxes: quartiles and median.",
            shortfall_distribution(study),
        ),
        *_difference_picture(study),
        *venue_pictures(study),
    ]
    title = f"{study.order.side.name.capitalize()} {study.order.quantity:,} {study.order.symbol}"
    return render_page(printable(title), execute_header(study), execute_tables(study), tuple(drawn))


def over_time(study: ScenarioStudy) -> go.Figure:
    """Inventory, price, spread and style of every worker, one panel below the other."""
    panels = (
        _Panel("left of the order", lambda found, one: one.paths.left / found.order.quantity),
        _Panel("mid price", lambda found, one: found.order.rules.tick_size * one.paths.mid),
        _Panel("spread, median of 5", lambda found, one: found.order.rules.tick_size * _calmed(one)),
        _Panel("taken", taken_share),
    )
    figure = make_subplots(rows=len(panels), cols=1, shared_xaxes=True, vertical_spacing=0.04)
    for row, panel in enumerate(panels, start=1):
        for one, color in zip(study.workers, _colors(study), strict=True):
            _add_band(figure, row, study.minutes, panel.of(study, one), one.worker, color)
        figure.update_yaxes(title=panel.title, row=row, col=1)
    for row in (1, len(panels)):
        figure.update_yaxes(tickformat=".0%", rangemode="tozero", row=row, col=1)
    for phase in study.phases:
        figure.add_vline(x=phase.begin, line={"color": INK, "width": 1, "dash": "dot"})
        figure.add_annotation(
            x=phase.begin,
            y=1.0,
            yref="y domain",
            text=printable(phase.name),
            showarrow=False,
            xanchor="left",
            yanchor="bottom",
            font={"size": 10},
        )
    figure.update_xaxes(title="minutes since the order's start", row=len(panels), col=1)
    return styled(figure, height=980)


def taken_share(study: ScenarioStudy, one: WorkedOrders) -> FloatArray:
    """Share of what was traded in the last written times that took liquidity, NaN where hardly any was.

    Shape (episode, step + 1); the first times look back to the start alone.
    """
    since = np.maximum(np.arange(len(study.minutes)) - _WINDOW, 0)
    took, made = (lots - lots[:, since] for lots in (one.paths.taker, one.paths.maker))
    traded = took + made
    enough = traded > _LEAST_TRADED * study.order.quantity
    share: FloatArray = np.where(enough, took / np.maximum(traded, 1), np.nan)
    return share


def shortfall_distribution(study: ScenarioStudy) -> go.Figure:
    """A box of every worker's costs, with their points."""
    figure = go.Figure()
    for one, color in zip(study.workers, _colors(study), strict=True):
        figure.add_box(
            x=one.shortfall_bps,
            name=one.worker,
            boxpoints="all",
            jitter=0.5,
            pointpos=0,
            marker={"color": color, "size": 4, "opacity": 0.5},
            line={"color": color},
            orientation="h",
        )
    figure.update_xaxes(title="bps of arrival notional")
    figure.update_yaxes(autorange="reversed")
    return styled(figure, height=120 + 70 * len(study.workers)).update_layout(showlegend=False)


def differences(study: ScenarioStudy) -> go.Figure:
    """Mean differences to the first worker, with their 95% intervals."""
    figure = go.Figure()
    colors = dict(zip((one.worker for one in study.workers), _colors(study), strict=True))
    for each in study.differences:
        figure.add_scatter(
            x=[each.mean_bps],
            y=[each.challenger],
            mode="markers",
            marker={"size": 10, "color": colors[each.challenger]},
            error_x={"type": "data", "array": [each.upper - each.mean_bps], "color": colors[each.challenger]},
        )
    figure.add_vline(x=0.0, line={"color": INK, "width": 1})
    figure.update_xaxes(title=f"bps less {study.workers[0].worker}; below zero is cheaper")
    figure.update_yaxes(autorange="reversed")
    return styled(figure, height=130 + 40 * len(study.differences)).update_layout(showlegend=False)


def _difference_picture(study: ScenarioStudy) -> list[Picture]:
    if not study.differences:
        return []
    caption = "Market by market, what chance did to prices taken out by regression. Bars: 95% intervals."
    return [picture("differences", f"Against {study.workers[0].worker}", caption, differences(study))]


def _calmed(one: WorkedOrders) -> FloatArray:
    """The spread's median over five written times around each, where there are as many."""
    spread = one.paths.spread
    if spread.shape[1] < 5:
        return spread
    padded = np.pad(spread, ((0, 0), (2, 2)), mode="edge")
    calmed: FloatArray = np.median(np.lib.stride_tricks.sliding_window_view(padded, 5, axis=1), axis=2)
    return calmed


def _add_band(
    figure: go.Figure, row: int, minutes: FloatArray, values: FloatArray, name: str, color: str
) -> None:
    seen = np.isfinite(values).sum(axis=0) > len(values) // 2
    if not seen.any():
        return
    low, middle, high = np.nanpercentile(values[:, seen], (_BAND[0], 50.0, _BAND[1]), axis=0)
    figure.add_scatter(
        x=np.concatenate((minutes[seen], minutes[seen][::-1])),
        y=np.concatenate((high, low[::-1])),
        fill="toself",
        mode="none",
        fillcolor=color,
        opacity=0.12,
        legendgroup=name,
        showlegend=False,
        hoverinfo="skip",
        row=row,
        col=1,
    )
    figure.add_scatter(
        x=minutes[seen],
        y=middle,
        name=name,
        mode="lines",
        line={"color": color, "width": 1.8},
        legendgroup=name,
        showlegend=row == 1,
        row=row,
        col=1,
    )


def _window_minutes(study: ScenarioStudy) -> float:
    return float(np.round(study.minutes[min(_WINDOW, len(study.minutes) - 1)], 1))


def _colors(study: ScenarioStudy) -> list[str]:
    return [_COLORS[at % len(_COLORS)] for at in range(len(study.workers))]
