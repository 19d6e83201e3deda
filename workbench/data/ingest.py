"""From a source to records and a table: list, decode as soon as something is listed, note.

Listing and decoding go hand in hand, and neither needs to know of splits: those are drawn when all
is known, and are no more than a column of the table.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np

from workbench.data import table as columns
from workbench.data.config import DatasetConfig
from workbench.data.crew import WORTH_IT, Crew, crew
from workbench.data.records import Writer
from workbench.data.records.choice import Machine, choose, pixel_bytes
from workbench.data.records.memory_map import MemoryMapWriter
from workbench.data.running_sum import gathered
from workbench.data.sources import Access, Listing, Sample
from workbench.data.splits import CODES
from workbench.data.stopping import heed_stop
from workbench.data.table import TableWriter
from workbench.data.workers import Decoded, Work
from workbench.jobs import JobContext

_LISTED_AT_ONCE = 2000
_STRETCH_BYTES = 8 << 20
_MOST_STRETCH, _LEAST_STRETCH = 256, 8
# Fewer, down to one, of images of which so many would take more than this.
_MOST_STRETCH_BYTES = 64 << 20


@dataclass
class Ingested:
    """What a source gave.

    Attributes:
        table: a row an image; not yet divided.
        groups: how many groups there are that must not be divided.
        unreadable: row and reason.
        range: the least and the greatest value of the images; of whole numbers all they can have.
        bytes: how much was read.
        total: the sum of all images, float64; None where they are not of 8 bits, or not kept as
            they were decoded.
    """

    table: TableWriter
    writer: Writer
    crew: Crew
    listing: Listing
    groups: int = 0
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    range: tuple[float, float] = (np.inf, -np.inf)
    bytes: int = 0
    total: np.ndarray | None = None


class _Beyond(Exception):
    """Decoded images turn out not to fit: they must be encoded."""


@contextmanager
def ingested(
    config: DatasetConfig, folder: Path, access: Access, context: JobContext
) -> Iterator[Ingested]:
    """List and decode everything into ``folder``, which is made.

    Raises:
        Stopped: Stop was commanded.
        DataError: the source cannot be read.
        StorageError: the disk is full or failing.
    """
    try:
        with _ingested(config, folder, access, context, config.encoding) as found:
            yield found
    except _Beyond:
        # Listing is much quicker than decoding, so little was done in vain.
        shutil.rmtree(folder)
        with _ingested(config, folder, access, context, "png") as found:
            yield found


@contextmanager
def _ingested(
    config: DatasetConfig, folder: Path, access: Access, context: JobContext, encoding: str
) -> Iterator[Ingested]:
    folder.mkdir(parents=True)
    listing = config.source.read(config.seed, access)
    table = TableWriter(folder)
    writer = _writer(folder, config, encoding)
    reader = config.source.reader(access)
    kept = "none" if encoding == "auto" else encoding
    work = Work(reader, str(folder), config.image, kept, config.quality, config.seed)
    process = _Listing(config, listing, table, encoding, Machine.at(folder))
    try:
        process.advance(WORTH_IT)
        with crew(work, len(table)) as people:
            found = Ingested(table, writer, people, listing)
            _decode_all(found, process, context)
            found.groups = len(process.groups)
            found.total = gathered(folder)
            writer.finish()
            yield found
    finally:
        table.close()
        writer.close()


def _writer(folder: Path, config: DatasetConfig, encoding: str) -> Writer:
    shape, dtype = config.image.shape, config.image.dtype
    if encoding in ("none", "auto"):
        return MemoryMapWriter(folder, shape, dtype)
    from workbench.data.records.encoded import EncodedWriter

    return EncodedWriter(folder, shape, dtype)


class _Listing:
    """Takes samples out of a listing into a table."""

    def __init__(
        self,
        config: DatasetConfig,
        listing: Listing,
        table: TableWriter,
        encoding: str,
        machine: Machine,
    ) -> None:
        self._config, self._listing, self._table = config, listing, table
        self._encoding, self._machine = encoding, machine
        self.groups: dict[str, int] = {}
        self.complete = False

    @property
    def stretch(self) -> int:
        """How many images are given out at a time: as many as keep memory flat."""
        size = pixel_bytes(self._config.image)
        least = max(1, min(_LEAST_STRETCH, _MOST_STRETCH_BYTES // size))
        return max(least, min(_MOST_STRETCH, _STRETCH_BYTES // size))

    def advance(self, count: int = _LISTED_AT_ONCE) -> None:
        """List up to ``count`` more samples."""
        if self.complete:
            return
        samples = list(islice(self._listing.samples, count))
        self.complete = len(samples) < count
        if samples:
            self._add(samples)
            self._check_room()

    def _add(self, samples: list[Sample]) -> None:
        names, labels, splits, groups = zip(*samples, strict=True)
        numbers = [self._group(group) for group in groups] if any(groups) else -1
        self._table.add(names, label=labels, split=[CODES[s] for s in splits], group=numbers)

    def _group(self, name: str) -> int:
        return self.groups.setdefault(name, len(self.groups)) if name else -1

    def _check_room(self) -> None:
        image, count = self._config.image, len(self._table)
        chosen = choose(self._encoding, image, count, self._machine).encoding
        if self._encoding == "auto" and chosen != "none":
            raise _Beyond


def _decode_all(found: Ingested, process: _Listing, context: JobContext) -> None:
    stretch = process.stretch
    given = done = 0
    while True:
        process.advance()
        # Before the listing is complete only whole stretches are given out.
        ready = len(found.table) if process.complete else len(found.table) - stretch + 1
        while found.crew.busy < found.crew.room and given < ready:
            stop = min(len(found.table), given + stretch)
            found.crew.give(given, found.table.names(given, stop))
            given = stop
        if process.complete and not found.crew.busy:
            return
        for decoded in found.crew.take(0.2 if process.complete else 0):
            _note(found, decoded)
            done += len(decoded.size)
        doing = "Decoding" if process.complete else "Listing and decoding"
        context.progress(done, len(found.table), "images", doing, bytes=found.bytes)
        heed_stop(context)


def _note(found: Ingested, decoded: Decoded) -> None:
    """Enter what became of a stretch into the table."""
    start, stop = decoded.start, decoded.start + len(decoded.size)
    table = found.table
    for name in ("digest", "sha256", "look", "spread"):
        table[name][start:stop] = getattr(decoded, name)
    table["width"][start:stop], table["height"][start:stop] = decoded.size.T
    table["record"][start:stop] = found.writer.put(start, decoded.content)
    found.bytes += decoded.bytes
    (least, greatest), (low, high) = found.range, decoded.range
    found.range = min(least, low), max(greatest, high)
    for row, reason in decoded.unreadable:
        table["state"][start + row] = columns.UNREADABLE
        # Whatever split its source gave: there is nothing to train on or to measure.
        table["split"][start + row] = CODES[""]
        found.unreadable.append((start + row, reason))
