"""Random messages of every kind that keep a small book busy: ids alive, dead, unborn and of any 64 bits."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.book.layout import MESSAGE, MessageKind, RecordArray, SelfTrade
from tests.twins.order_book import Message

LARGEST = 2**31 - 1
SHARES = {
    MessageKind.LIMIT: 26,
    MessageKind.MARKET: 12,
    MessageKind.IMMEDIATE_OR_CANCEL: 6,
    MessageKind.CANCEL: 24,
    MessageKind.FILL_OR_KILL: 6,
    MessageKind.POST_ONLY: 6,
    MessageKind.ICEBERG: 9,
    MessageKind.STOP: 5,
    MessageKind.STOP_LIMIT: 5,
    MessageKind.REDUCE: 4,
    MessageKind.REPLACE: 9,
    MessageKind.HALT: 0.15,
    MessageKind.RESUME: 2,
}
FOR_NEW_ORDERS = [kind for kind in MessageKind if kind not in (3, 9, 10, 11, 12)]


def random_messages(rng: np.random.Generator, count: int, *, width_ticks: int = 9) -> RecordArray:
    """A stream of its own mood: how large, how many owners, how ids look, how far prices wander."""
    messages = np.zeros(count, MESSAGE)
    shares = np.array([SHARES[kind] for kind in MessageKind])
    messages["kind"] = rng.choice(list(MessageKind), count, p=shares / shares.sum())
    messages["side"] = rng.choice((-1, 1), count)
    messages["self_trade"] = rng.choice(list(SelfTrade), count)
    messages["owner"] = rng.choice((0, 1, 2, -7), count, p=rng.dirichlet((2, 1, 1, 1)))
    messages["quantity"], messages["display"] = _sizes(rng, messages["kind"])
    middle = _wandering(rng, count)
    # Bids sit mostly below the middle and asks above, so that both queues and crossing orders happen.
    behind = rng.integers(-width_ticks // 3, width_ticks, count)
    messages["price_ticks"] = middle - messages["side"] * behind
    messages["stop_ticks"] = middle + messages["side"] * rng.integers(-2, width_ticks, count)
    messages["order_id"] = _order_ids(rng, messages["kind"])
    return messages


def twin_messages(messages: RecordArray) -> list[Message]:
    """The records as the twin takes them."""
    columns = [messages[name].tolist() for name in Message._fields]
    return [Message(*row) for row in zip(*columns, strict=True)]


def record(message: Message) -> RecordArray:
    """A twin's message as an array of one record."""
    one = np.zeros(1, MESSAGE)
    for name, value in message._asdict().items():
        one[name] = value
    return one


def _sizes(
    rng: np.random.Generator, kinds: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Quantities and what an iceberg shows of them: small, or with some near the largest that there is."""
    count = len(kinds)
    quantity = rng.integers(1, 20, count)
    share = rng.choice((0.0, 0.02, 0.5), p=(0.7, 0.15, 0.15))
    if share == 0.0:
        quantity *= rng.choice((1, 50), p=(0.9, 0.1))
        return quantity, np.minimum(quantity, rng.integers(1, 6, count))
    # An iceberg that showed a few of 2**31 lots would trade for hours: here all of them show much.
    is_huge = (rng.random(count) < share) | (kinds == MessageKind.ICEBERG)
    huge = np.where(rng.random(count) < 0.3, LARGEST, rng.integers(2**30, LARGEST, count))
    quantity = np.where(is_huge, huge, quantity)
    return quantity, np.maximum(1, quantity // rng.integers(1, 30, count))


def _wandering(rng: np.random.Generator, count: int) -> npt.NDArray[np.int64]:
    """The middle: still, or a walk, or a walk with jumps that make the ladder grow."""
    steps = rng.choice((-1, 0, 1), count, p=(0.05, 0.9, 0.05)) * rng.integers(0, 2)
    jumps = (rng.random(count) < 2 / count) * rng.integers(-300, 300, count) * rng.integers(0, 2)
    start = rng.choice((0, 0, 10_000, -(2**30) + 1000, 2**30 - 1000))
    return start + np.clip(np.cumsum(steps + jumps), -900, 900)


def _order_ids(rng: np.random.Generator, kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """New orders count up, sometimes taking an id anew; others name one of the latest, rarely one to come."""
    is_new = np.isin(kinds, FOR_NEW_ORDERS)
    newest = np.cumsum(is_new)
    back = np.where(is_new, (rng.random(len(kinds)) < 0.08) * rng.integers(0, 60, len(kinds)), 0)
    back = np.where(is_new, back, rng.integers(-2, rng.integers(4, 40), len(kinds)))
    return _DISGUISES[rng.integers(len(_DISGUISES))](newest - back)


def _scrambled(index: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Any 64 bits, one to one (Steele, Lea and Flood's SplitMix64 finaliser)."""
    word = index.astype(np.uint64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        word = (word ^ (word >> np.uint64(shift))) * np.uint64(factor)
    return (word ^ (word >> np.uint64(31))).view(np.int64)


_DISGUISES = (
    lambda index: index,
    lambda index: -index,
    _scrambled,
    _scrambled,
    lambda index: index << 40,  # equal low bits, which a careless hash sends to one bucket
    lambda index: np.int64(2**63 - 1) - index,
    lambda index: np.int64(-(2**63)) + index + 80,
    lambda index: index % 97 - 48,  # few ids, over and over, NIL among them
)
