"""A finished dataset: splits of images and targets, ready to train on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.config import DatasetConfig
from workbench.data.image_format import ImageFormat
from workbench.data.provenance import read_paths
from workbench.data.splits import SPLITS
from workbench.errors import DataError, NotFound
from workbench.jobs import Job
from workbench.jobs.storage import read_json


@dataclass(frozen=True)
class Item:
    """One image of a page: its place in the split, its class, its file."""

    index: int
    label: str
    path: str


@dataclass(frozen=True)
class Page:
    """A few images of the ``total`` that were asked for."""

    total: int
    items: list[Item]


class Split:
    """Images and targets of one split, memory-mapped and read-only."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self._folder = name, folder

    def __len__(self) -> int:
        return len(self.targets)

    def __repr__(self) -> str:
        return f"Split({self.name!r}, {len(self)} images)"

    @cached_property
    def images(self) -> np.ndarray:
        """uint8 ``(images, height, width, channels)``."""
        return self._open("images.npy")

    @cached_property
    def targets(self) -> np.ndarray:
        """int64 ``(images,)``: the number of each image's class."""
        return self._open("targets.npy")

    def _open(self, name: str) -> np.ndarray:
        try:
            return np.load(self._folder / name, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            path = self._folder / name
            raise DataError(f"{path} is damaged ({error}); create the dataset again") from error


class Dataset:
    """A view of a dataset's directory."""

    def __init__(self, job: Job) -> None:
        self.job = job

    def __repr__(self) -> str:
        if self.status != "done":
            return f"Dataset({self.id}, {self.name!r}, {self.status})"
        sizes = ", ".join(f"{name}: {len(split):,}" for name, split in self.splits.items())
        return f"Dataset({self.id}, {self.name!r}, {len(self.labels)} classes, {sizes})"

    @property
    def id(self) -> str:
        """The id of the dataset."""
        return self.job.id

    @property
    def name(self) -> str:
        """What people call it."""
        return self.job.name

    @property
    def status(self) -> str:
        """One of waiting, running, done, stopped, failed, interrupted."""
        return self.job.status

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
        """The names of the classes; a target is a place in this list."""
        return read_json(self.records / "labels.json")

    @cached_property
    def splits(self) -> Mapping[str, Split]:
        """``train`` and, when not empty, ``val`` and ``test``."""
        folder = self.records
        return {name: Split(name, folder / name) for name in SPLITS if (folder / name).is_dir()}

    @cached_property
    def mean_image(self) -> np.ndarray:
        """The mean training image, float64 ``(height, width, channels)``."""
        return np.load(self.records / "mean_image.npy", allow_pickle=False)

    @property
    def mean_pixel(self) -> np.ndarray:
        """The mean training pixel, float64 ``(channels,)``."""
        return self.mean_image.mean(axis=(0, 1))

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """Images by split and class."""
        numbers = read_json(self.records / "statistics.json")["counts"]
        return {split: dict(zip(self.labels, numbers[split], strict=True)) for split in self.splits}

    @cached_property
    def report(self) -> dict[str, list[tuple[str, str]]]:
        """What was left out, each with its reason: ``unreadable``, ``ignored``, ``left_out``."""
        found = read_json(self.records / "report.json")
        return {name: [tuple(pair) for pair in pairs] for name, pairs in found.items()}

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
        self, split: str = "train", label: str | None = None, offset: int = 0, limit: int = 60
    ) -> Page:
        """A page of a split, of one class only when ``label`` is given."""
        targets = self.split(split).targets
        if label is None:
            total, chosen = len(targets), np.arange(offset, min(len(targets), offset + limit))
        else:
            if label not in self.labels:
                raise NotFound(f"the dataset {self.name} has no class {label!r}")
            of_class = np.flatnonzero(targets == self.labels.index(label))
            total, chosen = len(of_class), of_class[offset : offset + limit]
        paths = self.paths(split, chosen.tolist())
        return Page(
            total,
            [
                Item(int(i), self.labels[targets[i]], path)
                for i, path in zip(chosen, paths, strict=True)
            ],
        )

    def paths(self, split: str, positions: Sequence[int]) -> list[str]:
        """The files that some records of a split came from."""
        return read_paths(self.records / "sources.sqlite", split, positions)

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
        }
