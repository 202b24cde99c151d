"""Inputs of any shape as flat columns for a kernel, copied only where they must be."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
_Scalar = TypeVar("_Scalar", bound=np.generic)


def flat_columns(
    *numbers: npt.ArrayLike, is_call: npt.ArrayLike
) -> tuple[tuple[int, ...], tuple[FloatArray, ...], BoolArray]:
    """The common shape, the numbers as flat float64 columns and `is_call` as a flat bool column.

    An input of one element stays one element; any other is as long as the shape is large. All are contiguous
    and writeable, so that a kernel compiles once. Raises ValueError where the shapes do not broadcast.
    """
    columns = [np.asarray(each, dtype=np.float64) for each in numbers]
    calls = np.asarray(is_call, dtype=np.bool_)
    shape = np.broadcast_shapes(calls.shape, *(column.shape for column in columns))
    return shape, tuple(_flat(column, shape) for column in columns), _flat(calls, shape)


def _flat(column: npt.NDArray[_Scalar], shape: tuple[int, ...]) -> npt.NDArray[_Scalar]:
    """One element, or the column broadcast to `shape`; a read-only array would compile a second kernel."""
    flat = column.reshape(1) if column.size == 1 else np.broadcast_to(column, shape).reshape(-1)
    flat = np.ascontiguousarray(flat)
    return flat if flat.flags.writeable else flat.copy()
