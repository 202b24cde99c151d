from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pricing.dividend_table import read_dividends
from pricing.errors import InputError
from pricing.time import close_instant


def written(folder: Path, text: str) -> Path:
    path = folder / "dividends.csv"
    path.write_text(text)
    return path


def test_dividends_are_read_in_the_order_of_their_ex_dates(tmp_path: Path) -> None:
    path = written(
        tmp_path, "ex_date,amount,kind,currency\n2018-05-10,0.5,cash,USD\n2018-02-09,0.01,Proportional,\n"
    )
    table = read_dividends(path, currency="USD")
    assert table.ex_dates == (date(2018, 2, 9), date(2018, 5, 10))
    assert (table.cash.tolist(), table.proportional.tolist()) == ([0.0, 0.5], [pytest.approx(0.01), 0.0])
    assert table.sha256 is not None


def test_a_share_goes_ex_when_the_exchange_opens(tmp_path: Path) -> None:
    path = written(tmp_path, "Ex Date,Amount,Kind\n2018-02-05,1,cash\n2018-02-06,2,cash\n")
    schedule, gone = read_dividends(path, currency="USD").seen_from(close_instant(date(2018, 2, 5)))
    assert gone == 1
    assert schedule.cash.tolist() == [2.0]
    assert schedule.ex_years[0] == pytest.approx(17.5 / 24.0 / 365.0)


def test_cash_and_a_proportion_of_one_day_are_one_dividend(tmp_path: Path) -> None:
    rows = "2018-02-06,1,cash\n2018-02-06,0.1,proportional\n2018-02-06,2,cash\n"
    table = read_dividends(written(tmp_path, "ex_date,amount,kind\n" + rows), currency="USD")
    assert len(table.ex_dates) == 1
    assert (table.cash[0], table.proportional[0]) == (3.0, pytest.approx(0.1))


def test_every_bad_cell_is_named(tmp_path: Path) -> None:
    rows = ["soon,1,cash,USD", "2018-02-06,-1,cash,USD", "2018-02-06,1.5,proportional,USD"]
    rows += [
        "2018-02-07,x,cash,USD",
        "2018-02-08,1,stock,USD",
        "2018-02-09,1,cash,EUR",
        "2018-02-10,,cash,USD",
    ]
    path = written(tmp_path, "ex_date,amount,kind,currency\n" + "\n".join(rows) + "\n")
    with pytest.raises(InputError) as caught:
        read_dividends(path, currency="USD")
    assert [(p.row, p.column, p.value) for p in caught.value.problems] == [
        (2, "ex_date", "soon"),
        (3, "amount", "-1"),
        (4, "amount", "1.5"),
        (5, "amount", "x"),
        (6, "kind", "stock"),
        (7, "currency", "EUR"),
        (8, "amount", ""),
    ]


def test_missing_columns_are_asked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="kind"):
        read_dividends(written(tmp_path, "ex_date,amount\n2018-02-06,1\n"), currency="USD")
