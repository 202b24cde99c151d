"""Ten-type Hawkes fits of the first half of recordings: `python benchmarks/hawkes_fit.py FILE [FILE ...]`.

Each FILE is a recording of its own. Seconds are of CPU time, without those of the compilation.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from execution.market.calibration.flow_events import flow_events
from execution.market.calibration.hawkes import event_types
from execution.market.calibration.hawkes_fit import fit_hawkes
from execution.market.flows.hawkes import EVENT_TYPES
from execution.recorded.read import read_recording


def main() -> None:
    """Print a row for each recording."""
    generator = np.random.default_rng(1)
    times = np.sort(generator.uniform(0.0, 100.0, 1_000))
    fit_hawkes(times, generator.integers(0, EVENT_TYPES, 1_000), 100.0, kinds=EVENT_TYPES, scales=2)
    for path in map(Path, sys.argv[1:]):
        first, _ = read_recording(path).split(0.5)
        events = flow_events(first.messages, first.history)
        seconds = 1e-9 * (events.ts_ns - events.ts_ns[0])
        start = time.process_time()
        fit = fit_hawkes(seconds, event_types(events), float(seconds[-1]), kinds=EVENT_TYPES, scales=2)
        spent = time.process_time() - start
        decays = ", ".join(
            f"{one:.4g} +- {error:.2g}" for one, error in zip(fit.decay, fit.decay_error, strict=True)
        )
        print(f"{path.name}: {fit.events} events, converged {fit.converged}, {spent:.1f} s")
        print(
            f"  branching ratio {fit.branching_ratio:.3f} +- {fit.branching_ratio_error:.3f}; decays {decays}"
        )
        print(
            f"  log-likelihood {fit.log_likelihood:.1f}, of constant rates {fit.poisson_log_likelihood:.1f}"
        )
        print(f"  Kolmogorov-Smirnov {fit.kolmogorov_smirnov:.4f}")


if __name__ == "__main__":
    main()
