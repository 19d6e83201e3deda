"""Reading the file of an LMDB: a tree of pages, of which none is trusted.

The LMDB library maps the file and believes what it finds, so a file that was cut short ends the
process. Here every place is checked before it is read.
"""

from __future__ import annotations

import os
import struct
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from workbench.data.images.decode import MAX_BYTES
from workbench.errors import DataError

_MAGIC = 0xBEEFC0DE
_HEADER = 16  # of every page
_META = struct.Struct("<IIQQ48x4xHHQQQQQQQ")
_BRANCH, _LEAF = 1, 2
_BIG, _SUB, _DUPLICATES = 1, 2, 4
_SORTED_DUPLICATES = 4
_EMPTY = 2**64 - 1
_DEEPEST = 32
_NODE = struct.Struct("<HHHH")


@dataclass(frozen=True)
class _Node:
    """A key with the page below it, or with its value or the place of its value."""

    key: bytes
    flags: int
    size: int
    data: bytes
    page: int


class Tree:
    """The keys and values of an LMDB's main database, read-only; a context manager.

    Args:
        path: the ``data.mdb``.

    Raises:
        DataError: it is no LMDB, damaged or cut short; the message is the reason alone.
        OSError: it cannot be read.
    """

    def __init__(self, path: str) -> None:
        self._file: BinaryIO = open(path, "rb")  # noqa: SIM115 - closed by __exit__
        try:
            self._size = os.fstat(self._file.fileno()).st_size
            self._pages: dict[int, list[_Node]] = {}
            self._read_meta()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Tree:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __len__(self) -> int:
        return self._entries

    def _bytes(self, offset: int, size: int) -> bytes:
        if not 0 <= offset <= offset + size <= self._size:
            raise DataError("it is cut short or damaged: a page lies beyond its end")
        self._file.seek(offset)
        data = self._file.read(size)
        if len(data) != size:
            raise DataError("it became shorter while it was read")
        return data

    def _read_meta(self) -> None:
        """Take the newer of the two descriptions that a file begins with."""
        if self._size < _HEADER + _META.size:
            raise DataError("it is no LMDB")
        magic, version = struct.unpack("<II", self._bytes(_HEADER, 8))
        if magic != _MAGIC or version != 1:
            raise DataError("it is no LMDB, or one of another machine or version")
        (self._page,) = struct.unpack("<I", self._bytes(_HEADER + 24, 4))
        if self._page not in (2**power for power in range(9, 17)):
            raise DataError(f"it is damaged: a page of {self._page} bytes")
        metas = [
            _META.unpack(self._bytes(place * self._page + _HEADER, _META.size)) for place in (0, 1)
        ]
        newest = max((m for m in metas if m[:2] == (_MAGIC, 1)), key=lambda m: m[-1])
        flags, self._depth, _, _, _, self._entries, self._root, last, _ = newest[4:]
        if flags & _SORTED_DUPLICATES:
            raise DataError("it holds several values a key, which no database of images does")
        if self._depth > _DEEPEST or self._entries > self._size // (_NODE.size + 2):
            raise DataError("it is damaged: it declares more records than it has room for")
        if (last + 1) * self._page > self._size:
            missing = (last + 1) * self._page - self._size
            raise DataError(f"it is cut short: the last {missing:,} bytes are missing")

    def items(self) -> Iterator[tuple[bytes, bytes | DataError]]:
        """Every key with its value, or with the reason why it cannot be read, in order."""
        seen = taken = 0
        leaves = () if self._root == _EMPTY else self._leaves(self._root, self._depth)
        for node in leaves:
            seen, taken = seen + 1, taken + node.size
            # Pages that are pointed to twice could go on for ever.
            if seen > self._entries or taken > self._size:
                raise DataError("it is damaged: it holds more records than it declares")
            yield node.key, self._value(node)
        if seen < self._entries:
            raise DataError(
                f"it is damaged: {self._entries:,} records are declared, {seen:,} found"
            )

    def _leaves(self, page: int, depth: int) -> Iterator[_Node]:
        for node in self._nodes(page, depth, keep=False):
            if depth > 1:
                yield from self._leaves(node.page, depth - 1)
            else:
                yield node

    def get(self, key: bytes) -> bytes | DataError:
        """The value of a key, or the reason why there is none."""
        page = self._root
        if page == _EMPTY:
            return DataError("there is no such record")
        for depth in range(self._depth, 0, -1):
            nodes = self._nodes(page, depth, keep=True)
            # The first key of a branch stands below every other, whatever it is.
            place = bisect_right(nodes, key, lo=int(depth > 1), key=lambda node: node.key)
            node = nodes[max(0, place - 1)]
            page = node.page
        return self._value(node) if node.key == key else DataError("there is no such record")

    def _value(self, node: _Node) -> bytes | DataError:
        if node.flags & (_SUB | _DUPLICATES):
            return DataError("a database within the database, not a record")
        if not node.flags & _BIG:
            return node.data
        if node.size > MAX_BYTES:
            return DataError("larger than 1 GiB")
        try:
            return self._bytes(node.page * self._page + _HEADER, node.size)
        except DataError as error:
            return error

    def _nodes(self, page: int, depth: int, keep: bool) -> list[_Node]:
        """The nodes of a page, which are remembered for the next key where ``keep``."""
        if page in self._pages:
            return self._pages[page]
        data = self._bytes(page * self._page, self._page)
        own, _, flags, lower, upper = struct.unpack_from("<QHHHH", data)
        kind = _BRANCH if depth > 1 else _LEAF
        sound = own == page and flags & 0x1F == kind and _HEADER < lower <= upper <= self._page
        if not sound:
            raise DataError(f"it is damaged at page {page:,}")
        places = struct.unpack_from(f"<{(lower - _HEADER) // 2}H", data, _HEADER)
        nodes = [_node(data, place, kind) for place in places]
        if keep:
            if len(self._pages) > 64:
                self._pages.clear()
            self._pages[page] = nodes
        return nodes


def _node(data: bytes, place: int, kind: int) -> _Node:
    start = place + _NODE.size
    if start > len(data):
        raise DataError("it is damaged: a record lies outside its page")
    low, high, flags, length = _NODE.unpack_from(data, place)
    key, start = data[start : start + length], start + length
    if kind == _BRANCH:
        return _Node(key, 0, 0, b"", low | high << 16 | flags << 32)
    size = low | high << 16
    end = start + (8 if flags & _BIG else size)
    if end > len(data):
        raise DataError("it is damaged: a record lies outside its page")
    if flags & _BIG:
        return _Node(key, flags, size, b"", int.from_bytes(data[start:end], "little"))
    return _Node(key, flags, size, data[start:end], 0)
