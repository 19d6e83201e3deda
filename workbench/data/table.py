"""What is known of every image of a dataset, column by column, in files that are memory-mapped.

A row is an image in the order it was listed. Columns of numbers are ``.npy``; names are one blob of
UTF-8 with the place where each ends. So a table of millions opens at once and takes no memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.names import Names
from workbench.data.splits import CODES
from workbench.errors import DataError, storage_error

# State of a row.
GOOD, UNREADABLE, REPEATED, EXCLUDED = range(4)

COLUMNS: dict[str, tuple[type, tuple[int, ...]]] = {
    "label": (np.int32, ()),
    "split": (np.uint8, ()),
    "state": (np.uint8, ()),
    "record": (np.int64, ()),  # its place in the store of images
    "part": (np.uint16, ()),  # the store, of a dataset made of several
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
_GROWTH = 1.5


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
        """A column, memory-mapped and read-only."""
        return self._columns(column)

    def _columns(self, column: str) -> np.ndarray:
        found = self.__dict__.get(f"_{column}")
        if found is None:
            path = self.folder / f"{column}.npy"
            try:
                found = np.load(path, mmap_mode="r", allow_pickle=False)
            except (OSError, ValueError) as error:
                raise DataError(f"{path} is damaged ({error}); create the dataset again") from error
            self.__dict__[f"_{column}"] = found
        return found

    def rows_of(self, split: str) -> np.ndarray:
        """The readable rows of a split, sorted; a source may give unreadable ones a split too."""
        return np.flatnonzero((self["split"] == CODES[split]) & (self["state"] == GOOD))


class TableWriter:
    """A table that grows as images are listed and is filled as they are decoded.

    Args:
        folder: where its columns go; made by the first write.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._columns = {name: _empty(name, 1024) for name in COLUMNS}
        self._ends = np.zeros(1024, np.int64)
        self._length = 0
        self._names: Any = None

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, column: str) -> np.ndarray:
        """A column so far; may be assigned to in place."""
        return self._columns[column][: self._count]

    def add(self, names: Sequence[str], **columns: Sequence[Any] | np.ndarray | int) -> None:
        """Append rows.

        Raises:
            StorageError: the disk is full or failing.
        """
        start, stop = self._count, self._count + len(names)
        self._reserve(stop)
        encoded = [name.encode("utf-8", "surrogateescape") for name in names]
        self._ends[start:stop] = self._length + np.cumsum([len(name) for name in encoded])
        self._write(b"".join(encoded))
        self._length = int(self._ends[stop - 1]) if stop else 0
        for name, values in columns.items():
            self._columns[name][start:stop] = values
        self._count = stop

    def names(self, start: int, stop: int) -> list[str]:
        """The names of the rows ``start`` to ``stop``, read back."""
        first = int(self._ends[start - 1]) if start else 0
        self._names.seek(first)
        blob = self._names.read(int(self._ends[stop - 1]) - first)
        self._names.seek(0, 2)
        ends = self._ends[start:stop] - first
        starts = [0, *ends[:-1].tolist()]
        return [
            blob[a:b].decode("utf-8", "surrogateescape")
            for a, b in zip(starts, ends.tolist(), strict=True)
        ]

    def finish(self) -> Table:
        """Write the columns and return the table.

        Raises:
            StorageError: the disk is full or failing.
        """
        try:
            self._write(b"")
            self._names.close()
            np.save(self._folder / "names.npy", self._ends[: self._count], allow_pickle=False)
            for name in COLUMNS:
                np.save(self._folder / f"{name}.npy", self[name], allow_pickle=False)
        except OSError as error:
            raise storage_error("write", self._folder, error) from error
        return Table(self._folder)

    def close(self) -> None:
        """Let go of the file of names; what is there stays."""
        if self._names is not None:
            self._names.close()

    def _write(self, data: bytes) -> None:
        try:
            if self._names is None:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._names = (self._folder / "names.utf8").open("w+b")
            self._names.write(data)
        except OSError as error:
            raise storage_error("write", self._folder, error) from error

    def _reserve(self, count: int) -> None:
        if count <= len(self._ends):
            return
        room = max(count, int(_GROWTH * len(self._ends)))
        for name, old in self._columns.items():
            self._columns[name] = _empty(name, room)
            self._columns[name][: self._count] = old[: self._count]
        ends, self._ends = self._ends, np.zeros(room, np.int64)
        self._ends[: self._count] = ends[: self._count]


def _empty(name: str, room: int) -> np.ndarray:
    dtype, shape = COLUMNS[name]
    return np.full((room, *shape), _START.get(name, 0), dtype)


def blocks(count: int, size: int) -> Iterator[tuple[int, int]]:
    """Start and stop of consecutive blocks of at most ``size`` of ``count`` rows."""
    for start in range(0, count, size):
        yield start, min(count, start + size)
