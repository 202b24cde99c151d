"""Every result of the execution core, one table after the other.

`python -m benchmarks.execution [--only optima markets ...]`: exact optima, the queue-reactive market,
simulated markets, recorded flow, speed; each part is a benchmark of its own with options.
"""

from __future__ import annotations

import argparse
import subprocess
import sys

PARTS = {
    "optima": "benchmarks.execution_optima",
    "queue-reactive": "benchmarks.execution_queue_reactive",
    "markets": "benchmarks.execution_markets",
    "replay": "benchmarks.execution_replay",
    "speed": "benchmarks.execution_speed",
}


def main() -> None:
    """Run the parts that are asked for, all by default; the exit status is the first failure's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    for name in parser.parse_args().only:
        print(f"== {name}: python -m {PARTS[name]}", flush=True)
        done = subprocess.run([sys.executable, "-m", PARTS[name]], check=False)
        if done.returncode:
            raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
