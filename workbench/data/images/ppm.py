"""Portable pixmaps of more than 8 bits, of which Pillow would keep 8."""

from __future__ import annotations

import re
import warnings

import numpy as np

from workbench.data.images.pixels import Picture, check_size
from workbench.errors import DataError

SIGNATURES = (b"P6", b"P3")  # in bytes, in words
_HEADER = re.compile(rb"P[36]\s(?:\s|#[^\n]*\n)*(\d{1,9})\s+(\d{1,9})\s+(\d{1,5})\s")
_NOTE = re.compile(rb"#[^\r\n]*")
_WORD = 2  # bytes of the shortest number with what parts it from the next


def decode_deep_ppm(data: bytes) -> Picture | None:
    """Decode colours of 16 bits.

    Returns:
        None for 8 bits and for odd headers, which Pillow reads.

    Raises:
        DataError: damaged or too large; the message is the reason alone.
    """
    found = _HEADER.match(data[:4096])
    if found is None:
        return None
    width, height, most = map(int, found.groups())
    if not 256 <= most <= 65535:
        return None
    check_size(width, height, 6)
    read = _from_words if data[:2] == b"P3" else _from_bytes
    values = read(data, found.end(), 3 * width * height)
    if values.min() < 0 or values.max() > most:
        raise DataError("damaged (a value beyond the greatest)")
    pixels = values.astype(np.uint16)
    if most != 65535:
        pixels = np.rint(pixels * (65535 / most)).astype(np.uint16)
    return Picture(pixels.reshape(height, width, 3), False, (width, height))


def _from_bytes(data: bytes, start: int, count: int) -> np.ndarray:
    if len(data) - start < 2 * count:
        raise DataError("damaged (truncated)")
    return np.frombuffer(data, ">u2", count, start)


def _from_words(data: bytes, start: int, count: int) -> np.ndarray:
    # Before room is taken for so many numbers.
    if len(data) - start < _WORD * count - 1:
        raise DataError("damaged (truncated)")
    text = _NOTE.sub(b" ", data[start:])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # older versions of NumPy only warn
            return np.fromstring(text, np.int64, count, sep=" ")
    except (ValueError, DeprecationWarning):
        raise DataError("damaged (too few numbers, or something else between them)") from None
