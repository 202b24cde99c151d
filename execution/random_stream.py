"""Random streams that compiled code keeps in arrays: numpy's SFC64, bit for bit.

A market needs several streams and a batch of markets needs several for each, inside `prange`, where a
numpy Generator cannot go. Small Fast Chaotic 64 (Doty-Humphrey, PractRand) has four words of state and is
one of numpy's own bit generators, so numpy is the authority that tests hold these functions to.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

Stream = npt.NDArray[np.uint64]  # shape (4,): numpy's SFC64 state, three words and a counter

_ONE = np.uint64(1)
_ROTATE, _BACK = np.uint64(24), np.uint64(40)
_SHIFT_RIGHT, _SHIFT_LEFT = np.uint64(11), np.uint64(3)
_TO_UNIT = 1.0 / 9007199254740992.0


def new_stream(seed: np.random.SeedSequence) -> Stream:
    """A stream that starts where numpy's SFC64 of this seed does."""
    state: Stream = np.random.SFC64(seed).state["state"]["state"].copy()
    return state


def new_streams(seed: np.random.SeedSequence, count: int) -> npt.NDArray[np.uint64]:
    """Independent streams from the seed's children, shape (stream, 4)."""
    children = seed.spawn(count)
    return np.array([new_stream(child) for child in children], np.uint64).reshape(count, 4)


@njit(cache=True, inline="always")
def next_word(stream: Stream) -> int:
    """64 random bits."""
    a, b, c, counter = stream[0], stream[1], stream[2], stream[3]
    word = a + b + counter
    stream[0] = b ^ (b >> _SHIFT_RIGHT)
    stream[1] = c + (c << _SHIFT_LEFT)
    stream[2] = ((c << _ROTATE) | (c >> _BACK)) + word
    stream[3] = counter + _ONE
    return word  # type: ignore[no-any-return]


@njit(cache=True)
def uniform(stream: Stream) -> float:
    """A uniform number in [0, 1), equal to Generator(SFC64).random()."""
    return float(next_word(stream) >> _SHIFT_RIGHT) * _TO_UNIT


@njit(cache=True)
def exponential(stream: Stream) -> float:
    """An exponential number of mean 1, by inversion."""
    return -math.log(1.0 - uniform(stream))


@njit(cache=True)
def normal(stream: Stream) -> float:
    """A standard normal number: Marsaglia's polar method, whose second number is let go."""
    while True:
        x = 2.0 * uniform(stream) - 1.0
        y = 2.0 * uniform(stream) - 1.0
        square = x * x + y * y
        if 0.0 < square < 1.0:
            return x * math.sqrt(-2.0 * math.log(square) / square)


@njit(cache=True)
def below(stream: Stream, count: int) -> int:
    """An integer in [0, count); its bias, count / 2**53, is beneath notice for counts below a million."""
    return int(uniform(stream) * count)
