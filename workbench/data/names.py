"""Text of every row of a table, searched without reading it row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np

from workbench.data.stored import damage, load_array, told_as_damage

# Rows brought into lower case at once, and bytes searched at once: what a processor's caches hold.
_ROWS = 4096
_PART = 4 << 20


class Names:
    """Text of every row, as one blob; read through a memory map.

    Whatever asks for a row raises :class:`DataError` where the files are damaged or missing.
    """

    def __init__(self, folder: Path, name: str = "names") -> None:
        self._blob_path, self._ends_path = folder / f"{name}.utf8", folder / f"{name}.npy"

    @cached_property
    def _ends(self) -> np.ndarray:
        return load_array(self._ends_path)

    @cached_property
    def _blob(self) -> np.ndarray:
        needed = int(self._ends[-1]) if len(self._ends) else 0
        with told_as_damage(self._blob_path):
            size = self._blob_path.stat().st_size
            blob = np.memmap(self._blob_path, np.uint8, "r") if size else np.zeros(0, np.uint8)
        if size < needed:
            raise damage(self._blob_path)
        return blob

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, row: int) -> str:
        start = int(self._ends[row - 1]) if row > 0 else 0
        return bytes(self._blob[start : int(self._ends[row])]).decode("utf-8", "surrogateescape")

    def take(self, rows: Iterable[int]) -> list[str]:
        """The text of some rows."""
        return [self[int(row)] for row in rows]

    def between(self, start: int, stop: int) -> list[str]:
        """The text of the rows ``start`` to ``stop``."""
        return self.take(range(start, stop))

    def containing(self, text: str) -> np.ndarray:
        """The rows whose text contains ``text``, whatever its case; sorted.

        The blob is searched as a whole, which is hundreds of times faster than row by row.
        """
        wanted = text.lower().encode("utf-8", "surrogateescape")
        if not wanted:
            return np.arange(len(self))
        starts = occurrences(self._folded, wanted)
        ends = np.asarray(self._ends)
        if len(starts) > len(ends):  # look where each row's first is, not in which row each is
            first = np.searchsorted(starts, np.concatenate([[0], ends[:-1]]))
            return np.flatnonzero(np.searchsorted(starts, ends - len(wanted) + 1) > first)
        rows = np.searchsorted(ends, starts, side="right")
        rows = rows[starts + len(wanted) <= ends[rows]]
        return rows[np.diff(rows, prepend=-1) > 0]  # each once; they are in order

    @cached_property
    def _folded(self) -> np.ndarray:
        """The blob itself where it is ASCII, which takes no memory; else with small letters."""
        if all(not (part & 0x80).any() for part in _parts(self._blob)):
            return self._blob
        lower = np.empty(len(self._blob), np.uint8)
        start = 0
        for first in range(0, len(self), _ROWS):
            stop = int(self._ends[min(first + _ROWS, len(self)) - 1])
            lower[start:stop] = np.frombuffer(self._lower(first, start, stop), np.uint8)
            start = stop
        return lower

    def _lower(self, first: int, start: int, stop: int) -> bytes:
        """The bytes of some rows in lower case, every letter where it was."""
        part = bytes(self._blob[start:stop])
        if part.isascii():
            return part.lower()
        text = part.decode("utf-8", "surrogateescape")
        if all(_same_length(sign) for sign in set(text)):
            return text.lower().encode("utf-8", "surrogateescape")
        rows = self.between(first, min(first + _ROWS, len(self)))
        return b"".join(_lower_in_place(row) for row in rows)


def _parts(blob: np.ndarray, overlap: int = 0) -> Iterator[np.ndarray]:
    """Stretches that fit the processor's caches, each running ``overlap`` into the next."""
    for start in range(0, len(blob), _PART):
        yield blob[start : start + _PART + overlap]


def occurrences(blob: np.ndarray, wanted: bytes) -> np.ndarray:
    """Where ``wanted``, in small letters, stands in UTF-8 text, capital ASCII letters as good.

    Every sign is compared at once, the rarest first, so that it matters little how often it is
    found.
    """
    sample = np.bincount(_lower_ascii(blob[: _PART // 8]), minlength=256)
    order = sorted(range(len(wanted)), key=lambda place: sample[wanted[place]])
    found = [np.zeros(0, np.int64)]
    for number, part in enumerate(_parts(blob, len(wanted) - 1)):
        room = len(part) - len(wanted) + 1
        if room <= 0:
            continue
        first = order[0]
        starts = np.flatnonzero(_equal(part[first : first + room], wanted[first]))
        for place in order[1:]:
            starts = starts[_equal(part[starts + place], wanted[place])]
        found.append(starts + number * _PART)
    return np.concatenate(found)


def _equal(signs: np.ndarray, wanted: int) -> np.ndarray:
    # A letter and its capital differ in this bit alone.
    return (signs | 0x20 if chr(wanted).isalpha() and wanted < 0x80 else signs) == wanted


def _lower_ascii(signs: np.ndarray) -> np.ndarray:
    return np.where((signs >= 65) & (signs <= 90), signs | 0x20, signs)


def _same_length(sign: str) -> bool:
    return len(sign.lower().encode("utf-8", "surrogateescape")) == len(
        sign.encode("utf-8", "surrogateescape")
    )


def _lower_in_place(text: str) -> bytes:
    """Lower case; where that would move what follows, of the ASCII letters alone."""
    before, after = (t.encode("utf-8", "surrogateescape") for t in (text, text.lower()))
    return after if len(after) == len(before) else before.lower()
