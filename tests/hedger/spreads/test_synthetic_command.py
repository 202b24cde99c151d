"""`hedger synthetic`: a book, an exposure and a payoff; pages and JSON; equals by parity; what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

from hedger.cli.main import exit_status
from hedger.report.json_document import schema
from pricing.black import black_price

Said = Callable[..., tuple[int, str, str]]
AS_OF = date(2018, 2, 5)
EXPIRIES = ("2018-02-14", "2018-02-28", "2018-03-29", "2018-05-31", "2018-08-31")
BOOK = "symbol,quantity\nSPXW180228P02500000,-20\nSPXW180228C02600000,-10\nSPXW180531C02800000,15\n"
PAYOFF = "spot,value\n2500,0\n2600,0\n2650,5000\n2700,0\n2800,0\n"


def chain(path: Path, *, shift: float = 0.0) -> Path:
    """Listed options of 2018-02-05, in the money quoted ten times as wide; `shift` moves the 2650 call."""
    lines = ["quote_datetime,expiration,strike,type,bid,ask,bid_size,ask_size,open_interest,underlying_last"]
    for expiry in EXPIRIES:
        years = (date.fromisoformat(expiry) - AS_OF).days / 365
        for strike in np.arange(2300.0, 3025.0, 25.0):
            for right in ("call", "put"):
                fair = float(black_price(2650.0, strike, years, 0.25, 0.999, right == "call"))
                half = 1.0 if (strike < 2650.0) == (right == "call") else 0.1
                if strike == 2650.0 and right == "call" and expiry == EXPIRIES[1]:
                    fair += shift
                if fair > half:
                    quote = f"{fair - half:.2f},{fair + half:.2f},60,50,2000"
                    lines.append(f"2018-02-05 15:59:00,{expiry},{strike},{right},{quote},2650")
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Run the command beside a chain, a book and a payoff: exit status, standard output, standard error."""
    monkeypatch.chdir(tmp_path)
    chain(tmp_path / "chain.csv")
    (tmp_path / "book.csv").write_text(BOOK)
    (tmp_path / "payoff.csv").write_text(PAYOFF)

    def run(*arguments: object) -> tuple[int, str, str]:
        given = ["--chain", "chain.csv", *(str(argument) for argument in arguments)]
        status = exit_status(["synthetic", *given])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def found(command: Said, *arguments: object) -> dict[str, Any]:
    """The one underlying of a valid JSON document that is alone on standard output."""
    status, out, err = command(*arguments, "--json")
    assert (status, err) == (0, "")
    document = json.loads(out)
    jsonschema.Draft202012Validator(schema("synthetic")).validate(document)
    (part,) = document["underlyings"]
    return dict(part)


def test_a_book_ends_within_its_tolerances_and_its_wide_option_has_a_cheaper_equal(command: Said) -> None:
    part = found(command, "--book", "book.csv", "--tolerance", 0.2)
    assert all(each["lower"] - 1e-6 <= each["after"] <= each["upper"] + 1e-6 for each in part["exposures"])
    assert part["lower_bound"] <= part["cost"] == pytest.approx(part["option_cost"], rel=0.5)
    (equal,) = part["equals"]
    assert (equal["symbol"], equal["is_leg"]) == ("SPXW180228C02600000", False)
    assert equal["legs"] == [{"symbol": "SPXW180228P02600000", "quantity": -10}]
    # Half spreads of 1 and 0.1 on ten contracts, less what ten contracts' forward costs.
    assert 0.0 < equal["saving"] < 10 * 100 * 0.9


def test_an_exposure_is_had_in_the_units_of_the_reports(command: Said) -> None:
    part = found(command, "--target", "gamma=80,vega:2018-05-31=3000")
    after = {each["name"]: each["after"] - each["before"] for each in part["exposures"]}
    gamma = after["gamma"] * 26.5
    assert gamma == pytest.approx(80.0, rel=0.1 + 1e-9)
    assert after["vega of 2018-05-31"] / 100.0 == pytest.approx(3000.0, rel=0.1 + 1e-9)
    assert abs(after["vega of other expiries"]) / 100.0 <= 300.0 + 1e-6
    assert abs(after["delta"]) <= 25.0 * 1.01


def test_an_amount_has_its_own_tolerance_and_a_delta_of_its_own(command: Said) -> None:
    part = found(command, "--target", "vega=2000+-20,delta=500+-30")
    after = {each["name"]: each["after"] - each["before"] for each in part["exposures"]}
    assert after["vega"] / 100.0 == pytest.approx(2000.0, abs=20.0 + 1e-6)
    assert after["delta"] == pytest.approx(500.0, abs=30.0 + 1e-6)


def test_a_payoff_is_paid_within_its_tolerance_and_priced(command: Said) -> None:
    part = found(command, "--payoff", "payoff.csv", "--expiry", "2018-02-28")
    legs = [(leg["strike"], leg["quantity"], leg["right"]) for leg in part["legs"]]
    spot, asked, got = (np.array(part["payoff"][name]) for name in ("spot", "asked", "got"))
    assert np.abs(got - asked).max() <= 50.0 + 1e-6
    assert {2600.0, 2650.0, 2700.0} <= {strike for strike, _, _ in legs}
    paid = sum(
        100.0 * count * np.maximum((1 if right == "call" else -1) * (spot - strike), 0.0)
        for strike, count, right in legs
    )
    held = part["payoff"]["forward_units"] * (spot - part["payoff"]["forward"])
    np.testing.assert_allclose(paid + held + part["payoff"]["cash"], got, atol=1e-6)
    assert part["exposures"] == []


def test_the_limits_are_held(command: Said) -> None:
    free = found(command, "--target", "vega=20000", "--naked-shorts")
    part = found(command, "--target", "vega=20000", "--most-legs", 3, "--share-of-size", 0.5, "--margin", 1e5)
    assert len(part["legs"]) <= 3
    assert all(abs(leg["quantity"]) <= leg["size"] / 2 for leg in part["legs"])
    assert part["cost"] >= free["lower_bound"]


def test_the_page_draws_what_was_asked_and_got_and_is_written_whole(command: Said, tmp_path: Path) -> None:
    arguments = ("--payoff", "payoff.csv", "--expiry", "2018-02-28", "--out", "page")
    status, out, err = command(*arguments)
    assert (status, err) == (0, "")
    assert "Largest error" in out
    page = (tmp_path / "page" / "report.html").read_text()
    assert "payoff asked and got" in page
    assert (tmp_path / "page" / "synthetic.json").is_file()
    assert command(*arguments)[0] == 2


def test_the_terminal_says_quotes_limits_costs_and_prices(command: Said) -> None:
    status, out, _ = command("--book", "book.csv", "--tolerance", 0.2)
    assert status == 0
    for words in ("no naked shorts", "no package costs less than", "vega of 91 days", "Cheaper by put-call"):
        assert words in out


def test_a_conversion_in_the_quotes_is_reported_and_not_traded(command: Said, tmp_path: Path) -> None:
    chain(tmp_path / "chain.csv", shift=4.0)
    part = found(command, "--target", "gamma=80")
    assert any(each["kind"] in {"conversion", "reversal"} for each in part["free_money"])
    assert "SPXW180228C02650000" not in [leg["symbol"] for leg in part["legs"]]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Give one of --book FILE, --target NAME=X and --payoff FILE."),
        (("--target", "gamma=1", "--book", "book.csv"), "Give one of"),
        (("--target", "gamma"), "found 'gamma', expected delta=UNITS"),
        (("--target", "theta=4"), "found 'theta=4'"),
        (("--target", "gamma=1,gamma=2"), "found 'gamma'"),
        (("--target", "delta:2018-02-28=1"), "found 'delta:2018-02-28=1'"),
        (("--target", "gamma=nan"), "found 'gamma=nan'"),
        (("--target", "gamma=1e300"), "found 'gamma=1e300'"),
        (("--target", "gamma=1+--2"), "found 'gamma=1+--2'"),
        (("--target", "gamma=0"), "A share of zero is zero: say how far gamma may be from it"),
        (("--target", "vega:2018-03-01=9"), "--target: found '2018-03-01', expected an expiry that chain"),
        (("--payoff", "payoff.csv"), "--payoff FILE and --expiry DATE go together."),
        (("--target", "gamma=1", "--tolerance", "nan"), "--tolerance is a share between 0 and 1; found nan"),
        (("--target", "gamma=1", "--most-legs", 0), "The limit most legs is at least 1; found 0."),
        (("--target", "gamma=1", "--fee", "-1"), "The limit fee per contract is finite and not negative"),
        (("--target", "gamma=1", "--residual-loss", 5), "--residual-loss is of --book"),
        (("--target", "gamma=900000"), "has gamma within tolerance"),
        (("--book", "nothing.csv"), "expected a file that exists"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    command: Said, arguments: tuple[object, ...], said: str
) -> None:
    status, out, err = command(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("hedger: ")
    assert said in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "column 'spot'"),
        ("spot,value\n", "expected a payoff at 2 to 200 spots"),
        ("spot,value\n2500,1e300\n2600,1\n", "row 2, column 'value': found '1e300', expected a number below"),
        ("spot,value\n2500,x\n-5,1\n2600,1\n2600,3\n", "row 5, column 'spot'"),
        ("spot,value\n2500,x\n-5,1\n2600,1\n2600,3\n", "row 2, column 'value'"),
        ("spot,value\n2500,x\n-5,1\n2600,1\n2600,3\n", "row 3, column 'spot'"),
    ],
)
def test_every_bad_cell_of_a_payoff_is_named(command: Said, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "payoff.csv").write_text(text)
    status, _, err = command("--payoff", "payoff.csv", "--expiry", "2018-02-28")
    assert status == 2
    assert said in err


def test_delta_alone_is_the_underlying_s(command: Said) -> None:
    part = found(command, "--target", "delta=500")
    assert part["legs"] == []
    assert part["underlying_lots"] == 10
    assert part["reason"] == "delta: no option is needed"


def test_a_flat_payoff_is_cash(command: Said, tmp_path: Path) -> None:
    (tmp_path / "payoff.csv").write_text("spot,value\n2500,700\n2600,700\n")
    part = found(command, "--payoff", "payoff.csv", "--expiry", "2018-02-28")
    assert (part["legs"], part["cost"], part["payoff"]["cash"]) == ([], 0.0, 700.0)


def test_a_line_with_a_one_sided_quote_is_named_with_its_row(command: Said, tmp_path: Path) -> None:
    text = (tmp_path / "chain.csv").read_text().splitlines()
    at = next(i for i, line in enumerate(text) if ",2018-05-31,2800.0,call," in line)
    cells = text[at].split(",")
    text[at] = ",".join((*cells[:4], "0", *cells[5:]))
    (tmp_path / "chain.csv").write_text("\n".join(text) + "\n")
    part = found(command, "--book", "book.csv", "--tolerance", 0.3)
    assert part["quotes"]["dropped"]["no bid"] >= 1
    assert part["not_looked_at"] == [
        f"SPXW180531C02800000: its quote in row {at + 1} is one-sided: bid 0, ask {float(cells[5]):g}"
    ]


@pytest.mark.parametrize(("target", "miss"), [("gamma=50", "gamma by 45,"), ("vega=-2e3", "vega by 1800,")])
def test_a_miss_is_said_in_the_unit_that_was_asked_in(command: Said, target: str, miss: str) -> None:
    status, _, err = command("--target", target, "--share-of-size", 0)
    assert status == 2
    assert f"what comes nearest misses {miss}" in err


def test_an_equal_fits_the_size_of_the_side_that_it_takes(command: Said, tmp_path: Path) -> None:
    # Bids are for 60, asks for 50: of two wide calls the one that is sold has a put that can be sold instead.
    lines = "symbol,quantity\nSPXW180228C02550000,55\nSPXW180228C02600000,-55\n"
    (tmp_path / "book.csv").write_text(lines)
    status, out, _ = command("--book", "book.csv", "--tolerance", 0.99, "--json")
    assert status == 0
    (part,) = json.loads(out)["underlyings"]
    assert {each["symbol"] for each in part["equals"]} == {"SPXW180228C02600000"}
