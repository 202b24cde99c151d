"""`hedger spread`: the book, one structure, quotes, pages and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from hedger.cli.main import exit_status
from hedger.report.json_document import schema
from pricing.black import black_price

Said = Callable[..., tuple[int, str, str]]
CONDOR = ("--structure", "iron condor", "--strikes", "2600,2650,2750,2800", "--expiry", "2018-02-28")


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Said:
    """Run the command in this process: exit status, standard output, standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        status = exit_status(["spread", *(str(argument) for argument in arguments)])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def chain(path: Path, *, spoilt: str = "") -> Path:
    """A chain of 2018-02-05; `spoilt` replaces the quote and time of the 2800 call."""
    lines = ["quote_datetime,expiration,strike,type,bid,ask,bid_size,ask_size,underlying_last"]
    for strike in np.arange(2400.0, 2925.0, 25.0):
        for right in ("call", "put"):
            fair = float(black_price(2650.0, strike, 23 / 365, 0.25, 0.999, right == "call"))
            cells = f"2018-02-05 15:59:00,2018-02-28,{strike},{right},{fair - 0.2:.4f},{fair + 0.2:.4f},9,8"
            if spoilt and strike == 2800.0 and right == "call":
                cells = spoilt
            lines.append(f"{cells},2650")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_the_example_is_priced_in_valid_json_and_nothing_else(command: Said) -> None:
    status, out, err = command("example", "--json")
    assert (status, err) == (0, "")
    found = json.loads(out)
    jsonschema.Draft202012Validator(schema("spread")).validate(found)
    assert [each["name"] for each in found["structures"]][2] == "iron condor"
    assert found["structures"][0]["quote"] is None


def test_a_structure_is_quoted_from_its_legs_in_a_chain_and_drawn(command: Said, tmp_path: Path) -> None:
    out = tmp_path / "page"
    status, printed, err = command(*CONDOR, "--chain", chain(tmp_path / "chain.csv"), "--out", out)
    assert (status, err) == (0, "")
    assert "iron condor" in printed
    (found,) = json.loads((out / "spreads.json").read_text())["structures"]
    quote = found["quote"]
    assert quote["ask"] - quote["bid"] == pytest.approx(4 * 0.4 * 100, abs=0.1)
    assert (quote["bid_packages"], quote["ask_packages"]) == (8.0, 8.0)
    assert found["premium"] == pytest.approx(quote["mid"])
    assert found["maximum_loss"] + found["maximum_gain"] == pytest.approx(5_000.0)
    assert "profit-0" in (out / "report.html").read_text()


@pytest.mark.parametrize(
    ("spoilt", "sentence"),
    [
        ("2018-02-05 15:59:00,2018-02-28,2800.0,call,0,1.4,9,8", "is one-sided: bid 0, ask 1.4"),
        ("2018-02-05 15:30:00,2018-02-28,2800.0,call,1.0,1.4,9,8", "is stale: 29 minutes older"),
        ("2018-02-05 15:59:00,2018-02-28,2800.0,call,1.9,1.4,9,8", "is crossed: bid 1.9, ask 1.4"),
    ],
)
def test_a_leg_whose_quote_cannot_be_used_is_one_sentence_and_nothing_is_written(
    command: Said, tmp_path: Path, spoilt: str, sentence: str
) -> None:
    out = tmp_path / "page"
    file = chain(tmp_path / "chain.csv", spoilt=spoilt)
    status, printed, err = command(*CONDOR, "--chain", file, "--out", out)
    assert (status, printed) == (2, "")
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert not out.exists()


def test_legs_written_out_are_named(command: Said) -> None:
    legs = ("--leg", "1xSPXW180228P02600000", "--leg", "-2xSPXW180228P02500000")
    status, out, _ = command(*legs, "--packages", 3, "--json")
    (found,) = json.loads(out)["structures"]
    assert (status, found["name"], found["packages"]) == (0, "put ratio spread 1:2", 3)


def test_every_structure_is_listed(command: Said) -> None:
    status, out, _ = command("--list")
    assert status == 0
    assert len(out.splitlines()) >= 60
    assert "+p1 -p2 -c3 +c4" in out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Give one of"),
        (("example", "--structure", "box"), "Give one of"),
        (("--structure", "irn condor"), "a named structure, such as iron condor"),
        (("--structure", "box", "--strikes", "1,x"), "expected numbers with commas"),
        (("--structure", "box", "--strikes", "1", "--expiry", "2018-02-28"), "expected 2 strikes for 'box'"),
        (("--structure", "call", "--strikes", "1", "--expiry", "2018-02-25"), "on a trading day"),
        (("--structure", "call", "--strikes", "1", "--expiry", "2018-01-26"), "an expiry after 2018-02-05"),
        (("--leg", "2xSPXW180228P02600000", "--leg", "-4xSPXW180228P02500000"), "1 : -2, and --packages 2"),
        (("--leg", "1xSPXW180228P02600000", "--leg", "-1xNDX180316P02500000"), "legs on one underlying"),
        (("--leg", "1xSPXW180228P02600000", "--leg", "-2xSPXW180228P02600000"), "each contract in one leg"),
        (("--leg", "0xSPXW180228P02600000"), "RATIOxSYMBOL"),
    ],
)
def test_what_is_no_structure_is_refused_in_one_sentence(
    command: Said, arguments: tuple[str, ...], sentence: str
) -> None:
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert sentence in err
    assert len(err.strip().splitlines()) == 1


VERTICAL = ("--structure", "bull call spread", "--strikes", "2650,2700", "--expiry", "2018-02-28", "--work")


def test_ways_of_working_a_structure_are_ranked_beside_its_touch(command: Said, tmp_path: Path) -> None:
    status, out, _ = command(*VERTICAL, "--packages", 5, "--chain", chain(tmp_path / "chain.csv"), "--json")
    assert status == 0
    found = json.loads(out)
    jsonschema.Draft202012Validator(schema("spread")).validate(found)
    ways = found["ways"]
    assert [way["name"] for way in ways["ways"]] == [
        "market orders",
        "fixed leg order",
        "one complex order",
        "the plan",
    ]
    costs = [way["cost"] for way in ways["ways"]]
    assert costs[0] == pytest.approx(ways["half_spread"])
    assert costs[3] < min(costs[:3])
    leaks = [way["expected_leakage"] for way in ways["ways"]]
    assert all(leak == {"mean": 0.0, "half_width": 0.0, "markets": 1000} for leak in leaks[:3])
    assert 0.0 < leaks[3]["half_width"] < leaks[3]["mean"] < costs[3]
    assert all(way["of_touch"] == pytest.approx(way["cost"] / ways["half_spread"]) for way in ways["ways"])


def test_ways_are_a_table_of_the_terminal(command: Said, tmp_path: Path) -> None:
    status, out, _ = command(*VERTICAL, "--chain", chain(tmp_path / "chain.csv"))
    assert status == 0
    assert "Working 1 bull call spread over 10 minutes" in out
    assert "a simulator's" in out
    assert "expected leakage," in out
    assert "over 1,000 simulated markets" in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("example", "--work"), "--work goes with --structure or --leg"),
        (VERTICAL, "there is no chain of quotes"),
        (
            ("--structure", "covered call", "--strikes", "2650", "--expiry", "2018-02-28", "--work"),
            "found 1 of 2 legs to be options",
        ),
    ],
)
def test_what_cannot_be_worked_is_refused_in_one_sentence(
    command: Said, arguments: tuple[str, ...], sentence: str
) -> None:
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert sentence in " ".join(err.split())
    assert err.count("\n") == 1
