"""The same book in the export of each broker: headers as in files that their customers show."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hedger.portfolio import PositionKind
from hedger.portfolio.notation import NOTATIONS, broker_contract
from pricing.option import OsiSymbol, Right
from tests.hedger.portfolio.books import book, position, problems

PUT = "SPXW180228P02600000"
INTERACTIVE_BROKERS = (
    '"ClientAccountID","CurrencyPrimary","AssetClass","Symbol","Description","Conid","UnderlyingSymbol",'
    '"Multiplier","Strike","Expiry","Put/Call","Quantity","MarkPrice","PositionValue","Side","LevelOfDetail"\n'
)
IB_PUT = (
    '"U1","USD","OPT","SPXW  180228P02600000","SPXW 28FEB18 2600 P","1","SPX","100","2600","20180228","P",'
    '"-10","30","-30000","Short",'
)
SCHWAB = (
    '"Positions for account Individual ...456 as of 08:00 PM ET, 2018/02/05"\n\n'
    '"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Security Type"\n'
)
FIDELITY = (
    "Account Number,Account Name,Symbol,Description,Quantity,Last Price,Current Value,Cost Basis Total,Type\n"
    "X1,Individual - TOD,SPAXX**,HELD IN MONEY MARKET,,,$5000.25,,Cash,\n"
    'X1,Individual - TOD," -SPXW180228P2600",SPXW FEB 28 2018 $2600 PUT,-10,$30,-$30000,$1,Margin,\n'
    "X1,Individual - TOD,AAPL,APPLE INC,100,$156,$15600,$1,Margin,\n"
)
FIDELITY_FOOTER = '\n"Data, and information, is for information."\n\n"Date downloaded 02/05/2018 8 PM"\n'


@pytest.mark.parametrize("notation", NOTATIONS, ids=lambda it: it.used_by)
def test_every_notation_reads_its_example_as_the_contract_of_the_osi_symbol(notation, tmp_path: Path) -> None:
    contract = broker_contract(notation.example)
    assert contract == OsiSymbol(root="SPXW", expiry=date(2018, 2, 28), right=Right.PUT, strike=2600.0)
    assert position(tmp_path, f'symbol,qty\n"{notation.example}",5\n').symbol == PUT


def test_no_text_is_read_by_two_notations() -> None:
    for notation in NOTATIONS:
        plain = notation.example.upper()
        assert [it for it in NOTATIONS if it.pattern.fullmatch(plain)] == [notation]


@pytest.mark.parametrize(
    "text",
    [
        "SPXW180228P2600",  # without a sign: a truncated OSI symbol
        ".SPXW180228P02600000",
        ".SPXW180230P2600",
        "-SPXW180228P0",
        "SPXW 2/28/18 2600 P",
        "SPXW 28/02/2018 2600.00 P",
        "SPXW Feb 28 '18 2600 Put",
        "SPXW 28FEB18 2600",
    ],
)
def test_text_near_a_notation_is_refused_with_the_notations_understood(tmp_path: Path, text: str) -> None:
    found = problems(tmp_path, f'symbol,qty,kind\n"{text}",5,option\n')
    assert (found[0].row, found[0].column) == (2, "symbol")
    assert all(notation.example in found[0].expected for notation in NOTATIONS)


def test_index_of_a_weekly_expiry_is_listed_under_the_weekly_root(tmp_path: Path) -> None:
    assert position(tmp_path, "symbol,qty\nSPX 02/28/2018 2600.00 P,5\n").symbol == PUT
    assert position(tmp_path, "symbol,qty\n.SPX180316P2600.5,5\n").symbol == "SPX180316P02600500"


def test_interactive_brokers_flex_query(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        INTERACTIVE_BROKERS + IB_PUT + '"SUMMARY"\n'
        '"U1","USD","STK","SPY","SPDR","2","","1","","","","500","263","131500","Long","SUMMARY"\n'
        '"U1","USD","FUT","ESH8","ES","3","SPX","50","","20180316","","-4","2640","-528000","Short","SUMMARY"\n'
        '"U1","USD","CASH","USD","Cash","4","","1","","","","2500.5","1","2500.5","Long","SUMMARY"\n',
    )
    held = [(p.symbol, p.quantity, p.underlying, p.multiplier) for p in found.positions]
    assert held == [
        (PUT, -10, "SPX", 100),
        ("SPY", 500, "SPX", 0.1),
        ("ESH8", -4, "SPX", 50),
        ("USD", 2500.5, "", 1),
    ]


def test_interactive_brokers_tax_lots_do_not_count_twice(tmp_path: Path) -> None:
    found = book(tmp_path, INTERACTIVE_BROKERS + IB_PUT + '"SUMMARY"\n' + IB_PUT + '"LOT"\n')
    assert [p.quantity for p in found.positions] == [-10]
    assert any("1 rows of tax lots" in note for note in found.notes)


def test_schwab_title_cash_and_total(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        SCHWAB + '"SPXW 02/28/2018 2600.00 P","PUT","-10","$30","-$30,000.00","Option"\n'
        '"BRK/B","BERKSHIRE","1,000","$200","$200,000.00","Equity"\n'
        '"SCHB","SCHWAB BROAD","5","$60","$300.00","ETFs & Closed End Funds"\n'
        '"Cash & Cash Investments","--","--","--","$5,450.00","Cash and Money Market"\n'
        '"Account Total","","--","--","$175,750.00","--"\n',
    )
    assert [(p.symbol, p.kind, p.quantity) for p in found.positions] == [
        (PUT, PositionKind.OPTION, -10),
        ("BRK/B", PositionKind.STOCK, 1000),
        ("SCHB", PositionKind.ETF, 5),
        ("USD", PositionKind.CASH, 5450),
    ]
    assert found.positions[0].rows == (4,)
    assert "title above the header, not read: rows 1 to 1" in found.notes
    assert "row 8, Account Total, is a sum and no position" in found.notes


def test_fidelity_footnotes_account_types_and_money_market(tmp_path: Path) -> None:
    found = book(tmp_path, FIDELITY + FIDELITY_FOOTER)
    assert [(p.symbol, p.quantity) for p in found.positions] == [("USD", 5000.25), (PUT, -10), ("AAPL", 100)]
    assert "footnotes, not read: rows 6 to 8" in found.notes
    assert "Type says the type of the account and is not used" in found.notes


def test_line_that_is_no_footnote_is_an_error_with_its_row(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, FIDELITY + "a row that was cut off\n")
    assert (problem.row, problem.value) == (5, "a row that was cut off")
    (problem,) = problems(
        tmp_path, FIDELITY.replace("X1,Individual - TOD,AAPL", "\nA note in between\nX1,,AAPL")
    )
    assert (problem.row, problem.value) == (5, "A note in between")


def test_tastytrade_positions(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        "Account,Symbol,Type,Quantity,Exp Date,DTE,Strike Price,Call/Put,Underlying Last Price\n"
        "5WX,SPXW  180228P02600000,Equity Option,-10,2018-02-28,23,2600,PUT,2648.94\n"
        "5WX,AAPL,Equity,100,,,,,156\n",
    )
    assert [(p.symbol, p.quantity) for p in found.positions] == [(PUT, -10), ("AAPL", 100)]


def test_etrade_portfolio_download(tmp_path: Path) -> None:
    found = book(
        tmp_path,
        'Account Summary\nAccount,Net Account Value\n"Brokerage -2203",169664.71\n\n'
        "View Summary - All Positions\nFilters applied: \nSymbol,Security type(s),Sort by,Sort order,\n"
        ",All,Symbol,Asc,\n\n"
        "Symbol,Last Price $,Change $,Change %,Quantity,Price Paid $,Value $\n"
        "SPXW Feb 28 '18 $2600 Put,30,0,0,-10,35,-30000\nAAPL,156,0,0,100,100,15600\nCASH,,,,,,690.22\n"
        "TOTAL,,,,,,-13709.78\n\nGenerated at Feb 05 2018 08:00 PM ET\n",
    )
    assert [(p.symbol, p.quantity) for p in found.positions] == [(PUT, -10), ("AAPL", 100), ("USD", 690.22)]
