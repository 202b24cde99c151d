"""A study as files: its page and its document, written whole or not at all."""

from __future__ import annotations

from pathlib import Path

from hedger.report.files import write_whole
from hedger.report.json_document import Json, dumps


def write_study(directory: Path, *, name: str, page: str, document: Json) -> None:
    """Write report.html and `name`.json to a new directory, whole or not at all."""

    def fill(folder: Path) -> None:
        (folder / "report.html").write_text(page, encoding="utf-8")
        (folder / f"{name}.json").write_text(dumps(document) + "\n", encoding="utf-8")

    write_whole(directory, fill)
