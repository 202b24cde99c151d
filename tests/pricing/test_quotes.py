"""Vendor chains in, clean quotes out: names, units, calendars, reasons for what is dropped."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from pricing.errors import InputError
from pricing.option import Settlement
from pricing.quotes import read_chain
from pricing.time import expiry_instant, year_fraction
from tests.shared_data import shared_path

DAY = date(2018, 2, 5)
HEADER = "quote_date,underlying_last,root,type,expiration,strike,bid,ask"
FORWARD = 2700.0


def rows(**changes):
    """A call and a put at five strikes, 2700 forward, as dictionaries in the order of HEADER."""
    for strike in (2500, 2600, 2700, 2800, 2900):
        for right in ("call", "put"):
            intrinsic = max(0.0, (FORWARD - strike) * (1 if right == "call" else -1))
            price = intrinsic + 40 - abs(strike - FORWARD) / 10
            cells = {
                "quote_date": "2018-02-05",
                "underlying_last": "2700",
                "root": "SPXW",
                "type": right,
                "expiration": "2018-02-28",
                "strike": str(strike),
                "bid": f"{price - 0.5}",
                "ask": f"{price + 0.5}",
            }
            yield cells | changes


def write(tmp_path, lines, header=HEADER):
    path = tmp_path / "chain.csv"
    path.write_text("\n".join([header, *(",".join(line.values()) for line in lines)]) + "\n")
    return path


def read(path, underlying="SPX", as_of=None):
    return read_chain(path, underlying=underlying, as_of=as_of)


def test_clean_chain_is_kept_whole(tmp_path):
    quotes = read(write(tmp_path, rows()))
    assert (len(quotes), quotes.received, dict(quotes.dropped)) == (10, 10, {})
    assert (quotes.spot, quotes.origin, len(quotes.sha256)) == (2700.0, "chain.csv", 64)
    assert quotes.as_of == datetime(2018, 2, 5, 21, tzinfo=UTC)


def test_spx_settles_in_the_morning_and_spxw_at_the_close(tmp_path):
    lines = [*rows(root="SPX", expiration="2018-02-16"), *rows(root="SPXW", expiration="2018-02-16")]
    quotes = read(write(tmp_path, lines))
    expected = [
        year_fraction(quotes.as_of, expiry_instant(date(2018, 2, 16), settlement))
        for settlement in (Settlement.AM, Settlement.PM)
    ]
    np.testing.assert_array_equal(np.unique(quotes.expiry_years), expected)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"bid": "50", "ask": "40"}, "crossed"),
        ({"bid": "0"}, "no bid"),
        ({"bid": ""}, "no bid"),
        ({"bid": "0", "ask": "0"}, "no ask"),
        ({"expiration": "2018-02-05"}, "expired"),
        ({}, "duplicate"),
    ],
)
def test_unusable_quote_is_dropped_under_its_reason(tmp_path, cells, reason):
    lines = list(rows())
    quotes = read(write(tmp_path, [*lines, lines[4] | cells]))
    assert dict(quotes.dropped) == {reason: 1}
    assert len(quotes) == 10


def test_quote_below_intrinsic_on_the_parity_forward_is_dropped(tmp_path):
    lines = list(rows())
    lines[0] |= {"bid": "190", "ask": "199"}  # the 2500 call, worth at least 200
    assert dict(read(write(tmp_path, lines)).dropped) == {"sub intrinsic": 1}


def test_a_quote_whose_right_is_exchanged_is_mislabelled(tmp_path):
    lines = list(rows())
    lines[0] |= {"type": "put"}  # the 2500 call, 200 in the money; now there are two 2500 puts
    quotes = read(write(tmp_path, lines))
    assert dict(quotes.dropped) == {"mislabelled": 1}
    put = (quotes.strike == 2500) & ~quotes.is_call
    assert quotes.ask[put].tolist() == [20.5]


def test_a_chain_whose_calls_are_puts_is_refused(tmp_path):
    exchanged = [line | {"type": {"call": "put", "put": "call"}[line["type"]]} for line in rows()]
    with pytest.raises(InputError, match=r"in 23\.0 days.*calls and puts seem to be exchanged"):
        read(write(tmp_path, exchanged))


def test_a_spot_that_is_twelve_percent_off_is_refused_and_the_forward_said(tmp_path):
    with pytest.raises(InputError, match=r"3024.*within 5% of the forward 2700\.00 that put-call parity"):
        read(write(tmp_path, rows(underlying_last="3024")))


def test_a_quote_at_another_strike_is_mislabelled(tmp_path):
    lines = list(rows())
    lines[1] |= {"bid": "300", "ask": "301"}  # the 2500 put, worth 20 at its neighbours' prices
    assert dict(read(write(tmp_path, lines)).dropped) == {"mislabelled": 1}


def test_quotes_beyond_two_strikes_without_a_bid_are_outside_the_wings(tmp_path):
    extra = [
        line | {"strike": str(strike), "bid": str(bid), "ask": "12"}
        for strike, bid in ((3000, 0), (3100, 0), (3200, 10))
        for line in list(rows())[:1]
    ]
    assert dict(read(write(tmp_path, [*rows(), *extra])).dropped) == {"no bid": 2, "outside wings": 1}


def test_quote_fifteen_minutes_behind_the_newest_is_stale(tmp_path):
    stamped = [line | {"quote_date": "2018-02-05 15:45:00"} for line in rows()]
    stamped[3] |= {"quote_date": "2018-02-05 15:30:00"}
    quotes = read(write(tmp_path, stamped, HEADER.replace("quote_date", "quote_datetime")))
    assert dict(quotes.dropped) == {"stale": 1}
    assert quotes.as_of == datetime(2018, 2, 5, 20, 45, tzinfo=UTC)


def test_option_metrics_strikes_are_in_thousandths_and_saturday_expiry_is_friday(tmp_path):
    header = "date,symbol,exdate,cp_flag,strike_price,best_bid,best_offer"
    lines = [
        {
            "date": "20180205",
            "symbol": "SPXW 180228" + line["type"][0].upper() + line["strike"] + "000",
            "exdate": "20180303",
            "cp_flag": line["type"][0].upper(),
            "strike_price": line["strike"] + "000",
            "best_bid": line["bid"],
            "best_offer": line["ask"],
        }
        for line in rows()
    ]
    quotes = read(write(tmp_path, lines, header))
    assert sorted(set(quotes.strike)) == [2500, 2600, 2700, 2800, 2900]
    friday = expiry_instant(date(2018, 3, 2), Settlement.PM)
    assert set(quotes.expiry_years) == {year_fraction(quotes.as_of, friday)}
    assert quotes.spot == pytest.approx(FORWARD, rel=0.01)  # no spot column: implied by parity


def test_osi_symbols_alone_say_expiry_right_and_strike(tmp_path):
    lines = [
        {
            "contractSymbol": f"SPXW180228{line['type'][0].upper()}{int(line['strike']):05d}000",
            "bid": line["bid"],
            "ask": line["ask"],
        }
        for line in rows()
    ]
    quotes = read(write(tmp_path, lines, "contractSymbol,bid,ask"), as_of=DAY)
    assert (len(quotes), quotes.is_call.sum(), quotes.strike.max()) == (10, 5, 2900)


def test_parquet_and_csv_of_the_same_chain_read_alike(tmp_path):
    lines = list(rows())
    columns = {name: [line[name] for line in lines] for name in HEADER.split(",")}
    columns["strike"] = [int(strike) for strike in columns["strike"]]
    columns["quote_date"] = [DAY] * len(lines)
    columns["type"] = pa.array(columns["type"]).dictionary_encode()
    parquet.write_table(pa.table(columns), tmp_path / "chain.parquet")
    first, second = read(write(tmp_path, lines)), read(tmp_path / "chain.parquet")
    for name in ("expiry_years", "strike", "is_call", "bid", "ask"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_without_a_day_the_last_one_is_read(tmp_path):
    lines = [*rows(), *rows(quote_date="2018-02-06")]
    assert read(write(tmp_path, lines)).as_of.date() == date(2018, 2, 6)
    assert read(tmp_path / "chain.csv", as_of=DAY).as_of.date() == DAY


def test_day_without_rows_is_refused_with_the_days_there_are(tmp_path):
    with pytest.raises(InputError, match=r"2018-02-07.*2018-02-05"):
        read(write(tmp_path, rows()), as_of=date(2018, 2, 7))


def test_chain_of_another_underlying_is_refused_with_what_there_is(tmp_path):
    with pytest.raises(InputError, match="quotes on NDX; the file has 'SPX'"):
        read(write(tmp_path, rows()), underlying="NDX")


def test_spot_that_contradicts_parity_is_refused(tmp_path):
    with pytest.raises(InputError, match="found '3024', expected a spot within 5% of the forward 2700"):
        read(write(tmp_path, rows(underlying_last="3024")))


def test_every_malformed_cell_is_reported_with_its_row_and_column(tmp_path):
    lines = list(rows())
    lines[0] |= {"strike": "-5"}
    lines[2] |= {"type": "straddle", "bid": "inf"}
    lines[7] |= {"expiration": "soon", "ask": "n/a"}
    with pytest.raises(InputError) as caught:
        read(write(tmp_path, lines))
    places = [(problem.row, problem.column) for problem in caught.value.problems]
    assert places == [(2, "strike"), (4, "type"), (4, "bid"), (9, "expiration"), (9, "ask")]


def test_many_problems_are_all_counted_and_fifty_listed(tmp_path):
    lines = [line | {"strike": "NaN"} for line in rows()] * 20
    with pytest.raises(InputError, match=r"and 150 more problems$") as caught:
        read(write(tmp_path, lines))
    assert len(caught.value.problems) == 200


def test_chain_on_its_expiry_day_says_that_everything_expired():
    path = shared_path("options", "spx_chain_20180102_20180228.parquet")
    with pytest.raises(InputError, match="386 expired"):
        read(path, as_of=date(2018, 1, 31))


def test_february_2018_quotes_without_bid_and_ask_do_not_cut_the_wing_off():
    path = shared_path("options", "spx_chain_20180102_20180228.parquet")
    quotes = read(path, as_of=DAY)
    assert dict(quotes.dropped) == {"no ask": 15, "no bid": 50, "outside wings": 7}
    assert quotes.strike[~quotes.is_call].min() < 2000


def test_a_file_of_one_underlying_needs_no_name(tmp_path):
    assert read(write(tmp_path, rows()), underlying=None).underlying == "SPX"


def test_a_file_of_two_underlyings_asks_which(tmp_path):
    path = write(tmp_path, [*rows(), *rows(root="AAPL")])
    with pytest.raises(InputError, match="one underlying, or to be told which of these: AAPL, SPX"):
        read(path, underlying=None)


def test_a_time_of_day_in_the_date_column_is_the_time_of_the_quotes(tmp_path):
    lines = [*rows(quote_date="2018-02-28 15:40:00"), *rows(quote_date="2018-02-28 15:20:00")]
    quotes = read(write(tmp_path, lines))
    assert quotes.as_of == datetime(2018, 2, 28, 20, 40, tzinfo=UTC)
    assert quotes.expiry_years * 365 * 24 * 60 == pytest.approx(np.full(10, 20.0))
    assert dict(quotes.dropped) == {"stale": 10}


def test_a_cheap_underlying_keeps_its_quotes(tmp_path):
    cents = {"bid", "ask", "strike", "underlying_last"}
    cheap = [
        {name: f"{float(cell) / 1000:.6f}" if name in cents else cell for name, cell in line.items()}
        for line in rows()
    ]
    quotes = read(write(tmp_path, cheap))
    assert (len(quotes), dict(quotes.dropped)) == (10, {})


def test_a_spot_that_the_file_does_not_have_is_named_implied(tmp_path):
    assert read(write(tmp_path, rows(underlying_last=""))).spot_is_implied
    assert not read(write(tmp_path, rows())).spot_is_implied
