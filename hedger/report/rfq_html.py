"""A study of requests for quote as one self-contained HTML page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from execution.impact.calibration import Reliability
from execution.rfq.asker import cost_parts
from execution.rfq.log_advice import AskAdvice
from execution.rfq.log_estimates import Estimate, FloatArray, nothing_known
from execution.tca.leakage import Leakage
from hedger.report.html import Picture, picture, render_page
from hedger.report.plots import BLUE, GREEN, GREY, INK, ORANGE, styled
from hedger.report.rfq_tables import rfq_header, rfq_tables
from hedger.report.units import printable
from hedger.rfq_study import RfqStudy


def rfq_page(study: RfqStudy) -> str:
    """The tables, then dealers beside each other, forecasts against what came, and cost by number asked."""
    drawn: list[Picture] = [
        picture(
            "dealers",
            "Dealers beside each other",
            "How often each answers, its mean markup over the mid, and how far the mid moved against us "
            "beyond like requests without it; bars are 95% intervals, the orange mark is the mean drawn to "
            "the panel.",
            dealers(study),
        )
    ]
    if study.calibration is not None and study.calibration.reliability is not None:
        caption = (
            "Probability that a dealer quotes best, told beforehand for the last "
            f"{study.calibration.tested:,} requests, and how often it did; bars are 95% intervals by drawing "
            "requests again."
        )
        drawn.append(
            picture(
                "reliability", "Forecasts of who quotes best", caption, told(study.calibration.reliability)
            )
        )
    if study.advice is not None:
        caption = (
            "Expected cost of the best dealers of each number, by its parts. "
            "Dotted: what no choice of dealers undercuts."
        )
        drawn.append(
            picture("asking", "Cost by the number of dealers asked", caption, asking(study, study.advice))
        )
    title = f"Requests for quote: {printable(study.history.origin)}"
    return render_page(title, rfq_header(study), rfq_tables(study), tuple(drawn))


def dealers(study: RfqStudy) -> go.Figure:
    """Answers, markups and leakage by dealer, side by side."""
    figure = make_subplots(
        rows=1,
        cols=3,
        shared_yaxes=True,
        horizontal_spacing=0.06,
        subplot_titles=("answered [%]", f"markup [{study.unit}]", f"leakage [{study.unit}]"),
    )
    names = [printable(record.name) for record in study.records]
    leaks = (None,) * len(names) if study.leakage is None else study.leakage.matched
    _add_points(figure, names, [record.answered for record in study.records], 1, scale=100.0)
    _add_points(figure, names, [record.markup for record in study.records], 2)
    figure.add_scatter(
        x=[record.drawn.value for record in study.records],
        y=names,
        mode="markers",
        marker={"color": ORANGE, "size": 9, "symbol": "line-ns-open"},
        name="drawn to the panel",
        row=1,
        col=2,
    )
    _add_points(figure, names, [_estimate(leak) for leak in leaks], 3)
    figure.add_vline(x=0.0, line={"color": GREY, "width": 1}, row=1, col=3)
    figure = styled(figure, height=170 + 30 * len(names))
    figure.update_yaxes(autorange="reversed", categoryorder="array", categoryarray=names)
    return figure.update_layout(showlegend=False)


def told(curve: Reliability) -> go.Figure:
    """Told probabilities and what came, by tenths, with the line of a perfect forecast."""
    high = 100.0 * float(max(curve.upper.max(), curve.forecast.max()))
    figure = go.Figure()
    figure.add_scatter(
        x=[0.0, high], y=[0.0, high], mode="lines", name="perfect", line={"color": GREY, "dash": "dot"}
    )
    figure.add_scatter(
        x=100.0 * curve.forecast,
        y=100.0 * curve.realised,
        mode="markers",
        name=f"told, slope {curve.slope[0]:.2f} [{curve.slope[1]:.2f}, {curve.slope[2]:.2f}]",
        marker={"color": BLUE, "size": 9},
        error_y=_error(100.0 * curve.realised, 100.0 * curve.lower, 100.0 * curve.upper, BLUE),
    )
    figure.update_xaxes(title="told probability to quote best [%]")
    figure.update_yaxes(title="quoted best [%]")
    return styled(figure, height=420)


def asking(study: RfqStudy, advice: AskAdvice) -> go.Figure:
    """Expected cost by number of dealers asked: a bar a number, stacked by parts."""
    scale = study.per_model_unit
    count = [len(ask.dealers) for ask in advice.by_count]
    parts = [
        cost_parts(ask, advice.forecast.terms) if ask.dealers else {"price": ask.expected_price}
        for ask in advice.by_count
    ]
    figure = go.Figure()
    colors = (("price", BLUE), ("leak before", ORANGE), ("leak after", "#e9b778"), ("rejections", GREEN))
    for name, color in colors:
        values = [scale * part.get(name, 0.0) for part in parts]
        figure.add_bar(x=count, y=values, name=name, marker={"color": color})
    figure.add_hline(y=scale * advice.bound, line={"color": INK, "width": 1, "dash": "dot"})
    best = len(advice.best.dealers)
    figure.add_annotation(
        x=best, y=scale * advice.best.expected_cost, text="best", showarrow=True, arrowhead=2
    )
    figure.update_layout(barmode="relative")
    figure.update_xaxes(title="dealers asked", dtick=1)
    figure.update_yaxes(title=f"expected cost [{study.unit}]")
    return styled(figure, height=380)


def _add_points(
    figure: go.Figure, names: Sequence[str], estimates: Sequence[Estimate], column: int, scale: float = 1.0
) -> None:
    value, lower, upper = (
        scale * np.array([getattr(each, name) for each in estimates]) for name in ("value", "lower", "upper")
    )
    figure.add_scatter(
        x=value,
        y=list(names),
        mode="markers",
        marker={"color": BLUE, "size": 8},
        error_x=_error(value, lower, upper, BLUE),
        row=1,
        col=column,
    )


def _error(
    value: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    color: str,
) -> dict[str, object]:
    return {
        "type": "data",
        "symmetric": False,
        "array": upper - value,
        "arrayminus": value - lower,
        "thickness": 1,
        "width": 0,
        "color": color,
    }


def _estimate(leak: Leakage | None) -> Estimate:
    if leak is None:
        return nothing_known()
    return Estimate(value=leak.value, lower=leak.lower, upper=leak.upper, count=leak.trades)
