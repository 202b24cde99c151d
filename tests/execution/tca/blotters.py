"""Blotters made by hand and by hypothesis, for the tests of transaction-cost analysis."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from execution.tca.blotter import Blotter
from execution.tca.fill_file import FillFile, read_fills


def written(folder: Path, text: str, name: str = "fills.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder: Path, text: str, *, skip_bad_rows: bool = False) -> FillFile:
    return read_fills(written(folder, text), skip_bad_rows=skip_bad_rows)


def explained_orders(folder: Path, *, orders: int, noise_bps: float, seed: int = 1) -> Blotter:
    """Orders whose cost is 2 bps + 0.5 bps a percent of participation + 3 bps where all was taken."""
    rng = np.random.default_rng(seed)
    lines = ["order_id,side,qty,px,time,arrival_time,arrival_price,market_volume,liquidity,algo,volatility"]
    for number in range(orders):
        side = 1 if rng.random() < 0.5 else -1
        share, takes = rng.uniform(0.01, 0.2), rng.random() < 0.5
        bps = 2.0 + 0.5 * 100 * share + 3.0 * takes + noise_bps * rng.standard_normal()
        price = 100.0 * (1.0 + side * bps / 1e4)
        start = 1_700_000_000 + 3_600 * number
        word = "taker" if takes else "maker"
        lines.append(
            f"o{number},{side},1000,{price:.8f},{start + int(rng.integers(60, 900))},{start},100,"
            f"{1000 / share:.3f},{word},twap,{rng.uniform(0.1, 0.4):.3f}"
        )
    return read(folder, "\n".join(lines)).blotter
