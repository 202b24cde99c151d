"""Attribution: each Greek's part against a full repricing after a move of its own kind alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from hedger.attribution import DayMoves, attribute, wealth
from hedger.exposure import measure
from pricing.market import UnderlyingMarket
from pricing.option import Right
from tests.markets import book, flat_underlying, market_of, option_position

BOOK = book(option_position(-100, strike=2700.0), option_position(40, strike=2600.0, right=Right.PUT))
BEFORE = flat_underlying(rate=0.03)
MOVES = {
    "delta": flat_underlying(rate=0.03, spot=BEFORE.spot + 0.01),
    "gamma": flat_underlying(rate=0.03, spot=BEFORE.spot + 5.0),
    "vega": flat_underlying(rate=0.03, volatility=0.2005),
    "theta": replace(BEFORE, as_of=BEFORE.as_of + timedelta(hours=6)),
    "rho": flat_underlying(rate=0.0301),
}


def split(after: UnderlyingMarket) -> tuple[Mapping[str, float], float]:
    """The parts of a day from BEFORE to `after` without trades, and the full repricing's profit."""
    markets = market_of(BEFORE), market_of(after)
    exposures = [measure(BOOK, market) for market in markets]
    moves = DayMoves(
        before=exposures[0], after=exposures[1], market_before=markets[0], market_after=markets[1]
    )
    levels = [wealth(exposure) for exposure in exposures]
    parts = attribute(moves, wealth_before=levels[0], wealth_after=levels[1], orders=())
    return parts, levels[1] - levels[0]


@pytest.mark.parametrize("part", MOVES)
def test_a_move_of_one_kind_is_explained_by_its_own_part(part: str) -> None:
    parts, profit = split(MOVES[part])
    assert sum(parts.values()) == pytest.approx(profit, abs=1e-9)
    assert abs(parts["residual"]) < 0.02 * abs(parts[part])
    others = {"delta", "gamma"} if part in ("delta", "gamma") else {part}
    assert all(parts[name] == 0.0 for name in parts if name not in others | {"residual"})


def test_the_gamma_of_a_short_book_costs_half_gamma_times_the_move_squared() -> None:
    gamma = measure(BOOK, market_of(BEFORE)).by_underlying["SPX"].net.gamma
    assert split(MOVES["gamma"])[0]["gamma"] == pytest.approx(0.5 * gamma * 25.0, rel=1e-6)
    assert gamma < 0.0


def test_an_option_that_has_expired_is_explained_by_no_move_of_volatility() -> None:
    expired = replace(flat_underlying(rate=0.03, volatility=0.4), as_of=BEFORE.as_of + timedelta(days=60))
    assert split(expired)[0]["vega"] == 0.0
