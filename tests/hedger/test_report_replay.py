from __future__ import annotations

import io
import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow.parquet as pq
from rich.console import Console

from hedger.replay_result import ATTRIBUTION_PARTS, PolicyReplay, ReplayDay, ReplayResult, summary
from hedger.report.json_document import dumps, schema
from hedger.report.replay_document import replay_document
from hedger.report.replay_files import write_replay
from hedger.report.replay_html import replay_page
from hedger.report.replay_terminal import render_replay
from hedger.result import RunSettings
from tests.hedger.runs import small_run

DAYS = (date(2018, 2, 2), date(2018, 2, 5), date(2018, 2, 6))


def policy_replay(name: str, daily: tuple[float, ...]) -> PolicyReplay:
    return summary(
        name,
        tuple(
            ReplayDay(
                day=day,
                spot={"SPX": 2700.0},
                profit_and_loss=gain,
                attribution={**dict.fromkeys(ATTRIBUTION_PARTS, 0.0), "delta": gain},
                contracts={"SPX": 3},
                delta={"SPX": 12.5},
                decisions=small_run().decisions,
            )
            for day, gain in zip(DAYS, daily, strict=True)
        ),
    )


def small_replay() -> ReplayResult:
    return ReplayResult(
        scenario="made-up",
        title="Three <b>made-up</b> days",
        kind="shocks",
        stickiness="sticky-strike",
        settings=RunSettings(),
        portfolio_origin="book.csv",
        days=DAYS,
        spot={"SPX": np.array([2700.0, 2650.0, 2690.0])},
        policies=(
            policy_replay("unhedged", (0.0, -900_000.0, 100.0)),
            policy_replay("minimum-variance", (0.0, -50.0, 10.0)),
            policy_replay("whalley-wilmott", (0.0, -60.0, 20.0)),
        ),
        currency="EUR",
        notes=("Said once.",),
    )


def test_a_replay_s_document_is_valid() -> None:
    jsonschema.Draft202012Validator(schema("replay")).validate(
        json.loads(dumps(replay_document(small_replay())))
    )


def test_policies_stand_side_by_side_and_lines_fit() -> None:
    console = Console(file=io.StringIO(), width=80)
    render_replay(small_replay(), console, next_step="next")
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert re.search(r"P&L +-899,900 +-40 +-40", text)
    assert "Profit and loss, EUR" in text
    assert re.search(r"worst day +2018-02-05 +2018-02-05 +2018-02-05", text)
    assert max(len(line) for line in text.splitlines()) <= 80


def test_the_page_draws_paths_attribution_and_holdings_and_escapes_the_title() -> None:
    page = replay_page(small_replay())
    assert re.findall(r'<div id="([a-z]+(?:-\d)?)" class="plotly', page) == [
        "paths",
        "attribution",
        "holdings-0",
    ]
    assert "<b>made-up" not in page


def test_a_replay_is_written_with_a_row_per_policy_and_day(tmp_path: Path) -> None:
    write_replay(small_replay(), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "days.parquet",
        "fills.parquet",
        "replay.json",
        "report.html",
    ]
    rows = pq.read_table(tmp_path / "out" / "days.parquet").to_pylist()
    assert len(rows) == 9
    assert rows[2]["equity"] == -899_900.0
