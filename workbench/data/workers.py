"""What a decoding process does with a stretch of images: read, decode, resize, look, keep.

Imports little, for every process imports it anew.
"""

from __future__ import annotations

import hashlib
import math
import os
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.data import running_sum
from workbench.data.images.encode import encode
from workbench.data.images.fingerprint import fingerprints
from workbench.data.images.image_format import ImageFormat, read_image
from workbench.data.records.digest import digests_of_files, digests_of_pixels
from workbench.data.records.memory_map import RowWriter
from workbench.data.sources.base import Reader
from workbench.data.statistics import BYTES
from workbench.errors import DataError

_NO_HASH = bytes(32)


@dataclass(frozen=True)
class Work:
    """What is the same for all stretches.

    Attributes:
        reader: reads the images of the source.
        folder: where ``images.npy`` is, that decoded images are written into, and sums are kept.
        encoding: ``none`` writes there, ``png`` or ``jpeg`` gives encoded images back.
    """

    reader: Reader
    folder: str
    image: ImageFormat
    encoding: str
    quality: int
    seed: int


@dataclass
class Decoded:
    """What became of the images of a stretch.

    Attributes:
        start: the row of the first one.
        content: how many rows were written, or the encoded images.
        digest, sha256, look, spread: as in a table; of no meaning for an unreadable image.
        size: width and height of each original, int32 ``(n, 2)``.
        range: the least and the greatest value; of images of whole numbers all they can have.
        bytes: how much was read of the source.
        unreadable: place in the stretch and reason.
    """

    start: int
    content: int | list[bytes]
    digest: np.ndarray
    sha256: np.ndarray
    look: np.ndarray
    spread: np.ndarray
    size: np.ndarray
    range: tuple[float, float]
    bytes: int
    unreadable: list[tuple[int, str]]


class Worker:
    """Decodes stretches."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._buffer = np.zeros((0, *work.image.shape), work.image.dtype)
        self._writer = RowWriter(work.folder)

    def __call__(self, start: int, names: list[str]) -> Decoded:
        """Decode the images of the rows from ``start`` on.

        Raises:
            DataError: the source as a whole can no longer be read.
            StorageError: the disk is full or failing.
        """
        image, seed, count = self._work.image, self._work.seed + start, len(names)
        if len(self._buffer) < count:
            self._buffer = np.zeros((count, *image.shape), image.dtype)
        images = self._buffer[:count]
        hashes, sizes = [], []
        unreadable: list[tuple[int, str]] = []
        read = 0
        for row, content in enumerate(self._work.reader.read(names)):
            sha, size = _NO_HASH, (0, 0)
            try:
                if isinstance(content, DataError):
                    raise content
                # The row seeds the padding's noise, so that no two images share it.
                images[row], size = read_image(content, image, seed + row)
                sha = _sha256(content)
                read += len(content) if isinstance(content, bytes) else content.nbytes
            except DataError as error:
                unreadable.append((row, str(error)))
                images[row] = 0
            hashes.append(sha)
            sizes.append(size)
        if self._summed:
            self._sum.add(images)
        look, spread = fingerprints(images)
        sha256 = np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32)
        size_array = np.array(sizes, np.int32).reshape(-1, 2)
        range_ = _range(images, size_array)
        kept = self._keep(start, images, {row for row, _ in unreadable})
        digest = digests_of_pixels(images) if isinstance(kept, int) else digests_of_files(kept)
        return Decoded(
            start, kept, digest, sha256, look, spread, size_array, range_, read, unreadable
        )

    @cached_property
    def _summed(self) -> bool:
        # What JPEG keeps differs from what was encoded, and the mean is that of what is kept.
        image = self._work.image
        bytes_ = image.dtype == "uint8" and math.prod(image.shape) <= running_sum.MOST_SUMMED
        return bytes_ and self._work.encoding != "jpeg"

    @cached_property
    def _sum(self) -> running_sum.RunningSum:
        # Made with the first stretch, whose errors are told; a process that cannot begin has none.
        return running_sum.RunningSum(self._work.folder, self._work.image.shape)

    def _keep(self, start: int, images: np.ndarray, unreadable: set[int]) -> int | list[bytes]:
        """Write decoded images where they belong, or give them back encoded."""
        work = self._work
        if work.encoding == "none":
            self._writer.write(start, images)
            return len(images)
        return [
            b"" if row in unreadable else encode(pixels, work.encoding, work.quality)
            for row, pixels in enumerate(images)
        ]


def _range(images: np.ndarray, sizes: np.ndarray) -> tuple[float, float]:
    """The least and the greatest value, of what could be read."""
    if images.dtype.kind != "f":
        return BYTES
    read = images[sizes[:, 0] > 0]
    return float(read.min(initial=np.inf)), float(read.max(initial=-np.inf))


def _sha256(content: bytes | np.ndarray) -> bytes:
    data = content if isinstance(content, bytes) else np.ascontiguousarray(content).data
    return hashlib.sha256(data, usedforsecurity=False).digest()


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
