"""One random stream through the order book and its twin, in batches, the books compared after each."""

from __future__ import annotations

from collections import Counter

import numpy as np

from execution.book.book import OrderBook
from execution.book.layout import EventKind, MessageKind
from tests.twins.book_audit import check_against_twin, plain
from tests.twins.order_book import SlowBook
from tests.twins.order_streams import random_messages, twin_messages

STREAM_LENGTH = 1000


def run_stream(seed: int, number: int) -> Counter[str]:
    """How many messages and events of each kind agreed; AssertionError names the stream that did not."""
    rng = np.random.default_rng((seed, number))
    messages = random_messages(rng, STREAM_LENGTH)
    start = int(messages["price_ticks"][0])
    book, twin = OrderBook(centre_ticks=start, levels=64, orders=int(rng.integers(1, 64))), SlowBook()
    as_twin, begin, counts = twin_messages(messages), 0, Counter[str]()
    while begin < STREAM_LENGTH:
        end = min(STREAM_LENGTH, begin + int(rng.integers(1, 400)))
        events = plain(book.process(messages[begin:end]))
        expected = [event for message in as_twin[begin:end] for event in twin.apply(message)]
        assert events == expected, f"seed {seed}, stream {number}: messages {begin} to {end} differ"
        check_against_twin(book, twin)
        counts.update(EventKind(event.kind).name for event in events)
        begin = end
    counts.update(f"{MessageKind(kind).name} sent" for kind in messages["kind"].tolist())
    return counts
