"""Records and arrays by their addresses, for compiled code that must not count references.

numba counts the references of every array that it takes from a tuple or slices, with atomic instructions that
cost more than matching an order. What these functions return belongs to nobody: Python keeps the arrays alive
(execution.market.world).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir  # type: ignore[import-untyped]
from numba import from_dtype, types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array


def record_reader(dtype: npt.DTypeLike) -> Any:
    """A compiled function (address, index) -> record `index` of an array of this structured dtype."""
    size, record = np.dtype(dtype).itemsize, from_dtype(np.dtype(dtype))

    @intrinsic
    def record_at(typing_context: Any, address: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            offset = builder.mul(arguments[1], ir.Constant(arguments[1].type, size))
            return builder.inttoptr(builder.add(arguments[0], offset), context.get_value_type(record))

        return record(types.int64, types.int64), generate

    return record_at


def array_reader(dtype: npt.DTypeLike) -> Any:
    """A compiled function (address, length) -> the one-dimensional array of this dtype that lies there."""
    size, array = np.dtype(dtype).itemsize, types.Array(from_dtype(np.dtype(dtype)), 1, "C")

    @intrinsic
    def array_at(typing_context: Any, address: Any, length: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            view = context.make_array(array)(context, builder)
            word = context.get_value_type(types.intp)
            stride = ir.Constant(word, size)
            populate_array(  # type: ignore[no-untyped-call]
                view,
                data=builder.inttoptr(arguments[0], context.get_data_type(array.dtype).as_pointer()),
                shape=cgutils.pack_array(builder, [arguments[1]]),  # type: ignore[no-untyped-call]
                strides=cgutils.pack_array(builder, [stride]),  # type: ignore[no-untyped-call]
                itemsize=stride,
                meminfo=None,
            )
            return view._getvalue()  # noqa: SLF001 - numba's own idiom

        return array(types.int64, types.int64), generate

    return array_at
