"""`hedger tca`: the example, its document and page, bad rows, and the docs that list the names."""

from __future__ import annotations

import doctest
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jsonschema
import pytest

import hedger
from execution.tca.analysis import CostAnalysis, analyse
from execution.tca.fill_columns import FILL_ALIASES, MARKET_ALIASES
from execution.tca.fill_file import read_fills
from hedger.cli.main import exit_status
from hedger.report.json_document import schema
from hedger.report.tca_document import tca_document
from hedger.report.tca_html import tca_page
from hedger.report.tca_tables import tca_tables
from tests.execution.tca.leaking_days import market_and_orders

EXAMPLE = Path(hedger.__file__).parent / "templates" / "fills.csv"
PAGE = Path(__file__).resolve().parents[2] / "docs" / "tca.md"
FEW = "order_id,side,qty,price,time\na,buy,1,10,1700000000\n"


@cache
def example() -> CostAnalysis:
    return analyse(read_fills(EXAMPLE).blotter)


def test_the_example_is_valid_json_and_the_same_each_time(capfd: pytest.CaptureFixture[str]) -> None:
    assert exit_status(["tca", "example", "--json"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    jsonschema.Draft202012Validator(schema("tca")).validate(json.loads(out))
    assert json.loads(out) == json.loads(json.dumps(tca_document(example())))


def test_the_parts_of_the_example_add_up_order_by_order() -> None:
    for order in tca_document(example())["orders"]:
        known = [part for part in order["parts"].values() if part is not None]
        assert sum(known) == pytest.approx(order["shortfall"], abs=1e-9)


def test_the_page_draws_every_picture_and_the_tables_name_their_subject() -> None:
    page = tca_page(example())
    names = ("parts", "distribution", "benchmarks", "time-of-day", "participation", "effects")
    assert all(f'id="{name}"' in page for name in names)
    titles = [table.title for table in tca_tables(example())]
    assert "Shortfall by regime" in titles
    assert "What explains the cost: regression" in titles


def test_the_least_file_gives_a_page_that_says_what_is_missing(tmp_path: Path) -> None:
    fills = tmp_path / "fills.csv"
    fills.write_text(FEW)
    assert exit_status(["tca", str(fills), "--out", str(tmp_path / "out")]) == 0
    assert "What cannot be said" in (tmp_path / "out" / "report.html").read_text()
    document = json.loads((tmp_path / "out" / "tca.json").read_text())
    jsonschema.Draft202012Validator(schema("tca")).validate(document)


def test_bad_rows_are_all_named_and_status_two_unless_they_are_skipped(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fills = tmp_path / "fills.csv"
    fills.write_text(FEW + "b,buy,x,10,1700000000\nc,buy,1,10,never\n")
    assert exit_status(["tca", str(fills)]) == 2
    err = capfd.readouterr().err
    assert "row 3, column 'qty'" in err
    assert "row 4, column 'time'" in err
    assert exit_status(["tca", str(fills), "--skip-bad-rows"]) == 0
    assert "Rows left out" in capfd.readouterr().out


def test_names_that_a_terminal_would_obey_are_shown_and_not_obeyed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fills = tmp_path / "fills.csv"
    fills.write_text(FEW.replace("a,buy", "\x1b[31ma,buy"))
    assert exit_status(["tca", str(fills)]) == 2
    assert "\x1b" not in capfd.readouterr().err


def test_the_page_of_the_docs_lists_every_name_and_its_example_runs() -> None:
    text = PAGE.read_text(encoding="utf-8")
    fills, market = (part.split("\n\n")[0] for part in text.split("| --- | --- | --- |")[1:])
    assert listed(fills) == dict(FILL_ALIASES)
    assert listed(market) == dict(MARKET_ALIASES)
    assert doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8").failed == 0


def listed(table: str) -> Mapping[str, tuple[str, ...]]:
    rows = (line.split("|") for line in table.strip().splitlines())
    return {cells[1].strip(): tuple(re.findall("`([^`]+)`", cells[2])) for cells in rows}


def leaking_files(folder: Path) -> tuple[Path, Path]:
    """30 orders at two venues in a day of quotes that leans by 3 bps against each before its first fill."""
    tape, blotter = market_and_orders(8, 3.0)
    market, orders = tape.symbols[""], blotter.orders
    rows = zip(market.quote_ns, market.bid, market.ask, strict=True)
    quotes = "".join(f"{ts_ns},{bid:.8f},{ask:.8f}\n" for ts_ns, bid, ask in rows)
    (folder / "quotes.csv").write_text(f"ts_ns,bid,ask\n{quotes}")
    head = "order_id,side,qty,price,ts_ns,decision_ts_ns,venue,dealer\n"
    fills = "".join(
        f"{at},{'buy' if orders.side[at] > 0 else 'sell'},1,100,{first},{orders.decision_ns[at]},"
        f"{'LIT' if at % 2 else 'DARK'},{'few' if at < 3 else 'many'}\n"
        for at, first in enumerate(blotter.first_ns())
    )
    (folder / "fills.csv").write_text(head + fills)
    return folder / "fills.csv", folder / "quotes.csv"


def test_a_leak_is_told_with_its_groups_in_the_table_the_page_and_the_document(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    fills, quotes = leaking_files(tmp_path)
    out = tmp_path / "out"
    assert exit_status(["tca", str(fills), "--market", str(quotes), "--out", str(out)]) == 0
    shown = capfd.readouterr().out
    assert "Information leakage before our trades" in shown
    assert "too few" in shown
    assert 'id="leakage"' in (out / "report.html").read_text(encoding="utf-8")
    document = json.loads((out / "tca.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema("tca")).validate(document)
    assert document["leakage"]["whole"]["lower"] > 0.0
    assert {group["name"] for group in document["leakage"]["groups"]["venue"]} == {"LIT", "DARK"}
    assert [group["leakage"] is None for group in document["leakage"]["groups"]["counterparty"]] == [
        False,
        True,
    ]


def test_without_market_data_leakage_is_among_what_cannot_be_said(capfd: pytest.CaptureFixture[str]) -> None:
    found = tca_document(example())
    assert found["leakage"]["whole"] is None
    assert any(each.startswith("information leakage") for each in found["unknown"])
    assert exit_status(["tca", "example", "--leakage-minutes", "0"]) == 2
    assert "--leakage-minutes" in capfd.readouterr().err
