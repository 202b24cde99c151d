from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricing.option import OsiSymbol, Right, format_osi, parse_osi

SYMBOLS = st.builds(
    OsiSymbol,
    root=st.from_regex(r"[A-Z][A-Z0-9]{0,5}", fullmatch=True),
    expiry=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    right=st.sampled_from(Right),
    strike=st.integers(1, 10**8 - 1).map(lambda thousandths: thousandths / 1000.0),
)


@given(SYMBOLS)
def test_a_written_symbol_reads_back_as_itself(symbol: OsiSymbol) -> None:
    assert parse_osi(format_osi(symbol)) == symbol


@given(SYMBOLS)
def test_padding_case_and_outer_blanks_do_not_matter(symbol: OsiSymbol) -> None:
    plain = format_osi(symbol)
    padded = f" {plain[:-15]:<6}{plain[-15:]} ".lower()
    assert parse_osi(padded) == symbol


def test_a_real_symbol_is_read() -> None:
    read = parse_osi("SPXW  180228P02600000")
    assert read == OsiSymbol(root="SPXW", expiry=date(2018, 2, 28), right=Right.PUT, strike=2600.0)


def test_a_root_that_ends_in_a_digit_is_an_adjusted_contract() -> None:
    assert parse_osi("AAPL1180228C00170500").root == "AAPL1"


@pytest.mark.parametrize(
    ("symbol", "sentence"),
    [
        ("", "is not an OSI option symbol"),
        ("SPX", "is not an OSI option symbol"),
        ("SPXWEEK180228P02600000", "is not an OSI option symbol"),
        ("SPXW180228X02600000", "is not an OSI option symbol"),
        ("SPXW180228P2600", "is not an OSI option symbol"),
        ("SPXW١٨٠٢٢٨P02600000", "is not an OSI option symbol"),
        ("SPXW180230P02600000", "no calendar date in 180230"),
        ("SPXW180228P00000000", "strike 0"),
    ],
)
def test_a_malformed_symbol_is_refused_with_a_sentence(symbol: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_osi(symbol)


@pytest.mark.parametrize("strike", [0.0, -5.0, 1e5, 2.50005, float("nan"), float("inf")])
def test_a_strike_that_eight_digits_cannot_hold_is_refused(strike: float) -> None:
    symbol = OsiSymbol(root="SPX", expiry=date(2018, 2, 28), right=Right.CALL, strike=strike)
    with pytest.raises(ValueError, match="cannot be written"):
        format_osi(symbol)
