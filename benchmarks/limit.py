"""The limit of creating datasets: read, decode and resize with the fastest libraries, keep nothing.

As many processes as processors, started before the clock; OpenCV's bilinear resizing, after the
mean over whole-number blocks where an image is reduced by two or more, as our own does.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import numpy as np


@contextmanager
def pool() -> Iterator[ProcessPoolExecutor]:
    """Processes that have the libraries loaded."""
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn"), initializer=_begin) as made:
        list(made.map(_nothing, range(4 * cores)))
        yield made


def decode_all(made: ProcessPoolExecutor, files: list[str], side: int, grey: bool) -> None:
    """Decode and resize all files."""
    parts = [files[start : start + 256] for start in range(0, len(files), 256)]
    sizes = made.map(_decode, parts, [side] * len(parts), [grey] * len(parts))
    assert sum(sizes) == len(files)


def _begin() -> None:
    import cv2
    import simplejpeg  # noqa: F401

    cv2.setNumThreads(1)


def _nothing(_: int) -> None:
    return None


def _decode(files: list[str], side: int, grey: bool) -> int:
    import cv2
    import simplejpeg

    for path in files:
        with open(path, "rb", buffering=0) as file:
            data = file.read()
        if path.endswith(".jpg"):
            pixels = simplejpeg.decode_jpeg(data, "RGB")
        else:
            flag = cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR_RGB
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flag)
        cv2.resize(pixels, (side, side), interpolation=cv2.INTER_LINEAR)
    return len(files)
