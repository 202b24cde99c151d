"""Small random paths and tables for the tests of the kernels."""

from __future__ import annotations

import numpy as np

from hedger.network.position.paths import PathBatch

NODES = 5


def random_batch(seed: int, steps: int, paths: int) -> PathBatch:
    rng = np.random.default_rng(seed)
    return PathBatch(
        spot=np.exp(0.1 * rng.standard_normal((steps + 1, paths))),
        place=rng.uniform(0.0, NODES - 1.001, (steps, paths)),
        owed=rng.uniform(0.0, 0.1, paths),
    )
