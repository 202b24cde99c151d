from __future__ import annotations

import json
from pathlib import Path

import pytest

from hedger.errors import InputError, UsageError
from hedger.report.files import write_run
from hedger.report.record import (
    RunInputs,
    digest,
    first_difference,
    read_record,
    require_unchanged,
)
from tests.hedger.runs import small_run


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    (tmp_path / "book.csv").write_text("symbol,quantity\n")
    (tmp_path / "market").mkdir()
    (tmp_path / "market" / "market.toml").write_text("currency = 'USD'\n")
    inputs = RunInputs(portfolio=tmp_path / "book.csv", market=tmp_path / "market")
    write_run(small_run(), tmp_path / "out", inputs)
    return tmp_path / "out"


def test_a_record_read_back_holds_inputs_and_settings(recorded: Path) -> None:
    record = read_record(recorded)
    assert record.inputs.portfolio == recorded.parent / "book.csv"
    assert record.settings == small_run().settings
    assert digest(record.document) == record.digest


def test_unchanged_inputs_pass(recorded: Path) -> None:
    record = read_record(recorded)
    assert require_unchanged(record) is None


@pytest.mark.parametrize("changed", ["book.csv", "market/market.toml"])
def test_a_changed_input_is_named(recorded: Path, changed: str) -> None:
    (recorded.parent / changed).write_text("something else")
    with pytest.raises(InputError, match=changed):
        require_unchanged(read_record(recorded))


def test_a_missing_and_an_added_input_are_both_named(recorded: Path) -> None:
    (recorded.parent / "book.csv").unlink()
    (recorded.parent / "market" / "new.csv").write_text("x")
    with pytest.raises(InputError) as caught:
        require_unchanged(read_record(recorded))
    assert [Path(problem.file).name for problem in caught.value.problems] == ["book.csv", "new.csv"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"inputs": 3}', "\x00", '{"inputs": {}, "settings": null}']
)
def test_a_file_that_is_no_record_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(InputError, match=r"run\.json"):
        read_record(tmp_path)


def test_a_directory_without_a_record_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json"):
        read_record(tmp_path / "nothing")


def test_a_record_whose_result_was_edited_is_refused(recorded: Path) -> None:
    path = recorded / "run.json"
    record = json.loads(path.read_text())
    record["document"]["costs"]["fees"] = 0.0
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match="digest"):
        read_record(recorded)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", -3),
        ("seed", "abc"),
        ("seed", True),
        ("risk_aversion", -1.0),
        ("horizon_minutes", 0),
        ("horizon_minutes", 1e9),
        ("regime", "wild"),
        ("dry_run", "false"),
    ],
)
def test_settings_that_no_run_can_have_are_refused(recorded: Path, name: str, value: object) -> None:
    path = recorded / "run.json"
    record = json.loads(path.read_text())
    record["settings"][name] = value
    path.write_text(json.dumps(record))
    with pytest.raises((InputError, UsageError)):
        read_record(recorded)


@pytest.mark.parametrize("path", ["x" * 5000, "/a\0b", "", 5])
def test_a_recorded_path_that_is_none_is_said(recorded: Path, path: object) -> None:
    record = json.loads((recorded / "run.json").read_text())
    record["files"][0]["path"] = path
    (recorded / "run.json").write_text(json.dumps(record))
    with pytest.raises(InputError):
        require_unchanged(read_record(recorded))


def test_a_record_nested_without_end_is_said(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("[" * 100_000)
    with pytest.raises(InputError, match=r"run\.json"):
        read_record(tmp_path)


def test_the_first_difference_is_named_by_its_place() -> None:
    recorded = {"a": 1, "orders": [{"quantity": 12}, {"quantity": 3}]}
    repeated = {"a": 1, "orders": [{"quantity": 12}, {"quantity": 4}]}
    assert first_difference(recorded, repeated) == "orders[1].quantity: 3 became 4"
    assert first_difference(recorded, recorded) is None


def test_another_seed_is_another_result() -> None:
    from hedger.report.json_document import document

    assert digest(document(small_run())) != digest(document(small_run(seed=1)))
