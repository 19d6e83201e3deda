"""Datasets made of datasets: a subset, a merger, another division, other labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.data.sources.base import Access, Divided, Listing, Sample, check_classes
from workbench.data.sources.given import check_class
from workbench.data.splits import SPLITS
from workbench.data.table import GOOD
from workbench.errors import DataError, NotFound
from workbench.validation import check, check_choice, check_text, check_whole

if TYPE_CHECKING:
    from workbench.data.dataset import Dataset

# What the name of an image that is converted anew ends with: its dataset's id and its row there.
_REFERENCE = re.compile(r":[a-z][a-z0-9]{7}:[0-9]+\Z")


@dataclass(frozen=True)
class FromDatasets(Divided):
    """The images of one or more datasets of the same home.

    Attributes:
        datasets: their ids, or the datasets themselves; what people type, a name or the beginning
            of an id, becomes an id by :meth:`by_ids`. Classes of the same name are one class.
        divide: ``keep`` the splits they have, or ``again``: draw them anew by the percentages.
        classes: what a class is called from now on, by what it was; an empty name leaves the
            class out. Two classes given one name become one.
        exclude: images left out, each the place of its dataset in ``datasets`` and its row there.
        relabel: images of another class, each place, row and the class's name.
        max_per_class: of a class with more images, this many are drawn by the seed.

    Raises:
        InvalidValue: a field is out of range.
    """

    datasets: tuple[str, ...]
    divide: str = "keep"
    classes: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[tuple[int, int], ...] = ()
    relabel: tuple[tuple[int, int, str], ...] = ()
    max_per_class: int | None = None

    def __post_init__(self) -> None:
        check(
            _is_list(self.datasets), f"datasets must be a list of ids, got {self.datasets!r:.200}"
        )
        object.__setattr__(self, "datasets", tuple(map(_id_of, self.datasets)))
        check(self.datasets, "datasets must name at least one dataset")
        check_choice("divide", self.divide, ("keep", "again"))
        self._check_classes()
        self._settle_rows("exclude", 2)
        self._settle_rows("relabel", 3)
        if self.max_per_class is not None:
            check_whole("max_per_class", self.max_per_class, 1)
        self.check_shares()

    def _check_classes(self) -> None:
        """Refuse names that no class can have; an empty one leaves its class out."""
        fits = isinstance(self.classes, Mapping)
        check(fits, f"classes must be a mapping of old names to new, got {self.classes!r:.200}")
        for old, new in self.classes.items():
            check(isinstance(old, str), f"a class in classes must be text, got {old!r:.80}")
            if new != "":
                check_class(f"what the class {old!r:.80} becomes", new)

    def _settle_rows(self, name: str, width: int) -> None:
        """Make a field tuples of a dataset's place, a row and perhaps a class."""
        value, wanted = getattr(self, name), f"{name} must hold {width} values an image"
        check(_is_list(value), f"{wanted}, got {value!r:.200}")
        for entry in value:
            check(_is_list(entry) and len(entry) == width, f"{wanted}, got {entry!r:.200}")
            check_whole(f"the dataset in {name}", entry[0], 0, len(self.datasets) - 1)
            check_whole(f"the row in {name}", entry[1], 0)
            if width > 2:
                check_class(f"the class in {name}", entry[2])
        object.__setattr__(self, name, tuple(map(tuple, value)))

    @property
    def shares(self) -> tuple[float, float]:
        """Percent for validation and test; nothing is drawn where splits are kept."""
        if self.divide == "keep":
            return 0.0, 0.0
        return self.validation_percent, self.test_percent

    def describe(self) -> str:
        """Which datasets."""
        what = "dataset" if len(self.datasets) == 1 else "datasets"
        return f"{what} {', '.join(self.datasets)}"

    def check(self, access: Access) -> None:
        """Refuse datasets that are gone or unfinished, classes and rows that are not there."""
        parents = self.parents(access)
        known = {label for parent in parents for label in parent.labels}
        strange = [name for name in self.classes if name not in known]
        if strange:
            raise NotFound(f"{self.describe()} has no class {strange[0]!r}")
        self._check_rows(parents)
        check_classes(self.labels(access), self.describe())

    def parents(self, access: Access) -> list[Dataset]:
        """The datasets.

        Raises:
            NotFound: one is gone.
            DataError: one is not finished.
        """
        from workbench.data.dataset import Dataset

        if access.home is None:
            raise DataError("a dataset of datasets needs the home they are in")
        found = [Dataset(access.home.job(ref, "dataset")) for ref in self.datasets]
        for dataset in found:
            if dataset.status != "done":
                raise DataError(f"the dataset {dataset.name} is {dataset.status}; wait for it")
        return found

    def _check_rows(self, parents: Sequence[Dataset]) -> None:
        """Refuse rows that are not there, and other classes for what is no image of its dataset."""
        for place, row in (*self.exclude, *((place, row) for place, row, _ in self.relabel)):
            if row >= len(parents[place].table):
                raise NotFound(f"{parents[place].name} has no image {row:,}")
        for place, row, label in self.relabel:
            if parents[place].table["state"][row] != GOOD:
                raise DataError(
                    f"the image {row:,} of {parents[place].name} is unreadable or left out there; "
                    f"it cannot become one of the class {label!r}"
                )

    def by_ids(self, access: Access) -> FromDatasets:
        """The same with the datasets' ids, which stay when a dataset gets another name.

        Raises:
            NotFound: one is gone.
            DataError: one is not finished.
        """
        return replace(self, datasets=tuple(parent.id for parent in self.parents(access)))

    def labels(self, access: Access) -> list[str]:
        """The names of the classes, in the order in which they first come."""
        named = [
            self.classes.get(label, label)
            for parent in self.parents(access)
            for label in parent.labels
        ]
        return list(dict.fromkeys([name for name in named if name] + [r[2] for r in self.relabel]))

    def location(self, name: str) -> str:
        """How people are shown a sample: as in the dataset that it comes from."""
        return _REFERENCE.sub("", name)

    def read(self, seed: int, access: Access) -> Listing:
        """List the images that are wanted, by the names they have and where their records are."""
        listing = Listing(labels=self.labels(access))
        listing.samples = self._samples(listing, seed, access)
        return listing

    def reader(self, access: Access) -> RecordReader:
        """Reads the records of the datasets."""
        assert access.home is not None
        return RecordReader(str(access.home.path))

    def selection(self, seed: int, access: Access) -> list[tuple[np.ndarray, np.ndarray]]:
        """Rows and labels that are wanted of each dataset, in the order of rows."""
        labels = self.labels(access)
        numbers = {name: number for number, name in enumerate(labels)}
        parents, found = self.parents(access), []
        self._check_rows(parents)
        for place, parent in enumerate(parents):
            named = [self.classes.get(label, label) for label in parent.labels]
            renumbered = np.array([numbers.get(name, -1) for name in named], np.int32)
            chosen = renumbered[parent.table["label"]]
            state, split = parent.table["state"], parent.table["split"]
            chosen[(np.asarray(state) != GOOD) | (np.asarray(split) == 0)] = -1
            for at, row, name in self.relabel:
                if at == place:
                    chosen[row] = numbers[name]
            chosen[[row for at, row in self.exclude if at == place]] = -1
            rows = np.flatnonzero(chosen >= 0)
            found.append((rows, chosen[rows]))
        return self._limited(found, len(labels), seed)

    def _limited(
        self, found: list[tuple[np.ndarray, np.ndarray]], classes: int, seed: int
    ) -> list[tuple[np.ndarray, np.ndarray]]:
        """At most ``max_per_class`` images of each class over all datasets."""
        from workbench.data.splits import drawn

        if self.max_per_class is None:
            return found
        labels = np.concatenate([labels for _, labels in found])
        keep = np.zeros(len(labels), bool)
        for label in range(classes):
            mine = np.flatnonzero(labels == label)
            keep[mine[drawn(len(mine), self.max_per_class, seed, label)]] = True
        parts = np.split(keep, np.cumsum([len(rows) for rows, _ in found])[:-1])
        return [
            (rows[part], labels[part]) for (rows, labels), part in zip(found, parts, strict=True)
        ]

    def _samples(self, listing: Listing, seed: int, access: Access) -> Iterator[Sample]:
        parents = self.parents(access)
        for parent, (rows, labels) in zip(parents, self.selection(seed, access), strict=True):
            splits = parent.table["split"][rows] if self.divide == "keep" else np.zeros(len(rows))
            groups = parent.table["group"][rows]
            for row, label, split, group in zip(rows, labels, splits, groups, strict=True):
                preset = SPLITS[int(split) - 1] if split else ""
                together = f"{parent.id}/{group}" if group >= 0 else ""
                name = _referring(parent.table.names[int(row)], parent.id, int(row))
                yield Sample(name, int(label), preset, together)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _id_of(dataset: Any) -> str:
    """The id of a dataset that is given by it, or as itself."""
    found = dataset if isinstance(dataset, str) else getattr(dataset, "id", None)
    check_text("a dataset's id", dataset if found is None else found)
    return str(found)


def _referring(name: str, dataset_id: str, row: int) -> str:
    """The name of an image that is converted anew.

    What it is called comes first, so that searching and keeping together find in it what they
    find in the parent; the reference to the record, at the end, replaces an older one.
    """
    return f"{_REFERENCE.sub('', name)}:{dataset_id}:{row}"


def reference(name: str) -> tuple[str, int]:
    """The dataset's id and the row that the name of an image that was converted anew ends with."""
    before, _, row = name.rpartition(":")
    return before.rpartition(":")[2], int(row)


@dataclass(frozen=True)
class RecordReader:
    """Reads images out of finished datasets: names end with ``ID:ROW``.

    Args:
        home: the folder of the home they are in.
    """

    home: str

    def read(self, names: Sequence[str]) -> Iterator[np.ndarray | DataError]:
        """The records, as stored."""
        from workbench.data.dataset import Dataset
        from workbench.jobs import Home, Job

        opened: dict[str, Dataset] = {}
        for name in names:
            dataset_id, row = reference(name)
            if dataset_id not in opened:
                opened[dataset_id] = Dataset(Job(Home(self.home).datasets_dir / dataset_id))
            yield opened[dataset_id].record(row)
