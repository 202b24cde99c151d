"""What the kernel needs of the machine and numba does not name: bit scans, prefetch, arrays by address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

_Function = Callable[..., Any]
_instruction: Callable[[_Function], _Function] = intrinsic

_INT1, _INT32 = ir.IntType(1), ir.IntType(32)
_READ_SOON, _KEEP, _DATA = (ir.Constant(_INT32, value) for value in (0, 3, 1))


@_instruction
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Place of the lowest set bit of a uint64 that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(_INT1, 1))

    return types.uint64(types.uint64), generate


@_instruction
def leading_zeros(typing_context: Any, word: types.Integer) -> Any:
    """How many bits lie above the highest set bit of a uint64 that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctlz(arguments[0], ir.Constant(_INT1, 1))

    return types.uint64(types.uint64), generate


@_instruction
def prefetch(typing_context: Any, array: types.Array, index: types.Integer) -> Any:
    """Ask for the cache line of array[index], for which it is not checked that it exists."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type = signature.args[0]
        view = context.make_array(array_type)(context, builder, arguments[0])
        pointer = cgutils.get_item_pointer(  # type: ignore[no-untyped-call]
            context, builder, array_type, view, [arguments[1]]
        )
        byte = builder.bitcast(pointer, cgutils.voidptr_t)
        signature_of = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, _INT32, _INT32, _INT32])
        function = cgutils.get_or_insert_function(  # type: ignore[no-untyped-call]
            builder.module, signature_of, "llvm.prefetch.p0"
        )
        builder.call(function, [byte, _READ_SOON, _KEEP, _DATA])
        return context.get_dummy_value()

    return types.void(array, types.uint64), generate


@_instruction
def array_at(typing_context: Any, address: Any, length: Any, dtype: Any) -> Any:
    """The contiguous array of `length` elements at an address, whose memory the caller keeps."""
    array_type = types.Array(dtype.dtype, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(array_type)(context, builder)
        size = context.get_constant(
            types.intp, context.get_abi_sizeof(context.get_data_type(array_type.dtype))
        )
        populate_array(  # type: ignore[no-untyped-call]
            array,
            data=builder.inttoptr(arguments[0], array.data.type),
            shape=[arguments[1]],
            strides=[size],
            itemsize=size,
            meminfo=None,
        )
        return array._getvalue()  # noqa: SLF001 - numba's own way to a struct's value

    return array_type(types.int64, types.int64, dtype), generate
