"""Spread orders traded whole, on a complex book and with dealers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.complex_book.instrument import ComplexInstrument, ComplexLeg
from execution.complex_book.market import ComplexMarket
from execution.complex_book.orders import ComplexOrder, LegOrder
from execution.errors import OrderRejectedError
from execution.orders import Side
from execution.rfq.panel import RfqTerms, standard_panel
from execution.rfq.venue import RfqVenue
from execution.spread.atomic import trade_at_best, trade_by_quotes, trade_on_complex_book
from execution.spread.order import Ended, SpreadExecution
from tests.execution.spread.orders import LONG, SHARE_RULES, SHARES, SHORT, vertical_order

VERTICAL = ComplexInstrument(
    name="vertical",
    legs=tuple(ComplexLeg(symbol=leg.symbol, ratio=leg.ratio, side=leg.side) for leg in (LONG, SHORT)),
)


def market(*, both_sides: bool = True) -> ComplexMarket:
    """Six packages at 215 from the legs, three at 212 from another's complex order."""
    venue = ComplexMarket(("C100", "C105"), (VERTICAL,), reference_ticks={"C100": 520, "C105": 310})
    quotes = [("C100", Side.SELL, 6, 523), ("C105", Side.BUY, 9, 308), ("C105", Side.SELL, 9, 312)]
    if both_sides:
        quotes.append(("C100", Side.BUY, 9, 517))
    for symbol, side, quantity, price in quotes:
        venue.submit(LegOrder(symbol=symbol, side=side, quantity=quantity, limit_ticks=price))
    venue.submit(ComplexOrder(instrument="vertical", side=Side.SELL, packages=3, net_limit_ticks=212))
    return venue


def test_an_order_takes_packages_and_legs_whichever_is_cheaper() -> None:
    execution = trade_on_complex_book(vertical_order(packages=5), market=market(), instrument="vertical")
    assert execution.filled_packages == 5
    assert sum(clip.total_ticks for clip in execution.clips) == 3 * 212 + 2 * 215
    assert (execution.arrival_mid_ticks, execution.half_spread_ticks) == (210.0, 5.0)
    assert execution.effective_over_quoted == pytest.approx((3 * 2 + 2 * 5) / 5 / 5)
    assert sum(leg.fill.fee for leg in execution.fills) == pytest.approx(5 * 2 * 0.5)


def test_what_is_dearer_than_the_limit_is_left() -> None:
    order = vertical_order(packages=5, net_limit_ticks=213)
    execution = trade_on_complex_book(order, market=market(), instrument="vertical")
    assert (execution.filled_packages, execution.leaves_packages) == (3, 2)
    assert execution.clips[-1].ended is Ended.LEFT
    assert execution.effective_over_quoted == pytest.approx((212 - 210) / 5)  # of those that were had


def test_a_leg_counts_in_the_half_spread_as_often_as_it_is_in_the_package() -> None:
    legs = (LONG, replace(SHORT, ratio=2))
    ratio = ComplexInstrument(
        name="ratio",
        legs=tuple(ComplexLeg(symbol=leg.symbol, ratio=leg.ratio, side=leg.side) for leg in legs),
    )
    venue = ComplexMarket(("C100", "C105"), (ratio,), reference_ticks={"C100": 520, "C105": 310})
    for symbol, mid, half in (("C100", 520, 3), ("C105", 310, 2)):
        for side in Side:
            order = LegOrder(symbol=symbol, side=side, quantity=9, limit_ticks=mid - side * half)
            venue.submit(order)
    execution = trade_on_complex_book(vertical_order(legs=legs, packages=2), market=venue, instrument="ratio")
    assert (execution.arrival_mid_ticks, execution.half_spread_ticks) == (520 - 2 * 310, 3 + 2 * 2)
    assert execution.effective_over_quoted == pytest.approx(1.0)


def test_a_one_sided_leg_is_refused() -> None:
    with pytest.raises(OrderRejectedError, match="C100 has no bid"):
        trade_on_complex_book(vertical_order(), market=market(both_sides=False), instrument="vertical")


def test_other_legs_than_listed_are_refused() -> None:
    order = vertical_order(legs=(LONG, replace(SHORT, ratio=2)))
    with pytest.raises(OrderRejectedError, match="vertical has legs"):
        trade_on_complex_book(order, market=market(), instrument="vertical")


def asked(*, most_ticks: int | None = None, packages: int = 30, **order: int) -> SpreadExecution:
    """Three dealers asked for verticals."""
    venue = RfqVenue(panel=standard_panel(4), terms=RfqTerms(), seed=np.random.SeedSequence(4))
    return trade_by_quotes(
        vertical_order(packages=packages, **order),
        venue=venue,
        dealers=(0, 1, 3),
        leg_mid_ticks=(520.0, 310.0),
        half_spread_ticks=5.0,
        volatility_ticks=0.5,
        most_ticks=most_ticks,
    )


def test_dealers_quotes_are_taken_until_the_order_is_done() -> None:
    execution = asked()
    bought = sum(leg.fill.quantity for leg in execution.fills if leg.fill.symbol == "C100")
    cash = sum(leg.fill.side * leg.fill.quantity * leg.fill.price_ticks for leg in execution.fills)
    assert execution.filled_packages == bought > 0
    assert cash == sum(clip.total_ticks for clip in execution.clips)
    assert len({leg.execution_id for leg in execution.fills}) == len(execution.fills)


def test_dealers_fills_pay_the_fee_of_every_contract() -> None:
    fills = [leg.fill for leg in asked().fills]
    assert sum(fill.fee for fill in fills) == pytest.approx(0.5 * sum(fill.quantity for fill in fills))


def test_a_single_package_is_had_of_dealers() -> None:
    assert asked(packages=1).filled_packages == 1


@pytest.mark.parametrize(("limit", "most"), [(100, 10_000), (10_000, 100)])
def test_the_tighter_of_two_limits_holds(limit: int, most: int) -> None:
    assert asked(net_limit_ticks=limit, most_ticks=most).fills == ()


def test_no_quote_beyond_the_reservation_price_is_taken() -> None:
    execution = asked(most_ticks=100)
    assert execution.fills == ()
    assert execution.leaves_packages == 30
    assert np.isnan(execution.effective_over_quoted)


def test_dealers_do_not_quote_legs_of_different_multipliers() -> None:
    order = vertical_order(tie=SHARES, tie_rules=SHARE_RULES)
    venue = RfqVenue(panel=standard_panel(1), terms=RfqTerms(), seed=np.random.SeedSequence(4))
    with pytest.raises(OrderRejectedError, match="one multiplier"):
        trade_by_quotes(
            order,
            venue=venue,
            dealers=(0,),
            leg_mid_ticks=(520.0, 310.0, 10_000.0),
            half_spread_ticks=5.0,
            volatility_ticks=0.5,
        )


def split(
    *,
    packages: int,
    net_limit_ticks: int | None = None,
    seed: int = 4,
    on: ComplexMarket | None = None,
) -> SpreadExecution:
    """An order traded with dealers and on the book."""
    return trade_at_best(
        vertical_order(packages=packages, net_limit_ticks=net_limit_ticks),
        market=on or market(),
        instrument="vertical",
        venue=RfqVenue(panel=standard_panel(4), terms=RfqTerms(), seed=np.random.SeedSequence(seed)),
        dealers=(0, 1, 3),
        volatility_ticks=0.01,
    )


@pytest.mark.parametrize("seed", range(6))
def test_dealers_and_book_together_are_no_dearer_than_the_book_alone(seed: int) -> None:
    alone = trade_on_complex_book(vertical_order(packages=6), market=market(), instrument="vertical")
    both = split(packages=6, seed=seed)
    assert both.filled_packages == 6
    assert sum(clip.total_ticks for clip in both.clips) <= sum(clip.total_ticks for clip in alone.clips)


def test_more_than_the_book_has_is_had_with_dealers() -> None:
    execution = split(packages=12)
    assert 9 < execution.filled_packages <= 12
    bought = sum(leg.fill.quantity for leg in execution.fills if leg.fill.symbol == "C100")
    assert bought == execution.filled_packages
    assert len({leg.execution_id for leg in execution.fills}) == len(execution.fills)


def test_neither_dealers_nor_book_go_beyond_the_limit() -> None:
    execution = split(packages=12, net_limit_ticks=212)
    assert all(clip.total_ticks <= 212 * clip.packages for clip in execution.clips)


def best_quote(packages: int) -> tuple[int, int]:
    """The first of the quotes that `split` meets: its price and how many packages it is taken for."""
    execution = trade_by_quotes(
        vertical_order(packages=packages),
        venue=RfqVenue(panel=standard_panel(4), terms=RfqTerms(), seed=np.random.SeedSequence(4)),
        dealers=(0, 1, 3),
        leg_mid_ticks=(520.0, 310.0),
        half_spread_ticks=5.0,
        volatility_ticks=0.01,
    )
    first = execution.clips[0]
    return first.total_ticks // first.packages, first.packages


def test_a_quote_at_the_limit_is_taken() -> None:
    price, had = best_quote(12)
    assert 212 < price < 215  # where the book has three packages
    assert split(packages=12, net_limit_ticks=price).filled_packages == 3 + min(had, 9)


def test_of_equal_prices_the_book_s_is_taken() -> None:
    price, _ = best_quote(12)
    venue = market()
    venue.submit(ComplexOrder(instrument="vertical", side=Side.SELL, packages=9, net_limit_ticks=price))
    assert split(packages=12, on=venue).filled_packages == 12
    assert venue.sweep("vertical", Side.BUY, 1, net_limit_ticks=price).leaves == 1
