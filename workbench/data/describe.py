"""What is written beside the records: labels, figures, what was left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data import statistics
from workbench.data.digests import write_digests
from workbench.data.sources import Listing
from workbench.data.splits import SPLITS
from workbench.data.stopping import heed_stop
from workbench.data.table import REPEATED, UNREADABLE, Table
from workbench.data.train_sums import Map, train_sums
from workbench.errors import DataError
from workbench.jobs import JobContext
from workbench.storage import read_json, write_atomic, write_json

_MOST_NAMED = 10_000


def describe(
    table: Table,
    listing: Listing,
    unreadable: Sequence[tuple[str, str]],
    map_: Map,
    context: JobContext,
    all_images: np.ndarray | None = None,
) -> None:
    """Write labels, counts, mean image and report into the table's folder, and what all is.

    Args:
        map_: calls functions of a module in parallel, where that can be.
        all_images: the sum of all images, split or not, where it is known.

    Raises:
        Stopped: Stop was commanded.
        DataError: a class is left without an image to train on.
    """
    folder, labels = table.folder, listing.labels
    counts = count(table, labels)
    lost = _lost_classes(table, labels)
    _check_classes(counts, table, labels, lost)
    for label, reason in lost:
        context.log(f"the class {label!r} has no images: {reason}", "warning")
    total = train_sums(table, _heeding(map_, context), all_images)
    # In place: of large images the sum is the largest thing there is.
    mean = np.divide(total.total, total.count, out=total.total)
    np.save(folder / "mean_image.npy", mean, allow_pickle=False)
    # JSON, because a class may be named with a newline; labels.txt is for other programs.
    write_json(folder / "labels.json", labels)
    lines = "".join(" ".join(label.split()) + "\n" for label in labels)
    write_atomic(folder / "labels.txt", lines.encode("utf-8", "surrogateescape"))
    report = {
        "unreadable": list(unreadable[:_MOST_NAMED]),
        "ignored": listing.ignored[:_MOST_NAMED],
        "left_out": [*listing.left_out, *lost][:_MOST_NAMED],
    }
    write_json(folder / "report.json", report)
    range_ = [total.least, total.greatest]
    facts = {
        "counts": {split: sum(numbers) for split, numbers in counts.items()},
        "classes": len(labels),
        "unreadable": len(unreadable),
        "ignored": len(listing.ignored),
        "repeated": int((np.asarray(table["state"]) == REPEATED).sum()),
    }
    write_json(folder / "statistics.json", {"counts": counts, "range": range_, "facts": facts})
    write_digests(folder)


def _heeding(map_: Map, context: JobContext) -> Map:
    """A map that ends between two results once Stop was commanded."""

    def heeding(call: Callable[..., Any], arguments: Any) -> Iterator[Any]:
        for result in map_(call, arguments):
            heed_stop(context)
            yield result

    return heeding


def tell(folder: Path, context: JobContext) -> None:
    """Tell the facts of finished records, those of another execution of the job too."""
    facts = read_json(folder / "statistics.json").get("facts")
    # Of records that were made before facts were kept beside them, they were told at once.
    if facts is not None:
        context.emit("facts", **facts)


def count(table: Table, labels: Sequence[str]) -> dict[str, list[int]]:
    """Images a class, by split; a split without images is absent."""
    found = {}
    for split in SPLITS:
        rows = table.rows_of(split)
        if len(rows):
            found[split] = statistics.counts(table["label"][rows], len(labels))
    return found


def _lost_classes(table: Table, labels: Sequence[str]) -> list[tuple[str, str]]:
    """The classes that were listed and of which no file can be read, with the reason."""
    listed, readable = _listed(table, labels)
    return [
        (label, f"none of its {count:,} files can be read" if count > 1 else "its file is damaged")
        for label, count, left in zip(labels, listed, readable, strict=True)
        if count and not left
    ]


def _listed(table: Table, labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """How many files of each class were listed, and how many of them could be read."""
    label, read = table["label"], table["state"] != UNREADABLE
    listed, readable = (np.bincount(some, minlength=len(labels)) for some in (label, label[read]))
    return listed, readable


def _check_classes(
    counts: dict[str, list[int]],
    table: Table,
    labels: Sequence[str],
    lost: Sequence[tuple[str, str]],
) -> None:
    """Refuse a class that has images but none to train on.

    One that has no images at all keeps its number: a list of labels may name more than are there,
    and files may be damaged.
    """
    train = counts.get("train", [0] * len(labels))
    _, readable = _listed(table, labels)
    left = [label for label, number in zip(labels, readable, strict=True) if number]
    if lost and len(left) == 1:
        raise DataError(
            f"only the class {left[0]!r} has images that can be read, a classifier needs two or "
            f"more; of the class {lost[0][0]!r} {lost[0][1]}"
        )
    for label, number, there in zip(labels, train, readable, strict=True):
        if there and not number:
            raise DataError(
                f"no image of the class {label!r} is left to train on; mend or leave out the "
                "class, or set a smaller share aside"
            )
    if not any(train):
        raise DataError("no image is left to train on; set a smaller share aside")
