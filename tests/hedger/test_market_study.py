"""`hedger market`: the study of a small made-up recording, its tables, its document, its page, its errors."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from execution.errors import RecordingError
from execution.realism.comparison import BASELINE, FIRST_PART, SIMULATED
from execution.realism.profile import FACTS
from execution.realism.tape import Tape
from execution.recorded.quality import Tolerance
from execution.recorded.read import read_recording
from hedger.cli.main import exit_status
from hedger.market_study import HELD_OUT, MarketStudy, study_files, study_tape
from hedger.report.json_document import schema
from hedger.report.market_document import market_document
from hedger.report.market_files import write_tape
from hedger.report.market_html import market_page
from hedger.report.market_quality import quality_tables
from hedger.report.market_tables import market_header, market_tables
from hedger.report.new_file import write_new
from hedger.report.terminal import render_tables
from tests.execution.realism.tapes import random_tape


@cache
def compared() -> MarketStudy:
    """One study for all tests: a made-up recording whose fiftieth message is damaged."""
    with TemporaryDirectory() as folder:
        messages, book = write_lobster(random_tape(1, 2_600), Path(folder))
        lines = Path(messages).read_text().splitlines()
        lines[49] = "half a li"
        Path(messages).write_text("\n".join(lines) + "\n")
        return study_files([Path(messages), Path(book)], model="santa_fe")


@cache
def alone() -> MarketStudy:
    return study_tape(random_tape(1, 2_600), title="scenario test")


def write_lobster(tape: Tape, folder: Path) -> list[str]:
    """The tape as LOBSTER's two files."""
    m, h = tape.messages, tape.history
    rows = zip(m.ts_ns, m.kind, m.order_id, m.quantity, m.price_ticks, m.side, strict=True)
    lines = [
        f"{34_200 + t // 10**9}.{t % 10**9:09d},{kind},{i + 1},{size},{price * 100},{side}"
        for t, kind, i, size, price, side in rows
    ]
    books = []
    for row in range(len(tape)):
        cells: list[int] = []
        for level in range(tape.levels):
            ask, bid = h.ask_volume[row, level], h.bid_volume[row, level]
            cells += [h.ask_ticks[row, level] * 100 if ask else 9_999_999_999, ask]
            cells += [h.bid_ticks[row, level] * 100 if bid else -9_999_999_999, bid]
        books.append(",".join(str(int(cell)) for cell in cells))
    paths = [folder / "TEST_2026-01-02_message_5.csv", folder / "TEST_2026-01-02_orderbook_5.csv"]
    for path, text in zip(paths, (lines, books), strict=True):
        path.write_text("\n".join(text) + "\n")
    return [str(path) for path in paths]


def test_both_documents_are_valid() -> None:
    for study in (compared(), alone()):
        found = market_document(study)
        jsonschema.Draft202012Validator(schema("market")).validate(json.loads(json.dumps(found)))


def test_the_tables_fit_eighty_columns_and_name_every_statistic() -> None:
    console = Console(width=80)
    with console.capture() as drawn:
        render_tables(market_header(compared()), market_tables(compared()), console)
    text = drawn.get()
    assert max(len(line) for line in text.splitlines()) <= 80
    comparison = compared().comparison
    assert comparison is not None
    first_words = {score.statistic.split()[0] for score in comparison.scores}
    assert all(word in text for word in first_words)
    assert "TEST 2026-01-02: seed 0" in text


def test_the_verdict_counts_what_the_scores_say() -> None:
    comparison = compared().comparison
    assert comparison is not None
    verdict = market_tables(compared())[0]
    assert verdict.rows[-1][1] == f"{comparison.better} of {len(comparison.scores)}"
    assert verdict.rows[-1][2] == str(len(comparison.much_worse))


def test_a_market_alone_has_facts_and_no_verdict() -> None:
    (facts,) = market_tables(alone())
    assert [row[0] for row in facts.rows] == [*FACTS, "sign memory"]


def test_the_page_draws_distances_distributions_and_curves() -> None:
    page = market_page(compared())
    assert all(f'id="{name}"' in page for name in ("distances", "distributions", "curves"))
    assert 'id="distances"' not in market_page(alone())


def test_a_tape_is_written_with_lobsters_columns(tmp_path: Path) -> None:
    tape = random_tape(1, 300)
    write_tape(tape, tmp_path / "events.parquet")
    table = pq.read_table(tmp_path / "events.parquet")
    assert table.num_rows == len(tape)
    assert np.array_equal(table["size"].to_numpy(), tape.messages.quantity)
    assert np.array_equal(table["bid_size_5"].to_numpy(), tape.history.bid_volume[:, 4])
    assert table.schema.metadata[b"tick_size"] == b"0.01"


def test_a_tape_that_was_written_is_read_as_a_recording(tmp_path: Path) -> None:
    tape = random_tape(1, 300)
    write_tape(tape, tmp_path / "events.parquet")
    record = read_recording(tmp_path / "events.parquet", tolerance=Tolerance(share=1.0))
    assert (record.messages.tick_size, record.messages.lot_size) == (0.01, 1.0)
    assert np.array_equal(record.messages.ts_ns, tape.messages.ts_ns)
    assert np.array_equal(record.messages.price_ticks, tape.messages.price_ticks)
    assert np.array_equal(record.history.bid_volume, tape.history.bid_volume)


def test_a_tape_without_its_tick_size_is_refused(tmp_path: Path) -> None:
    write_tape(random_tape(1, 300), tmp_path / "events.parquet")
    table = pq.read_table(tmp_path / "events.parquet").replace_schema_metadata({"tick_size": "nan"})
    pq.write_table(table, tmp_path / "events.parquet")
    with pytest.raises(RecordingError, match=r"column 'tick_size': found 'nan', expected a positive number"):
        read_recording(tmp_path / "events.parquet")


def test_a_file_that_cannot_be_filled_leaves_nothing_behind(tmp_path: Path) -> None:
    def broken(path: Path) -> None:
        path.write_text("half")
        raise KeyError("fault")

    with pytest.raises(KeyError):
        write_new(tmp_path / "out.parquet", broken)
    assert list(tmp_path.iterdir()) == []


def test_a_recording_is_fitted_simulated_and_compared() -> None:
    assert list(compared().profiles) == [HELD_OUT, SIMULATED, BASELINE, FIRST_PART]
    assert "2,600 rows read, 2,599 messages kept" in compared().notes[0]


def test_a_report_of_a_recording_is_printed_and_written(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hedger.market_study.study_files", lambda paths, **settings: compared())
    out = tmp_path / "out"
    assert exit_status(["market", "report", "any.csv", "--out", str(out), "--json"]) == 0
    text, err = capfd.readouterr()
    assert (json.loads(text), err) == (market_document(compared()), "")
    assert sorted(path.name for path in out.iterdir()) == ["market.json", "report.html"]


def test_every_flaw_of_the_recording_is_told_with_its_row() -> None:
    (flaws,) = quality_tables(compared().quality)
    cells = next(row for row in flaws.rows if row[0].startswith("row that cannot be read"))
    assert cells[1:] == ("1", "50", "half a li", "dropped")
    assert flaws in market_tables(compared())
    found = {each["flaw"]: each for each in market_document(compared())["recording"]["findings"]}
    assert found["row that cannot be read"]["first_row"] == 50
    assert quality_tables(None) == ()


def test_one_seed_gives_one_document(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    said = []
    for _ in range(2):
        assert exit_status(["market", "report", "--scenario", "calm", "--minutes", "0.2", "--json"]) == 0
        said.append(capfd.readouterr().out)
    assert said[0] == said[1]


def test_a_scenario_is_simulated_into_a_new_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "events.parquet"
    command = ["market", "simulate", "--scenario", "calm", "--minutes", "0.5", "--out", str(out)]
    assert exit_status(command) == 0
    assert "messages in 30 seconds" in capfd.readouterr().out
    assert exit_status(command) == 2
    assert "exists already" in capfd.readouterr().err


def test_a_market_is_fitted_and_saved(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = write_lobster(random_tape(1, 1_000), tmp_path)
    out = tmp_path / "fitted.toml"
    assert exit_status(["market", "calibrate", *files, "--model", "santa_fe", "--out", str(out)]) == 0
    saved = tomllib.loads(out.read_text())
    assert saved["model"] == "santa_fe"
    assert {"name", "value", "standard_error", "unit"} == set(saved["parameter"][0])
    assert f"Saved: {out}" in capfd.readouterr().out.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report",), "give one of them"),
        (("report", "gone.csv"), "gone.csv"),
        (("report", "gone.csv", "--scenario", "calm"), "give one of them"),
        (("report", "--scenario", "nowhere"), "nowhere: expected a file or one of calm, dark, news"),
        (("report", "--scenario", "calm", "--minutes", "nan"), "--minutes"),
        (("report", "--scenario", "calm", "--minutes", "0"), "--minutes"),
        (("simulate", "--scenario", "calm", "--minutes", "1e-12", "--out", "x.parquet"), "nothing happens"),
        (("report", "--scenario", "calm", "--tick-size", "1"), "--tick-size is for a report of a recording"),
        (("report", "gone.csv", "--minutes", "5"), "--minutes is for a report of --scenario"),
        (("report", "gone.csv", "--tolerance", "2"), "--tolerance is a share"),
        (("report", "gone.csv", "--tick-size", "-1"), "--tick-size"),
        (("simulate", "--scenario", "calm", "--out", "no/such/folder/x.parquet"), "no folder"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    arguments: tuple[str, ...], said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert exit_status(["market", *arguments]) == 2
    assert said in capfd.readouterr().err


def test_a_recording_of_few_messages_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    files = write_lobster(random_tape(7, 1_000), tmp_path)
    assert exit_status(["market", "report", *files]) == 2
    assert "a comparison needs 1,000 in each" in capfd.readouterr().err
    assert exit_status(["market", "report", *files, "--held-out", "1.5"]) == 2
    assert "--held-out is a share" in capfd.readouterr().err
