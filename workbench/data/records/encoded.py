"""Encoded images in one ArrayRecord file, decoded when they are asked for."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.images.encode import decode_record
from workbench.data.records.digest import digests_of_files
from workbench.errors import DataError, storage_error
from workbench.storage import write_json

# What the file takes beyond its records: about as much a record, and a few blocks at its end.
_RECORD_BYTES, _END_BYTES = 256, 1 << 20


class EncodedRecords:
    """A finished store.

    Args:
        folder: where ``images.arrayrecord`` is.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int], dtype: str) -> None:
        self._path = folder / "images.arrayrecord"
        self.shape, self.dtype = shape, np.dtype(dtype)

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_reader"}

    @cached_property
    def _reader(self) -> Any:
        from array_record.python.array_record_module import ArrayRecordReader

        try:
            return ArrayRecordReader(str(self._path))
        except (RuntimeError, ValueError) as error:
            raise self._damaged(error) from error

    def take(self, places: np.ndarray) -> np.ndarray:
        """Decode the images at some places."""
        images = np.empty((len(places), *self.shape), self.dtype)
        for row, data in enumerate(self._read(places)):
            images[row] = decode_record(data, self.shape, self.dtype.name)
        return images

    def between(self, start: int, stop: int) -> np.ndarray:
        """Decode a stretch."""
        return self.take(np.arange(start, stop))

    def digests(self, places: np.ndarray) -> np.ndarray:
        """Of the encoded images at some places."""
        return digests_of_files(self._read(places))

    def _read(self, places: np.ndarray) -> Sequence[bytes]:
        try:
            return self._reader.read([int(place) for place in places])
        except (RuntimeError, ValueError, IndexError) as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> DataError:
        return DataError(f"{self._path} is damaged ({error}); create the dataset again")


class EncodedWriter:
    """Writes what the decoding processes have encoded, in the order in which it comes.

    Args:
        folder: an existing folder.
    """

    def __init__(self, folder: Path, shape: tuple[int, int, int], dtype: str) -> None:
        from array_record.python.array_record_module import ArrayRecordWriter

        self._folder, self._shape, self._dtype = folder, shape, np.dtype(dtype)
        self._path = folder / "images.arrayrecord"
        # One record a group, so that reading one decodes one.
        self._writer = ArrayRecordWriter(str(self._path), "group_size:1,uncompressed")
        self._count = self._size = 0

    def put(self, start: int, content: object) -> np.ndarray:
        """Write the encoded images; an empty one stands for an unreadable image."""
        assert isinstance(content, Sequence)
        places = np.full(len(content), -1, np.int64)
        self._check_room(sum(map(len, content)), len(content))
        for row, data in enumerate(content):
            if data:
                self._writer.write(data)
                places[row] = self._count
                self._count += 1
                self._size += len(data)
        return places

    def finish(self) -> None:
        """Write what is still held back."""
        self._check_room(0, 0)
        try:
            self._writer.close()
        except RuntimeError as error:
            raise storage_error("write", self._path, OSError(str(error))) from error
        facts = {"kind": "array-record", "shape": list(self._shape), "dtype": self._dtype.name}
        write_json(self._folder / "store.json", facts)

    def close(self) -> None:
        """Close the file."""
        if self._writer.is_open():
            self._writer.close()

    def _check_room(self, size: int, count: int) -> None:
        """Make sure that what was written has room, and so many bytes and records more.

        The library holds back what it is given, and does not tell of a full disk before the end.
        """
        wanted = self._size + size + _RECORD_BYTES * (self._count + count) + _END_BYTES
        there = self._path.stat().st_size
        free = shutil.disk_usage(self._folder).free
        if not self._writer.ok() or free < wanted - there:
            raise storage_error("write", self._path, OSError(errno.ENOSPC, "no space"))
