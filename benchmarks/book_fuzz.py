"""Hold the order book to its twin over random messages of every type, stream after stream.

Run from the checkout: python benchmarks/book_fuzz.py [--messages 10000000] [--seed 0] [--state FILE]

With --state the count of streams done is kept in a file, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.twins.book_fuzz import STREAM_LENGTH, run_stream


def main() -> None:
    """Run the streams and print how many messages and events of each kind agreed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path)
    arguments = parser.parse_args()
    done = int(arguments.state.read_text()) if arguments.state and arguments.state.exists() else 0
    streams, counts, begin = -(-arguments.messages // STREAM_LENGTH), Counter[str](), time.process_time()
    for number in range(done, streams):
        counts += run_stream(arguments.seed, number)
        if number % 100 == 99 or number == streams - 1:
            if arguments.state:
                arguments.state.write_text(str(number + 1))
            seconds = time.process_time() - begin
            print(f"{(number + 1) * STREAM_LENGTH:,} messages, no difference, {seconds:.0f} s", flush=True)
    print(f"seed {arguments.seed}, streams {done} to {streams}:", dict(sorted(counts.items())))


if __name__ == "__main__":
    main()
