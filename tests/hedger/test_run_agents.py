"""The hedge's orders worked by an agent: the command, its record and its repetition."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema
import pyarrow.parquet as pq
import pytest

from execution.agents.study_workers import agent_file
from hedger.cli.main import exit_status
from hedger.report.json_document import schema


@pytest.fixture
def own_agent(tmp_path: Path) -> Path:
    shipped = agent_file("dqn")
    assert shipped is not None
    return Path(shutil.copy(shipped, tmp_path / "mine.safetensors"))


def test_an_agent_hedges_the_example_in_a_document_of_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(["run", "example", "--schedule", "ppo", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, schema())
    assert (found["settings"]["schedule"], found["orders"][0]["schedule"]) == ("ppo", "ppo")
    assert found["orders"][0]["leaves_quantity"] == 0


def test_a_run_by_an_agent_s_file_is_recorded_and_repeated_until_the_file_changes(
    own_agent: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert exit_status(["run", "example", "--schedule", str(own_agent), "--out", str(out)]) == 0
    assert "worked by mine.safetensors" in capsys.readouterr().out
    assert set(pq.read_table(out / "fills.parquet")["algorithm"].to_pylist()) == {"dqn"}
    assert exit_status(["run", "--repeat", str(out)]) == 0
    own_agent.write_bytes(own_agent.read_bytes() + b" ")
    assert exit_status(["run", "--repeat", str(out)]) == 2
    assert "mine.safetensors" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command", [["run", "example"], ["replay", "volmageddon-2018", "--portfolio", "example"]]
)
def test_who_cannot_work_orders_is_refused_before_the_market_is_read(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    none = tmp_path / "none.safetensors"
    none.write_bytes(b"nothing")
    for named, said in (
        ("hope", "found 'hope'"),
        (str(none), "none.safetensors"),
        ("no.safetensors", "found"),
    ):
        assert exit_status([*command, "--schedule", named]) == 2
        assert said in capsys.readouterr().err
