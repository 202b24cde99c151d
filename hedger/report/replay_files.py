"""A replay as files: page, columns and document, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from execution.tca.fill_table import FILLS_NAME, FilledOrder, write_fills
from hedger.feedback import filled_orders
from hedger.replay_result import ATTRIBUTION_PARTS, ReplayResult
from hedger.report.files import write_columns, write_whole
from hedger.report.json_document import Json, dumps
from hedger.report.replay_document import replay_document
from hedger.report.replay_html import replay_page

_DAYS = pa.schema(
    {
        "policy": pa.string(),
        "day": pa.date32(),
        "profit_and_loss": pa.float64(),
        **{part: pa.float64() for part in ATTRIBUTION_PARTS},
        "settled": pa.float64(),
        "news": pa.float64(),
        "equity": pa.float64(),
    }
)


def write_replay(result: ReplayResult, directory: Path) -> None:
    """Write report.html, days.parquet, fills.parquet and replay.json to a new directory, whole or not at all.

    An order's id in fills.parquet names its policy and its day too, since each day's first is number one.
    """

    def fill(folder: Path) -> None:
        write_columns(folder / "days.parquet", _rows(result), _DAYS)
        write_fills(folder / FILLS_NAME, _filled(result))
        (folder / "report.html").write_text(replay_page(result), encoding="utf-8")
        (folder / "replay.json").write_text(dumps(replay_document(result)) + "\n", encoding="utf-8")

    write_whole(directory, fill)


def _filled(result: ReplayResult) -> list[FilledOrder]:
    return [
        filled
        for policy in result.policies
        for day in policy.days
        for filled in filled_orders(day.orders, prefix=f"{policy.policy}/{day.day}/")
    ]


def _rows(result: ReplayResult) -> list[Json]:
    return [
        {
            "policy": policy.policy,
            "day": day.day,
            "profit_and_loss": day.profit_and_loss,
            **day.attribution,
            "settled": day.settled,
            "news": day.news,
            "equity": equity,
        }
        for policy in result.policies
        for day, equity in zip(policy.days, policy.equity.tolist(), strict=True)
    ]
