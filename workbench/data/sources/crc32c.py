"""CRC-32C, the checksum of TFRecord files, at the speed of NumPy.

The checksum of a block is the exclusive-or of what each byte contributes at its place, so a
whole block is one look-up in a table of (place, byte) and one reduction.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

_POLYNOMIAL = 0x82F63B78
_BLOCK = 1024
_AT_ONCE = 32
_MASK = 0xA282EAD8


@cache
def _tables() -> tuple[np.ndarray, list[list[int]], list[int]]:
    """Contribution of each (place, byte) of a block, flat; its first four places; its last."""
    last = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        last = np.where(last & 1, (last >> 1) ^ np.uint32(_POLYNOMIAL), last >> 1)
    places = np.empty((_BLOCK, 256), np.uint32)
    places[-1] = last
    for place in range(_BLOCK - 2, -1, -1):
        after = places[place + 1]
        places[place] = last[after & 255] ^ (after >> 8)
    return places.reshape(-1), places[:4].tolist(), last.tolist()


def crc32c(data: bytes) -> int:
    """The CRC-32C (Castagnoli) of ``data``."""
    flat, first, last = _tables()
    if len(data) < 64:
        value = 0xFFFFFFFF
        for byte in data:
            value = last[(value ^ byte) & 255] ^ (value >> 8)
        return value ^ 0xFFFFFFFF
    # Zeros in front contribute nothing, and starting from all ones means flipping four bytes.
    padded = np.zeros(-(-len(data) // _BLOCK) * _BLOCK, np.uint8)
    start = len(padded) - len(data)
    padded[start:] = np.frombuffer(data, np.uint8)
    padded[start : start + 4] ^= 255
    value = 0
    for block in _blocks(padded.reshape(-1, _BLOCK), flat):
        value = (
            first[0][value & 255]
            ^ first[1][value >> 8 & 255]
            ^ first[2][value >> 16 & 255]
            ^ first[3][value >> 24]
            ^ block
        )
    return value ^ 0xFFFFFFFF


def _blocks(data: np.ndarray, flat: np.ndarray) -> Iterator[int]:
    """What each row of bytes contributes; a few rows at a time, which stay in the cache."""
    places = np.arange(0, _BLOCK * 256, 256, dtype=np.intp)
    indices = np.empty((min(_AT_ONCE, len(data)), _BLOCK), np.intp)
    found = np.empty(indices.shape, np.uint32)
    for start in range(0, len(data), _AT_ONCE):
        part = data[start : start + _AT_ONCE]
        np.add(part, places, out=indices[: len(part)])
        # No index is beyond the table; clipping is the mode that writes straight into ``out``.
        flat.take(indices[: len(part)], out=found[: len(part)], mode="clip")
        yield from np.bitwise_xor.reduce(found[: len(part)], axis=1).tolist()


def masked_crc32c(data: bytes) -> int:
    """The checksum as TFRecord files hold it: turned and shifted, so that it can be nested."""
    value = crc32c(data)
    return ((value >> 15 | value << 17) + _MASK) & 0xFFFFFFFF
