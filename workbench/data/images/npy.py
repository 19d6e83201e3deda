"""NumPy's array files as images."""

from __future__ import annotations

import io
import math

import numpy as np

from workbench.data.images.pixels import Picture, check_size, from_array
from workbench.errors import DataError

MAGIC = b"\x93NUMPY"
_LONGEST_HEADER = 10_000


def decode_npy(data: bytes) -> Picture:
    """Read an array file; nothing is unpickled, and its size is checked before it is read.

    Raises:
        DataError: damaged, too large or no picture; the message is the reason alone.
    """
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0
        if version != (1, 0):
            read = np.lib.format.read_array_header_2_0
        shape, columns_first, dtype = read(file, max_header_size=_LONGEST_HEADER)
    except Exception as error:  # the header is a literal, and as such may be wrong in any way
        raise DataError(f"damaged ({str(error).splitlines()[0][:80] or 'header'})") from None
    if dtype.hasobject:
        raise DataError("an array of Python objects, which is never unpickled")
    if len(shape) not in (2, 3) or not all(isinstance(side, int) for side in shape):
        raise DataError(f"an array of shape {shape} is no (height, width[, channels])")
    channels = shape[2] if len(shape) == 3 else 1
    check_size(shape[1], shape[0], channels * max(1, dtype.itemsize))
    count = math.prod(shape)
    if count * dtype.itemsize > len(data) - file.tell():
        raise DataError("damaged (truncated)")
    flat = np.frombuffer(data, dtype, count, file.tell())
    return from_array(flat.reshape(shape, order="F" if columns_first else "C"))
