"""Leakage of requests: what the panel leaks is seen, in the whole and dealer by dealer."""

from __future__ import annotations

import numpy as np
import pytest

from execution.rfq.leakage import PriceMoves, leak_by_dealer, measure_leakage
from execution.rfq.panel import leaks, standard_panel
from execution.rfq.simulation import drawn_requests, simulate


def test_simulated_requests_leak_what_the_panel_leaks() -> None:
    panel, rng = standard_panel(4), np.random.default_rng(3)
    log = simulate(drawn_requests(20_000, 4, rng), panel, np.random.SeedSequence(3))
    features = np.log(log.requests.volatility)[:, None]
    trades = PriceMoves(against=(log.news + log.leak_before)[:10_000], features=features[:10_000])
    found = measure_leakage(trades, PriceMoves(against=log.news[10_000:], features=features[10_000:]))
    assert found.lower <= log.leak_before[:10_000].mean() <= found.upper
    by_dealer = leak_by_dealer(log.news + log.leak_before, log.requests.asked, log.requests.size)
    assert by_dealer == pytest.approx(leaks(panel)[0], abs=0.003)


def test_leaks_of_dealers_seldom_asked_are_drawn_to_the_mean_and_are_never_negative() -> None:
    rng = np.random.default_rng(2)
    asked = rng.random((3_000, 4)) < np.array([0.5, 0.5, 0.5, 0.002])
    moved = asked @ np.array([0.05, 0.06, 0.07, 0.06]) + 0.3 * rng.standard_normal(3_000)
    found = leak_by_dealer(moved, asked, np.ones(3_000))
    assert found[3] == pytest.approx(found[:3].mean(), abs=0.03)
    assert np.all(leak_by_dealer(-moved, asked, np.ones(3_000)) == 0.0)


def test_requests_without_moves_or_with_such_as_are_not_finite_are_errors() -> None:
    with pytest.raises(ValueError, match="no request"):
        leak_by_dealer(np.zeros(0), np.zeros((0, 2), dtype=np.bool_), np.zeros(0))
    with pytest.raises(ValueError, match="finite"):
        leak_by_dealer(np.full(2, np.nan), np.ones((2, 2), dtype=np.bool_), np.ones(2))
