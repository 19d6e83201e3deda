"""Encoding the images of a batch side by side."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from workbench.data.images.encode import encode

_PART = 16


def encode_all(images: np.ndarray, encoding: str, quality: int) -> Iterator[bytes]:
    """The PNG or JPEG of each image ``(n, height, width, 1 or 3)``, in order."""

    def encode_part(part: np.ndarray) -> list[bytes]:
        return [encode(image, encoding, quality) for image in part]

    # The encoders let other threads run; handing over every small image would cost more.
    parts = (images[start : start + _PART] for start in range(0, len(images), _PART))
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        for encoded in pool.map(encode_part, parts):
            yield from encoded
