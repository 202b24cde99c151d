"""A study as files: its page and its document, written whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from hedger.report.files import write_whole
from hedger.report.json_document import Json, dumps


def write_study(
    directory: Path, *, name: str, page: str, document: Json, tables: Mapping[str, pa.Table] | None = None
) -> None:
    """Write report.html, `name`.json and parquet tables by their names to a new directory, whole or not."""

    def fill(folder: Path) -> None:
        (folder / "report.html").write_text(page, encoding="utf-8")
        (folder / f"{name}.json").write_text(dumps(document) + "\n", encoding="utf-8")
        for file, table in (tables or {}).items():
            pq.write_table(table, folder / file)

    write_whole(directory, fill)
