"""Paths simulated in blocks that have a stream of their own: the same paths whatever number of workers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from pricing.paths.lanes import Words, lane_seed

FloatArray = npt.NDArray[np.float64]

PATHS_PER_STREAM = 16_384


def simulate_blocks(
    block: Callable[[slice, Words], None], *, paths: int, seed: np.random.SeedSequence, workers: int
) -> None:
    """Call `block` for every 16,384 paths with their place and seed words, on `workers` threads.

    The streams are those of the first children of `seed`, whose own count of children is left as it was: the
    same seed gives the same paths again. ValueError without a path or a worker.
    """
    if paths < 1 or workers < 1:
        raise ValueError(f"at least one path and one worker, not {paths} and {workers}")
    fresh = np.random.SeedSequence(seed.entropy, spawn_key=seed.spawn_key, pool_size=seed.pool_size)
    starts = range(0, paths, PATHS_PER_STREAM)
    places = [slice(start, min(start + PATHS_PER_STREAM, paths)) for start in starts]
    words = map(lane_seed, fresh.spawn(len(places)))
    if workers == 1:
        for _ in map(block, places, words):
            pass
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(block, places, words))


def parameter_column(
    name: str, value: npt.ArrayLike, paths: int, *, low: float = -np.inf, high: float = np.inf
) -> FloatArray:
    """A parameter as a column of one element or one a path; ValueError where it is neither or outside."""
    column = np.array(value, dtype=np.float64, ndmin=1)
    if column.shape not in ((1,), (paths,)):
        raise ValueError(f"{name} has the shape {column.shape}, not one number or one a path of {paths}")
    if not (np.all(np.isfinite(column)) and np.all(column >= low) and np.all(column <= high)):
        raise ValueError(f"{name} is a finite number from {low:g} to {high:g}")
    return column


def checked_out(out: FloatArray | None, paths: int, steps: int) -> FloatArray:
    """`out` if it can be filled, or a new array of shape (path, step + 1); ValueError where it cannot."""
    shape = (paths, steps + 1)
    if out is None:
        return np.empty(shape)
    if out.shape != shape or out.dtype != np.float64 or not (out.flags.c_contiguous and out.flags.writeable):
        raise ValueError(f"out is a writeable C-contiguous float64 array of shape {shape}")
    return out
