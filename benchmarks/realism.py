"""How near simulated markets are to the later part of recordings: the marked flow beside zero intelligence.

For each shared recording both flows are fitted to the first half by time and run for as long as the second;
execution.realism measures the distance of each from the second half, and of the first half itself from it,
which no model fitted on the first half can be expected to beat.

    python benchmarks/realism.py [--seeds 3] [--only amzn,bitstamp,binance] [--every]
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
    parser.add_argument("--seeds", type=int, default=3, help="how many markets of each flow")
    parser.add_argument("--only", default=",".join(RECORDINGS))
    parser.add_argument("--every", action="store_true", help="print every statistic, not the count alone")
    arguments = parser.parse_args()
    for name in arguments.only.split(","):
        if not all(path.exists() for path in RECORDINGS[name]):
            print(f"{name}: not there, left out")
            continue
        study(name, arguments.seeds, arguments.every)


def study(name: str, seeds: int, every: bool) -> None:
    """Fit both flows to the first half of a recording and hold them against the second."""
    paths = RECORDINGS[name]
    recording = read_recording(paths if len(paths) > 1 else paths[0])
    (first, first_history), (later, later_history) = (
        (part.messages, part.history) for part in recording.split(0.5)
    )
    held_out = Tape(messages=later, history=later_history)
    first_tape = Tape(messages=first, history=first_history)
    print(f"\n{name}: {len(first):,} messages fitted, {len(later):,} held out")
    began = time.process_time()
    fits = {
        model: calibrate(first, first_history, model=model)
        for model in (MarketModel.MARKED, MarketModel.SANTA_FE)
    }
    print(f"  both fits: {time.process_time() - began:.1f} s of CPU, compilation included")
    for row in fits[MarketModel.MARKED].describe():
        print(f"    {row[0]:36s} {row[1]:12.4g}")
    print(f"  first half against the second: {area(first_tape, held_out)}")
    print("  the first half itself in the flow's place, its sides as they were:")
    for seed in range(seeds):
        tapes, rates = {}, {}
        for model, fitted in fits.items():
            began = time.process_time()
            messages, history = fitted.simulate(int(np.ptp(later.ts_ns)), seed, levels=held_out.levels)
            rates[model] = 1e-6 * len(messages) / (time.process_time() - began)
            tapes[model] = Tape(messages=messages, history=history)
        if seed == 0:
            verdict(first_tape, tapes[MarketModel.SANTA_FE], first_tape, held_out, every=False)
        print(f"  seed {seed}:")
        verdict(tapes[MarketModel.MARKED], tapes[MarketModel.SANTA_FE], first_tape, held_out, every=every)
        for model, tape in tapes.items():
            print(
                f"  {model}: {area(tape, held_out)}; {rates[model]:.2f} M messages/s of CPU with its history"
            )


def verdict(simulated: Tape, baseline: Tape, first: Tape, held_out: Tape, *, every: bool) -> None:
    """Compare and print."""
    report(compare(simulated=simulated, baseline=baseline, first_part=first, held_out=held_out), every)


def area(tape: Tape, held_out: Tape) -> str:
    """The classifier's area under the curve, with its interval."""
    found = tell_apart(tape.seen_to(held_out.levels), held_out)
    if found is None:
        return "too few windows"
    return f"AUC {found.auc.value:.3f} ({found.auc.lower:.3f} to {found.auc.upper:.3f})"


def report(result: Comparison, every: bool) -> None:
    """Print the counts, what is much worse, and on demand every distance."""
    shown = result.scores if every else result.much_worse
    for score in shown:
        print(
            f"  {score.statistic:36s} {score.metric.value:11s} marked {score.simulated.value:9.4f}"
            f"  zero intelligence {score.baseline.value:9.4f}  first half {score.first_part.value:9.4f}"
        )
    floor = sum(score.is_at_floor for score in result.scores)
    sure = sum(score.is_surely_worse for score in result.much_worse)
    print(
        f"  {len(result.scores)} distances: marked nearer on {result.better}, more than a quarter farther on "
        f"{len(result.much_worse)} ({sure} beyond the interval), at or below the first half's on {floor}"
    )
    for of in result.aggregates:
        print(
            f"    {of.metric.value:11s} {of.tape:10s} mean {of.mean.value:.3f} median {of.median.value:.3f}"
        )


if __name__ == "__main__":
    main()
