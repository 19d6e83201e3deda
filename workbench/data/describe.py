"""What is written beside the records: labels, figures, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data import statistics
from workbench.data.records import Images, open_stores
from workbench.data.records.memory_map import LARGE
from workbench.data.sources import Listing
from workbench.data.splits import SPLITS
from workbench.data.statistics import Sums, sums
from workbench.data.table import REPEATED, UNREADABLE, Table, blocks
from workbench.data.workers import processors
from workbench.errors import DataError
from workbench.jobs import JobContext
from workbench.jobs.storage import write_atomic, write_json

_MOST_NAMED = 10_000
_PART_BYTES = 16 << 20
Map = Callable[[Callable[..., Any], Any], Iterator[Any]]


def describe(
    table: Table,
    listing: Listing,
    unreadable: Sequence[tuple[str, str]],
    map_: Map,
    context: JobContext,
    all_images: np.ndarray | None = None,
) -> None:
    """Write labels, counts, mean image and report into the table's folder; tell the facts.

    Args:
        map_: calls functions of a module in parallel, where that can be.
        all_images: the sum of all images, split or not, where it is known.

    Raises:
        DataError: a class is left without an image to train on.
    """
    folder, labels = table.folder, listing.labels
    counts = count(table, labels)
    _check_classes(counts, table, labels)
    total = _train_sums(table, map_, all_images)
    np.save(folder / "mean_image.npy", total.total / total.count, allow_pickle=False)
    # JSON, because a class may be named with a newline; labels.txt is for other programs.
    write_json(folder / "labels.json", labels)
    lines = "".join(" ".join(label.split()) + "\n" for label in labels)
    write_atomic(folder / "labels.txt", lines.encode("utf-8", "surrogateescape"))
    report = {
        "unreadable": list(unreadable[:_MOST_NAMED]),
        "ignored": listing.ignored[:_MOST_NAMED],
        "left_out": listing.left_out[:_MOST_NAMED],
    }
    write_json(folder / "report.json", report)
    range_ = [total.least, total.greatest]
    write_json(folder / "statistics.json", {"counts": counts, "range": range_})
    state = np.asarray(table["state"])
    context.emit(
        "facts",
        counts={split: sum(numbers) for split, numbers in counts.items()},
        classes=len(labels),
        unreadable=len(unreadable),
        ignored=len(listing.ignored),
        repeated=int((state == REPEATED).sum()),
    )


def count(table: Table, labels: Sequence[str]) -> dict[str, list[int]]:
    """Images a class, by split; a split without images is absent."""
    found = {}
    for split in SPLITS:
        rows = table.rows_of(split)
        if len(rows):
            found[split] = statistics.counts(table["label"][rows], len(labels))
    return found


def _train_sums(table: Table, map_: Map, all_images: np.ndarray | None) -> Sums:
    """The sums of the training images; of all less the others', where that is less to read."""
    train = table.rows_of("train")
    readable = np.flatnonzero(table["state"] != UNREADABLE)
    if all_images is None or 2 * len(train) < len(readable):
        return _sums_of(table, train, map_)
    others = np.setdiff1d(readable, train, assume_unique=True)
    everything = Sums(all_images, len(readable), 0, 255)
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
    share = max(1, min(_rows_of(_PART_BYTES, folder), -(-len(rows) // processors())))
    return [(str(folder), rows[start:stop]) for start, stop in blocks(len(rows), share)]


def _rows_of(size: int, folder: Path) -> int:
    """How many images of a dataset's folder have so many bytes, at least one."""
    store = open_stores(folder)[0]
    return max(1, size // max(1, int(np.prod(store.shape)) * store.dtype.itemsize))


def _check_classes(counts: dict[str, list[int]], table: Table, labels: Sequence[str]) -> None:
    """Refuse a class that has images but none to train on.

    One that has no images at all keeps its number: a list of labels may name more than are there.
    """
    train = counts.get("train", [0] * len(labels))
    listed = np.bincount(table["label"], minlength=len(labels))
    for label, number, there in zip(labels, train, listed, strict=True):
        if there and not number:
            raise DataError(
                f"no image of the class {label!r} is left to train on; mend or leave out the "
                "class, or set a smaller share aside"
            )
    if not any(train):
        raise DataError("no image is left to train on; set a smaller share aside")
