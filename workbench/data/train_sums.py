"""The sums of a dataset's training images, of which its mean image follows.

Imports little, for the decoding processes import it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data import statistics
from workbench.data.records import Images, open_stores
from workbench.data.records.memory_map import LARGE
from workbench.data.splits import CODES
from workbench.data.statistics import Sums, sums
from workbench.data.table import UNREADABLE, Table, blocks
from workbench.data.workers import processors

_PART_BYTES = 16 << 20
# What the sums of all shares may take together, and how many bytes of sum a byte of image has.
_SUMS_BYTES, _SUM_BYTES = 1 << 30, 8
Map = Callable[[Callable[..., Any], Any], Iterator[Any]]


def train_sums(table: Table, map_: Map, all_images: np.ndarray | None) -> Sums:
    """The sums of the training images; of all less the others', where that is less to read.

    Args:
        map_: calls functions of a module in parallel, where that can be.
        all_images: the sum of all images, split or not, where it is known.
    """
    readable = table["state"] != UNREADABLE
    train = table["split"] == CODES["train"]
    if all_images is None or 2 * train.sum() < readable.sum():
        return _sums_of(table, np.flatnonzero(train), map_)
    everything = Sums(all_images, int(readable.sum()), 0, 255)
    others = np.flatnonzero(readable & ~train)
    return everything.without(_sums_of(table, others, map_)) if len(others) else everything


def _sums_of(table: Table, rows: np.ndarray, map_: Map) -> Sums:
    return statistics.combined(map_(sum_rows, _shares(table.folder, rows)))


def sum_rows(folder: str, rows: np.ndarray) -> Sums:
    """The sums over some images of a dataset's folder."""
    table = Table(Path(folder))
    span = _rows_of(_PART_BYTES, table.folder)
    # Of small images a page has several, so what lies between those that are read is read, too.
    small = _PART_BYTES // span < LARGE
    apart = np.diff(rows // span) if small else np.zeros(0)
    stretches = np.split(rows, np.flatnonzero(apart) + 1)
    return statistics.combined(_sum_some(table, stretch) for stretch in stretches)


def _sum_some(table: Table, rows: np.ndarray) -> Sums:
    # Opened each time: what was read does not stay mapped, so memory stays flat.
    return sums(Images(open_stores(table.folder), table["part"][rows], table["record"][rows]))


def _shares(folder: Path, rows: np.ndarray) -> list[tuple[str, np.ndarray]]:
    part, sums_ = _rows_of(_PART_BYTES, folder), _rows_of(_SUMS_BYTES // _SUM_BYTES, folder)
    share = max(1, min(part, -(-len(rows) // processors())))
    # Of large images each share's sum takes more room than its images: there are few shares.
    share = max(share, -(-len(rows) // sums_)) if part == 1 else share
    return [(str(folder), rows[start:stop]) for start, stop in blocks(len(rows), share)]


def _rows_of(size: int, folder: Path) -> int:
    """How many images of a dataset's folder have so many bytes, at least one."""
    store = open_stores(folder)[0]
    return max(1, size // max(1, int(np.prod(store.shape)) * store.dtype.itemsize))
