"""A replay as one self-contained HTML page."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from hedger.replay_result import ATTRIBUTION_PARTS, ReplayResult
from hedger.report.html import picture, render_page
from hedger.report.plots import COLORS, GREY, INK, styled
from hedger.report.replay_tables import replay_header, replay_tables


def replay_page(result: ReplayResult) -> str:
    """The whole page: the tables, then P&L paths, attribution and hedge holdings."""
    pictures = [
        picture(
            "paths",
            "Profit and loss",
            "Cash and marks since the first close, by policy; the simulated market's own news left out.",
            profit_paths(result),
        ),
        picture(
            "attribution",
            "Where it came from",
            "Attribution by policy; the parts add up.",
            attribution(result),
        ),
    ]
    for i, underlying in enumerate(result.spot):
        caption = f"Above: {underlying} at each close. Below: the hedge held after the day's trades."
        drawn = holdings(result, underlying)
        pictures.append(picture(f"holdings-{i}", f"{underlying}: hedge holdings", caption, drawn))
    return render_page(
        f"Replay of {result.title}", replay_header(result), replay_tables(result), tuple(pictures)
    )


def profit_paths(result: ReplayResult) -> go.Figure:
    """Equity by day, a line per policy."""
    figure = go.Figure()
    for policy, color in zip(result.policies, (GREY, *COLORS), strict=False):
        line = {"color": color, "width": 2}
        figure.add_scatter(x=list(result.days), y=policy.equity, name=policy.policy, mode="lines", line=line)
    figure.add_hline(y=0, line={"color": INK, "width": 1})
    figure.update_yaxes(title=result.currency)
    return styled(figure, height=420)


def attribution(result: ReplayResult) -> go.Figure:
    """Bars of each part of the P&L, grouped by part."""
    figure = go.Figure()
    for policy, color in zip(result.policies, (GREY, *COLORS), strict=False):
        values = [policy.attribution[part] for part in ATTRIBUTION_PARTS]
        figure.add_bar(x=list(ATTRIBUTION_PARTS), y=values, name=policy.policy, marker={"color": color})
    figure.add_hline(y=0, line={"color": INK, "width": 1})
    figure.update_yaxes(title=result.currency)
    return styled(figure, height=420)


def holdings(result: ReplayResult, underlying: str) -> go.Figure:
    """Spot by day, and below it the hedge held in one underlying, a line per policy."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.4, 0.6])
    days = list(result.days)
    spot_line = {"color": INK, "width": 1}
    figure.add_scatter(
        x=days, y=result.spot[underlying], name="spot", mode="lines", line=spot_line, row=1, col=1
    )
    for policy, color in zip(result.policies, (GREY, *COLORS), strict=False):
        held_days = [day.day for day in policy.days]
        contracts = [day.contracts.get(underlying, 0) for day in policy.days]
        line = {"color": color, "shape": "hv"}
        figure.add_scatter(
            x=held_days, y=contracts, name=policy.policy, mode="lines", line=line, row=2, col=1
        )
    figure.update_yaxes(title="spot", row=1, col=1)
    figure.update_yaxes(title="contracts", row=2, col=1)
    return styled(figure, height=480)
