"""Market data beside fills: prices at instants, averages between them, and what join adds to a blotter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.errors import RecordingError
from execution.tca.analysis import analyse
from execution.tca.blotter import NO_TIME
from execution.tca.market_join import join_market
from execution.tca.market_tape import STALEST_NS, MarketTape, SymbolTape
from execution.tca.tape_file import read_market
from tests.execution.tca.blotters import read, written

SECOND = 10**9
T0 = 1_700_000_000
TAPE = SymbolTape(
    quote_ns=np.array([0, 10, 30]) * SECOND,
    bid=np.array([99.0, 100.0, 102.0]),
    ask=np.array([101.0, 102.0, 104.0]),
    trade_ns=np.array([5, 10, 20]) * SECOND,
    price=np.array([100.0, 101.0, 103.0]),
    size=np.array([1.0, 2.0, 1.0]),
)


def at(*seconds: float) -> np.ndarray:
    return np.array([round(each * SECOND) for each in seconds], dtype=np.int64)


def test_a_mid_is_the_last_at_an_instant_and_a_fill_sees_the_one_before() -> None:
    assert TAPE.mid(at(10, 29, 31)).tolist() == [101.0, 101.0, 103.0]
    assert TAPE.mid(at(10), before=True).tolist() == [100.0]


def test_no_price_before_the_first_quote_long_after_the_last_or_at_no_time() -> None:
    late = 30 * SECOND + STALEST_NS + 1
    assert np.isnan(TAPE.mid(np.array([-1, late, NO_TIME]))).all()


def test_twap_weighs_by_time_and_vwap_by_size_with_both_ends() -> None:
    assert TAPE.twap(at(0), at(40))[0] == pytest.approx((10 * 100 + 20 * 101 + 10 * 103) / 40)
    assert TAPE.vwap(at(5), at(20))[0] == pytest.approx((100 + 2 * 101 + 103) / 4)
    assert TAPE.volume(at(6), at(19))[0] == 2.0
    assert np.isnan(TAPE.vwap(at(6), at(7))[0])


@given(
    times=st.lists(st.integers(0, 50), min_size=1, max_size=8, unique=True),
    ends=st.tuples(st.integers(0, 60), st.integers(0, 60)),
    seed=st.integers(0, 99),
)
def test_twap_is_the_mean_of_every_second(times: list[int], ends: tuple[int, int], seed: int) -> None:
    price = np.random.default_rng(seed).integers(90, 110, len(times)).astype(np.float64)
    none = np.empty(0)
    tape = SymbolTape(
        quote_ns=at(*sorted(times)),
        bid=price,
        ask=price,
        trade_ns=none.astype(np.int64),
        price=none,
        size=none,
    )
    start, end = max(min(ends), min(times)), max(max(ends), min(times) + 1)
    if start < end:
        slow = np.mean([tape.mid(at(second))[0] for second in range(start, end)])
        assert tape.twap(at(start), at(end))[0] == pytest.approx(slow)


def test_quotes_and_trades_of_two_files_are_one_market_and_bad_rows_are_named(tmp_path: Path) -> None:
    quotes = written(tmp_path, f"Time,Bid,Ask\n{T0},99,101\n{T0 + 9},102,101\n", "quotes.csv")
    trades = tmp_path / "trades.parquet"
    pq.write_table(pa.table({"exch_ns": [T0 * SECOND], "price": [100.5], "qty": [2.0]}), trades)
    tape, problems = read_market([quotes, trades])
    market = tape.of("ANY")
    assert market is not None
    assert (len(market.quote_ns), len(market.trade_ns), problems) == (1, 1, ())
    assert any("crossed" in note for note in tape.notes)
    bad = written(tmp_path, f"time,bid,ask\n{T0},x,101\nlater,1,2\n", "bad.csv")
    with pytest.raises(RecordingError) as caught:
        read_market([bad])
    assert [(p.row, p.column) for p in caught.value.problems] == [(3, "time"), (2, "bid")]


def test_market_data_without_a_row_are_refused_and_absurd_prices_are_none(tmp_path: Path) -> None:
    path = tmp_path / "quotes.csv"
    path.write_text("ts_ns,bid,ask\n")
    with pytest.raises(RecordingError, match="only the header"):
        read_market([path])
    path.write_text("ts_ns,bid,ask\n1,1e300,1e301\n2,99,100\n3,1e-300,100\n")
    assert read_market([path])[0].symbols[""].quote_ns.tolist() == [2]


def test_a_parquet_row_without_its_time_is_named(tmp_path: Path) -> None:
    path = tmp_path / "quotes.parquet"
    pq.write_table(pa.table({"ts_ns": [1, None], "bid": [99.0, 99.0], "ask": [100.0, 100.0]}), path)
    with pytest.raises(RecordingError, match="row 2, column 'ts_ns'"):
        read_market([path])
    assert len(read_market([path], skip_bad_rows=True)[1]) == 1


def test_market_data_of_other_symbols_are_said_to_be_so(tmp_path: Path) -> None:
    blotter = read(tmp_path, "time,symbol,side,quantity,price\n1700000000,ES,buy,1,100\n").blotter
    notes = analyse(blotter, MarketTape(symbols={"NQ": TAPE})).notes
    assert "Market data have nothing of ES; they are of NQ." in notes
    assert not any("Market data" in note for note in analyse(blotter, MarketTape(symbols={"": TAPE})).notes)


def test_the_close_of_a_bar_counts_from_the_next_bar_on(tmp_path: Path) -> None:
    bars = written(tmp_path, f"time,open,close,volume\n{T0},1,10,5\n{T0 + 60},1,20,5\n", "bars.csv")
    tape, _ = read_market([bars])
    market = tape.of("")
    assert market is not None
    assert market.mid(at(T0 + 61)).tolist() == [10.0]


def test_market_data_fills_in_what_the_file_does_not_say_and_what_it_says_stands(tmp_path: Path) -> None:
    quotes = "\n".join(f"{T0 + s},{99 + s / 100},{101 + s / 100}" for s in range(200))
    tape, _ = read_market([written(tmp_path, f"time,bid,ask\n{quotes}\n", "quotes.csv")])
    text = (
        "order_id,side,qty,price,time,arrival_time,arrival_price,order_qty\n"
        f"a,buy,1,101.6,{T0 + 61},{T0 + 1},,2\nb,sell,1,99,{T0 + 61},{T0 + 1},98,\n"
    )
    joined, around = join_market(read(tmp_path, text).blotter, tape)
    assert joined.orders.arrival_price == pytest.approx([100.01, 98.0])
    assert joined.fills.mid == pytest.approx([100.60, 100.60])
    assert joined.orders.reversion_price == pytest.approx([101.21, 101.21])
    assert around.markout_bps == pytest.approx(1e4 * np.array([0.61, -0.61]) / 100.60)


def test_what_cannot_be_said_without_market_data_is_said(tmp_path: Path) -> None:
    text = "order_id,side,qty,price,time\na,buy,1,10,1700000000\n"
    analysis = analyse(read(tmp_path, text).blotter)
    assert not analysis.parts
    assert list(analysis.benchmarks) == ["first fill"]
    assert any(said.startswith("shortfall: not known for any order; it takes") for said in analysis.unknown)
