"""`hedger surface`: the study of a made-up chain, its tables, its document, its page, its errors."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from numpy.testing import assert_allclose

from hedger.api import fit_chain
from hedger.cli.main import exit_status
from hedger.errors import InputError
from hedger.report.json_document import schema
from hedger.report.surface_document import surface_document
from hedger.report.surface_html import surface_page
from hedger.report.surface_tables import surface_header, surface_tables
from hedger.surface_study import SurfaceStudy, study_surface
from pricing.option import Settlement
from pricing.surface.atm import surface_from_atm
from pricing.surface.storage import load_surface
from pricing.time import close_instant, expiry_instant, year_fraction
from tests.pricing.surface.chains import RATE, SPOT, YIELD, quotes_from_surface

DAY = date(2018, 2, 5)
EXPIRIES = (date(2018, 2, 16), date(2018, 3, 16), date(2018, 6, 15))
TRUTH = surface_from_atm([0.02, 0.1, 0.4], [0.3, 0.25, 0.22], description="truth")


def write_chain(path: Path, *, calls_only: bool = False, underlying_last: float = SPOT) -> Path:
    """Quotes on TRUTH at three expiries in a vendor's layout."""
    instants = {
        year_fraction(close_instant(DAY), expiry_instant(day, Settlement.PM)): day for day in EXPIRIES
    }
    quotes = quotes_from_surface(TRUTH, np.array(list(instants)))
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        header = ["quote_date", "underlying_last", "root", "type", "expiration", "strike", "bid", "ask"]
        writer.writerow(header)
        for years, strike, is_call, bid, ask in zip(
            quotes.expiry_years, quotes.strike, quotes.is_call, quotes.bid, quotes.ask, strict=True
        ):
            if is_call or not calls_only:
                right = "call" if is_call else "put"
                cells = (DAY, underlying_last, "SPXW", right, instants[years], strike, bid, ask)
                writer.writerow(cells)
    return path


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> SurfaceStudy:
    return study_surface(write_chain(tmp_path_factory.mktemp("chain") / "chain.csv"))


def test_the_landmarks_are_those_of_the_surface_that_made_the_quotes(study: SurfaceStudy) -> None:
    years = study.expiry_years
    assert_allclose(study.landmarks.atm, TRUTH.implied_volatility(0.0, years), atol=5e-4)
    assert_allclose(study.forward.forward_at(years), SPOT * np.exp((RATE - YIELD) * years), rtol=1e-6)
    assert study.fit.inside_share > 0.99
    assert study.fit.certificate.is_clean
    assert study.local_dynamics.expiry_years.tolist() == years.tolist()


def test_the_expiries_are_the_instants_of_the_chain(study: SurfaceStudy) -> None:
    assert study.expiries() == tuple(expiry_instant(day, Settlement.PM) for day in EXPIRIES)


def test_the_document_is_valid(study: SurfaceStudy) -> None:
    found = surface_document(study)
    jsonschema.Draft202012Validator(schema("surface")).validate(found)
    assert [entry["quotes"] for entry in found["expiries"]] == [each.quotes for each in study.fit.expiries]


def test_tables_and_page_show_every_expiry(study: SurfaceStudy) -> None:
    for table in surface_tables(study)[:3]:
        assert len(table.rows) == len(EXPIRIES)
    page = surface_page(study)
    assert all(f'id="{name}"' in page for name in ("smiles", "terms", "densities", "surface"))
    assert "SPX at 2,700.00, 2018-02-05 16:00 New York" in surface_header(study)[0]


def test_a_spot_of_another_time_is_said(tmp_path: Path) -> None:
    study = study_surface(write_chain(tmp_path / "chain.csv", underlying_last=SPOT * 1.01))
    assert "does not go with the quotes" in surface_header(study)[-1]


@pytest.mark.parametrize("model", ["smooth", "svi", "essvi"])
def test_every_model_is_fitted_from_the_command(
    model: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chain = write_chain(tmp_path / "chain.csv")
    assert exit_status(["surface", str(chain), "--model", model, "--json"]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert json.loads(out)["certificate"]["butterfly_violations"] == 0


def test_a_chain_of_calls_alone_asks_for_a_rate_and_takes_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chain = write_chain(tmp_path / "calls.csv", calls_only=True)
    assert exit_status(["surface", str(chain)]) == 2
    assert "a call and a put at the same strike" in capfd.readouterr().err
    assert exit_status(["surface", str(chain), "--rate", "0.005", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert all(entry["forward_error"] is None for entry in found["expiries"])


@pytest.mark.parametrize("options", [("--rate", "nan"), ("--rate", "2.5"), ("--dividend-yield", "0.02")])
def test_a_rate_that_is_none_is_refused(
    options: tuple[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chain = write_chain(tmp_path / "calls.csv", calls_only=True)
    assert exit_status(["surface", str(chain), *options]) == 2
    assert "hedger: --" in capfd.readouterr().err


def test_forwards_without_parity_say_what_they_rest_on(tmp_path: Path) -> None:
    chain = write_chain(tmp_path / "calls.csv", calls_only=True)
    forwards = surface_tables(fit_chain(chain, rate=RATE, dividend_yield=YIELD))[0]
    assert forwards.title == "Forwards from spot and rate"
    assert [row[2:] for row in forwards.rows] == [("2.00%", "1.50%", "0")] * len(EXPIRIES)


@pytest.mark.parametrize("factor", [0.88, 1.12])
def test_calls_alone_contradict_a_wrong_spot(factor: float, tmp_path: Path) -> None:
    chain = write_chain(tmp_path / "calls.csv", calls_only=True, underlying_last=factor * SPOT)
    with pytest.raises(
        InputError, match=f"found '{factor * SPOT:g}', expected a spot, less dividends, of at"
    ):
        fit_chain(chain, rate=RATE, dividend_yield=YIELD)


def test_a_file_without_spot_says_where_its_spot_is_from(tmp_path: Path) -> None:
    study = study_surface(write_chain(tmp_path / "chain.csv", underlying_last=0.0))
    assert "has no spot" in surface_header(study)[-1]


def test_of_very_many_problems_fifty_are_listed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chain = write_chain(tmp_path / "chain.csv", underlying_last=-1.0)
    assert exit_status(["surface", str(chain)]) == 2
    lines = capfd.readouterr().err.splitlines()
    assert (len(lines), lines[-1].split()[-2:]) == (52, ["more", "problems"])


def test_a_chain_is_written_whole_or_not_at_all(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    chain = write_chain(tmp_path / "chain.csv")
    assert exit_status(["surface", str(chain), "--out", str(tmp_path / "out")]) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["report.html", "surface.json"]
    assert exit_status(["surface", str(tmp_path / "gone.csv"), "--out", str(tmp_path / "none")]) == 2
    assert not (tmp_path / "none").exists()


def test_a_saved_surface_answers_with_the_same_bits(tmp_path: Path, study: SurfaceStudy) -> None:
    chain = write_chain(tmp_path / "chain.csv")
    assert exit_status(["surface", str(chain), "--save", str(tmp_path / "surface.json"), "--json"]) == 0
    stored = load_surface(tmp_path / "surface.json")
    log_moneyness, years = np.linspace(-0.5, 0.3, 41), np.linspace(0.01, 1.0, 23)[:, None]
    found = stored.surface.total_variance(log_moneyness, years)
    assert np.array_equal(found, study.surface.total_variance(log_moneyness, years))
    assert stored.underlying == "SPX"
    assert stored.as_of == study.quotes.as_of
