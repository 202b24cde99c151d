"""The gate: its cells, exact scores, and what it lets pass."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from hedger.network.teach.card import by_cost, worst_by_limit
from hedger.network.teach.gate import Cell, CellScore, gate_cells, network_bands, score_cell, score_cells
from hedger.optimum.classical import zakamouline
from hedger.optimum.problem import short_call
from tests.networks import constant_network

CALL = Cell(kind="call", problem=short_call(proportional_cost=1e-3, risk_aversion=100.0))


def scored(gap: float, *, zakamouline: float = 9.0, cost: float = 1e-3, aversion: float = 100.0) -> CellScore:
    problem = replace(CALL.problem, proportional_cost=cost, risk_aversion=aversion)
    classical = {"delta": 10.0, "leland": 10.0, "whalley-wilmott": 10.0, "zakamouline": zakamouline}
    return CellScore(cell=Cell(kind="call", problem=problem), optimum=0.02, gap=gap, classical=classical)


def test_the_reference_set_up_is_scored_with_its_known_gaps() -> None:
    score = score_cell(constant_network(), CALL)
    assert score.optimum == pytest.approx(0.025130088, abs=1e-6)
    assert score.classical["zakamouline"] == pytest.approx(0.65, rel=0.03)
    assert score.classical["delta"] == pytest.approx(4.05, rel=0.03)
    assert 0.0 < score.gap < 2.0


def test_an_untrained_network_s_bands_are_near_zakamouline_s() -> None:
    spot = np.array([0.97, 1.0, 1.03])
    found = network_bands(constant_network(), CALL.problem)(4, spot)
    np.testing.assert_allclose(found[:, [1, 2]], zakamouline(CALL.problem, 4, spot), atol=0.02)
    np.testing.assert_allclose(found[:, [0, 3]], found[:, [1, 2]], atol=1e-6)


def test_a_gap_above_its_limit_or_zakamouline_s_fails() -> None:
    assert scored(0.29).failure is None
    assert "above 0.3" in str(scored(0.31).failure)
    assert scored(1.4, cost=5e-3).failure is None
    assert "above 1.5" in str(scored(1.6, cost=5e-3).failure)
    assert "above Zakamouline's 0.1000" in str(scored(0.123, zakamouline=0.1).failure)
    assert scored(0.119, zakamouline=0.1).failure is None
    assert scored(float("nan")).failure is not None


def test_a_severe_cell_may_leave_a_twentieth_of_zakamouline_s_gap() -> None:
    usual, severe = scored(4.0, zakamouline=100.0), scored(4.0, zakamouline=100.0, aversion=3000.0)
    assert (usual.severe, severe.severe) == (False, True)
    assert severe.failure is None
    assert usual.failure is not None
    assert scored(6.0, zakamouline=100.0, aversion=3000.0).failure is not None


def test_cells_cover_what_is_promised_and_repeat_with_their_seed() -> None:
    cells = list(gate_cells(200, 5))
    assert {cell.kind for cell in cells} == {"call", "put", "straddle", "spread"}
    columns = ("proportional_cost", "risk_aversion", "steps", "step_variance")
    low, high = zip(
        *((min(v), max(v)) for v in ([getattr(c.problem, n) for c in cells] for n in columns)), strict=True
    )
    assert low >= (1e-4, 10.0, 5, 0.01 / 250)
    assert high <= (1e-2, 300.0, 60, 0.36 / 250)
    assert 10 < sum(cell.problem.fixed_cost > 0.0 for cell in cells) < 90
    assert str(next(gate_cells(1, 5))) == str(cells[0])
    assert str(next(gate_cells(1, 6))) != str(cells[0])


def test_the_card_sums_up_by_cost() -> None:
    scores = [scored(0.1), scored(0.2), scored(1.0, cost=5e-3)]
    rows = by_cost(scores)
    assert [row["cells"] for row in rows] == [2, 1]
    assert rows[0]["gap_bp"]["network"] == {"median": 0.15, "p90": 0.19, "worst": 0.2}
    assert worst_by_limit(scores) == [0.2, 1.0]


def test_workers_score_as_one_does_and_leave_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
    cells = [
        replace(CALL, problem=short_call(proportional_cost=c, risk_aversion=20.0, steps=3))
        for c in (1e-3, 1e-2)
    ]
    alone, together = (score_cells(constant_network(), cells, workers=workers) for workers in (1, 2))
    assert [score.gap for score in together] == [score.gap for score in alone]
    assert os.environ["OMP_NUM_THREADS"] == "3"
    assert "MKL_NUM_THREADS" not in os.environ
