"""What is known of every image of a dataset, column by column, in files that are memory-mapped.

A row is an image in the order it was listed. Columns of numbers are ``.npy``; names are one blob of
UTF-8 with the place where each ends. So a table of millions opens at once and takes no memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data import npy_header
from workbench.data.names import Names
from workbench.data.splits import CODES
from workbench.data.stored import load_array
from workbench.errors import storage_error

# State of a row.
GOOD, UNREADABLE, REPEATED = range(3)

COLUMNS: dict[str, tuple[type, tuple[int, ...]]] = {
    "label": (np.int32, ()),
    "split": (np.uint8, ()),
    "state": (np.uint8, ()),
    "record": (np.int64, ()),  # its place in the store of images
    "part": (np.uint16, ()),  # the store, of a dataset made of several
    "digest": (np.uint64, ()),  # of what is kept of it, see records/digest.py; 0 for none
    "sha256": (np.uint8, (32,)),  # of the source's bytes
    "look": (np.uint64, ()),  # perceptual hash, see fingerprint.py
    "spread": (np.float32, ()),  # standard deviation of brightness, grey levels of 0–255
    "width": (np.int32, ()),  # of the original, upright
    "height": (np.int32, ()),
    "group": (np.int32, ()),  # number of the group that is never divided, -1 for none
    "twin": (np.int32, ()),  # number of the set of equal files, -1 for none
    "kin": (np.int32, ()),  # number of the set of nearly equal images, -1 for none
}
_START = {"record": -1, "group": -1, "twin": -1, "kin": -1}
_GROWTH, _LEAST = 1.5, 1024


class Table:
    """A finished table.

    Args:
        folder: where its columns are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = Names(folder)

    def __len__(self) -> int:
        return len(self["label"])

    def __getitem__(self, column: str) -> np.ndarray:
        """A column, memory-mapped and read-only.

        Raises:
            DataError: it is damaged or missing.
        """
        return self._columns(column)

    def _columns(self, column: str) -> np.ndarray:
        found = self.__dict__.get(f"_{column}")
        if found is None:
            found = load_array(self.folder / f"{column}.npy")
            self.__dict__[f"_{column}"] = found
        return found

    def has(self, column: str) -> bool:
        """Whether there is such a column: tables of earlier versions have fewer."""
        return (self.folder / f"{column}.npy").is_file()

    def rows_of(self, split: str) -> np.ndarray:
        """The readable rows of a split, sorted; a source may give unreadable ones a split too."""
        return np.flatnonzero((self["split"] == CODES[split]) & (self["state"] == GOOD))


class _Column:
    """A column being written, mapped into memory, whose pages the system may take away again."""

    def __init__(self, path: Path, dtype: type, shape: tuple[int, ...], fill: int) -> None:
        self._path, self._dtype, self._shape, self._fill = path, np.dtype(dtype), shape, fill
        self._width = int(np.prod(shape)) * self._dtype.itemsize
        self._room = 0
        self.values: np.ndarray = np.zeros((0, *shape), dtype)

    def reserve(self, room: int) -> None:
        """Make room for so many rows."""
        # The room is taken on the disk first: writing to a map of what a full disk does not have
        # would end the process.
        with self._path.open("ab") as file:
            _allocate(file.fileno(), npy_header.SIZE + room * self._width)
        shape = (room, *self._shape)
        # As a plain array: each part of a memmap is one of its own, which takes time to make.
        self.values = np.asarray(np.memmap(self._path, self._dtype, "r+", npy_header.SIZE, shape))
        if self._fill:
            self.values[self._room :] = self._fill
        self._room = room

    def finish(self, count: int) -> None:
        """Complete the file for so many rows."""
        self.values = np.zeros((0, *self._shape), self._dtype)
        with self._path.open("r+b") as file:
            file.write(npy_header.header(self._dtype, (count, *self._shape)))
            file.truncate(npy_header.SIZE + count * self._width)


def _allocate(file: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
        return
    have = os.fstat(file).st_size
    while have < size:
        have += os.write(file, bytes(min(1 << 20, size - have)))


class TableWriter:
    """A table that grows as images are listed and is filled as they are decoded.

    Args:
        folder: where its columns go, an existing folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = self._room = self._length = 0
        self._columns = {
            name: _Column(folder / f"{name}.npy", dtype, shape, _START.get(name, 0))
            for name, (dtype, shape) in COLUMNS.items()
        }
        self._ends = _Column(folder / "names.npy", np.int64, (), 0)
        try:
            self._names = (folder / "names.utf8").open("w+b")
        except OSError as error:
            raise storage_error("write", folder, error) from error

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, column: str) -> np.ndarray:
        """A column so far; may be assigned to in place."""
        return self._columns[column].values[: self._count]

    def add(self, names: Sequence[str], **columns: Sequence[Any] | np.ndarray | int) -> None:
        """Append rows.

        Raises:
            StorageError: the disk is full or failing.
        """
        start, stop = self._count, self._count + len(names)
        encoded = [name.encode("utf-8", "surrogateescape") for name in names]
        try:
            self._reserve(stop)
            self._names.write(b"".join(encoded))
        except OSError as error:
            raise storage_error("write", self._folder, error) from error
        ends = self._length + np.cumsum([len(name) for name in encoded], dtype=np.int64)
        self._ends.values[start:stop] = ends
        self._length = int(ends[-1]) if len(ends) else self._length
        for name, values in columns.items():
            self._columns[name].values[start:stop] = values
        self._count = stop

    def names(self, start: int, stop: int) -> list[str]:
        """The names of the rows ``start`` to ``stop``, read back."""
        ends = self._ends.values
        first = int(ends[start - 1]) if start else 0
        self._names.seek(first)
        blob = self._names.read(int(ends[stop - 1]) - first)
        self._names.seek(0, os.SEEK_END)
        stops = (ends[start:stop] - first).tolist()
        return [
            blob[a:b].decode("utf-8", "surrogateescape")
            for a, b in zip([0, *stops[:-1]], stops, strict=True)
        ]

    def finish(self) -> Table:
        """Complete the files and return the table.

        Raises:
            StorageError: the disk is full or failing.
        """
        try:
            self._names.close()
            for column in (self._ends, *self._columns.values()):
                column.reserve(max(1, self._room))
                column.finish(self._count)
        except OSError as error:
            raise storage_error("write", self._folder, error) from error
        return Table(self._folder)

    def close(self) -> None:
        """Let go of the file of names; what is there stays."""
        self._names.close()

    def _reserve(self, count: int) -> None:
        if count <= self._room:
            return
        self._room = max(count, _LEAST, int(_GROWTH * self._room))
        for column in (self._ends, *self._columns.values()):
            column.reserve(self._room)


def blocks(count: int, size: int) -> Iterator[tuple[int, int]]:
    """Start and stop of consecutive blocks of at most ``size`` of ``count`` rows."""
    for start in range(0, count, size):
        yield start, min(count, start + size)
