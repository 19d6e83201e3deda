"""A finished dataset: splits of images and targets, ready to train on."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.config import DatasetConfig
from workbench.data.explore import Page, Query, find
from workbench.data.images.image_format import ImageFormat
from workbench.data.records import Images, Store, open_stores
from workbench.data.splits import SPLITS
from workbench.data.stored import damage, load_array, load_json, told_as_damage
from workbench.data.table import Table
from workbench.errors import DataError, NotFound
from workbench.jobs import Held
from workbench.storage import read_json
from workbench.validation import check_whole

if TYPE_CHECKING:
    import tensorflow as tf


_LEFT_OUT = ("unreadable", "ignored", "left_out")


class Split:
    """Images and targets of one split, read-only; the i-th is row ``rows[i]`` of the table."""

    def __init__(self, name: str, table: Table, stores: Sequence[Store]) -> None:
        self.name, self._table, self._stores = name, table, stores
        self.rows = table.rows_of(name)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Split({self.name!r}, {len(self)} images)"

    @cached_property
    def images(self) -> Images:
        """Array-like ``(images, height, width, channels)``, read where it is indexed."""
        parts, places = self._table["part"][self.rows], self._table["record"][self.rows]
        return Images(self._stores, parts, places)

    @cached_property
    def targets(self) -> np.ndarray:
        """int64 ``(images,)``: the number of each image's class."""
        return np.asarray(self._table["label"])[self.rows].astype(np.int64)


class Dataset(Held):
    """A view of a dataset's directory."""

    def __repr__(self) -> str:
        if self.status != "done":
            return f"Dataset({self.id}, {self.name!r}, {self.status})"
        sizes = ", ".join(f"{name}: {len(split):,}" for name, split in self.splits.items())
        return f"Dataset({self.id}, {self.name!r}, {len(self.labels)} classes, {sizes})"

    @cached_property
    def config(self) -> DatasetConfig:
        """What decided it."""
        return DatasetConfig.from_dict(self.job.config)

    @property
    def task(self) -> str:
        """What its targets are."""
        return self.config.task

    @property
    def image(self) -> ImageFormat:
        """Size and colour of its images."""
        return self.config.image

    @property
    def records(self) -> Path:
        """The folder of the finished records.

        Raises:
            DataError: there are none, or not yet.
        """
        folder = self.job.path / "records"
        if not folder.is_dir():
            raise DataError(f"the dataset {self.name} is {self.status}; it has no images")
        return folder

    @cached_property
    def labels(self) -> list[str]:
        """The names of the classes; a target is a place in this list.

        Raises:
            DataError: they are damaged or missing.
        """
        path = self.records / "labels.json"
        found = load_json(path)
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise damage(path)
        return found

    @cached_property
    def table(self) -> Table:
        """What is known of every image, those in no split too."""
        return Table(self.records)

    @cached_property
    def stores(self) -> list[Store]:
        """Where the images lie."""
        return open_stores(self.records)

    @cached_property
    def splits(self) -> Mapping[str, Split]:
        """``train`` and, when not empty, ``val`` and ``test``."""
        made = (Split(name, self.table, self.stores) for name in SPLITS)
        return {split.name: split for split in made if len(split)}

    @cached_property
    def mean_image(self) -> np.ndarray:
        """The mean training image, float64 ``(height, width, channels)``.

        Raises:
            DataError: it is damaged or missing.
        """
        return load_array(self.records / "mean_image.npy", mapped=False)

    @property
    def mean_pixel(self) -> np.ndarray:
        """The mean training pixel, float64 ``(channels,)``."""
        return self.mean_image.mean(axis=(0, 1))

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """Images by split and class.

        Raises:
            DataError: they are damaged or missing.
        """
        path, labels, splits = self.records / "statistics.json", self.labels, self.splits
        with told_as_damage(path):
            numbers = read_json(path)["counts"]
            return {split: dict(zip(labels, numbers[split], strict=True)) for split in splits}

    @cached_property
    def report(self) -> dict[str, list[tuple[str, str]]]:
        """What was left out, each with its reason: ``unreadable``, ``ignored``, ``left_out``.

        Raises:
            DataError: it is damaged or missing.
        """
        path = self.records / "report.json"
        with told_as_damage(path):
            found = read_json(path)
            return {kind: [(name, why) for name, why in found[kind]] for kind in _LEFT_OUT}

    def split(self, name: str) -> Split:
        """One split.

        Raises:
            NotFound: the dataset has none of that name.
        """
        if name not in self.splits:
            there = ", ".join(self.splits)
            raise NotFound(f"the dataset {self.name} has no split {name!r}; it has {there}")
        return self.splits[name]

    def page(
        self,
        split: str | None = "train",
        label: str | None = None,
        offset: int = 0,
        limit: int = 60,
        *,
        text: str = "",
        sort: str = "",
        descending: bool = False,
        rows: Sequence[int] | np.ndarray | None = None,
    ) -> Page:
        """A page of the images that fit.

        Args:
            split: one split, or None for all.
            label: one class, or None for all.
            text: what the path contains, whatever its case.
            sort: the column of the table to sort by (explore.py), by default the stored order.
            rows: only these rows, such as those of a finding.

        Raises:
            NotFound: there is no such split or class.
            InvalidValue: ``offset`` or ``limit`` is below 0.
        """
        check_whole("offset", offset, 0)
        check_whole("limit", limit, 0)
        if split is not None:
            self.split(split)
        if label is not None and label not in self.labels:
            raise NotFound(f"the dataset {self.name} has no class {label!r}")
        number = None if label is None else self.labels.index(label)
        query = Query(split, number, text, sort, descending)
        return find(self.table, self.labels, query, rows).page(offset, limit)

    def images(self, rows: Sequence[int] | np.ndarray) -> np.ndarray:
        """The images of some rows of the table, ``(n, height, width, channels)``."""
        rows = np.asarray(rows, np.int64)
        return Images(self.stores, self.table["part"][rows], self.table["record"][rows])[:]

    def record(self, row: int) -> np.ndarray:
        """The image of one row of the table, ``(height, width, channels)``."""
        return self.images([row])[0]

    def paths(self, split: str, positions: Sequence[int]) -> list[str]:
        """The files that some images of a split came from."""
        return self.table.names.take(self.split(split).rows[list(positions)])

    @cached_property
    def range(self) -> tuple[float, float]:
        """The least and the greatest value of the training images.

        Raises:
            DataError: they are damaged or missing.
        """
        path = self.records / "statistics.json"
        with told_as_damage(path):
            least, greatest = read_json(path)["range"]
            return least, greatest

    def export(self, format: str, folder: str | os.PathLike[str], **options: Any) -> Path:
        """Write it for other programs: ``lmdb``, ``hdf5``, ``tfrecord``, ``folder``, ``numpy``.

        Args:
            folder: a new folder.
            options: see :func:`workbench.data.export.export`.
        """
        from workbench.data.export import export

        return export(self, format, folder, **options)

    def to_tf_data(self, split: str = "train", **options: Any) -> tf.data.Dataset:
        """A split as a ``tf.data.Dataset`` (:func:`workbench.data.export.to_tf_data`)."""
        from workbench.data.export import to_tf_data

        return to_tf_data(self, split, **options)

    def to_dict(self) -> dict[str, Any]:
        """The dataset as the JSON that ``workbench dataset show`` prints."""
        summary = self.job.summary()
        image = self.image
        return {
            "id": self.id,
            "name": self.name,
            "task": self.task,
            "status": summary.status,
            "error": summary.error,
            "splits": {
                name: {"count": count} for name, count in summary.facts.get("counts", {}).items()
            },
            "labels": self.labels if summary.status == "done" else [],
            "image": {"width": image.width, "height": image.height, "channels": image.channels},
            "unreadable": summary.facts.get("unreadable", 0),
            "parents": list(summary.parents),
        }
