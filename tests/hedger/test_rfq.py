"""`hedger rfq`: the example, its document and page, files that say little, bad input, and the docs."""

from __future__ import annotations

import doctest
import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from execution.rfq.log_columns import RFQ_ALIASES
from execution.rfq.log_example import example_history
from hedger.cli.main import exit_status
from hedger.errors import UsageError
from hedger.report.json_document import schema
from hedger.report.rfq_document import rfq_document
from hedger.report.rfq_html import rfq_page
from hedger.report.rfq_tables import rfq_header, rfq_tables
from hedger.rfq_study import RfqQuestion, RfqStudy, study_requests
from tests.hedger.test_tca import listed

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rfq_history.md"
HEAD = "rfq_id,time,side,qty,dealer,quote,mid,outcome\n"
ONE = HEAD + "a,1700000000,buy,10,X,5.0,4.9,won\n"


@cache
def study() -> RfqStudy:
    return study_requests(example_history(600, 4), RfqQuestion(side=-1.0, quantity=60.0, mid=20.0))


def valid(document: object) -> None:
    jsonschema.Draft202012Validator(schema("rfq")).validate(json.loads(json.dumps(document)))


def said(of: RfqStudy) -> str:
    cells = [cell for table in rfq_tables(of) for row in table.rows for cell in row]
    return " ".join((*rfq_header(of), *cells, *(note for table in rfq_tables(of) for note in table.notes)))


def test_the_document_is_valid_and_the_same_each_time() -> None:
    valid(rfq_document(study()))
    again = study_requests(example_history(600, 4), RfqQuestion(side=-1.0, quantity=60.0, mid=20.0))
    assert json.dumps(rfq_document(again)) == json.dumps(rfq_document(study()))


def test_the_advice_says_whom_to_ask_up_to_which_price_and_what_all_would_cost() -> None:
    document = rfq_document(study())["advice"]
    assert document["ask"]
    assert document["bound"] < document["expected_cost"]["value"] <= document["outside"]
    assert document["reservation_price"] == pytest.approx(
        20.0 * (1.0 - 1e-4 * document["reservation_markup"])
    )
    for ask in document["by_count"]:
        assert sum(ask["parts"].values()) == pytest.approx(ask["expected_cost"])
    text = said(study())
    assert "Asking all 4 would cost" in text
    assert "No choice of dealers can cost less" in text


def test_the_page_draws_dealers_reliability_and_costs_and_the_tables_tell_all() -> None:
    page = rfq_page(study())
    assert all(f'id="{name}"' in page for name in ("dealers", "reliability", "asking"))
    titles = [table.title for table in rfq_tables(study())]
    assert "Dealers: markup and leakage, bps" in titles
    assert "Whom to ask to sell 60: expected cost, bps" in titles
    assert "When to ask, bps" in titles


def test_what_a_bare_file_cannot_say_is_said_to_be_unknown(tmp_path: Path) -> None:
    history = example_history(40, 3)
    none = np.full(len(history), np.nan)
    bare = replace(
        history,
        half_spread=none,
        volatility=none,
        mid_at_trade=none,
        mid_after=none,
        knows_outcome=False,
    )
    text = said(study_requests(bare, RfqQuestion()))
    for what in ("hit rates and last looks", "leakage: not known", "when to ask", "forecasts of who wins"):
        assert what in text
    dark = study_requests(replace(bare, mid=none), RfqQuestion())
    assert "markups, leakage, who will win and whom to ask: not known" in said(dark)
    valid(rfq_document(dark))
    assert "Dealers beside each other" in rfq_page(dark)


def test_slips_and_questions_beyond_the_history_are_said() -> None:
    history = example_history(200, 3)
    quote = history.quote.copy()
    quote[history.answered] = np.where(np.arange(history.answered.sum()) < 5, 1e4, quote[history.answered])
    text = said(study_requests(replace(history, quote=quote), RfqQuestion(quantity=1e4, volatility=9.0)))
    assert "5 quotes far from all others, taken for slips" in text
    assert f"(request {history.request_id[0]} of " in text
    assert "No request was larger than" in text
    assert "what is said of 9 goes beyond" in text


def test_the_command_reads_a_file_of_one_request_and_writes_it_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(ONE)
    assert exit_status(["rfq", str(path), "--json", "--out", str(tmp_path / "out")]) == 0
    printed = json.loads(capfd.readouterr().out)
    valid(printed)
    assert json.loads((tmp_path / "out" / "rfq.json").read_text()) == printed
    assert exit_status(["rfq", str(tmp_path / "out" / "requests.parquet"), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["dealers"] == printed["dealers"]


def test_bad_rows_are_named_with_status_two_unless_they_are_skipped(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(ONE + "b,never,buy,10,X,5.0,4.9,won\nc,1700000000,buy,x,\x1b[31m,5.0,4.9,won\n")
    assert exit_status(["rfq", str(path)]) == 2
    err = capfd.readouterr().err
    assert "row 3, column 'time': found 'never'" in err
    assert "row 4, column 'qty'" in err
    assert "\x1b" not in err
    assert exit_status(["rfq", str(path), "--skip-bad-rows"]) == 0
    assert "Rows left out" in capfd.readouterr().out


@pytest.mark.parametrize(
    "option",
    [
        ("--quantity", "0"),
        ("--outside", "nan"),
        ("--to-follow", "-1"),
        ("--tick-size", "-1"),
        ("--tick-size", "1e-300"),
        ("--outside", "1e300"),
        ("--mid", "-3"),
        ("--symbol", "Z"),
    ],
)
def test_a_bad_option_is_one_sentence(
    tmp_path: Path, option: tuple[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(ONE)
    assert exit_status(["rfq", str(path), *option]) == 2
    assert capfd.readouterr().err.count("\n") == 1


def test_a_symbol_that_is_not_there_is_an_error_that_lists_those_that_are() -> None:
    with pytest.raises(UsageError, match="PACKAGE"):
        study_requests(example_history(12, 2), RfqQuestion(symbol="OTHER"))


def test_the_page_of_the_docs_lists_every_name_and_its_example_runs() -> None:
    text = PAGE.read_text(encoding="utf-8")
    table = text.split("| --- | --- | --- |")[-1].split("\n\n")[0]
    assert listed(table) == dict(RFQ_ALIASES)
    assert doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8").failed == 0
