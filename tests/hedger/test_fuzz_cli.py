"""Spoiled portfolio and chain files through the command: exit 2 with a sentence, or a correct run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hedger.cli.main import exit_status
from hedger.init import write_example
from tests.hedger.fuzzing import TEXT_MUTATIONS, cases, spoiled

CASES = [
    *cases("portfolio.csv", TEXT_MUTATIONS),
    *[case for case in cases("spx_chain_synthetic.csv", TEXT_MUTATIONS) if case[2] < 4],
]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("example") / "book"
    write_example(directory)
    return directory


def test_there_are_at_least_two_hundred_spoiled_files() -> None:
    assert len(CASES) >= 200


@pytest.mark.parametrize(("name", "mutation", "seed"), CASES)
def test_spoiled_file_ends_in_exit_2_with_a_sentence_or_in_a_run(
    example: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, mutation: str, seed: int
) -> None:
    files = {path.name: path for path in example.rglob("*.csv")}
    files[name] = tmp_path / name
    files[name].write_bytes(spoiled(next(example.rglob(name)).read_bytes(), mutation, seed))
    out = tmp_path / "out"
    chosen = ("--chain", str(files["spx_chain_synthetic.csv"])) if "chain" in name else ()
    status = exit_status(
        [
            "run",
            str(files["portfolio.csv"]),
            "--as-of",
            "2018-02-05",
            *chosen,
            "--dry-run",
            "--json",
            "--out",
            str(out),
        ]
    )
    printed = capfd.readouterr()
    assert status in (0, 2)
    assert "Traceback" not in printed.err
    assert out.exists() == (status == 0)
    if status == 0:
        assert json.loads(printed.out)["schema_version"]
    else:
        assert printed.out == ""
        assert printed.err.startswith("hedger: ")
