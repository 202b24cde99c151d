"""Spread orders: what is refused, in a sentence, and what a net price is made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from execution.errors import OrderRejectedError
from execution.legging.packages import PackageLeg
from execution.orders import Side
from tests.execution.spread.orders import LONG, SHARE_RULES, SHARES, SHORT, option_rules, vertical_order

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no package": ({"packages": 0}, "0 packages"),
    "no time": ({"horizon_ns": 0}, "over 0 ns"),
    "no leg": ({"legs": (), "rules": ()}, "found no leg, expected one or more"),
    "one leg of two": (
        {"legs": (replace(LONG, ratio=2),), "rules": (option_rules("C100"),)},
        "2 in common, expected 1 and 2 times the packages",
    ),
    "ratio that does not reduce": (
        {"legs": (replace(LONG, ratio=4), replace(SHORT, ratio=2))},
        "2 in common, expected 2:1 and 2 times the packages",
    ),
    "ratio below one": ({"legs": (replace(LONG, ratio=0), SHORT)}, r"found ratios \[0, 1\]"),
    "symbol twice": ({"legs": (LONG, replace(LONG, side=Side.SELL))}, "expected each symbol once"),
    "rules of others": ({"rules": (option_rules("C105"), option_rules("C100"))}, "in the legs' order"),
    "two ticks": (
        {"rules": (option_rules("C100"), option_rules("C105", tick_size=0.05))},
        "ticks of 0.01 and 0.05",
    ),
    "half a lot": (
        {"rules": (option_rules("C100"), option_rules("C105", lot_size=4))},
        "10 C105 are not whole lots of 4",
    ),
    "broken multiplier": (
        {"rules": (option_rules("C100"), option_rules("C105", multiplier=0.5))},
        "multiplier of 0.5",
    ),
    "tie without rules": ({"tie": SHARES}, "come together"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_impossible_orders_are_refused_in_a_sentence(case: str) -> None:
    changes, sentence = REFUSED[case]
    with pytest.raises(OrderRejectedError, match=f"spread order block-1: .*{sentence}"):
        vertical_order(**changes)


def test_legs_of_one_multiplier_weigh_their_ratio() -> None:
    assert vertical_order(legs=(LONG, replace(SHORT, ratio=2))).net_weights == (1, 2)


def test_shares_tied_to_options_weigh_a_hundredth_each() -> None:
    order = vertical_order(tie=SHARES, tie_rules=SHARE_RULES)
    assert order.net_weights == (100, 100, 30)
    assert [leg.symbol for leg in order.package().legs] == ["C100", "C105", "XYZ"]


def test_one_option_and_its_tie_are_a_package() -> None:
    order = vertical_order(legs=(LONG,), rules=(option_rules("C100"),), tie=SHARES, tie_rules=SHARE_RULES)
    assert order.all_legs == (PackageLeg(symbol="C100", ratio=1, side=Side.BUY), SHARES)
