"""Orders by their 64-bit ids: open addressing, linear probing, no tombstones, compiled.

A bucket is one word: the upper half of the id's hash, which also says where it belongs, above the order's
slot. The id itself is in the order, so a bucket that fits is held against it. 0 is an empty bucket; the
table is never more than half full. Hashing is multiplicative (Knuth, The Art of Computer Programming 3, 6.4).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from execution.book.compiled import compiled, inlined, internal
from execution.book.layout import NO_SLOT, RecordArray

Buckets = npt.NDArray[np.uint64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_EMPTY = np.uint64(0)
_ONE = np.uint64(1)


@inlined
def tag_of(order_id: int) -> np.uint64:
    """The 32 bits that an id is known by."""
    return (np.uint64(order_id) * _GOLDEN) >> _HALF


@inlined
def find(ids: Buckets, orders: RecordArray, shift: np.uint64, order_id: int) -> tuple[np.uint64, np.uint32]:
    """Bucket and slot of a living order; else the empty bucket that is its place, and slot 0."""
    tag, mask = tag_of(order_id), np.uint64(len(ids)) - _ONE
    at = tag >> shift
    while True:
        bucket = ids[at]
        if bucket == _EMPTY:
            return at, np.uint32(NO_SLOT)
        slot = np.uint32(bucket)
        if bucket >> _HALF == tag and orders[slot]["order_id"] == order_id:
            return at, slot
        at = (at + _ONE) & mask


@inlined
def put(ids: Buckets, at: np.uint64, order_id: int, slot: np.uint32) -> None:
    """Fill the empty bucket that `find` gave."""
    ids[at] = (tag_of(order_id) << _HALF) | np.uint64(slot)


@internal
def insert(ids: Buckets, shift: np.uint64, order_id: int, slot: np.uint32) -> None:
    """Enter an id that is not in the table."""
    tag, mask = tag_of(order_id), np.uint64(len(ids)) - _ONE
    at = tag >> shift
    while ids[at] != _EMPTY:
        at = (at + _ONE) & mask
    put(ids, at, order_id, slot)


@internal
def erase(ids: Buckets, shift: np.uint64, order_id: int, slot: np.uint32) -> None:
    """Take out the id of an order that is in the table."""
    tag, mask = tag_of(order_id), np.uint64(len(ids)) - _ONE
    at, wanted = tag >> shift, (tag << _HALF) | np.uint64(slot)
    while ids[at] != wanted:
        at = (at + _ONE) & mask
    close(ids, shift, at)


@inlined
def close(ids: Buckets, shift: np.uint64, at: np.uint64) -> None:
    """Empty a bucket and move back those behind it that it kept from their place."""
    mask = np.uint64(len(ids)) - _ONE
    hole = probe = at
    while True:
        probe = (probe + _ONE) & mask
        bucket = ids[probe]
        if bucket == _EMPTY:
            break
        home = (bucket >> _HALF) >> shift
        if ((probe - home) & mask) >= ((probe - hole) & mask):
            ids[hole] = bucket
            hole = probe
    ids[hole] = _EMPTY


@compiled
def insert_all(ids: Buckets, shift: np.uint64, orders: RecordArray, used_slots: int) -> None:
    """Enter every order that lives into an empty table."""
    for slot in range(1, used_slots):
        if orders[slot]["quantity"] > 0:
            insert(ids, shift, orders[slot]["order_id"], np.uint32(slot))
