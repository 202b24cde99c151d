"""The universal network against the exact optimum, in cells other than those that decided on its release.

Run: python benchmarks/hedging_gate.py [--cells 200] [--seed 2026] [--weights FILE] [--workers 2]
Prints the gap in bp of spot of the network and of the classical policies by cost, and every cell that fails.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from hedger.network.teach.card import by_cost
from hedger.network.teach.gate import CellScore, gate_cells, score_cells
from hedger.network.teach.settings import TeachSettings
from hedger.network.weights import read_network, shipped_network


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    chosen = parser.parse_args()
    if chosen.seed == TeachSettings().gate_seed:
        parser.error(f"--seed {chosen.seed} gives the cells of the release gate, which chose the weights")
    network = shipped_network() if chosen.weights is None else read_network(chosen.weights)
    started = time.process_time()
    scores = score_cells(network, list(gate_cells(chosen.cells, chosen.seed)), workers=chosen.workers)
    for severe in (False, True):
        print("severe: a day of one deviation unhedged adds over 10 to the exponent" if severe else "usual")
        show([score for score in scores if score.severe == severe])
    failures = [score.failure for score in scores if score.failure is not None]
    print(f"{len(failures)} of {len(scores)} cells fail the gate", *failures, sep="\n  ")
    print(f"{time.process_time() - started:.1f} s of CPU in this process")


def show(scores: list[CellScore]) -> None:
    """Print the gaps by cost."""
    for row in by_cost(scores):
        print(f"cost {row['cost_above']:g} to {row['cost_up_to']:g}, {row['cells']} cells: bp of spot")
        print(f"  {'':<16}{'median':>12}{'90%':>12}{'worst':>12}")
        for name, gap in row["gap_bp"].items():
            print(f"  {name:<16}{gap['median']:>12.4f}{gap['p90']:>12.4f}{gap['worst']:>12.3f}")


if __name__ == "__main__":
    main()
