from __future__ import annotations

import dataclasses
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import hedger
from hedger.api import hedge, shipped_or_own, shipped_portfolios
from hedger.errors import InputError, UsageError
from hedger.version import __version__
from pricing.market import MissingMarketError
from tests.markets import book, flat_underlying, market_of, option_position

ROOT = Path(__file__).resolve().parents[2]


def python(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_promised_names_can_be_imported_in_one_line() -> None:
    said = python(
        "from hedger import Portfolio, Market, hedge, replay; print(callable(hedge), callable(replay))"
    )
    assert said == "True True"


def test_replay_is_the_function_whatever_was_imported_before() -> None:
    assert (
        python("import hedger.api, hedger.cli.main; from hedger import replay; print(callable(replay))")
        == "True"
    )


def test_importing_hedger_loads_nothing_heavy() -> None:
    heavy = "{'numpy', 'pandas', 'scipy', 'QuantLib', 'numba', 'arch', 'plotly', 'click', 'torch'}"
    assert python(f"import sys, hedger; print({heavy} & set(sys.modules))") == "set()"


def test_a_run_that_trains_nothing_loads_no_torch() -> None:
    assert python("import sys, hedger.api; print('torch' in sys.modules)") == "False"


def test_a_name_that_hedger_does_not_have_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        hedger.nothing  # noqa: B018


def test_the_version_is_the_one_of_the_distribution() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__


def test_hedging_prints_nothing_and_returns_a_frozen_run(capfd: pytest.CaptureFixture[str]) -> None:
    run = hedge(book(option_position(-10, strike=2700.0)), market_of(flat_underlying()), policy="delta")
    assert capfd.readouterr() == ("", "")
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.fees = 0.0  # type: ignore[misc]


@pytest.mark.parametrize("choice", [{"policy": "hope"}, {"schedule": "never"}])
def test_an_unknown_choice_says_what_there_is(choice: dict[str, str]) -> None:
    with pytest.raises(UsageError, match=r"expected|one of|use"):
        hedge(book(option_position(-10, strike=2700.0)), market_of(flat_underlying()), **choice)


def test_an_underlying_without_a_market_is_named() -> None:
    with pytest.raises(MissingMarketError, match="NDX"):
        hedge(book(option_position(1, strike=6000.0, underlying="NDX")), market_of(flat_underlying()))


def test_a_shipped_book_is_found_by_name_and_a_file_of_the_user_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert shipped_or_own("example") == shipped_portfolios()["example"]
    (tmp_path / "example").write_text("mine")
    assert shipped_or_own("example") == tmp_path / "example"


def test_the_example_of_a_risk_system_runs() -> None:
    example, book_file = ROOT / "examples/risk_system.py", ROOT / "scenarios/portfolios/example.csv"
    run = f"runpy.run_path({str(example)!r})['main']({str(book_file)!r}, '2018-02-05')"
    assert "SPX: net delta" in python(f"import runpy; {run}")


def test_a_book_that_is_nowhere_names_the_shipped_ones() -> None:
    with pytest.raises(InputError, match=r"nosuch\.csv.*example, multi"):
        shipped_or_own("nosuch.csv")
