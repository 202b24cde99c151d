"""How near simulated markets are to the later part of recordings: the marked flow beside zero intelligence.

For each shared recording both flows are fitted to the first half by time and run for as long as the second;
execution.realism measures the distance of each from the second half, and of the first half itself from it,
which no model fitted on the first half can be expected to beat.

    python benchmarks/realism.py [--seed 3] [--only amzn,bitstamp,binance] [--every]
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from execution.market.calibrate import MarketModel, calibrate
from execution.realism.classifier import tell_apart
from execution.realism.comparison import Comparison, compare
from execution.realism.tape import Tape
from execution.recorded.read import read_recording

LOB = Path(__file__).resolve().parents[2] / "shared" / "data" / "lob"
RECORDINGS = {
    "amzn": [LOB / "lobster_amzn" / "AMZN_2012-06-21_messages_plus_L1.parquet"],
    "bitstamp": [LOB / "bitstamp" / "2015-05-01.log.xz"],
    "binance": [LOB / f"btcusdt_usdm_20240808_{part}.parquet" for part in ("depth", "trades", "bbo")],
}


def main() -> None:
    """Print the comparison of every recording that is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--only", default=",".join(RECORDINGS))
    parser.add_argument("--every", action="store_true", help="print every statistic, not the count alone")
    arguments = parser.parse_args()
    for name in arguments.only.split(","):
        if not all(path.exists() for path in RECORDINGS[name]):
            print(f"{name}: not there, left out")
            continue
        study(name, arguments.seed, arguments.every)


def study(name: str, seed: int, every: bool) -> None:
    """Fit both flows to the first half of a recording and hold them against the second."""
    paths = RECORDINGS[name]
    recording = read_recording(paths if len(paths) > 1 else paths[0])
    (first, first_history), (later, later_history) = (
        (part.messages, part.history) for part in recording.split(0.5)
    )
    held_out = Tape(messages=later, history=later_history)
    tapes, cost = {}, {}
    for model in (MarketModel.MARKED, MarketModel.SANTA_FE):
        fitted = calibrate(first, first_history, model=model)
        fitted.simulate(10**6, seed, levels=held_out.levels)  # compiles
        began = time.process_time()
        messages, history = fitted.simulate(int(np.ptp(later.ts_ns)), seed, levels=held_out.levels)
        cost[model] = len(messages) / (time.process_time() - began)
        tapes[model] = Tape(messages=messages, history=history)
    first_tape = Tape(messages=first, history=first_history)
    result = compare(
        simulated=tapes[MarketModel.MARKED],
        baseline=tapes[MarketModel.SANTA_FE],
        first_part=first_tape,
        held_out=held_out,
        seed=seed,
    )
    print(f"\n{name}: {len(first):,} messages fitted, {len(later):,} held out")
    report(result, every)
    named = {"marked": tapes[MarketModel.MARKED], "zero intelligence": tapes[MarketModel.SANTA_FE]}
    for of, tape in {**named, "first half": first_tape}.items():
        found = tell_apart(tape.seen_to(held_out.levels), held_out)
        area = "too few windows" if found is None else f"{found.auc.value:.3f}"
        print(f"  classifier's AUC, {of} against the second half: {area}")
    for model, rate in cost.items():
        print(f"  {model}: {rate / 1e6:.2f} million messages a second of CPU, log and history included")


def report(result: Comparison, every: bool) -> None:
    """Print the counts, what is much worse, and on demand every distance."""
    shown = result.scores if every else result.much_worse
    for score in shown:
        print(
            f"  {score.statistic:36s} {score.metric.value:11s} marked {score.simulated.value:9.4f}"
            f"  zero intelligence {score.baseline.value:9.4f}  first half {score.first_part.value:9.4f}"
        )
    floor = sum(score.is_at_floor for score in result.scores)
    print(
        f"  {len(result.scores)} distances: marked nearer on {result.better}, more than a quarter farther on "
        f"{len(result.much_worse)}, at or below the first half's on {floor}"
    )


if __name__ == "__main__":
    main()
