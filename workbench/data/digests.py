"""Whether a dataset is what it was when it was made: digests of its images and of its other files.

An image's digest is a column of the table (records/digest.py), so a version over the same records
can be checked, too; those of the other files are in a file of their own, written last.
"""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from workbench.data.records import Store
from workbench.data.table import UNREADABLE, Table, blocks
from workbench.storage import read_json, write_json

_NAME = "digests.json"
_PART_BYTES = 16 << 20


def write_digests(folder: Path) -> None:
    """Note what the files of a dataset's finished folder are, the images aside."""
    files = [
        path
        for path in folder.iterdir()
        if path.name != _NAME and not path.name.startswith("images.")
    ]
    write_json(folder / _NAME, {path.name: _digest(path) for path in sorted(files)})


def changed_file(folder: Path) -> Path | None:
    """A file that is not what it was; None where all are, or nothing is known of them."""
    if not (folder / _NAME).is_file():
        return None
    for name, digest in read_json(folder / _NAME).items():
        if not (folder / name).is_file() or _digest(folder / name) != digest:
            return folder / name
    return None


def known(table: Table) -> np.ndarray:
    """The readable rows of which digests are known: none, or not all, of an earlier version."""
    if not table.has("digest"):
        return np.zeros(0, np.int64)
    return np.flatnonzero((table["state"] != UNREADABLE) & (table["digest"] != 0))


def changed_rows(table: Table, stores: list[Store], rows: np.ndarray) -> np.ndarray:
    """Those of some rows whose images are not what they were.

    Raises:
        DataError: a record cannot be read any more.
    """
    count = max(1, _PART_BYTES // max(1, int(np.prod(stores[0].shape)) * stores[0].dtype.itemsize))
    found = [np.zeros(0, np.int64)]
    for part, store in enumerate(stores):
        mine = rows[table["part"][rows] == part]
        for start, stop in blocks(len(mine), count):
            some = mine[start:stop]
            found.append(some[store.digests(table["record"][some]) != table["digest"][some]])
    return np.sort(np.concatenate(found))


def _digest(path: Path) -> int:
    digest = 0
    with path.open("rb") as file:
        while data := file.read(1 << 20):
            digest = zlib.crc32(data, digest)
    return digest
