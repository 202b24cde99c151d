from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from hedger.cli import errors
from hedger.cli.main import exit_status
from hedger.report.json_document import schema

Said = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Said:
    """Run the command in this process: exit status, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        status = exit_status([str(argument) for argument in arguments])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def test_help_names_every_command(command: Said) -> None:
    status, out, _ = command("--help")
    assert status == 0
    assert all(name in out for name in ("run", "replay", "price", "surface", "forecast", "doctor"))


def test_help_imports_no_heavy_library() -> None:
    heavy = "{'numpy', 'pandas', 'scipy', 'QuantLib', 'numba', 'arch', 'plotly', 'rich'}"
    code = f"import sys, hedger.cli.main; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_the_example_is_hedged_in_valid_json_and_nothing_else(command: Said) -> None:
    status, out, err = command("run", "example", "--json")
    assert (status, err) == (0, "")
    jsonschema.Draft202012Validator(schema()).validate(json.loads(out))


def test_the_example_is_priced_in_valid_json_and_nothing_else(command: Said) -> None:
    status, out, err = command("price", "example", "--json")
    assert (status, err) == (0, "")
    jsonschema.Draft202012Validator(schema("price")).validate(json.loads(out))


def test_an_embedded_history_is_forecast_in_valid_json_and_nothing_else(command: Said) -> None:
    status, out, err = command("forecast", "COMP", "--json")
    assert (status, err) == (0, "")
    jsonschema.Draft202012Validator(schema("forecast")).validate(json.loads(out))


def test_a_history_that_is_not_there_names_the_embedded_ones(command: Said) -> None:
    status, out, err = command("forecast", "prices.csv")
    assert (status, out) == (2, "")
    assert "prices.csv" in err
    assert "COMP, SPX, WTI" in err


def test_prices_are_written_to_a_new_directory(command: Said, tmp_path: Path) -> None:
    status, _, _ = command("price", "example", "--out", tmp_path / "out")
    assert status == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["prices.json", "report.html"]
    status, _, err = command("price", "example", "--out", tmp_path / "out")
    assert (status, "not empty" in err) == (2, True)


def test_a_run_is_written_and_repeated_bit_for_bit(command: Said, tmp_path: Path) -> None:
    status, out, _ = command("run", "example", "--out", tmp_path / "out")
    assert status == 0
    assert out.splitlines()[-1].endswith(f"--repeat {tmp_path / 'out'}") or "--repeat" in out
    status, out, _ = command("run", "--repeat", tmp_path / "out")
    assert status == 0
    assert "repeated bit for bit" in out


def test_a_result_that_does_not_repeat_names_the_field(command: Said, tmp_path: Path) -> None:
    from hedger.report.record import digest

    command("run", "example", "--dry-run", "--out", tmp_path / "out")
    path = tmp_path / "out" / "run.json"
    record = json.loads(path.read_text())
    record["document"]["costs"]["fees"] = 1.0
    path.write_text(json.dumps({**record, "digest": digest(record["document"])}))
    status, _, err = command("run", "--repeat", tmp_path / "out")
    assert status == 1
    assert "costs.fees: 1.0 became 0.0" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "name a portfolio"),
        (["run", "nowhere.csv", "--as-of", "2018-02-05"], "nowhere.csv"),
        (["run", "example", "--as-of", "2018-02-31"], "2018-02-31"),
        (["run", "example", "--as-of", "2018-02-04"], "2018-02-04"),
        (["run", "example", "--policy", "hope"], "hope"),
        (["run", "example", "--risk-aversion", "nan"], "--risk-aversion"),
        (["run", "example", "--risk-aversion", "-1"], "--risk-aversion"),
        (["run", "example", "--seed", "-1"], "--seed"),
        (["run", "example", "--chain", "nowhere.parquet"], "nowhere.parquet"),
        (["run", "example", "--market", "nowhere"], "nowhere"),
        (["run", "--repeat", "nowhere"], "run.json"),
        (["run", "example", "--repeat", "nowhere"], "--repeat"),
        (["replay", "no-such-scenario", "--portfolio", "example"], "no-such-scenario"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_a_request_that_cannot_be_met_is_a_sentence_and_exit_2(
    command: Said, arguments: list[str], said: str
) -> None:
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_every_bad_row_is_listed_and_nothing_is_written(command: Said, tmp_path: Path) -> None:
    portfolio = tmp_path / "bad.csv"
    portfolio.write_text("symbol,quantity\nSPXW180228C02750000,many\nSPX999999X,3\n")
    status, out, err = command("run", portfolio, "--as-of", "2018-02-05", "--out", tmp_path / "out")
    assert (status, out) == (2, "")
    assert "row 2" in err
    assert "row 3" in err
    assert not (tmp_path / "out").exists()


def test_the_current_directory_is_no_output(
    command: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, _, err = command("run", "example", "--out", ".")
    assert (status, len(err.splitlines())) == (2, 1)
    assert "current directory" in err


def test_the_list_of_commands_cuts_no_sentence(command: Said) -> None:
    assert "..." not in command("--help")[1].split("Commands:")[1]


def test_an_output_that_exists_is_refused_before_anything_is_done(command: Said, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    status, _, err = command("run", "example", "--out", tmp_path)
    assert status == 2
    assert "not empty" in err


def test_a_fault_of_ours_is_one_line_that_asks_to_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEDGER_DEBUG", raising=False)
    errors.report_defect(ZeroDivisionError, ZeroDivisionError("by\nzero"), None)
    said = capsys.readouterr().err
    assert "please report it: ZeroDivisionError: by zero" in said
    assert said.count("\n") == 1


def test_the_traceback_of_a_fault_is_shown_on_request(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEDGER_DEBUG", "1")
    try:
        raise ZeroDivisionError
    except ZeroDivisionError as error:
        errors.report_defect(type(error), error, error.__traceback__)
    assert "Traceback" in capsys.readouterr().err


def test_interruption_ends_with_130(monkeypatch: pytest.MonkeyPatch, command: Said) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("hedger.api.hedge_files", interrupted)
    assert command("run", "example")[0] == 130


@pytest.mark.parametrize("arguments", ["schema", "run example"])
def test_a_reader_that_goes_away_is_no_error(arguments: str) -> None:
    command = f'"{sys.executable}" -m hedger {arguments} | head -c 10; exit ${{PIPESTATUS[0]}}'
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.stderr == ""
    assert done.returncode in (0, errors.BROKEN_PIPE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full on this system")
def test_a_full_disk_is_said() -> None:
    command = f'"{sys.executable}" -m hedger schema > /dev/full'
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S607
    assert done.returncode == 2
    assert done.stderr == "hedger: the output cannot be written: No space left on device\n"


def test_scenarios_and_portfolios_are_listed(command: Said) -> None:
    status, out, _ = command("scenarios")
    assert status == 0
    assert "volmageddon-2018" in out
    assert "example" in out


def test_schema_prints_the_schema(command: Said) -> None:
    assert json.loads(command("schema")[1]) == schema()
    assert json.loads(command("schema", "replay")[1]) == schema("replay")


def test_doctor_finds_that_the_packages_are_ours(command: Said) -> None:
    status, out, err = command("doctor")
    assert (status, err) == (0, "")
    assert "all is well" in out


def test_init_writes_a_folder_that_runs(command: Said, tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    assert command("init", folder)[0] == 0
    status, out, err = command("run", folder / "portfolio.csv", "--market", folder / "market", "--dry-run")
    assert (status, err) == (0, "")
    assert "Decisions" in out
