"""Decoded images in one ``.npy``, which decoding processes write in place and readers map."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path

import numpy as np

from workbench.data import npy_header
from workbench.data.records.digest import digests_of_pixels
from workbench.data.stored import damage, load_array
from workbench.errors import storage_error
from workbench.storage import write_json

# Given more at once, the system looks for large pieces of memory to keep it in, which can take
# several times as long as writing.
_PORTION = 1 << 20
# Bytes of an image of several pages: quicker to ask for before it is touched, and reading it reads
# little else.
LARGE = 1 << 15


class MemoryMap:
    """A finished store.

    Args:
        folder: where ``images.npy`` is.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int], dtype: str) -> None:
        self._path = folder / "images.npy"
        self.shape, self.dtype = shape, np.dtype(dtype)

    @cached_property
    def _images(self) -> np.memmap:
        images = load_array(self._path)
        if images.shape[1:] != self.shape or images.dtype != self.dtype:
            raise damage(self._path)
        return images

    def take(self, places: np.ndarray) -> np.ndarray:
        """A copy of the images at some places."""
        images = self._images
        if images.strides[0] >= LARGE:
            self._ask_for(places)
        return images[places]

    def _ask_for(self, places: np.ndarray) -> None:
        """Have the system fetch images together, rather than a page of one when it is touched."""
        if not hasattr(os, "posix_fadvise"):
            return
        images = self._images
        file = os.open(self._path, os.O_RDONLY)
        try:
            for place in places.tolist():
                start = images.offset + place * images.strides[0]
                os.posix_fadvise(file, start, images.strides[0], os.POSIX_FADV_WILLNEED)
        finally:
            os.close(file)

    def between(self, start: int, stop: int) -> np.ndarray:
        """A view of the images."""
        return self._images[start:stop]

    def digests(self, places: np.ndarray) -> np.ndarray:
        """Of the pixels at some places."""
        return digests_of_pixels(self.take(places))


class MemoryMapWriter:
    """Lays out ``images.npy``; the decoding processes write into it themselves.

    Args:
        folder: an existing folder.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int], dtype: str) -> None:
        self._folder, self._shape, self._dtype = folder, shape, np.dtype(dtype)
        self.path = folder / "images.npy"
        self._count = 0
        try:
            self.path.write_bytes(b"\0" * npy_header.SIZE)
        except OSError as error:
            raise storage_error("write", self.path, error) from error

    def put(self, start: int, content: object) -> np.ndarray:
        """Note that ``content`` (a number of rows) were written from ``start`` on."""
        assert isinstance(content, int)
        self._count = max(self._count, start + content)
        return np.arange(start, start + content)

    def finish(self) -> None:
        """Write the header for as many rows as there are."""
        shape = (self._count, *self._shape)
        try:
            with self.path.open("r+b") as file:
                file.write(npy_header.header(self._dtype, shape))
                file.truncate(npy_header.SIZE + int(np.prod(shape)) * self._dtype.itemsize)
        except OSError as error:
            raise storage_error("write", self.path, error) from error
        facts = {"kind": "memory-map", "shape": list(self._shape), "dtype": self._dtype.name}
        write_json(self._folder / "store.json", facts)

    def close(self) -> None:
        """Nothing is held."""


class RowWriter:
    """Writes decoded images into the file of a store; each process has one.

    Written rather than mapped: a full disk is then an error and not the end of the process.

    Args:
        folder: of the store.
    """

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, "images.npy")
        self._before = (0, 0)

    def write(self, start: int, images: np.ndarray) -> None:
        """Write images ``(n, height, width, channels)`` to the rows from ``start`` on.

        Raises:
            StorageError: the disk is full or failing.
        """
        offset = npy_header.SIZE + start * images[0].nbytes
        try:
            file = os.open(self._path, os.O_WRONLY)
            try:
                _write(file, offset, memoryview(images.data).cast("B"))
                # What is on the disk by now makes room for what comes: a dataset would otherwise
                # push everything else out of memory, and fresh memory costs more than writing.
                _let_go(file, *self._before)
            finally:
                os.close(file)
        except OSError as error:
            raise storage_error("write", self._path, error) from error
        self._before = offset, images.nbytes


def _write(file: int, offset: int, data: memoryview) -> None:
    while data:
        written = os.pwrite(file, data[:_PORTION], offset)
        # The system begins to write now, so that little is left to wait for at the end.
        _let_go(file, offset, written)
        data, offset = data[written:], offset + written


def _let_go(file: int, offset: int, size: int) -> None:
    """Have the system write a part if it has not, and forget it if it has."""
    if size and hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file, offset, size, os.POSIX_FADV_DONTNEED)
