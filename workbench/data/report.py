"""The verification report: what one should know of a dataset before training on it.

Everything is a figure of the table's columns, so the report of a million images takes a second.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from workbench.data.dataset import Dataset
from workbench.data.digests import changed_file, changed_rows, known
from workbench.data.findings import FINDERS, Finding
from workbench.data.statistics import sums
from workbench.data.stored import damage
from workbench.data.table import GOOD, UNREADABLE
from workbench.errors import DataError

_BINS = 20


class Report:
    """The report of a finished dataset."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset, self.table = dataset, dataset.table

    @cached_property
    def findings(self) -> list[Finding]:
        """What was found, gravest first; kinds of which nothing was found are left out."""
        found = [find(self) for find in FINDERS]
        order = ("error", "warning", "info")
        return sorted((f for f in found if f.count), key=lambda finding: order.index(finding.tone))

    def finding(self, key: str) -> Finding | None:
        """The finding of one kind, None when nothing was found."""
        return next((finding for finding in self.findings if finding.key == key), None)

    def sizes(self) -> dict[str, list[float]]:
        """Histograms of the originals: 20 bins of width, height and aspect, with their edges."""
        rows = self.used
        width, height = (np.asarray(self.table[name])[rows] for name in ("width", "height"))
        figures = {"width": width, "height": height, "aspect": width / np.maximum(1, height)}
        made: dict[str, list[float]] = {}
        for name, values in figures.items():
            counts, edges = np.histogram(values, _BINS)
            made[name], made[f"{name}_edges"] = counts.tolist(), np.round(edges, 3).tolist()
        return made

    @cached_property
    def used(self) -> np.ndarray:
        """The readable rows that are in a split."""
        return np.flatnonzero((self.table["split"] > 0) & (self.table["state"] == GOOD))

    def sets(self, column: str) -> np.ndarray:
        """The used rows that are in a set of that column, set by set."""
        numbers = np.asarray(self.table[column])[self.used]
        rows = self.used[numbers >= 0]
        rows = rows[np.argsort(np.asarray(self.table[column])[rows], kind="stable")]
        if column == "kin" and len(rows):
            # Equal files are nearly equal too; a set of them alone was told of already.
            return rows[~self._uniform(rows, column, "twin")]
        return rows

    def mixed(self, column: str, by: str) -> np.ndarray:
        """The rows of those sets of a column that have more than one value of ``by``."""
        rows = self.sets(column)
        if not len(rows):
            return rows
        number, least, greatest = self._extremes(rows, column, by)
        return rows[least[number] != greatest[number]]

    def _uniform(self, rows: np.ndarray, column: str, by: str) -> np.ndarray:
        """Which of the rows are in a set of a column that is of one set of another."""
        number, least, greatest = self._extremes(rows, column, by)
        return ((least == greatest) & (least >= 0))[number]

    def _extremes(
        self, rows: np.ndarray, column: str, by: str
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The set of each row, and the least and the greatest of ``by`` of each set."""
        number = np.asarray(self.table[column])[rows]
        value = np.asarray(self.table[by])[rows].astype(np.int64)
        least = np.full(number.max() + 1, np.iinfo(np.int64).max)
        greatest = np.full(number.max() + 1, np.iinfo(np.int64).min)
        np.minimum.at(least, number, value)
        np.maximum.at(greatest, number, value)
        return number, least, greatest

    def to_dict(self) -> dict[str, Any]:
        """The report as ``workbench dataset verify --json`` prints it."""
        return {
            "findings": [finding.to_dict() for finding in self.findings],
            "counts": self.dataset.counts,
            "sizes": self.sizes(),
        }


def check_records(dataset: Dataset) -> str:
    """Compare a dataset with what it was when it was made; return what that says, as a sentence.

    Raises:
        DataError: it was changed or damaged since.
    """
    _check_files(dataset)
    rows = known(dataset.table)
    readable = int(np.count_nonzero(dataset.table["state"] != UNREADABLE))
    _check_images(dataset, rows)
    if len(rows) == readable:
        return f"its {readable:,} images and all that is known of them are as they were made"
    _check_mean(dataset)
    return (
        f"the mean of its training images is as it was made; of {readable - len(rows):,} of its "
        f"{readable:,} images, made by an earlier version, no more is known"
    )


def _check_files(dataset: Dataset) -> None:
    changed = changed_file(dataset.records)
    if changed is not None:
        if not changed.is_file():
            raise damage(changed)
        raise DataError(f"{changed} is not what it was when it was made; create the dataset again")


def _check_images(dataset: Dataset, rows: np.ndarray) -> None:
    changed = changed_rows(dataset.table, dataset.stores, rows)
    if len(changed):
        (first,) = dataset.table.names.take(changed[:1])
        raise DataError(
            f"{len(changed):,} of the {len(rows):,} images of {dataset.name} are not what they "
            f"were when it was made, the first is {first!r}; create it again"
        )


def _check_mean(dataset: Dataset) -> None:
    train = dataset.splits["train"]
    total = sums(train.images)
    mean = total.total / max(1, total.count)
    scale = max(1.0, float(np.abs(dataset.mean_image).max()))
    if mean.shape != dataset.mean_image.shape or not np.allclose(
        mean, dataset.mean_image, rtol=0, atol=1e-6 * scale
    ):
        raise DataError(
            f"the records of {dataset.name} are not what they were when it was made; "
            "create it again"
        )
    for split in dataset.splits.values():
        if len(split) and not 0 <= int(split.targets.max()) < len(dataset.labels):
            raise DataError(f"the targets of {dataset.name} are damaged; create it again")
