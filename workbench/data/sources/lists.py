"""Images that text lists name: DIGITS' ``path label-number`` lines, CSV, TSV or JSON lines."""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.data.sources.base import Access, Divided, Listing, Sample, check_classes
from workbench.data.sources.files import FileReader
from workbench.data.sources.folder import natural_key
from workbench.data.sources.given import check_file, check_names, settle_paths
from workbench.data.sources.tables import Entry, is_table, read_entries
from workbench.data.sources.text import line_error, read_labels
from workbench.errors import DataError, NotFound
from workbench.validation import check

_QUICK = 200_000
_MOST_CLASSES = 65_536
_Written = tuple[bool, str]  # whether in a table, and how the class is called there


@dataclass(frozen=True)
class TextLists(Divided):
    """Lists of image files with their classes, a list a split.

    A list is text with ``path class`` lines, the class being the last word; or, by its ending,
    ``.csv``, ``.tsv`` or ``.jsonl`` with columns ``path`` (``file``, ``filename``, ``file_name``,
    ``image``) and ``label`` (``class``, ``category``, ``target``), perhaps ``split`` and
    ``group``. All in UTF-8.

    Attributes:
        train: the list of images to train on, divided by the percentages where no list or
            ``split`` column says how. Rows marked ``train`` are divided too if no row is marked
            for validation.
        val, test: lists of the other splits.
        labels: a file with a name of a class a line; numbers count its lines from 0. Without it,
            classes are called as the lists call them.
        image_folder: where relative paths begin; else the folder of each list.
        confined: refuse paths that lead out of that folder, for lists of strangers.
        validation_percent, test_percent: shares for splits without a list.

    Raises:
        InvalidValue: a field is out of range.
    """

    train: str
    val: str | None = None
    test: str | None = None
    labels: str | None = None
    image_folder: str | None = None
    confined: bool = False

    def __post_init__(self) -> None:
        settle_paths(self, "train", "val", "test", "labels", "image_folder")
        check(self.train is not None, "train must name a list")
        self.check_shares()

    @property
    def shares(self) -> tuple[float, float]:
        """Percent for validation and test; 0 where there is a list."""
        validation = 0 if self.val else self.validation_percent
        return validation, 0 if self.test else self.test_percent

    def describe(self) -> str:
        """The lists."""
        return f"lists {', '.join(path for _, path in self._lists())}"

    def check(self, access: Access) -> None:
        """Refuse lists that are missing or, in their first lines, wrong."""
        for _, path in self._lists():
            check_file(path)
        if self.image_folder is not None and not os.path.isdir(self.image_folder):
            raise NotFound(f"there is no folder {self.image_folder}")
        survey = self._survey(_QUICK)
        if survey.whole:
            self._classes(survey)

    def read(self, seed: int, access: Access) -> Listing:
        """List the images in the order of the lists; their lines are read twice."""
        survey = self._survey(None)
        listing = Listing()
        listing.labels, numbers = self._classes(survey)
        if self.labels is not None:
            present = set(listing.labels)
            listing.left_out = [
                (name, "no images") for name in read_labels(self.labels) if name not in present
            ]
        divide = "val" not in survey.splits and self.validation_percent > 0
        listing.samples = self._samples(numbers, divide)
        return listing

    def reader(self, access: Access) -> FileReader:
        """Reads files."""
        return FileReader()

    def _lists(self) -> list[tuple[str, str]]:
        lists = (("", self.train), ("val", self.val), ("test", self.test))
        return [(split, path) for split, path in lists if path is not None]

    def _survey(self, most: int | None) -> _Survey:
        """Read all lists, or the first ``most`` lines of each, for what classes they have."""
        survey = _Survey()
        names = None if self.labels is None else _Names(self.labels)
        for split, path in self._lists():
            table = is_table(path)
            entries = read_entries(path)
            for entry in itertools.islice(entries, most):
                survey.splits.add(split or entry.split)
                if (table, entry.label) not in survey.classes:
                    name = entry.label if names is None else names.of(entry, path, table)
                    survey.add(table, entry.label, name, path)
                if most is not None:
                    self._locate(entry, path)
            if most is not None and next(entries, None) is not None:
                survey.whole = False
        return survey

    def _classes(self, survey: _Survey) -> tuple[list[str], dict[_Written, int]]:
        """Names of the classes in order, and the place of each class by how lists call it."""
        names = set(survey.classes.values())
        if self.labels is None:
            labels = sorted(names, key=natural_key)
        else:
            labels = [name for name in read_labels(self.labels) if name in names]
        check_names(labels, self.train)
        check_classes(labels, self.train)
        places = _numbered(labels)
        return labels, {written: places[name] for written, name in survey.classes.items()}

    def _samples(self, numbers: dict[_Written, int], divide: bool) -> Iterator[Sample]:
        for split, path in self._lists():
            table = is_table(path)
            for entry in read_entries(path):
                number = numbers.get((table, entry.label))
                if number is None:
                    raise line_error(path, entry.line, "the list was changed meanwhile")
                own = split or ("" if divide and entry.split == "train" else entry.split)
                yield Sample(self._locate(entry, path), number, own, entry.group)

    def _locate(self, entry: Entry, path: str) -> str:
        """The path of an entry's image.

        Raises:
            DataError: it leads out of its folder and ``confined`` is set.
        """
        folder = self.image_folder or os.path.dirname(path)
        image = os.path.join(folder, entry.path)
        if ".." not in entry.path:  # behind a link, .. may be another folder than it seems
            image = os.path.normpath(image)
        if self.confined and not _within(image, folder):
            raise line_error(path, entry.line, f"{entry.path!r} leads out of {folder}")
        return image


@dataclass
class _Survey:
    """What a first look at the lists found.

    Attributes:
        classes: the name of each class by how the lists call it.
        splits: what splits occur.
        whole: whether the lists were read to their ends.
    """

    classes: dict[_Written, str] = field(default_factory=dict)
    splits: set[str] = field(default_factory=set)
    whole: bool = True

    def add(self, table: bool, label: str, name: str, path: str) -> None:
        """Note a class.

        Raises:
            DataError: so many that the column cannot be one of classes.
        """
        self.classes[table, label] = name
        if len(self.classes) > _MOST_CLASSES:
            raise DataError(
                f"{path} has more than {_MOST_CLASSES:,} classes; are they in the right column?"
            )


class _Names:
    """The names of a labels file."""

    def __init__(self, path: str) -> None:
        self._path, self._names = path, read_labels(path)
        self._known = set(self._names)

    def of(self, entry: Entry, path: str, table: bool) -> str:
        """What the class of an entry is called.

        Raises:
            DataError: it is not in the labels file.
        """
        label = entry.label
        number = int(label) if label.isascii() and label.isdecimal() and len(label) < 10 else None
        # In a table a name goes before a number; lines of text have numbers.
        if label in self._known and (table or number is None):
            return label
        if number is None:
            raise line_error(path, entry.line, f"the class {label!r:.80} is not in {self._path}")
        if number >= len(self._names):
            reason = f"class number {number}, but {self._path} has {len(self._names)} names"
            raise line_error(path, entry.line, f"{reason}; numbers count from 0")
        return self._names[number]


def _numbered(labels: list[str]) -> dict[str, int]:
    return {label: number for number, label in enumerate(labels)}


@functools.lru_cache(4096)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _within(image: str, folder: str) -> bool:
    real = _real(os.path.dirname(image)) if not os.path.islink(image) else os.path.realpath(image)
    root = _real(folder)
    return os.path.commonpath((real, root)) == root
