"""The same ten quotes in the columns of each vendor read as the same chain.

The headers are those of the vendors' own specifications or of files that their users show; each test says
where. Every header has the vendor's order and the columns that matter here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import pytest

from pricing.errors import InputError
from pricing.option import Settlement
from pricing.quotes import read_chain
from pricing.time import expiry_instant, year_fraction
from tests.pricing.test_quotes import DAY, read, rows, write

CLOSE = datetime(2018, 2, 5, 21, tzinfo=UTC)
QUARTER_BEFORE = datetime(2018, 2, 5, 20, 45, tzinfo=UTC)


def pairs():
    """The calls and puts of the ten quotes, strike by strike."""
    lines = list(rows())
    return zip(lines[::2], lines[1::2], strict=True)


def osi(line, root="SPXW  "):
    return f"{root}180228{line['type'][0].upper()}{int(line['strike']):05d}000"


def chain(tmp_path, header, line_of, *, as_of=None, underlying="SPX"):
    """The quotes of a file with a row of `line_of` for each of the ten."""
    lines = [header, *(line_of(line) for line in rows())]
    return read(saved(tmp_path, lines), underlying=underlying, as_of=as_of)


def saved(tmp_path, lines):
    path = tmp_path / "vendor.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def assert_same_chain(quotes, tmp_path, *, as_of=CLOSE, spot=2700.0):
    """The quotes that the ten rows in plain columns give, in any order."""
    plain = read(write(tmp_path, rows()))
    order, plainly = (np.lexsort((each.is_call, each.strike)) for each in (quotes, plain))
    assert quotes.as_of == as_of
    assert quotes.spot == pytest.approx(spot, rel=0.01)
    for name in ("strike", "is_call", "bid", "ask"):
        np.testing.assert_allclose(getattr(quotes, name)[order], getattr(plain, name)[plainly])
    expiry = expiry_instant(date(2018, 2, 28), Settlement.PM)
    assert set(quotes.expiry_years) == {year_fraction(quotes.as_of, expiry)}


CBOE = (
    "underlying_symbol,quote_date,root,expiration,strike,option_type,bid_1545,ask_1545,underlying_bid_1545,"
    "underlying_ask_1545,bid_eod,ask_eod,underlying_bid_eod,underlying_ask_eod"
)


def cboe(line, *, bid=None, underlying=("2699.0", "2701.0")):
    """Cboe DataShop, End-Of-Day Option Quotes layout (datashop.cboe.com/option-eod-summary)."""
    at_1545 = f"{bid or line['bid']},{line['ask']},{','.join(underlying)}"
    return f"^SPX,2018-02-05,SPXW,2018-02-28,{line['strike']}.000,{line['type'][0].upper()},{at_1545},1,2,1,2"


def test_cboe_is_read_at_1545_with_the_mid_of_the_underlying(tmp_path):
    assert_same_chain(chain(tmp_path, CBOE, cboe), tmp_path, as_of=QUARTER_BEFORE)


def test_cboe_spot_of_an_index_without_a_quote_is_implied_by_parity(tmp_path):
    quotes = chain(tmp_path, CBOE, lambda line: cboe(line, underlying=("0", "9999")))
    assert_same_chain(quotes, tmp_path, as_of=QUARTER_BEFORE)


def test_cboe_close_is_read_where_the_file_has_no_1545(tmp_path):
    header = "underlying_symbol,quote_date,root,expiration,strike,option_type,bid_eod,ask_eod"
    quotes = chain(
        tmp_path,
        header,
        lambda line: (
            f"^SPX,2018-02-05,SPXW,2018-02-28,{line['strike']},{line['type'][0]},{line['bid']},{line['ask']}"
        ),
    )
    assert_same_chain(quotes, tmp_path)


def test_optionsdx_has_call_and_put_in_a_row_under_bracketed_headers(tmp_path):
    """Header of an optionsDX end-of-day file."""
    header = (
        "[QUOTE_UNIXTIME], [QUOTE_READTIME], [QUOTE_DATE], [QUOTE_TIME_HOURS], [UNDERLYING_LAST], "
        "[EXPIRE_DATE], [EXPIRE_UNIX], [DTE], [C_LAST], [C_SIZE], [C_BID], [C_ASK], [STRIKE], [P_BID], "
        "[P_ASK], [P_SIZE], [P_LAST]"
    )
    lines = [
        "1517864400, 2018-02-05 16:00, 2018-02-05, 16.000000, 2700.000000, 2018-02-28, 1519851600, 23.00, ,"
        f"1 x 1, {call['bid']}, {call['ask']}, {call['strike']}.000000, {put['bid']}, {put['ask']}, 1 x 1, "
        for call, put in pairs()
    ]
    assert_same_chain(read(saved(tmp_path, [header, *lines])), tmp_path)


@pytest.mark.parametrize(
    "header",
    [
        # ORATS SMV strikes file, then its API's hist/strikes.
        "ticker,stkPx,trade_date,expirDate,yte,strike,cBidPx,cValue,cAskPx,pBidPx,pValue,pAskPx",
        "ticker,stockPrice,tradeDate,expirDate,dte,strike,callBidPrice,callValue,callAskPrice,putBidPrice,"
        "putValue,putAskPrice",
    ],
)
def test_orats_has_call_and_put_in_a_row(tmp_path, header):
    lines = [
        f"SPX,2700,2/5/2018,2/28/2018,0.063,{call['strike']},{call['bid']},0,{call['ask']},{put['bid']},0,"
        f"{put['ask']}"
        for call, put in pairs()
    ]
    assert_same_chain(read(saved(tmp_path, [header, *lines])), tmp_path)


def test_cell_shared_by_call_and_put_is_refused_once(tmp_path):
    lines = ["ticker,stkPx,tradeDate,expirDate,strike,cBidPx,cAskPx,pBidPx,pAskPx"]
    lines += ["SPX,2700,2018-02-05,2018-02-28,soon,1,2,1,2", "SPX,2700,2018-02-05,2018-02-28,2700,1,2,x,2"]
    with pytest.raises(InputError) as caught:
        read(saved(tmp_path, lines))
    assert [(problem.row, problem.column) for problem in caught.value.problems] == [
        (2, "strike"),
        (3, "pBidPx"),
    ]


def test_option_metrics_without_a_symbol_is_one_security(tmp_path):
    """OptionMetrics Ivy DB, opprcd: strike_price is in thousandths."""
    header = "secid,date,exdate,cp_flag,strike_price,best_bid,best_offer,am_settlement"

    def line_of(line, secid="108105"):
        right, strike = line["type"][0].upper(), line["strike"]
        return f"{secid},20180205,20180228,{right},{strike}000,{line['bid']},{line['ask']},0"

    assert_same_chain(chain(tmp_path, header, line_of), tmp_path)
    mixed = [header, *(line_of(line) for line in rows()), *(line_of(line, "5015") for line in rows())]
    with pytest.raises(InputError, match=r"'secid': found '108105, 5015', expected one security"):
        read(saved(tmp_path, mixed))


def test_historicaloptiondata_names_the_root_in_its_symbol(tmp_path):
    """Header of an L3 file of historicaloptiondata.com."""
    header = (
        "UnderlyingSymbol,UnderlyingPrice,Exchange,OptionSymbol,OptionExt,Type,Expiration,DataDate,Strike,"
        "Last,Bid,Ask,Volume,OpenInterest,IV,Delta,Gamma,Theta,Vega,AKA"
    )
    quotes = chain(
        tmp_path,
        header,
        lambda line: (
            f"SPX,2700,*,{osi(line, 'SPXW')},,{line['type']},02/28/2018,02/05/2018,{line['strike']},0,"
            f"{line['bid']},{line['ask']},0,0,0.3,1,0,0,0,{osi(line, 'SPXW')}"
        ),
    )
    assert_same_chain(quotes, tmp_path)


def test_ivolatility_names_the_underlying_under_symbol(tmp_path):
    """Header of an IVolatility raw options file."""
    header = (
        "symbol,exchange,date,adjusted close,option symbol,expiration,strike,call/put,style,ask,bid,"
        "mean price,iv,volume,open interest,stock price for iv"
    )
    quotes = chain(
        tmp_path,
        header,
        lambda line: (
            f"SPX,CBOE,02/05/2018,2600,{osi(line)},02/28/2018,{line['strike']},{line['type'][0]},E,"
            f"{line['ask']},{line['bid']},0,0.2,1,1,2700"
        ),
    )
    assert_same_chain(quotes, tmp_path)


def test_yfinance_needs_the_day_and_its_symbols_say_expiry_and_right(tmp_path):
    """Columns of yfinance's option_chain, calls and puts below each other."""
    header = (
        "contractSymbol,lastTradeDate,strike,lastPrice,bid,ask,change,percentChange,volume,openInterest,"
        "impliedVolatility,inTheMoney,contractSize,currency"
    )

    def line_of(line):
        prices = f"1.0,{line['bid']},{line['ask']},0.0,0.0,,1,0.2,False,REGULAR,USD"
        return f"{osi(line, 'SPXW')},2018-02-02 19:59:31+00:00,{line['strike']},{prices}"

    assert_same_chain(chain(tmp_path, header, line_of, as_of=DAY), tmp_path)
    with pytest.raises(InputError, match="or give the as-of date"):
        read(tmp_path / "vendor.csv")


@pytest.mark.parametrize("unit", [1, 1_000, 1_000_000, 1_000_000_000])
def test_polygon_symbols_carry_a_prefix_and_times_are_digits_since_1970(tmp_path, unit):
    """Polygon's options quotes flat file; its sip_timestamp is in nanoseconds."""
    seconds = int(QUARTER_BEFORE.timestamp())
    quotes = chain(
        tmp_path,
        "ticker,ask_exchange,ask_price,ask_size,bid_exchange,bid_price,bid_size,sequence_number,sip_timestamp",
        lambda line: f"O:{osi(line, 'SPXW')},301,{line['ask']},1,301,{line['bid']},1,7,{seconds * unit}",
    )
    assert_same_chain(quotes, tmp_path, as_of=QUARTER_BEFORE)


def test_databento_gives_osi_symbols_and_nanoseconds(tmp_path):
    """Databento's CBBO schema on OPRA.PILLAR as CSV (databento.com/docs/schemas)."""
    quotes = chain(
        tmp_path,
        "ts_recv,ts_event,rtype,publisher_id,instrument_id,side,bid_px_00,ask_px_00,bid_sz_00,ask_sz_00,symbol",
        lambda line: (
            "2018-02-05T20:45:00.000000000Z,2018-02-05T20:45:00.186427957Z,194,30,1,N,"
            f"{line['bid']},{line['ask']},1,1,{osi(line)}"
        ),
    )
    assert_same_chain(quotes, tmp_path, as_of=QUARTER_BEFORE)


def test_tradier_is_dated_by_its_quotes_not_by_the_last_trade(tmp_path):
    """Tradier's option chain: dates are milliseconds since 1970, trade_date that of the last trade."""
    quotes = chain(
        tmp_path,
        "symbol,bid,ask,underlying,strike,trade_date,bid_date,ask_date,expiration_date,option_type,root_symbol",
        lambda line: (
            f"{osi(line, 'SPXW')},{line['bid']},{line['ask']},SPX,{line['strike']},1500000000000,"
            f"1517863500000,1517863500000,2018-02-28,{line['type']},SPXW"
        ),
    )
    assert_same_chain(quotes, tmp_path, as_of=QUARTER_BEFORE)


def test_file_that_names_only_the_index_settles_its_monthly_expiry_in_the_morning(tmp_path):
    header = "ticker,tradeDate,expirDate,strike,cBidPx,cAskPx,pBidPx,pAskPx"
    lines = [
        f"SPX,2018-02-05,{day},{call['strike']},{call['bid']},{call['ask']},{put['bid']},{put['ask']}"
        for day in ("2018-02-16", "2018-02-28")
        for call, put in pairs()
    ]
    quotes = read(saved(tmp_path, [header, *lines]))
    expected = [
        year_fraction(quotes.as_of, expiry_instant(date(2018, 2, 16), Settlement.AM)),
        year_fraction(quotes.as_of, expiry_instant(date(2018, 2, 28), Settlement.PM)),
    ]
    np.testing.assert_array_equal(np.unique(quotes.expiry_years), expected)


def test_two_layouts_in_one_file_are_refused_with_their_columns(tmp_path):
    lines = ["quote_date,expiration,strike,type,bid,ask,c_bid,c_ask,p_bid,p_ask"]
    with pytest.raises(InputError, match="not bid, ask and c_bid, c_ask, p_bid, p_ask"):
        read(saved(tmp_path, [*lines, "2018-02-05,2018-02-28,2700,call,1,2,1,2,1,2"]))


def test_wide_file_without_its_puts_is_refused_with_their_names(tmp_path):
    with pytest.raises(InputError) as caught:
        read(saved(tmp_path, ["quote_date,expiration,strike,c_bid,c_ask", "2018-02-05,2018-02-28,2700,1,2"]))
    assert [problem.column for problem in caught.value.problems] == ["put_bid", "put_ask"]


@pytest.mark.parametrize("stamp", ["201802051545", "1517863", "99999999999999999999", "0"])
def test_digits_that_are_no_time_since_1970_are_refused(tmp_path, stamp):
    with pytest.raises(InputError, match="a date such as"):
        read_chain(write(tmp_path, rows(quote_date=stamp)), underlying="SPX", as_of=None)


def test_midnight_in_utc_stands_for_its_date(tmp_path):
    quotes = read(write(tmp_path, rows(expiration="2018-02-28T00:00:00Z", quote_date="2018-02-05T00:00:00Z")))
    assert_same_chain(quotes, tmp_path)
