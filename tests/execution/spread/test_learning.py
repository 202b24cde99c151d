"""Learning a market from a tape of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from execution.spread.learning import learned_market, record_tape
from execution.spread.programme import Programme
from tests.execution.spread.markets import vertical

WRONG = {"own_move": 0.1, "requote": 0.4, "takers": 0.2, "decay": 1.5, "informed": 0.1}


def test_a_long_tape_shows_the_market() -> None:
    market = vertical()
    legs = tuple(replace(leg, **WRONG) for leg in market.legs)
    assumed = replace(market, legs=legs, factor_move=0.5, complex_takers=0.3)
    tape = record_tape(market, steps=60_000, rng=np.random.default_rng(1))
    learned = learned_market(assumed, tape)
    assert learned.factor_move == pytest.approx(market.factor_move, rel=0.05)
    assert learned.complex_takers == pytest.approx(market.complex_takers, rel=0.3)
    for found, true in zip(learned.legs, market.legs, strict=True):
        assert found.own_move == pytest.approx(true.own_move, rel=0.05)
        assert found.requote == pytest.approx(true.requote, rel=0.05)
        assert found.informed == pytest.approx(true.informed, rel=0.15)
        assert (found.takers, found.decay) == pytest.approx((true.takers, true.decay), rel=0.35)


def test_a_learned_plan_is_nearly_the_best() -> None:
    market = vertical(steps=30)
    legs = tuple(replace(leg, **WRONG) for leg in market.legs)
    tape = record_tape(market, steps=20_000, rng=np.random.default_rng(2))
    programme = Programme(market)
    plan, _ = Programme(learned_market(replace(market, legs=legs), tape)).solve()
    assert programme.value(plan) - programme.solve()[1] < 0.005 * market.half_spread_ticks


def test_what_a_tape_does_not_show_stays_as_assumed() -> None:
    market = replace(vertical(), complex_takers=0.0)
    quiet = replace(market, legs=tuple(replace(leg, takers=0.0) for leg in market.legs))
    tape = record_tape(quiet, steps=50, rng=np.random.default_rng(1))
    learned = learned_market(vertical(), tape)
    assert learned.complex_takers == vertical().complex_takers
    assert [leg.takers for leg in learned.legs] == [leg.takers for leg in vertical().legs]
    assert [leg.informed for leg in learned.legs] == [leg.informed for leg in vertical().legs]


def test_a_tape_of_other_legs_is_refused() -> None:
    tape = record_tape(vertical(), steps=5, rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="expected 1 legs"):
        learned_market(replace(vertical(), legs=vertical().legs[:1]), tape)
