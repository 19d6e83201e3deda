"""Images in Parquet files, as Hugging Face's data sets come: a column of bytes, one of classes."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.data.sources.base import Access, Divided, Listing, Sample, check_classes
from workbench.data.sources.folder import natural_key
from workbench.data.sources.given import check_names, settle_names, settle_paths
from workbench.data.sources.parquet_rows import (
    UNCLASSED,
    ParquetReader,
    check_image_type,
    check_label_type,
    class_names,
    open_parquet,
    read_columns,
)
from workbench.errors import DataError, NotFound
from workbench.validation import check, check_text

_SPLITS = {
    **dict.fromkeys(("train", "training"), ""),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "val"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
}
_WORD = re.compile(r"[a-z]+")
_MOST_CLASSES = 65_536


@dataclass(frozen=True)
class ParquetImages(Divided):
    """One Parquet file, or a folder of them, whose rows have an image file's bytes and a class.

    Files with ``validation`` or ``test`` in their names (``validation-00000-of-00001.parquet``)
    or their folders' are those splits; the others are divided by the percentages. Rows stream:
    a process holds a few images at a time. Rows without a class are unreadable; files without any
    class, as the tests of contests come, are left out.

    Attributes:
        path: the file or folder.
        image_column: bytes, or a structure with ``bytes``.
        label_column: numbers or names; names of numbers are found where Hugging Face writes them.
        group_column: rows of equal values are never divided between splits.
        labels: names of the classes, in the order of their numbers.
        validation_percent, test_percent: shares for splits without files.

    Raises:
        InvalidValue: a field is out of range.
    """

    path: str
    image_column: str = "image"
    label_column: str = "label"
    group_column: str | None = None
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        settle_paths(self, "path")
        settle_names(self, "labels")
        check_text("image_column", self.image_column)
        check_text("label_column", self.label_column)
        check(self.group_column is None or self.group_column, "group_column must not be empty")
        self.check_shares()

    @property
    def shares(self) -> tuple[float, float]:
        """Percent for validation and test; 0 where there are files."""
        try:
            own = {split for split, _ in self._files()}
        except (DataError, NotFound):
            own = set()
        validation = 0 if "val" in own else self.validation_percent
        return validation, 0 if "test" in own else self.test_percent

    def describe(self) -> str:
        """The file or folder."""
        return f"Parquet {self.path}"

    def check(self, access: Access) -> None:
        """Refuse files that are missing, or without the columns."""
        for _, path in self._files():
            self._check_columns(path)

    def read(self, seed: int, access: Access) -> Listing:
        """List the rows of all files; columns of classes and groups are read, no image."""
        listing = Listing()
        files, present = [], set[str]()
        for split, path in self._files():
            found = {name for name, _ in self._rows(path)} - {""}
            present |= found
            if found:
                files.append((split, path))
            else:
                listing.ignored.append((path, "no row has a class"))
        known = self._known()
        listing.labels = [name for name in known if name in present] or sorted(
            present, key=natural_key
        )
        listing.left_out = [(name, "no images") for name in known if name not in present]
        check_names(listing.labels, self.path)
        check_classes(listing.labels, self.path)
        listing.samples = self._samples(listing, files)
        return listing

    def reader(self, access: Access) -> ParquetReader:
        """Reads rows."""
        return ParquetReader(self._root(), self.image_column)

    def _root(self) -> str:
        return self.path if os.path.isdir(self.path) else os.path.dirname(self.path)

    def _files(self) -> list[tuple[str, str]]:
        """Split and path of each file, those to train on first.

        Raises:
            NotFound: there is no such file or folder.
            DataError: the folder has no Parquet files.
        """
        if os.path.isfile(self.path):
            return [("", self.path)]
        if not os.path.isdir(self.path):
            raise NotFound(f"there is no file or folder {self.path}")
        paths = [
            os.path.relpath(os.path.join(root, name), self.path)
            for root, _, names in os.walk(self.path)
            for name in names
            if name.lower().endswith(".parquet")
        ]
        found = [(_split_of(path), path) for path in sorted(paths, key=natural_key)]
        found.sort(key=lambda pair: ("", "val", "test").index(pair[0]))
        if not found or found[0][0]:
            raise DataError(f"{self.path} has no .parquet file of images to train on")
        return [(split, os.path.join(self.path, path)) for split, path in found]

    def _check_columns(self, path: str) -> None:
        with open_parquet(path) as file:
            schema = file.schema_arrow
        for option in ("image_column", "label_column", "group_column"):
            name = getattr(self, option)
            if name is not None and name not in schema.names:
                others = ", ".join(map(repr, schema.names[:20]))
                raise DataError(f"{path} has no column {name!r}; set {option} to one of {others}")
            if schema.names.count(name) > 1:
                raise DataError(f"{path} has two columns {name!r}; give each its own name")
        check_image_type(schema.field(self.image_column).type, path, self.image_column)
        check_label_type(schema.field(self.label_column).type, path, self.label_column)

    def _known(self) -> tuple[str, ...]:
        """Names of the classes in order, where they are given or the first file has them."""
        if self.labels:
            return self.labels
        with open_parquet(self._files()[0][1]) as file:
            return class_names(file.schema_arrow, self.label_column)

    def _rows(self, path: str) -> Iterator[tuple[str, str]]:
        """Class and group of each row; a class is empty where the file has none."""
        self._check_columns(path)
        known = self._known()
        names: dict[Any, str] = {None: ""}
        columns = [self.label_column, *([self.group_column] if self.group_column else [])]
        for batch in read_columns(path, columns):
            labels = batch[self.label_column]
            groups = batch[self.group_column] if self.group_column else itertools.repeat(None)
            for label, group in zip(labels, groups, strict=False):
                if label not in names:
                    names[label] = _name(label, known, path)
                    _check_count(names, path, self.label_column)
                yield names[label], "" if group is None else str(group)

    def _samples(self, listing: Listing, files: list[tuple[str, str]]) -> Iterator[Sample]:
        places = {name: place for place, name in enumerate(listing.labels)}
        for split, path in files:
            short = os.path.relpath(path, self._root())
            for row, (name, group) in enumerate(self._rows(path)):
                mark = "" if name else UNCLASSED
                # What cannot be read counts to a class that is there, so as to make none.
                yield Sample(f"{short}[{row}]{mark}", places.get(name, 0), split, group)


def _split_of(path: str) -> str:
    """The split that a file is of, by its name or else its folders'."""
    for part in reversed(path.lower().removesuffix(".parquet").split(os.sep)):
        for word in _WORD.findall(part):
            if word in _SPLITS:
                return _SPLITS[word]
    return ""


def _name(label: Any, known: Sequence[str], path: str) -> str:
    """What a class is called; Hugging Face writes -1 where there is none."""
    if isinstance(label, str):
        if known and label and label not in known:
            raise DataError(f"{path} has a class {label!r} that is none of the names given")
        return label
    if label < 0:
        return ""
    if known and label >= len(known):
        raise DataError(
            f"{path} has the class number {label}, but only {len(known)} names are given"
        )
    return known[label] if known else str(label)


def _check_count(names: dict[Any, str], path: str, column: str) -> None:
    if len(names) > _MOST_CLASSES:
        raise DataError(
            f"{path} has more than {_MOST_CLASSES:,} classes in {column!r}; "
            "set label_column to another"
        )
