"""What is odd about a daily history is refused with a remedy, or kept and said."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pricing.embedded import embedded_history, embedded_vix_history
from pricing.errors import InputError, InputProblem
from pricing.history import PriceHistory, read_history
from pricing.time import trading_days
from tests.shared_data import shared_path

DAYS = trading_days(date(2018, 1, 2), date(2018, 12, 31))


def read(
    tmp_path: Path, closes: list[float], days: list[date] | None = None, **further: list[float]
) -> PriceHistory:
    path = tmp_path / "acme.parquet"
    columns = {"Date": (days or DAYS)[: len(closes)], "Close": closes, **further}
    parquet.write_table(pa.table(columns), path)
    return read_history(path, symbol="ACME", today=date(2019, 1, 2))


def refused(tmp_path: Path, *arguments: list, **further: list[float]) -> InputError:
    with pytest.raises(InputError) as caught:
        read(tmp_path, *arguments, **further)
    return caught.value


@pytest.mark.parametrize(
    ("ratio", "said"),
    [(2, "2 : 1"), (3, "3 : 1"), (1.5, "1.5 : 1"), (10, "10 : 1"), (0.5, "1 : 2"), (0.1, "1 : 10")],
)
def test_a_move_like_a_split_is_refused_with_both_prices_and_the_remedy(
    tmp_path: Path, ratio: float, said: str
) -> None:
    (problem,) = refused(tmp_path, [100.0, 101.0, 100.0 / ratio * 1.004, 100.0 / ratio]).problems
    assert (problem.row, problem.column) == (3, "Close")
    assert problem.value is not None
    assert float(problem.value) == pytest.approx(100.4 / ratio)
    for part in (
        "101 the day before",
        said,
        f"divide the prices before by {ratio:g}",
        "1 if the move is real",
    ):
        assert part in problem.expected


def test_a_move_near_no_ratio_is_kept_and_said(tmp_path: Path) -> None:
    history = read(tmp_path, [100.0, 101.0, 57.0, 56.0])
    assert history.close.tolist() == [100, 101, 57, 56]
    assert "ACME moved by -44% on 2018-01-04, to 57; it is kept" in history.notes[0]


def test_a_fall_through_the_day_is_no_split(tmp_path: Path) -> None:
    closes, high, low = [100.0, 50.0, 49.0], [101.0, 97.0, 52.0], [99.0, 48.0, 47.0]
    assert "moved by -50%" in read(tmp_path, closes, High=high, Low=low).notes[0]
    gapped = refused(tmp_path, closes, High=[101.0, 52.0, 52.0], Low=low)
    assert "2 : 1 split" in str(gapped)


def test_a_halved_price_that_comes_back_is_called_a_misprint_once(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, [100.0, 101.0, 50.0, 100.5, 101.0]).problems
    assert problem.row == 3
    assert "a price near those around it, 101 the day before" in problem.expected


def test_a_split_column_adjusts_the_prices_before(tmp_path: Path) -> None:
    history = read(
        tmp_path,
        [100.0, 102.0, 51.0, 52.0, 26.5],
        High=[103.0, 104.0, 53.0, 53.0, 27.0],
        Low=[99.0, 98.0, 50.0, 51.0, 25.0],
        **{"Stock Splits": [0.0, 0.0, 2.0, 0.0, 2.0]},
    )
    assert history.close.tolist() == [25, 25.5, 25.5, 26, 26.5]
    assert history.high is not None
    assert history.high[0] == 103 / 4
    assert [note.split(": ")[1] for note in history.notes] == [
        "prices before 2018-01-04 divided by 2, its split",
        "prices before 2018-01-08 divided by 2, its split",
    ]


def test_a_split_of_prices_that_are_adjusted_already_changes_nothing(tmp_path: Path) -> None:
    history = read(tmp_path, [50.0, 51.0, 51.5], split=[0.0, 0.0, 2.0])
    assert (history.close.tolist(), history.notes) == ([50, 51, 51.5], ())


def test_one_in_the_split_column_accepts_a_real_move(tmp_path: Path) -> None:
    history = read(tmp_path, [100.0, 50.0, 51.0], split=[np.nan, 1.0, np.nan])
    assert history.close.tolist() == [100, 50, 51]


def test_a_split_column_of_nonsense_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, [100.0, 101.0, 102.0], split=[0.0, -2.0, 0.0]).problems
    assert (problem.row, problem.column, problem.value) == (2, "split", "-2.0")


def test_october_1987_and_the_crashes_of_the_index_pass(tmp_path: Path) -> None:
    days = trading_days(date(1987, 10, 14), date(1987, 10, 21))
    history = read(tmp_path, [305.23, 298.08, 282.70, 224.84, 236.83, 258.38], days)
    assert (len(history.close), history.notes) == (6, ())
    real = read_history(shared_path("history", "sp500_close_1990_2022.csv"), symbol="SPX")
    assert real.notes == ()


def test_the_wildest_days_of_the_vix_pass(tmp_path: Path) -> None:
    vix = embedded_vix_history()
    history = read(tmp_path, vix.close.tolist(), vix.dates.tolist())
    assert len(history.close) == len(vix.close)
    assert "+116% on 2018-02-05" in history.notes[0]


def test_weekends_are_refused_by_name_but_not_the_saturdays_of_old(tmp_path: Path) -> None:
    error = refused(tmp_path, [1.0, 1.1, 1.2], [date(2018, 2, 2), date(2018, 2, 3), date(2018, 2, 4)])
    assert [problem.row for problem in error.problems] == [2, 3]
    assert "a trading day; that is a Saturday" in str(error)
    assert "a trading day; that is a Sunday" in str(error)
    old = [date(1929, 10, 25), date(1929, 10, 26), date(1929, 10, 28)]
    assert len(read(tmp_path, [301.22, 298.97, 260.64], old).close) == 3


def test_a_day_of_the_future_is_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, [1.0, 1.1], [date(2018, 12, 31), date(2019, 1, 7)])
    assert "found '2019-01-07', expected no day of the future; today is 2019-01-02" in str(error)


def test_missing_trading_days_are_counted_and_the_longest_gap_said(tmp_path: Path) -> None:
    kept = [day for at, day in enumerate(DAYS) if at not in (5, 20, 21, 22)]
    (note,) = read(tmp_path, np.linspace(100, 120, len(kept)).tolist(), kept).notes
    assert f"4 of {len(DAYS)} trading days have no price, at most 3 in a row from {DAYS[20]}" in note


def test_a_weekly_history_is_not_taken_for_a_daily_one(tmp_path: Path) -> None:
    error = refused(tmp_path, np.linspace(100, 120, 50).tolist(), DAYS[::5])
    assert "expected daily prices: at least 80% of the exchange's trading days" in str(error)


def test_stale_closes_are_said(tmp_path: Path) -> None:
    closes = np.linspace(100, 120, 60)
    closes[10:20] = closes[10]
    assert "15% of the closes repeat the day before" in read(tmp_path, closes.tolist()).notes[0]


@pytest.mark.parametrize("close", [0.0, -1.0, np.nan, np.inf])
def test_a_close_that_is_no_price_is_refused_with_its_row(tmp_path: Path, close: float) -> None:
    (problem,) = refused(tmp_path, [100.0, close, 101.0]).problems
    assert (problem.row, problem.column) == (2, "Close")


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_mutated_history_is_read_or_refused_with_a_place(tmp_path: Path, data: st.DataObject) -> None:
    base = embedded_history("SPX")
    lines = ["Date,Open,High,Low,Close"]
    for at in range(30):
        prices = (base.open[at], base.high[at], base.low[at], base.close[at])  # type: ignore[index]
        lines.append(f"{base.dates[at]}," + ",".join(f"{price:.2f}" for price in prices))
    row = data.draw(st.integers(1, 30))
    cells = lines[row].split(",")
    cells[data.draw(st.integers(0, 4))] = data.draw(
        st.one_of(st.floats().map(str), st.text(max_size=6), st.dates().map(str))
    ).replace("\x00", "")
    lines[row] = ",".join(cells)
    path = tmp_path / "mutated.csv"
    path.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    problems: tuple[InputProblem, ...] = ()
    close = base.close
    try:
        close = read_history(path, symbol="ACME", today=date(2019, 1, 2)).close
    except InputError as error:
        problems = error.problems
    assert all("mutated.csv" in str(problem) for problem in problems)
    assert np.all(np.isfinite(close) & (close > 0))
