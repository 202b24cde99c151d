"""The venue: quotes, last look, several acceptances, cash to the tick, and requests that cannot be."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.errors import OrderRejectedError
from execution.orders import Side
from execution.rfq.inquiry import Inquiry, Quotes, RfqEnd
from execution.rfq.leg_fills import leg_fills
from execution.rfq.panel import RfqTerms, leaks, standard_panel
from execution.rfq.venue import RfqVenue


@dataclass(frozen=True)
class OneLeg:
    symbol: str
    ratio: int
    side: Side


BUTTERFLY = (OneLeg("A", 1, Side.BUY), OneLeg("B", 2, Side.SELL), OneLeg("C", 1, Side.BUY))
INQUIRY = Inquiry(
    parent_id="block",
    legs=BUTTERFLY,
    leg_mid_ticks=(500.5, 300.2, 160.4),
    side=Side.BUY,
    quantity=10,
    half_spread_ticks=8.0,
    volatility_ticks=0.5,
    ts_ns=1_000,
    fee_per_contract=0.1,
)
PANEL = tuple(replace(dealer, response=50.0) for dealer in standard_panel(4))


def venue(seed: int = 1, **terms: float) -> RfqVenue:
    return RfqVenue(panel=PANEL, terms=RfqTerms(**terms), seed=np.random.SeedSequence(seed))


def asked(at: RfqVenue, side: Side = Side.BUY) -> Quotes:
    return at.request(replace(INQUIRY, side=side), (0, 1, 2, 3))


@pytest.mark.parametrize("side", list(Side))
def test_quotes_come_best_first_around_a_mid_that_has_the_leak_in_it(side: Side) -> None:
    quotes = asked(venue(), side)
    prices = [quote.price_ticks for quote in quotes.quotes]
    assert prices == sorted(prices, reverse=side is Side.SELL)
    assert quotes.best == quotes.quotes[0]
    assert quotes.leak_ticks == pytest.approx(8.0 * leaks(PANEL)[0].sum())
    news = quotes.mid_ticks - INQUIRY.mid_ticks - side * quotes.leak_ticks
    assert 0.0 < abs(news) < 5.0 * 0.5 * 2.0**0.5
    assert quotes.expires_ns > quotes.ts_ns > INQUIRY.ts_ns


@pytest.mark.parametrize("side", list(Side))
def test_an_acceptance_fills_every_leg_and_moves_the_dealers_inventory(side: Side) -> None:
    at = venue()
    quotes = asked(at, side)
    dealer = next(number for number in range(4) if quotes.of(number).quantity == 10)
    held = at.inventory[dealer]
    outcome = at.accept(quotes, dealer=dealer, quantity=10, ts_ns=quotes.ts_ns, mid_ticks=quotes.mid_ticks)
    assert outcome.end is RfqEnd.FILLED
    assert at.inventory[dealer] == pytest.approx(held - side)
    done = {symbol: sum(f.side * f.quantity for f in outcome.fills if f.symbol == symbol) for symbol in "ABC"}
    assert done == {"A": 10 * side, "B": -20 * side, "C": 10 * side}
    cash = sum(fill.side * fill.quantity * fill.price_ticks for fill in outcome.fills)
    assert cash == side * 10 * quotes.of(dealer).price_ticks
    assert sum(fill.fee for fill in outcome.fills) == pytest.approx(4.0)


@given(
    ratios=st.lists(st.integers(1, 4), min_size=1, max_size=5),
    mids=st.lists(st.floats(-5.0, 900.0), min_size=5, max_size=5),
    quantity=st.integers(1, 50),
    price=st.integers(-500, 500),
    side=st.sampled_from(Side),
)
@settings(deadline=None)
def test_legs_add_up_to_the_package_whatever_its_price(
    ratios: list[int], mids: list[float], quantity: int, price: int, side: Side
) -> None:
    legs = tuple(OneLeg(f"L{n}", ratio, Side(1 - 2 * (n % 2))) for n, ratio in enumerate(ratios))
    inquiry = replace(INQUIRY, legs=legs, leg_mid_ticks=tuple(mids[: len(legs)]), side=side)
    fills = leg_fills(inquiry, quantity=quantity, price_ticks=price, ts_ns=5)
    assert sum(f.side * f.quantity * f.price_ticks for f in fills) == side * quantity * price
    for leg in legs:
        own = [fill for fill in fills if fill.symbol == leg.symbol]
        assert sum(fill.quantity for fill in own) == leg.ratio * quantity
        assert {fill.side for fill in own} == {side * leg.side}
        assert max(fill.price_ticks for fill in own) - min(fill.price_ticks for fill in own) <= 1


@pytest.mark.parametrize("side", list(Side))
def test_a_last_look_backs_out_when_the_mid_has_moved_against_the_dealer(side: Side) -> None:
    looking = tuple(replace(dealer, last_look=0.25) for dealer in PANEL)
    for moved, end in ((3.0, RfqEnd.LAST_LOOK_REJECTED), (1.9, RfqEnd.FILLED), (-9.0, RfqEnd.FILLED)):
        at = RfqVenue(panel=looking, terms=RfqTerms(), seed=np.random.SeedSequence(2))
        quotes = asked(at, side)
        mid = quotes.mid_ticks + side * moved
        held = at.inventory
        outcome = at.accept(quotes, dealer=1, quantity=1, ts_ns=quotes.ts_ns, mid_ticks=mid)
        assert outcome.end is end
        assert bool(outcome.fills) is (end is RfqEnd.FILLED)
        assert np.array_equal(held, at.inventory) is (end is not RfqEnd.FILLED)


def test_an_expired_quote_fills_nothing() -> None:
    at = venue()
    quotes = asked(at)
    outcome = at.accept(quotes, dealer=0, quantity=1, ts_ns=quotes.expires_ns + 1)
    assert (outcome.end, outcome.fills, outcome.quantity) == (RfqEnd.EXPIRED, (), 0)


def test_several_quotes_of_a_request_may_be_taken_each_once_and_the_losers_leak() -> None:
    at = venue()
    quotes = asked(at)
    for dealer in (0, 2):
        at.accept(quotes, dealer=dealer, quantity=3, ts_ns=quotes.ts_ns, mid_ticks=quotes.mid_ticks - 1.0)
    with pytest.raises(OrderRejectedError, match="taken once"):
        at.accept(quotes, dealer=0, quantity=1, ts_ns=quotes.ts_ns)
    assert at.close(quotes) == pytest.approx(8.0 * leaks(PANEL)[1][[1, 3]].sum())
    with pytest.raises(OrderRejectedError, match="closed"):
        at.close(quotes)


def test_acceptances_that_cannot_be_are_errors() -> None:
    at = venue()
    quotes = at.request(INQUIRY, (1, 2))
    for dealer, quantity, ts_ns in (
        (0, 1, quotes.ts_ns),
        (1, 0, quotes.ts_ns),
        (1, 11, quotes.ts_ns),
        (1, 1, 0),
    ):
        with pytest.raises(OrderRejectedError, match="dealer"):
            at.accept(quotes, dealer=dealer, quantity=quantity, ts_ns=ts_ns)


@pytest.mark.parametrize("dealers", [(), (4,), (-1,), (1, 1)])
def test_requests_to_dealers_that_cannot_be_are_errors(dealers: tuple[int, ...]) -> None:
    with pytest.raises(OrderRejectedError, match="each once"):
        venue().request(INQUIRY, dealers)


def test_time_does_not_run_back() -> None:
    at = venue()
    asked(at)
    with pytest.raises(OrderRejectedError, match="or later"):
        at.request(replace(INQUIRY, ts_ns=0), (0,))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"quantity": 0}, "a quantity of 1"),
        ({"legs": ()}, "one leg"),
        ({"legs": (BUTTERFLY[0],) * 3}, "each symbol in one leg"),
        ({"leg_mid_ticks": (1.0,)}, "a mid for each leg"),
        ({"leg_mid_ticks": (1.0, float("nan"), 2.0)}, "finite mids"),
        ({"half_spread_ticks": 0.0}, "half-spread"),
        ({"volatility_ticks": float("inf")}, "volatility"),
        ({"legs": (OneLeg("A", 0, Side.BUY), *BUTTERFLY[1:])}, "ratios"),
    ],
)
def test_inquiries_that_cannot_be_say_what_was_expected(change: dict[str, object], expected: str) -> None:
    with pytest.raises(OrderRejectedError, match=expected):
        replace(INQUIRY, **change)  # type: ignore[arg-type]


def test_the_same_seed_gives_the_same_quotes() -> None:
    assert asked(venue(7)) == asked(venue(7))
    assert asked(venue(7)).quotes != asked(venue(8)).quotes


def test_a_dealer_without_room_for_one_package_does_not_quote() -> None:
    full = (replace(PANEL[0], capacity=0.05), replace(PANEL[1], capacity=0.2))
    at = RfqVenue(panel=full, terms=RfqTerms(), seed=np.random.SeedSequence(1))
    assert [(quote.dealer, quote.quantity) for quote in at.request(INQUIRY, (0, 1)).quotes] == [(1, 2)]
