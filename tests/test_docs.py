"""The pages on input files list what the code accepts, so that they cannot drift."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hedger.portfolio import columns
from hedger.portfolio.notation import NOTATIONS, OSI_EXAMPLE
from pricing import chain_columns

DOCS = Path(__file__).resolve().parents[1] / "docs"


def test_chain_page_lists_every_alias_in_its_order() -> None:
    assert documented("chain.md") == dict(chain_columns.ALIASES)


def test_portfolio_page_lists_every_alias_in_its_order() -> None:
    assert documented("portfolio.md") == dict(columns.ALIASES)


def test_portfolio_page_shows_every_notation() -> None:
    page = (DOCS / "portfolio.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+) \| `([^`|]+)` \|$", page, re.MULTILINE)
    expected = [(notation.used_by, notation.example) for notation in NOTATIONS]
    assert rows == [("OCC, most brokers", OSI_EXAMPLE), *expected]


def documented(name: str) -> Mapping[str, tuple[str, ...]]:
    """Aliases by field in the first table of a page: | field | `alias`, `alias` | meaning |."""
    page = (DOCS / name).read_text(encoding="utf-8")
    table = page.split("| --- | --- | --- |")[1].split("\n\n")[0]
    rows = (line.split("|") for line in table.strip().splitlines())
    return {cells[1].strip(): tuple(re.findall("`([^`]+)`", cells[2])) for cells in rows}
