from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.complex_book.implied import implied_leg, implied_packages
from execution.complex_book.ladder import Ladder
from execution.complex_book.market import ComplexMarket
from execution.complex_book.orders import LegOrder
from execution.errors import OrderRejectedError
from execution.orders import Side
from tests.twins.complex_programme import REFERENCE, package, random_sweep
from tests.twins.complex_streams import random_messages, random_pair

SEEDS = st.integers(0, 2**32 - 1)


def contracts(ladder: Ladder) -> list[int]:
    """The price of every single one."""
    return [price for price, quantity in ladder.levels for _ in range(quantity)]


@given(SEEDS)
def test_implied_packages_are_those_made_contract_by_contract(seed: int) -> None:
    case = random_sweep(np.random.default_rng(seed))
    instrument = case.taker[0]
    singles = [contracts(ladder) for ladder in case.legs]
    nets = []
    for at in range(min(len(own) // ratio for own, ratio in zip(singles, instrument.ratios, strict=True))):
        parts = zip(instrument.legs, singles, strict=True)
        nets.append(sum(leg.side * sum(own[at * leg.ratio :][: leg.ratio]) for leg, own in parts))
    assert contracts(implied_packages(instrument, case.legs)) == nets


@given(SEEDS)
def test_an_implied_leg_price_is_the_best_that_keeps_the_package_within_its_limit(seed: int) -> None:
    case = random_sweep(np.random.default_rng(seed))
    instrument, resting, _ = case.taker
    own, *others = instrument.legs
    # The complex orders are of the side that takes these ladders, which they meet as a taker would.
    limits = contracts(case.complex_book)[::-1]
    orders = Ladder.of((price, quantity) for price, quantity in case.complex_book.levels[::-1])
    side = Side(resting * own.side)
    found = implied_leg(instrument, own.symbol, orders, case.legs[1:], side)
    singles = [contracts(ladder) for ladder in case.legs[1:]]
    for at, price in enumerate(contracts(found)[:: own.ratio]):
        parts = zip(others, singles, strict=True)
        rest = sum(leg.side * sum(own_[at * leg.ratio :][: leg.ratio]) for leg, own_ in parts)
        net, worse = (own.side * own.ratio * one + rest for one in (price, price + side))
        assert resting * net <= resting * limits[at] < resting * worse


def test_implied_sizes_are_whole_packages() -> None:
    case = REFERENCE[0]
    made = implied_packages(case.taker[0], case.legs)
    assert made.levels[:4] == [(100, 4), (105, 1), (110, 2), (115, 7)]


@given(SEEDS)
def test_the_best_implied_leg_price_is_what_its_taker_then_gets(seed: int) -> None:
    rng = np.random.default_rng(seed)
    market, _ = random_pair(rng)
    market.process(random_messages(rng, market, 120))
    for instrument in market.instruments:
        for leg in instrument.legs:
            for side in Side:
                best = market.implied_leg(instrument.name, leg.symbol, side).levels[:1]
                real = market.leg_ladder(leg.symbol, side).levels[:1]
                if best and len(market.instruments) == 1:
                    check_taken(market, leg.symbol, side, best[0], real)
                    return


def check_taken(
    market: ComplexMarket, symbol: str, side: Side, best: tuple[int, int], real: list[tuple[int, int]]
) -> None:
    """Take all of the best implied level, unless real orders come first."""
    if real and side * real[0][0] >= side * best[0]:
        return
    order = LegOrder(symbol=symbol, side=Side(-side), quantity=best[1], limit_ticks=best[0])
    report = market.submit(order)
    own = [fill for fill in report.leg_fills if fill.order_id == report.order_id]
    assert report.leaves == 0
    assert {fill.price_ticks for fill in own} == {best[0]}
    assert sum(fill.packages for fill in report.package_fills) > 0


def test_a_symbol_that_is_no_leg_is_refused() -> None:
    market = ComplexMarket(("a", "b", "c"), (package((1, 1), (1, -1)),))
    with pytest.raises(OrderRejectedError, match="c is no leg of ab"):
        market.implied_leg("ab", "c", Side.BUY)
