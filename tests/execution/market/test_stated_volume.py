"""Rates that follow from stated volumes, and sessions that realise what their files state."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from execution.errors import ScenarioError
from execution.market.agent_market import AgentMarket
from execution.market.layout import ParticipantKind
from execution.market.scenario import load_market, read_market, shipped_markets
from execution.market.stated_volume import idle_seconds, market_rate, mean_pareto

SECOND = 10**9


@pytest.mark.parametrize("exponent", [0.5, 1.0, 1.5, 3.0])
def test_the_mean_of_a_cut_pareto_size_is_that_of_its_tail(exponent: float) -> None:
    x = np.geomspace(10.0, 5_000.0, 200_001)
    tail = (x / 10.0) ** -exponent
    assert mean_pareto(10.0, exponent, 5_000.0) == pytest.approx(10.0 + np.trapezoid(tail, x), rel=1e-6)
    assert mean_pareto(10.0, exponent, 4.0) == 4.0


def test_a_meta_orders_idle_time_gives_the_stated_volume() -> None:
    idle = idle_seconds(2.0, 300.0, 6.0)
    assert 300.0 / (300.0 / 6.0 + idle) == pytest.approx(2.0)
    assert idle_seconds(7.0, 300.0, 6.0) == 0.0
    assert market_rate(12.0, 4.0) == 3.0


@pytest.mark.parametrize("variety", [0.0, 2.0])
def test_a_group_takes_its_share_however_its_members_differ(variety: float) -> None:
    calm = load_market("calm")
    group = [
        replace(terms, variety=variety, count=3)
        for terms in calm.participants
        if "volume_share" in terms.numbers
    ]
    rest = [terms for terms in calm.participants if terms.kind is ParticipantKind.MARKET_MAKER]
    market = AgentMarket(replace(calm, participants=(*group, *rest)), 0, np.random.SeedSequence(3))
    people = market.arrays.participants
    crowd = people[people["kind"] == ParticipantKind.NOISE]
    share = group[0].numbers["volume_share"]
    assert (crowd["market_rate"] * crowd["quantity"]).sum() == pytest.approx(share * 4e6 / 23_400)


def test_a_calm_session_has_its_stated_volume_volatility_and_spread() -> None:
    calm = load_market("calm")
    ratios = []
    for seed in range(3):
        market = AgentMarket(calm, 0, np.random.SeedSequence(seed))
        mids = []
        for minute in range(390):
            market.run((minute + 1) * 60 * SECOND)
            mids.append(0.5 * (market.faces[0].best_bid_ticks + market.faces[0].best_ask_ticks))
        moved = np.sqrt((np.diff(mids) ** 2).sum()) / market.arrays.instruments["daily_volatility"][0]
        ratios.append((market.arrays.venues["traded"][0] / 4e6, moved))
    assert np.mean(ratios, axis=0) == pytest.approx([1.0, 1.0], abs=0.06)


def test_the_mid_diffuses_from_seconds_on() -> None:
    market = AgentMarket(load_market("calm"), 0, np.random.SeedSequence(1))
    mids = []
    for second in range(7_200):
        market.run((second + 1) * SECOND)
        mids.append(0.5 * (market.faces[0].best_bid_ticks + market.faces[0].best_ask_ticks))
    path = np.array(mids)
    variance = [((path[k:] - path[:-k]) ** 2).mean() / k for k in (2, 5, 30)]
    assert variance[0] / variance[2] == pytest.approx(1.0, abs=0.15)
    assert variance[1] / variance[2] == pytest.approx(1.0, abs=0.15)


def test_a_share_and_the_rate_that_follows_from_it_are_not_stated_together(tmp_path: Path) -> None:
    text = (shipped_markets() / "calm.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("volume_share =", "market_rate = 1.0\nvolume_share =", 1))
    with pytest.raises(ScenarioError, match=r"market_rate"):
        read_market(path)
