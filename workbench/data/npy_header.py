"""The header of a ``.npy`` whose number of rows is not known before its end."""

from __future__ import annotations

import numpy as np

# Room for a header of any count; a multiple of 64, as the format asks for.
SIZE = 192


def header(dtype: np.dtype, shape: tuple[int, ...]) -> bytes:
    """A header of always the same length, so that it can be written last.

    Source: NumPy's documentation of its format, version 1.0.
    """
    text = repr({"descr": dtype.str, "fortran_order": False, "shape": shape}).encode()
    text += b" " * (SIZE - 10 - len(text) - 1) + b"\n"
    return np.lib.format.magic(1, 0) + len(text).to_bytes(2, "little") + text
