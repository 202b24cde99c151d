"""The page on blocks shows a program that runs, and the figures that it states are reached."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from benchmarks.spread_blocks import condor, costs, crossed, ours, vertical
from execution.spread.plans import best_fixed_leg_order
from execution.spread.programme import Programme
from execution.spread.simulate import work_packages
from execution.spread.terms import PackageMarket, stressed

PAGE = Path(__file__).resolve().parents[3] / "docs" / "blocks.md"


def test_the_pages_program_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(program, PAGE.name, "exec"), {})  # noqa: S102 (it is our own page)
    assert "Ended.FILLED" in capsys.readouterr().out


@pytest.mark.parametrize(("market", "aim"), [(vertical(), 0.32), (stressed(vertical()), 0.32)])
def test_a_learned_plan_for_two_legs_reaches_the_aim_and_beats_simple_ways(
    market: PackageMarket, aim: float
) -> None:
    plan = ours(market, np.random.default_rng(7))
    assert Programme(market).value(plan) / market.half_spread_ticks < aim
    own = costs(work_packages(market, plan, paths=800, rng=np.random.default_rng(8)))
    for menu, simple in (crossed(market), best_fixed_leg_order(market)):
        other = costs(work_packages(menu, simple, paths=800, rng=np.random.default_rng(8)))
        saved = other - own
        assert saved.mean() > 1.96 * saved.std() / np.sqrt(len(saved))


@pytest.mark.parametrize(
    ("market", "limit"), [(condor(30), 0.30), (stressed(condor(48)), 0.30)], ids=["calm", "stressed"]
)
def test_four_legs_stay_below_the_floor_in_less_than_half_the_time(
    market: PackageMarket, limit: float
) -> None:
    _, bound = Programme(market).solve()
    assert bound / market.half_spread_ticks < limit
