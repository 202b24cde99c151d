"""Net quotes from leg quotes."""

from __future__ import annotations

import math
from datetime import date

import pytest

from pricing.option import Settlement
from pricing.spreads.naming import structure_named
from pricing.spreads.quote import LegQuote, net_quote
from pricing.spreads.structure import OptionSeries
from pricing.time import expiry_instant

NEAR = OptionSeries(underlying="SPX", expiry=expiry_instant(date(2018, 3, 16), Settlement.PM))


def test_a_ratio_spread_is_bought_at_asks_and_sold_at_bids_for_as_many_packages_as_its_legs_give() -> None:
    structure = structure_named("call ratio spread", series=[NEAR], strikes=[100.0, 105.0])
    quotes = {
        NEAR.call(100.0): LegQuote(bid=5.1, ask=5.2, bid_size=9, ask_size=7),
        NEAR.call(105.0): LegQuote(bid=2.1, ask=2.3, bid_size=9, ask_size=30),
    }
    found = net_quote(structure, quotes)
    assert (found.bid, found.ask) == (pytest.approx(100 * (5.1 - 4.6)), pytest.approx(100 * (5.2 - 4.2)))
    assert (found.bid_packages, found.ask_packages) == (9.0, 4.0)
    assert found.mid == pytest.approx(100 * (5.15 - 4.4))
    assert (found.natural(1), found.natural(-1)) == (found.ask, found.bid)
    other = net_quote(structure.times(-1), quotes)
    assert (other.bid, other.ask) == (-found.ask, -found.bid)


@pytest.mark.parametrize(
    ("bid", "ask", "sentence"),
    [(0.0, 1.0, "one-sided"), (1.0, 0.0, "one-sided"), (2.0, 1.0, "crossed"), (math.nan, 1.0, "one-sided")],
)
def test_what_cannot_be_traded_on_both_sides_is_no_quote(bid: float, ask: float, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        LegQuote(bid=bid, ask=ask)
