"""Measure the order book beside its peers: one million messages, 2,000 and 50,000 orders live, one core.

Run from the checkout: python benchmarks/book.py [--peers FOLDER] [--feed-python PYTHON] [--repeats 5]

`python benchmarks/book_peers/build.py` fetches and compiles the C++ peers into FOLDER; --feed-python names an
interpreter that has hftbacktest. Peers that are not there are left out. Every book takes the same messages
from memory; the time is CPU time of one process, the best of the repeats, which alternate between the books.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.book_peers.build import DEFAULT_FOLDER, PEERS
from benchmarks.book_stream import ExchangeStream, exchange_stream
from execution.book.book import OrderBook
from execution.book.kernel import process
from execution.book.layout import EVENT, EventKind
from execution.orders import Side
from tests.twins.order_book import SlowBook
from tests.twins.order_streams import twin_messages

FEED = Path(__file__).parent / "book_peers" / "hftbacktest_feed.py"
PATIENCE_S = 10.0  # a book that has taken longer is not repeated
Level = tuple[int, int, int]  # side, price [ticks], volume


@dataclass(slots=True)
class Measured:
    """Seconds of each repeat and the last book: the best ten levels of each side, and the orders in it."""

    seconds: list[float] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    live: int | None = None
    messages: int = 1_000_000


Run = Callable[[], Measured]


def our_kernel(stream: ExchangeStream) -> Measured:
    """The compiled batch entry, its events into an array that was written before."""
    book = new_book(stream)
    events = np.empty(2 * len(stream.messages), EVENT)
    events.view(np.uint8).fill(0)  # or the system would hand out the pages within the time
    begin = time.process_time()
    applied, _, refusal = process(book.arrays, stream.timed, events)
    seconds = time.process_time() - begin
    assert (applied, refusal) == (len(stream.timed), 0)
    return Measured([seconds], levels_of(book), book.live_orders)


def our_face(stream: ExchangeStream) -> Measured:
    """OrderBook.process: the batch screened first, its events into a new array."""
    book = new_book(stream)
    begin = time.process_time()
    book.process(stream.timed)
    return Measured([time.process_time() - begin], levels_of(book), book.live_orders)


def new_book(stream: ExchangeStream) -> OrderBook:
    """A book that holds the stream's first orders."""
    book = OrderBook(levels=128, orders=2 * stream.live)
    book.process(stream.messages[: stream.live])
    return book


def levels_of(book: OrderBook) -> list[Level]:
    """The best ten levels of each side."""
    return [
        (int(side), level.price_ticks, level.volume)
        for side in (Side.BUY, Side.SELL)
        for level in book.depth(side, 10)
    ]


def native(driver: Path, messages: Path, live: int) -> Measured:
    """One repeat of a compiled peer."""
    return parsed(subprocess.check_output([driver, messages, str(live), "1"], text=True, timeout=600))


def hftbacktest(python: str, feed: Path, warm: int, rows: int) -> Measured:
    """One repeat of hftbacktest's feed."""
    command = [python, FEED, feed, str(warm), "1"]
    measured = parsed(subprocess.check_output(command, text=True, timeout=600))
    measured.messages = rows - warm
    return measured


def parsed(report: str) -> Measured:
    """What a peer prints: lines of `seconds S`, `live N` and `level SIDE PRICE VOLUME`."""
    measured = Measured()
    for word, *values in map(str.split, report.splitlines()):
        if word == "seconds":
            measured.seconds.append(float(values[0]))
        elif word == "live":
            measured.live = int(values[0])
        elif word == "level":
            side, price, volume = map(int, values)
            measured.levels.append((side, price, volume))
    return measured


def feed_rows(stream: ExchangeStream) -> tuple[np.ndarray, int]:
    """What the messages did to resting orders: add 1, cancel 2, reduce 3; and how many rows come first.

    Columns: kind, side of the resting order, price [ticks], quantity left, order id.
    """
    book, rows, left = OrderBook(levels=128, orders=2 * stream.live), [], {}
    for event in book.process(stream.messages).tolist():
        kind, side, _, quantity, price, _, order_id, maker_id = event
        if kind == EventKind.RESTED:
            left[order_id] = quantity
            rows.append((1, side, price, quantity, order_id))
        elif kind == EventKind.CANCELLED:
            rows.append((2, side, price, 0, order_id))
        elif kind == EventKind.TRADE:
            left[maker_id] -= quantity
            rows.append((3 if left[maker_id] else 2, -side, price, left[maker_id], maker_id))
    return np.array(rows, np.int64), stream.live


def books(
    stream: ExchangeStream, folder: Path, peers: Path, python: str | None
) -> dict[str, Callable[[], Measured]]:
    """Every book that is there, by name, as a function that runs it once."""
    messages = folder / "messages"
    stream.messages.tofile(messages)
    found: dict[str, Run] = {
        "ours, batch kernel": lambda: our_kernel(stream),
        "ours, OrderBook.process": lambda: our_face(stream),
    }
    for driver, (distribution, _) in PEERS.items():
        if (peers / driver).exists():
            found[distribution] = lambda path=peers / driver: native(path, messages, stream.live)
    if python:
        rows, warm = feed_rows(stream)
        np.save(folder / "feed.npy", rows)
        found["hftbacktest (L3 feed)"] = lambda: hftbacktest(python, folder / "feed.npy", warm, len(rows))
    return found


def compare(count: int, live: int, arguments: argparse.Namespace) -> None:
    """Print every book's speed on one stream, its ratio to ours and whether its last book is ours."""
    stream = exchange_stream(count, live, seed=7)
    print(f"\n{count:,} messages, {live:,} orders live at first: {stream.describe()}")
    results: dict[str, Measured] = {}
    with tempfile.TemporaryDirectory() as folder:
        runs = books(stream, Path(folder), arguments.peers, arguments.feed_python)
        for _ in range(arguments.repeats):
            for name, run in runs.items():
                if sum(results.get(name, Measured()).seconds) > PATIENCE_S:
                    continue
                once = run()
                once.seconds = [*results.get(name, Measured()).seconds, *once.seconds]
                results[name] = once
    ours = results["ours, batch kernel"]
    for name, result in results.items():
        speed, median = (result.messages / f(result.seconds) / 1e6 for f in (min, np.median))
        ratio = ours.messages / min(ours.seconds) / 1e6 / speed
        same = result.levels == ours.levels and result.live in (None, ours.live)
        print(
            f"  {name:<24} {speed:6.2f}M messages/s (median {median:.2f}M)   ours / this {ratio:6.2f}   "
            f"best ten levels and count of orders {'as ours' if same else 'DIFFERENT'}"
        )


def hold_to_twin(count: int, live: int) -> None:
    """Stop unless the twin in plain Python ends with the book that the kernel ends with."""
    stream, twin = exchange_stream(count, live, seed=7), SlowBook()
    for message in twin_messages(stream.messages):
        twin.apply(message)
    book = new_book(stream)
    book.process(stream.timed)
    queue = [o for side in (1, -1) for o in twin.queue(side)]
    assert len(queue) == book.live_orders
    assert sum(o.shown for o in queue) == int(book.arrays.levels["volume"].sum())
    print(f"{count:,} messages of the same stream: the twin in plain Python ends with the same book")


def measure_single(count: int, repeats: int = 5) -> None:
    """Print what a message costs that Python sends by itself, its events kept: the best of the repeats."""
    stream, best = exchange_stream(count, 1000, seed=7), dict.fromkeys(("process", "limit", "cancel"), np.inf)
    rows = [one.reshape(1) for one in stream.timed]
    for _ in range(repeats):
        book, other = new_book(stream), OrderBook(levels=128, orders=2 * count)
        timed = {
            "process": lambda book=book: [book.process(one) for one in rows],
            "limit": lambda other=other: [other.limit(Side.BUY, 5, -1 - i % 50) for i in range(count)],
            "cancel": lambda other=other: [other.cancel(i) for i in range(count)],
        }
        for name, run in timed.items():
            begin = time.process_time()
            run()
            best[name] = min(best[name], time.process_time() - begin)
    costs = ", ".join(f"{name} {1e6 * seconds / count:.2f} us" for name, seconds in best.items())
    print(f"one message a call from Python: {costs}")


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--peers", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--feed-python")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--count", type=int, default=1_000_000)
    arguments = parser.parse_args()
    hold_to_twin(3_000, 200)
    for live in (2_000, 50_000):
        compare(arguments.count, live, arguments)
    measure_single(20_000)


if __name__ == "__main__":
    main()
