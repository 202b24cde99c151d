from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from execution.agents.study_workers import agent_file
from hedger.cli.main import exit_status
from hedger.report.json_document import schema

SMALL = ["execute", "--scenario", "qdi", "--seeds", "3", "--quantity", "3000", "--minutes", "2"]


def test_execute_prints_a_document_of_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status([*SMALL, "--workers", "twap,almgren-chriss,vwap-realised", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, schema("execute"))
    assert [one["name"] for one in found["workers"]] == ["twap", "almgren-chriss", "vwap-realised"]


def test_execute_shows_costs_style_and_validity_and_writes_a_page(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "qdi"
    assert exit_status([*SMALL, "--workers", "twap,vwap", "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "sell 3,000 QDI in 2 minutes" in shown
    assert "Whether the markets were markets" in shown
    assert "Information leakage: the mid's move against the order" in shown
    assert sorted(path.name for path in out.iterdir()) == ["execute.json", "fills.parquet", "report.html"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert all(f'id="{name}"' in page for name in ("over-time", "shortfall", "differences"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--workers", "twap,magic"], "found 'magic'"),
        (["--workers", "twap,twap"], "named twice"),
        (["--workers", ""], "found ''"),
        (["--minutes", "-1"], "--minutes"),
        (["--minutes", "nan"], "--minutes"),
        (["--scenario", "nowhere"], "nowhere"),
        (["--seeds", "2"], "2"),
        (["--quantity", "0"], "0"),
    ],
)
def test_what_cannot_be_executed_is_the_users_to_mend(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status([*SMALL, *arguments]) == 2
    assert said in capsys.readouterr().err


def test_what_execute_wrote_is_analysed_and_can_teach_a_cost_curve(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "qdi"
    assert exit_status([*SMALL, "--workers", "twap,ppo", "--out", str(out)]) == 0
    assert exit_status(["tca", str(out / "fills.parquet"), "--json"]) == 0
    said = capsys.readouterr().out
    analysed = json.loads(said[said.index("{") :])
    study = json.loads((out / "execute.json").read_text(encoding="utf-8"))
    shortfalls = [bps for worker in study["workers"] for bps in worker["shortfall_bps"]]
    found = [order["shortfall_bps"] for order in analysed["orders"]]
    assert sorted(found) == pytest.approx(sorted(shortfalls))
    assert exit_status(["run", "example", "--costs", str(out), "--dry-run"]) == 0


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    for processes in ("1", "2"):
        asked = [*SMALL, "--workers", "twap,dqn", "--processes", processes]
        assert exit_status([*asked, "--out", str(tmp_path / processes)]) == 0
    for name in ("execute.json", "fills.parquet"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_agents_of_one_name_are_told_apart_as_they_were_typed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = agent_file("ppo")
    assert shipped is not None
    mine = shutil.copy(shipped, tmp_path / "mine.safetensors")
    assert exit_status([*SMALL, "--workers", f"twap,ppo,{mine}", "--json"]) == 0
    workers = json.loads(capsys.readouterr().out)["workers"]
    assert [one["name"] for one in workers] == ["twap", "ppo", str(mine)]
    assert workers[1]["shortfall_bps"] == workers[2]["shortfall_bps"]


def test_an_agent_file_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"nothing")
    assert exit_status([*SMALL, "--workers", f"twap,{path}"]) == 2
    assert "mine.safetensors" in capsys.readouterr().err


DARK = ["execute", "--scenario", "dark", "--seeds", "3", "--quantity", "3000", "--minutes", "2"]


def test_dark_pools_show_where_an_order_was_filled_and_what_followed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "dark"
    assert exit_status([*DARK, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "Where it was filled" in shown
    assert "Adverse selection: the mid's move in the 10 seconds after a fill" in shown
    assert 'id="venues"' in (out / "report.html").read_text(encoding="utf-8")
    found = json.loads((out / "execute.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema("execute"))
    by_name = {one["name"]: one for one in found["workers"]}
    assert by_name["router"]["dark_share"] > 0.0
    assert by_name["lit-cross"]["dark_share"] == 0.0
    assert [each["venue"] for each in by_name["twap"]["venues"]] == [
        "main",
        "inverted",
        "open pool",
        "block pool",
    ]
    assert exit_status(["tca", str(out / "fills.parquet"), "--json"]) == 0
    analysed = json.loads(capsys.readouterr().out)
    shortfalls = [bps for worker in found["workers"] for bps in worker["shortfall_bps"]]
    assert sorted(each["shortfall_bps"] for each in analysed["orders"]) == pytest.approx(sorted(shortfalls))


def test_processes_change_nothing_in_the_dark(tmp_path: Path) -> None:
    for processes in ("1", "2"):
        asked = [*DARK, "--workers", "even-split,router", "--processes", processes]
        assert exit_status([*asked, "--out", str(tmp_path / processes)]) == 0
    for name in ("execute.json", "fills.parquet"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "2" / name).read_bytes()


def test_a_router_without_a_pool_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status([*SMALL, "--workers", "twap,router"]) == 2
    said = capsys.readouterr().err
    assert "'router' rests in dark pools, of which qdi has none" in said
    assert "--scenario dark" in said
