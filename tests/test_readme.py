"""README is true: its Python runs, its commands exist, its files are there."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from hedger.cli.main import exit_status
from hedger.scenario import scenario_names

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_in_readme_does_what_it_says() -> None:
    result = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert result.attempted > 5
    assert result.failed == 0


@pytest.mark.parametrize("page", ["pricing.md", "market.md", "hedging.md", "structures.md"])
def test_the_python_in_the_documents_does_what_it_says(page: str) -> None:
    result = doctest.testfile(str(ROOT / "docs" / page), module_relative=False)
    assert result.attempted > 3
    assert result.failed == 0


def test_readme_shows_what_the_example_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(["run", "example"]) == 0
    printed = capsys.readouterr().out
    for line in re.findall(r"^    (SPX .*)$", README, re.MULTILINE):
        assert " ".join(line.split()) in " ".join(printed.split())


def test_every_option_in_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    market = ("market report", "market calibrate", "market simulate")
    commands = ("run", "replay", "price", "surface", "forecast", "spread", *market)
    options = {command: _help(command, capsys) for command in commands}
    names = ("pricing.md", "market.md", "hedging.md", "structures.md")
    pages = [(ROOT / "docs" / page).read_text(encoding="utf-8") for page in names]
    text_of_all = "\n".join([README, *pages])
    for command, text in re.findall(rf"hedger ({'|'.join(commands)}) (.*)", text_of_all):
        for option in re.findall(r"--[a-z-]+", text):
            assert option in options[command]


def test_every_link_leads_to_a_file() -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_readme_names_a_scenario_that_is_shipped() -> None:
    named = re.findall(r"hedger replay ([a-z0-9-]+)", README)
    assert set(named) <= set(scenario_names())
    assert len(scenario_names()) == 10


def _help(command: str, capsys: pytest.CaptureFixture[str]) -> str:
    exit_status([*command.split(), "--help"])
    return capsys.readouterr().out
