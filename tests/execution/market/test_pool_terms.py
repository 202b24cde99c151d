"""What scenarios state of dark pools: read, refused with the key, and the law's mean held to its sum."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from execution.errors import ScenarioError
from execution.market.pool_terms import DarkPoolTerms
from execution.market.scenario import load_market, read_market, shipped_markets

DARK = (shipped_markets() / "dark.toml").read_text(encoding="utf-8")


@given(
    mean=st.floats(1.0, 60.0),
    least=st.integers(1, 80),
    resting=st.integers(0, 200),
)
def test_what_the_uninformed_trade_is_the_sum_over_their_sizes(mean: float, least: int, resting: int) -> None:
    terms = DarkPoolTerms(arrivals_per_second=0.3, mean_lots=mean, least_lots=least)
    sizes = np.arange(1, 5000)
    law = (1.0 / mean) * (1.0 - 1.0 / mean) ** (sizes - 1)
    traded = np.minimum(sizes, resting)
    slow = 0.3 * float((law * np.where(traded >= least, traded, 0)).sum())
    assert terms.lots_per_second(resting) == pytest.approx(slow, rel=1e-9, abs=1e-12)


def test_a_scenario_states_its_pools_with_fees_in_currency() -> None:
    pools = load_market("dark").pools
    assert [pool.name for pool in pools] == ["open pool", "block pool"]
    assert [pool.fee_ticks for pool in pools] == pytest.approx([0.1, 0.1])
    assert pools[1].least_lots == 1000
    assert load_market("venues").pools == ()


def test_lit_venues_are_the_first_ones_of_one_instrument() -> None:
    assert [len(load_market(name).lit_venues) for name in ("dark", "calm", "pair", "options")] == [2, 1, 1, 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("least_lots = 1000", "least_lots = 0"), "pool[2].least_lots"),
        (("mean_lots = 150.0", "mean_lots = 0.5"), "pool[1].mean_lots"),
        (("arrivals_per_second = 0.05", "arrivals_per_second = -1"), "pool[1].arrivals_per_second"),
        (("informed_per_tick = 0.4", 'informed_per_tick = "many"'), "informed_per_tick"),
        (("least_lots = 1000", "last_lots = 1000"), "least_lots"),
        (('name = "block pool"', 'name = "open pool"'), "open pool stands there twice"),
        (('name = "open pool"', 'name = "main"'), "main stands there twice"),
    ],
)
def test_what_is_wrong_with_a_pool_is_said_by_its_key(
    change: tuple[str, str], said: str, tmp_path: Path
) -> None:
    assert change[0] in DARK
    (tmp_path / "mine.toml").write_text(DARK.replace(*change), encoding="utf-8")
    with pytest.raises(ScenarioError) as raised:
        read_market(tmp_path / "mine.toml")
    assert said in str(raised.value)
