"""A run as one self-contained HTML page."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import plotly.graph_objects as go
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from execution.schedules.names import COINTEGRATED, MULTI_ASSET, SCHEDULES
from hedger.policy.policy import HedgeDecision
from hedger.report import plots
from hedger.report.block_plot import block_costs
from hedger.report.smile_plot import SmileView, smile_fit
from hedger.report.table import Table
from hedger.report.tables import currency, order_name, run_tables
from hedger.report.terminal import header
from hedger.report.units import printable
from hedger.result import HedgeRun, WorkedOrder

_PLANNED = (*SCHEDULES, MULTI_ASSET, COINTEGRATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawn figure with its title and one sentence that says how to read it."""

    title: str
    caption: str
    drawing: Markup


def page(run: HedgeRun) -> str:
    """The whole page: tables as on the terminal, then the plots; opens without a network."""
    return render_page(f"Hedge of {run.portfolio.origin}", header(run), run_tables(run), _pictures(run))


def render_page(
    title: str, lines: tuple[str, ...], tables: tuple[Table, ...], pictures: tuple[Picture, ...]
) -> str:
    """Fill the page's template; everything but the drawings is escaped."""
    template = _environment().get_template("report.html.jinja")
    script = Markup(get_plotlyjs())  # noqa: S704  plotly's own file, embedded once
    return template.render(title=title, lines=lines, tables=tables, pictures=pictures, plotly=script)


def picture(name: str, title: str, caption: str, figure: go.Figure) -> Picture:
    """Draw a figure into a division with the id `name`; plotly escapes the text inside its JSON."""
    drawing = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=name,
        default_height=f"{figure.layout.height}px",
        config={"displaylogo": False, "responsive": True},
    )
    return Picture(title=title, caption=caption, drawing=Markup(drawing))  # noqa: S704


def _pictures(run: HedgeRun) -> tuple[Picture, ...]:
    drawn: list[Picture] = []
    decisions = {decision.underlying: decision for decision in run.decisions}
    for i, symbol in enumerate(run.exposure_before.by_underlying):
        market = run.market.underlying(symbol)
        ladder = _ladder(run, symbol, decisions.get(symbol))
        caption = f"Hedged with {plots.hedge_title(market)}. Shaded: where the policy waits today."
        drawn.append(picture(f"ladder-{i}", f"{symbol}: net delta by spot", caption, ladder))
        smiles = smile_fit(SmileView.of(market))
        drawn.append(
            picture(f"smile-{i}", f"{symbol}: implied volatility", _smile_caption(run, symbol), smiles)
        )
    drawn += _block_pictures(run)
    for i, order in enumerate(run.orders):
        drawn += _order_pictures(i, order)
    drawn += _explained_pictures(run)
    return tuple(drawn)


def _ladder(run: HedgeRun, symbol: str, decision: HedgeDecision | None) -> go.Figure:
    """What is held after the trades; in a dry run what was decided, to which the next trades belong."""
    before = run.exposure_before.by_underlying[symbol]
    if decision is None or not run.settings.dry_run:
        held = run.exposure_after.by_underlying[symbol].hedge.delta
        return plots.exposure_ladder(before, decision, hedge_delta=held, name="after")
    planned = before.hedge.delta + decision.trade_contracts * run.market.underlying(symbol).hedge_delta()
    return plots.exposure_ladder(before, decision, hedge_delta=planned, name="as decided")


def _smile_caption(run: HedgeRun, symbol: str) -> str:
    market = run.market.underlying(symbol)
    absent = "No option chain was given, so there are no quotes to show: " if market.quotes is None else ""
    return f"{absent}{market.surface.description}. Horizontal axis: log of strike over forward."


def _block_pictures(run: HedgeRun) -> list[Picture]:
    if not run.option_blocks:
        return []
    caption = "One path of a simulated market: what a block cost scatters widely around what was expected."
    figure = block_costs(run.option_blocks, currency(run))
    return [picture("blocks", "Option blocks: what they cost", caption, figure)]


def _order_pictures(number: int, order: WorkedOrder) -> list[Picture]:
    name = order_name(order)
    planned = "planned" if order.schedule in _PLANNED else "of an even pace, since an agent plans none,"
    worked = (
        f"Worked by {printable(order.schedule)}. Above: contracts {planned} and filled. "
        "Below: mid price and every fill."
    )
    costs = "Parts of the realised cost add up to it; fees included, against the arrival mid."
    return [
        picture(f"fills-{number}", f"{name}: fills", worked, plots.fills_against_schedule(order)),
        picture(f"costs-{number}", f"{name}: cost", costs, plots.cost_parts(order)),
    ]


def _explained_pictures(run: HedgeRun) -> list[Picture]:
    unit = currency(run)
    return [
        picture(
            f"explained-{number}",
            f"{symbol}: P&L of the trades explained",
            "What was paid, with its sign, and what was filled marked at the simulated market's last mid. "
            "The tables above are at the price of the decision, so this mark is not in them.",
            plots.explained_profit(parts, unit),
        )
        for number, (symbol, parts) in enumerate(run.explained.items())
        if parts
    ]


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("hedger.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
