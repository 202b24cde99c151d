from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.complex_book.ladder import Ladder
from execution.complex_book.programme import Demand, LegQuotes, sweep_together
from execution.complex_book.sweep import sweep
from execution.errors import ExecutionError, OrderRejectedError
from execution.orders import Side
from tests.twins.complex_programme import best_joint_total, package, random_joint

SEEDS = st.integers(0, 2**32 - 1)
NONE = Ladder.of([])
QUOTES = {
    "a": LegQuotes(bids=Ladder.of([(100, 5)]), asks=Ladder.of([(102, 5)])),
    "b": LegQuotes(bids=Ladder.of([(50, 5)]), asks=Ladder.of([(51, 5)])),
    "c": LegQuotes(bids=Ladder.of([(20, 5)]), asks=Ladder.of([(22, 5)])),
}


def wanted(*, first: int = 0, side: Side = Side.BUY, packages: int = 3) -> Demand:
    instrument = package((1, 1), (1, -1), first)
    return Demand(instrument=instrument, side=side, packages=packages, complex_book=NONE)


@settings(max_examples=40)
@given(SEEDS)
def test_packages_together_cost_what_the_whole_integer_programme_says(seed: int) -> None:
    demands, quotes = random_joint(np.random.default_rng(seed))
    assert sweep_together(demands, quotes).total_ticks == best_joint_total(demands, quotes)


@settings(max_examples=40)
@given(SEEDS)
def test_one_package_alone_costs_what_its_sweep_does(seed: int) -> None:
    (demand, *_), quotes = random_joint(np.random.default_rng(seed))
    sides = [int(demand.side) * leg.side for leg in demand.instrument.legs]
    legs = [
        quotes[symbol].asks if side > 0 else quotes[symbol].bids
        for symbol, side in zip(demand.instrument.symbols, sides, strict=True)
    ]
    alone = sweep(
        demand.instrument, demand.side, demand.packages, legs=legs, complex_book=demand.complex_book
    )
    assert sweep_together([demand], quotes).total_ticks == int(demand.side) * alone.total_ticks


def test_what_one_package_buys_of_a_leg_and_another_sells_is_not_traded() -> None:
    found = sweep_together([wanted(), wanted(first=1)], QUOTES)
    assert found.bought["b"].total == found.sold["b"].total == 0
    assert found.total_ticks == 3 * (102 - 20)


def test_two_packages_that_want_one_leg_share_what_it_has() -> None:
    rich = replace(wanted(packages=5), complex_book=Ladder.of([(60, 5)]))
    poor = replace(wanted(first=0, packages=5), complex_book=Ladder.of([(53, 5)]))
    found = sweep_together([rich, poor], QUOTES)
    assert found.leg_packages == (5, 0)


def test_more_than_the_books_hold_is_refused() -> None:
    with pytest.raises(ExecutionError, match="do not hold what is demanded"):
        sweep_together([wanted(packages=6)], QUOTES)


@pytest.mark.parametrize(
    ("demands", "sentence"),
    [
        ([], "no package is demanded"),
        ([wanted(packages=-1)], "ab: -1 packages"),
        ([wanted(first=2)], "cd: no quotes of d"),
    ],
)
def test_a_demand_that_cannot_be_is_refused(demands: list[Demand], sentence: str) -> None:
    with pytest.raises(OrderRejectedError, match=sentence):
        sweep_together(demands, QUOTES)


def test_crossed_quotes_are_refused() -> None:
    crossed = QUOTES | {"a": LegQuotes(bids=Ladder.of([(102, 1)]), asks=Ladder.of([(102, 1)]))}
    with pytest.raises(OrderRejectedError, match="a: bid 102 ticks is not below ask 102"):
        sweep_together([wanted()], crossed)


def test_no_packages_cost_nothing() -> None:
    assert sweep_together([wanted(packages=0)], QUOTES).total_ticks == 0
