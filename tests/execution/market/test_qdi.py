from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from execution.errors import ScenarioError
from execution.market.agent_market import AgentMarket
from execution.market.scenario import load_market, read_market, shipped_markets
from execution.market.stated_order import StatedOrder
from execution.orders import Side

_TEN_SECONDS = 10**10
SHOCK = 70 * 60 * 10**9  # of the timeline


def seen(market: AgentMarket, begin_ns: int, end_ns: int) -> tuple[float, float]:
    """Mean spread [ticks] and mean lots at the best bid, every ten seconds."""
    spread, bid = [], []
    for ts_ns in range(begin_ns + _TEN_SECONDS, end_ns + 1, _TEN_SECONDS):
        market.run(ts_ns)
        spread.append(float(market.arrays.venues["last_ask"][0] - market.arrays.venues["last_bid"][0]))
        bid.append(market.faces[0].depth(Side.BUY, 1)[0].volume)
    return float(np.mean(spread)), float(np.mean(bid))


def test_the_case_states_its_order() -> None:
    assert load_market("qdi").order == StatedOrder(
        side=Side.SELL, quantity=500_000, minutes=180.0, after_minutes=10.0
    )


def test_the_spread_triples_and_bids_thin_out_at_the_shock() -> None:
    market = AgentMarket(load_market("qdi"), 0, np.random.SeedSequence(3))
    calm_spread, calm_bid = seen(market, 0, SHOCK)
    shock_spread, shock_bid = seen(market, SHOCK, SHOCK + 15 * 60 * 10**9)
    assert 4.5 < calm_spread < 5.6
    assert 12.5 < shock_spread < 17.5
    assert shock_bid < 0.3 * calm_bid


@pytest.mark.parametrize(
    ("found", "wrong"), [('"sell"', '"short"'), ("500000", "0"), ("500000", "2.5"), ("180", "nan")]
)
def test_an_order_that_cannot_be_is_reported(tmp_path: Path, found: str, wrong: str) -> None:
    text = (shipped_markets() / "qdi.toml").read_text(encoding="utf-8")
    path = tmp_path / "wrong.toml"
    path.write_text(text.replace(found, wrong, 1), encoding="utf-8")
    with pytest.raises(ScenarioError, match="order"):
        read_market(path)
