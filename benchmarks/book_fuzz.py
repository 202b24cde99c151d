"""Hold the order book to its twin over random messages of every type, stream after stream.

Run from the checkout: python benchmarks/book_fuzz.py [--messages 10000000] [--seed 0] [--state FILE]

A stream is 1,000 messages; its seed is printed where it differs. With --state the count of streams done is
kept in a file, so that an interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from execution.book.book import OrderBook
from execution.book.layout import EventKind, MessageKind
from tests.twins.book_audit import check_against_twin, plain
from tests.twins.order_book import SlowBook
from tests.twins.order_streams import random_messages, twin_messages

LENGTH = 1000


def run_stream(seed: int, number: int, counts: Counter[str]) -> None:
    """One stream through both, in batches of random length, the books compared after each."""
    rng = np.random.default_rng((seed, number))
    messages = random_messages(rng, LENGTH)
    start = int(messages["price_ticks"][0])
    book, twin = OrderBook(centre_ticks=start, levels=64, orders=int(rng.integers(1, 64))), SlowBook()
    as_twin, begin = twin_messages(messages), 0
    while begin < LENGTH:
        end = min(LENGTH, begin + int(rng.integers(1, 400)))
        events = plain(book.process(messages[begin:end]))
        expected = [event for message in as_twin[begin:end] for event in twin.apply(message)]
        counts.update(EventKind(kind).name for kind in np.fromiter((e.kind for e in events), int))
        if events != expected:
            raise SystemExit(f"seed {seed}, stream {number}: messages {begin} to {end} differ from the twin")
        begin = end
        check_against_twin(book, twin)
    counts.update(MessageKind(kind).name + " sent" for kind in messages["kind"].tolist())


def main() -> None:
    """Run the streams and print how many messages and events of each kind agreed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--messages", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--state", type=Path)
    arguments = parser.parse_args()
    done = int(arguments.state.read_text()) if arguments.state and arguments.state.exists() else 0
    streams, counts, begin = -(-arguments.messages // LENGTH), Counter[str](), time.process_time()
    for number in range(done, streams):
        run_stream(arguments.seed, number, counts)
        if number % 100 == 99 or number == streams - 1:
            if arguments.state:
                arguments.state.write_text(str(number + 1))
            seconds = time.process_time() - begin
            print(
                f"{(number + 1) * LENGTH:,} messages, no difference, {seconds:.0f} s of this run", flush=True
            )
    print(f"seed {arguments.seed}, streams {done} to {streams}:", dict(sorted(counts.items())))


if __name__ == "__main__":
    main()
