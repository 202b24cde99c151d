"""Leakage: planted leaks are recovered, none is found where there is none, confounding is taken out."""

from __future__ import annotations

import numpy as np
import pytest

from execution.tca.leakage import PriceMoves, measure_leakage


def moves(rows: int, *, trending: float, leak: float, rng: np.random.Generator) -> PriceMoves:
    volatility, trend = np.exp(0.4 * rng.standard_normal(rows)), rng.normal(trending, 1.0, rows)
    noise = 0.14 * volatility * rng.standard_normal(rows)
    against = 0.05 * trend + 0.02 * trend**2 + noise + leak
    return PriceMoves(against=against, features=np.column_stack((np.log(volatility), trend)))


@pytest.mark.parametrize("leak", [0.0, 0.1])
def test_a_planted_leak_is_recovered_from_trades_made_in_a_trend(leak: float) -> None:
    rng = np.random.default_rng(1)
    trades = moves(1_000, trending=0.7, leak=leak, rng=rng)
    found = measure_leakage(trades, moves(10_000, trending=0.0, leak=0.0, rng=rng))
    assert found.lower <= leak <= found.upper
    assert found.upper - found.lower < 0.05
    assert abs(found.raw - leak) > 0.04
    assert ("not chance" in found.sentence("half-spreads")) is (leak > 0.0)


def test_the_interval_holds_as_often_as_it_says() -> None:
    held = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        trades = moves(150, trending=0.5, leak=0.03, rng=rng)
        found = measure_leakage(trades, moves(300, trending=0.0, leak=0.0, rng=rng))
        held += found.lower <= 0.03 <= found.upper
    assert 180 <= held <= 199


def test_controls_unlike_the_trades_are_said_to_be() -> None:
    rng = np.random.default_rng(1)
    found = measure_leakage(
        moves(100, trending=6.0, leak=0.0, rng=rng), moves(200, trending=0.0, leak=0.0, rng=rng)
    )
    assert found.imbalance > 1.0
    assert "unlike" in found.sentence("ticks")


def test_features_that_never_change_and_repeated_controls_are_borne() -> None:
    controls = PriceMoves(against=np.tile([0.0, 1.0], 10), features=np.ones((20, 2)))
    trades = PriceMoves(against=np.full(5, 2.0), features=np.ones((5, 2)))
    found = measure_leakage(trades, controls)
    assert found.lower <= 2.0 - 0.5 <= found.upper + 1.0
    assert np.isfinite(found.upper)


@pytest.mark.parametrize(("trades", "controls", "width"), [(1, 20, 2), (5, 4, 2), (5, 20, 3)])
def test_too_few_moves_and_other_features_are_errors(trades: int, controls: int, width: int) -> None:
    some = PriceMoves(against=np.zeros(trades), features=np.zeros((trades, 2)))
    other = PriceMoves(against=np.zeros(controls), features=np.zeros((controls, width)))
    with pytest.raises(ValueError, match="expected"):
        measure_leakage(some, other)


def test_moves_that_are_not_finite_or_do_not_fit_are_errors() -> None:
    with pytest.raises(ValueError, match="finite"):
        PriceMoves(against=np.full(2, np.nan), features=np.zeros((2, 1)))
    with pytest.raises(ValueError, match="same rows"):
        PriceMoves(against=np.zeros(2), features=np.zeros((3, 1)))
