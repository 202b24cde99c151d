from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest

from hedger.portfolio import Portfolio, PositionKind, read_portfolio
from hedger.scenario import shipped_folder
from pricing.option import Exercise, Right, Settlement
from tests.hedger.portfolio.books import DAY, book, position, problems

PUT = "SPXW180228P02600000"


def test_padded_lower_case_osi_symbol_becomes_a_european_index_option(tmp_path: Path) -> None:
    held = position(tmp_path, "symbol,quantity\nspxw  180228p02600000,-10\n")
    assert (held.symbol, held.quantity, held.underlying, held.multiplier) == (PUT, -10.0, "SPX", 100.0)
    assert held.option is not None
    assert (held.option.strike, held.option.right) == (2600.0, Right.PUT)
    assert (held.option.exercise, held.option.settlement) == (Exercise.EUROPEAN, Settlement.PM)
    assert held.option.expiry == datetime(2018, 2, 28, 21, 0, tzinfo=UTC)


def test_underlying_expiry_strike_and_right_name_the_same_contract_as_the_symbol(tmp_path: Path) -> None:
    held = position(
        tmp_path, "Underlying;Expiration Date;Strike Price;Put/Call;Net Qty\nSPX;20180228;2600;P;-10\n"
    )
    assert held.symbol == PUT


def test_monthly_index_option_without_a_symbol_settles_in_the_morning(tmp_path: Path) -> None:
    held = position(tmp_path, "underlying,expiry,strike,right,qty\nSPX,2018-03-16,2600,put,1\n")
    assert held.symbol == "SPX180316P02600000"
    assert held.option is not None
    assert held.option.settlement is Settlement.AM


def test_equity_option_is_american_and_the_convention_is_said(tmp_path: Path) -> None:
    found = book(tmp_path, "occ_symbol,position\nAAPL  180316C00170000,5\n")
    assert found.positions[0].option is not None
    assert found.positions[0].option.exercise is Exercise.AMERICAN
    assert any("AAPL options: American exercise" in note for note in found.notes)


def test_style_in_the_file_wins_over_the_convention_and_is_not_noted(tmp_path: Path) -> None:
    found = book(tmp_path, "symbol,qty,style\nAAPL180316C00170000,5,European\n")
    assert found.positions[0].option is not None
    assert found.positions[0].option.exercise is Exercise.EUROPEAN
    assert found.notes == ()


def test_oex_options_are_american(tmp_path: Path) -> None:
    held = position(tmp_path, "symbol,qty\nOEX180316C01200000,5\n")
    assert held.option is not None
    assert held.option.exercise is Exercise.AMERICAN


@pytest.mark.parametrize(
    ("row", "kind", "underlying", "multiplier"),
    [
        ("AAPL,100,", PositionKind.STOCK, "AAPL", 1.0),
        ("BRK.B,100,", PositionKind.STOCK, "BRK.B", 1.0),
        ("SPY,100,", PositionKind.ETF, "SPX", 0.1),
        ("SPX,3,", PositionKind.INDEX, "SPX", 1.0),
        ("ESH8,-4,", PositionKind.FUTURE, "SPX", 50.0),
        ("es,-4,fut", PositionKind.FUTURE, "SPX", 50.0),
        ("CLH8,-4,", PositionKind.FUTURE, "WTI", 1000.0),
        ("USD,12500.5,", PositionKind.CASH, "", 1.0),
        ("cash,-12500.5,", PositionKind.CASH, "", 1.0),
        ("QQQ,10,ETF", PositionKind.ETF, "QQQ", 1.0),
    ],
)
def test_rows_that_are_not_options_know_what_they_follow(
    tmp_path: Path, row: str, kind: PositionKind, underlying: str, multiplier: float
) -> None:
    held = position(tmp_path, f"symbol,quantity,kind\n{row}\n")
    assert (held.kind, held.underlying, held.multiplier) == (kind, underlying, multiplier)
    assert held.option is None


def test_spy_follows_itself_where_the_book_has_options_on_it(tmp_path: Path) -> None:
    found = book(tmp_path, "symbol,qty\nSPY180316P00260000,-10\nSPY,-500\n")
    assert [(p.underlying, p.multiplier) for p in found.positions] == [("SPY", 100.0), ("SPY", 1.0)]


@pytest.mark.parametrize("symbol", ["ESH8", "ESH18", "ESH2018", "/ESH8"])
def test_every_way_to_write_a_future_is_one_contract(tmp_path: Path, symbol: str) -> None:
    held = position(tmp_path, f"symbol,qty\n{symbol},7\n")
    assert (held.symbol, held.expiry) == ("ESH8", date(2018, 3, 16))


def test_unknown_future_must_say_its_multiplier(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "symbol,qty,kind\nXYZ,7,future\n")
    assert problem.column == "multiplier"


def test_side_column_gives_the_sign(tmp_path: Path) -> None:
    found = book(tmp_path, f"symbol,qty,side\n{PUT},10,short\nSPX180316P02600000,10,BUY\n")
    assert [p.quantity for p in found.positions] == [-10.0, 10.0]


def test_brokers_type_column_holds_rights_and_kinds(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        "Symbol,Type,Expiration,Strike,Quantity\n"
        'SPX,Put,02/28/2018,"2,600.00",(10)\nAAPL,Stock,,,"1,500"\nUSD,Cash,,,"(25,000.50)"\n',
    )
    assert [(p.symbol, p.quantity) for p in found.positions] == [
        (PUT, -10),
        ("AAPL", 1500),
        ("USD", -25000.5),
    ]


def test_duplicated_symbols_net_and_remember_their_rows(tmp_path: Path) -> None:
    found = book(
        tmp_path, f"symbol,qty,strategy\n{PUT},10,a\nUSD,5,\n{PUT},-4,b\nSPXW  180228P02600000,1,a\n"
    )
    assert found.positions[0].quantity == 7.0
    assert found.positions[0].rows == (2, 4, 5)
    assert found.positions[0].strategy == "a + b"
    assert f"{PUT}: rows 2, 4, 5 net to 7" in found.notes


def test_position_that_nets_to_zero_is_left_out_and_said(tmp_path: Path) -> None:
    found = book(tmp_path, f"symbol,qty\n{PUT},10\n{PUT},-10\n")
    assert found.positions == ()
    assert f"{PUT}: rows 2, 3 net to zero and are left out" in found.notes


def test_rows_of_one_symbol_must_agree_on_the_contract(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"symbol,qty,multiplier\n{PUT},10,100\n{PUT},1,10\n")
    assert (problem.row, problem.column, problem.value) == (3, "multiplier", "10.0")


def test_expired_contract_is_an_error_and_listed_when_ignored(tmp_path: Path) -> None:
    text = f"symbol,qty\nSPXW180205P02600000,10\n{PUT},1\n"
    (problem,) = problems(tmp_path, text)
    assert problem.row == 2
    assert "--ignore-expired" in problem.expected
    found = book(tmp_path, text, ignore_expired=True)
    assert found.ignored_expired == ("SPXW180205P02600000",)
    assert [p.symbol for p in found.positions] == [PUT]


def test_every_malformed_row_is_reported_with_row_column_value_and_expectation(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "symbol,qty,multiplier,style\n"
        f"{PUT},ten,100,\nSPXW180228X02600000,1,,\n{PUT},nan,-5,bermudan\n{PUT},1.5,100,\n{PUT},0,,\n",
    )
    assert [(p.row, p.column) for p in found] == [
        (2, "qty"), (3, "symbol"), (4, "qty"), (4, "multiplier"), (4, "style"), (5, "qty"), (6, "qty"),
    ]  # fmt: skip
    assert all(p.file == "book.csv" and p.value and p.expected for p in found)


@pytest.mark.parametrize(
    "value",
    ["=1+1", "+1+1", "@SUM(A1)", "-1-1", "inf", "NaN", "1e999", "１２", "1_000", "2,5", "9" * 400, "0x10"],
)
def test_quantity_that_is_no_finite_number_is_refused(tmp_path: Path, value: str) -> None:
    (problem,) = problems(tmp_path, f'symbol,qty\n{PUT},"{value}"\n')
    assert (problem.row, problem.column) == (2, "qty")


@pytest.mark.parametrize("strike", ["-2600", "0", "inf", "nan", "=2600", "100000", "2600.0001", ""])
def test_strike_must_be_positive_finite_and_listed(tmp_path: Path, strike: str) -> None:
    found = problems(tmp_path, f"underlying,expiry,strike,right,qty\nSPX,2018-02-28,{strike},put,1\n")
    assert {p.column for p in found} == {"strike"}


def test_label_that_is_a_formula_is_refused(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"symbol,qty,strategy\n{PUT},1,=cmd|' /C calc'!A0\n")
    assert problem.column == "strategy"


def test_symbol_and_columns_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    found = problems(
        tmp_path, f"symbol,expiry,strike,right,underlying,qty\n{PUT},2018-03-28,2500,call,NDX,1\n"
    )
    assert {p.column for p in found} == {"expiry", "strike", "right"}


def test_expiry_on_a_holiday_is_refused_and_an_old_saturday_is_the_friday(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "symbol,qty\nSPXW180704P02600000,1\n")
    assert "trading day" in problem.expected
    held = position(tmp_path, "symbol,qty\nSPX180317P02600000,1\n")
    assert (held.expiry, held.symbol) == (date(2018, 3, 16), "SPX180316P02600000")


def test_book_in_two_currencies_is_refused_since_exchange_rates_are_not_modelled(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"symbol,qty,ccy\n{PUT},1,USD\nAAPL,5,usd\nEUR,100,EUR\n")
    assert (problem.row, problem.value) == (4, "EUR")
    assert "exchange rates" in problem.expected


def test_unknown_columns_are_named_in_a_note(tmp_path: Path) -> None:
    found = book(tmp_path, f"symbol,qty,Desk,Trader ID\n{PUT},1,vol,77\n")
    assert "columns not used: Desk, Trader ID" in found.notes


def test_json_and_parquet_give_the_book_that_csv_gives(tmp_path: Path) -> None:
    rows = [
        {"symbol": PUT, "quantity": -10, "strategy": "strangle", "multiplier": 100.0},
        {"symbol": "SPY", "quantity": 250, "strategy": None, "multiplier": None},
    ]
    frame = pd.DataFrame(rows)
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_parquet(tmp_path / "a.parquet")
    (tmp_path / "a.json").write_text(json.dumps(rows))
    (tmp_path / "b.json").write_text(json.dumps({"account": "x", "positions": rows}))
    books = [
        read_portfolio(tmp_path / name, as_of=DAY) for name in ("a.csv", "a.parquet", "a.json", "b.json")
    ]
    assert [_terms(found) for found in books] == [_terms(books[0])] * 4
    assert books[1].positions[1].rows == (2,)


def test_shipped_books_are_read(tmp_path: Path) -> None:
    for path in sorted((shipped_folder() / "portfolios").glob("*.csv")):
        assert read_portfolio(path, as_of=DAY).positions


def test_options_of_1999_are_not_of_2099(tmp_path: Path) -> None:
    path = tmp_path / "old.csv"
    path.write_text("symbol,qty\nSPX990917P01300000,1\n")
    assert read_portfolio(path, as_of=date(1999, 6, 1)).positions[0].expiry == date(1999, 9, 17)


def _terms(found: Portfolio) -> list[tuple[object, ...]]:
    return [
        (p.symbol, p.kind, p.quantity, p.underlying, p.multiplier, p.option, p.strategy)
        for p in found.positions
    ]
