"""Where workers of one order were filled, and what followed in the dark, as tables and a picture."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from execution.agents.observed_markets import MARKOUT_SECONDS
from execution.agents.scenario_study import ScenarioStudy
from execution.agents.study_markets import study_venues
from execution.agents.venue_fills import after_dark_fills, venue_uses
from hedger.report.html import Picture, picture
from hedger.report.json_document import Json, columns_of
from hedger.report.plots import BLUE, GREEN, INK, ORANGE, styled
from hedger.report.table import Table
from hedger.report.units import MISSING, number, percent, printable

_LIT, _DARK = (GREEN, BLUE, ORANGE), (INK, "#5f6b76", "#9aa5b1", "#c3cad1")


def venue_tables(study: ScenarioStudy) -> tuple[Table, ...]:
    """Shares by venue where there are several, and moves after dark fills where any is dark."""
    venues = study_venues(study.scenario)
    if len(venues) == 1:
        return ()
    if not any(one.is_dark for one in venues):
        return (_share_table(study),)
    return _share_table(study), _after_table(study)


def venue_document(study: ScenarioStudy) -> dict[str, Json]:
    """By worker: its share of every venue, its dark share, and the moves after dark fills."""
    found = {}
    for one in study.workers:
        uses, after = venue_uses(study, one), after_dark_fills(study, one)
        found[one.worker] = {
            "venues": [columns_of(use) for use in uses],
            "dark_share": sum(use.share for use in uses if use.is_dark),
            "after_dark_fills": {**columns_of(after.moves), "matched": after.matched},
        }
    return found


def venue_pictures(study: ScenarioStudy) -> tuple[Picture, ...]:
    """A bar of venues for every worker, where there are several."""
    if len(study_venues(study.scenario)) == 1:
        return ()
    caption = "Share of the traded lots by venue, all markets together. Greys: dark pools."
    return (picture("venues", "Where it was filled", caption, share_bars(study)),)


def share_bars(study: ScenarioStudy) -> go.Figure:
    """Stacked shares by venue, a bar a worker."""
    figure = go.Figure()
    names = [one.worker for one in study.workers]
    uses = [venue_uses(study, one) for one in study.workers]
    lit = dark = 0
    for at, venue in enumerate(study_venues(study.scenario)):
        color = _DARK[dark % len(_DARK)] if venue.is_dark else _LIT[lit % len(_LIT)]
        lit, dark = lit + (not venue.is_dark), dark + venue.is_dark
        shares = [row[at].share for row in uses]
        figure.add_bar(
            x=shares, y=names, name=printable(venue.name), orientation="h", marker={"color": color}
        )
    figure.update_xaxes(title="share of the traded lots", tickformat=".0%", range=[0.0, 1.0])
    figure.update_yaxes(autorange="reversed")
    styled(figure, height=160 + 36 * len(names))
    return figure.update_layout(barmode="stack", legend={"traceorder": "normal"})


def _share_table(study: ScenarioStudy) -> Table:
    venues = study_venues(study.scenario)
    rows = []
    for one in study.workers:
        uses = venue_uses(study, one)
        dark = sum(use.share for use in uses if use.is_dark)
        rows.append((one.worker, *(percent(use.share, 0) for use in uses), percent(dark, 0)))
    pools = any(one.is_dark for one in venues)
    notes = ("Share of the traded lots.",)
    if pools:
        notes = (
            "Share of the traded lots. Dark pools show nothing and fill at the mid of the first venue. Their "
            "counterparties are drawn by the laws that the scenario states: they are no participants of the "
            "market, and lots that meet there move no price.",
        )
    return Table(
        title="Where it was filled",
        columns=("worker", *(f">{_broken(one.name)}" for one in venues), ">all\ndark"),
        rows=tuple(rows),
        notes=notes,
    )


def _after_table(study: ScenarioStudy) -> Table:
    rows = []
    for one in study.workers:
        after = after_dark_fills(study, one)
        moves, known = after.moves, after.moves.markets > 0
        rows.append(
            (
                one.worker,
                _mean(moves.moved_bps),
                _mean(moves.control_bps),
                number(moves.mean_bps, 2) if known else MISSING,
                MISSING if np.isnan(moves.lower) else f"{number(moves.lower, 2)} to {number(moves.upper, 2)}",
                MISSING if np.isnan(after.matched) else percent(after.matched, 0),
            )
        )
    return Table(
        title=f"Adverse selection: the mid's move in the {MARKOUT_SECONDS:g} seconds after a fill, bps",
        columns=("worker", ">dark", ">like lit\nfills", ">more in\nthe dark", ">95% interval", ">matched"),
        rows=tuple(rows),
        notes=(
            "Positive where it moved in favour of who traded with the order. Like lit fills rested, in the "
            "same market and the same tenth of the order's time; matched: share of the dark lots that have "
            "such.",
        ),
    )


def _mean(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    known = values[~np.isnan(values)]
    return number(float(known.mean()), 2) if len(known) else MISSING


def _broken(name: str) -> str:
    """A head of a line a word."""
    return printable(name).replace(" ", "\n")
