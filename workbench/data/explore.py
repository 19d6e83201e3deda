"""Finding images in a dataset of millions: filter, sort, page, all on memory-mapped columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workbench.data.splits import CODES, SPLITS
from workbench.data.table import GOOD, UNREADABLE, Table
from workbench.errors import NotFound

# What one may sort by: column, or a figure of columns; ``mixed`` shows a bit of everything first.
SORTS = ("mixed", "class", "width", "height", "aspect", "spread")
# A step of this share of the rows goes through all of them and is never near where it was lately
# (Knuth, The Art of Computer Programming 3, 6.4, on Fibonacci hashing).
_GOLDEN = 0.6180339887498949


@dataclass(frozen=True)
class Query:
    """What is looked for.

    Attributes:
        split: name of a split, None for all.
        label: number of a class, None for all.
        text: part of the path, whatever its case.
        sort: one of :data:`SORTS`, empty for the stored order.
    """

    split: str | None = None
    label: int | None = None
    text: str = ""
    sort: str = ""
    descending: bool = False


@dataclass(frozen=True)
class Item:
    """One image of a page: its row, its place in its split, its class, its file."""

    row: int
    index: int
    split: str
    label: str
    path: str


@dataclass(frozen=True)
class Page:
    """A few images of the ``total`` that were asked for."""

    total: int
    items: list[Item]


class Found:
    """The rows that fit, in order; pages are made as they are asked for."""

    def __init__(self, table: Table, labels: Sequence[str], rows: np.ndarray) -> None:
        self._table, self._labels, self.rows = table, labels, rows

    def __len__(self) -> int:
        return len(self.rows)

    def page(self, offset: int, limit: int) -> Page:
        """``limit`` images from the ``offset``-th on."""
        rows = self.rows[offset : offset + limit]
        return Page(len(self.rows), [self.item(int(row)) for row in rows])

    def item(self, row: int) -> Item:
        """What is known of one row."""
        table, code = self._table, int(self._table["split"][row])
        split = SPLITS[code - 1] if code else ""
        before = (table["split"][:row] == code) & (table["state"][:row] == GOOD)
        index = int(np.count_nonzero(before)) if code else -1
        return Item(row, index, split, self._labels[table["label"][row]], table.names[row])


def find(
    table: Table,
    labels: Sequence[str],
    query: Query,
    among: Sequence[int] | np.ndarray | None = None,
) -> Found:
    """The images that fit.

    Args:
        among: only these rows, and unless sorted in this order; of them those too that are in no
            split, such as repeated images that were left out. Else only what is in a split.

    Raises:
        NotFound: there is no such order.
    """
    if among is None:
        rows = np.flatnonzero(_fitting(table, query, slice(None)))
    else:
        rows = np.asarray(among, np.int64)
        rows = rows[_fitting(table, query, rows)]
    if query.text:
        rows = rows[_marked(len(table), table.names.containing(query.text))[rows]]
    return Found(table, labels, _sorted(table, rows, query))


def _fitting(table: Table, query: Query, rows: np.ndarray | slice) -> np.ndarray:
    """Which of the rows are readable, of the split and of the class; bool ``(rows,)``."""
    state, split = table["state"][rows], table["split"][rows]
    keep = state == GOOD if isinstance(rows, slice) else state != UNREADABLE
    if query.split is not None:
        keep &= split == CODES[query.split]
    elif isinstance(rows, slice):
        keep &= split != 0
    if query.label is not None:
        keep &= table["label"][rows] == query.label
    return np.asarray(keep)


def _marked(count: int, rows: np.ndarray) -> np.ndarray:
    marked = np.zeros(count, bool)
    marked[rows] = True
    return marked


def _sorted(table: Table, rows: np.ndarray, query: Query) -> np.ndarray:
    if query.sort == "mixed":
        rows = _mixed(rows)
    if query.sort in ("", "mixed"):
        return rows[::-1] if query.descending else rows
    order = _order(_key(table, rows, query.sort))
    return rows[order[::-1] if query.descending else order]


def _order(keys: np.ndarray) -> np.ndarray:
    """As ``argsort``, stable, of int32 or float32 that are not negative, and much faster.

    The bits of such floats are in the order of their values, so that key and place make one whole
    number, and whole numbers are sorted with vector instructions.
    """
    joined = np.ascontiguousarray(keys).view(np.int32).astype(np.int64) << 32
    joined |= np.arange(len(keys))
    joined.sort()
    return joined & 0xFFFFFFFF


def _mixed(rows: np.ndarray) -> np.ndarray:
    """The rows from all over the table, always in the same order."""
    count = len(rows)
    if count < 3:
        return rows
    step = round(count * _GOLDEN)
    while np.gcd(step, count) != 1:
        step += 1
    return rows[np.arange(count) * step % count]


def _key(table: Table, rows: np.ndarray, sort: str) -> np.ndarray:
    if sort == "class":
        return table["label"][rows]
    if sort == "aspect":
        ratio = table["width"][rows] / np.maximum(1, table["height"][rows])
        return ratio.astype(np.float32)
    if sort not in SORTS:
        raise NotFound(f"images cannot be sorted by {sort!r}; choose one of {', '.join(SORTS)}")
    return table[sort][rows]
