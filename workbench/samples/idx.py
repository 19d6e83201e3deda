"""The idx format of the MNIST family: a magic number, the shape, the values."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path

import numpy as np

from workbench.errors import DataError

_UNSIGNED_BYTE = 8
_MOST_BYTES = 1 << 32


def read_idx(path: Path) -> np.ndarray:
    """Read an idx file of unsigned bytes, gzipped if its name ends in ``.gz``; uint8.

    Source: the format description on MNIST's page.

    Raises:
        DataError: the file is damaged or of another kind.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            head = file.read(4)
            if len(head) < 4 or head[:2] != b"\0\0" or head[2] != _UNSIGNED_BYTE:
                raise DataError(f"{path} is not an idx file of bytes")
            shape = tuple(np.frombuffer(file.read(4 * head[3]), ">u4").tolist())
            size = math.prod(shape)
            if len(shape) != head[3] or size > _MOST_BYTES:
                raise DataError(f"{path} declares an impossible shape {shape}")
            data = file.read(size + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if len(data) != size:
        raise DataError(f"{path} should hold {size} values and holds {len(data)} or more")
    return np.frombuffer(data, np.uint8).reshape(shape)
