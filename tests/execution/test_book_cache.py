from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

BOOK = """
from execution.book import desk
from execution.book.book import OrderBook

book = OrderBook(centre_ticks=100)
book.limit(1, 5, 99)
print(sum(desk.answer_plain.stats.cache_misses.values()), book.best_bid_ticks)
"""

MARKET = """
import numpy as np
from execution.book import desk
from execution.market import flow
from execution.market.simulator import MarketConditions, MarketSimulator

conditions = MarketConditions(
    mid_price=100.0, tick_size=0.01, volatility=0.2, half_spread_ticks=1.0, average_daily_volume=1e6
)
simulator = MarketSimulator(conditions, 0, np.random.default_rng(1))
simulator.submit_market(1, 1_000)
simulator.advance_to(10**9)
compiled = (desk.answer_plain, flow.run_until, flow.settle, flow.schedule_next)
print(sum(sum(one.stats.cache_misses.values()) for one in compiled), simulator.traded_volume)
"""


def start(program: str, **settings: str) -> subprocess.Popen[str]:
    environment = os.environ | settings | {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def answer(process: subprocess.Popen[str]) -> list[int]:
    output, _ = process.communicate()
    assert process.returncode == 0
    return [int(word) for word in output.split()]


def test_processes_that_start_together_share_one_cache(tmp_path: Path) -> None:
    together = [start(BOOK, NUMBA_CACHE_DIR=str(tmp_path)) for _ in range(2)]
    assert [answer(process)[1] for process in together] == [99, 99]
    assert answer(start(BOOK, NUMBA_CACHE_DIR=str(tmp_path))) == [0, 99]


def test_a_second_process_compiles_nothing_of_the_market() -> None:
    _, volume = answer(start(MARKET))
    assert answer(start(MARKET)) == [0, volume]
