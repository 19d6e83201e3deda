"""Prebuilt databases: LMDB, HDF5, TFRecord, and what this program exports."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from workbench.data.images.image_format import ImageFormat
from workbench.data.sources.base import Access, Divided, Listing, Sample, check_classes
from workbench.data.sources.given import settle_paths
from workbench.data.sources.stores import Entry, Image, Store, find_stores, layout, read_label_names
from workbench.data.sources.stores.recorded import recorded_dtype
from workbench.errors import DataError
from workbench.validation import check

_MOST_CLASSES = 65_536
_MOST_BAD = 1000


@dataclass(frozen=True)
class Database(Divided):
    """Databases of images with class numbers, one a split; recognised by their content.

    A folder with an LMDB of Caffe's Datum messages; an HDF5 file, or a list of some, with
    ``data`` (images, channels, rows, columns) and ``label``; TFRecord files of Example messages:
    one, a folder, a list or a pattern with ``*``; or an export of this program, whose parts then
    fill in what is not given.

    Attributes:
        train: the database to train on, divided by the percentages for splits not given.
        val, test: databases of the other splits.
        labels: a file with a name of a class a line; without it, classes are called by number.
        validation_percent, test_percent: shares for splits without a database.

    Raises:
        InvalidValue: a field is out of range.
    """

    train: str
    val: str | None = None
    test: str | None = None
    labels: str | None = None

    def __post_init__(self) -> None:
        settle_paths(self, "train", "val", "test", "labels")
        check(self.train is not None, "train must name a database")
        # What an export consists of is written down, so that the configuration says it all.
        for name, path in layout(self.train).items():
            if name == "train" or getattr(self, name) is None:
                object.__setattr__(self, name, path)
        self.check_shares()

    @property
    def shares(self) -> tuple[float, float]:
        """Percent for validation and test; 0 where there is a database."""
        validation = 0 if self.val else self.validation_percent
        return validation, 0 if self.test else self.test_percent

    def describe(self) -> str:
        """The databases."""
        paths = dict.fromkeys(path for _, path in self._databases())
        return f"database {', '.join(paths)}"

    def check(self, access: Access) -> None:
        """Refuse what is no database, or whose first record is unreadable."""
        stores = self._stores()
        names = self._names()
        for split in stores:
            name, entry = self._first(stores[split])
            if not isinstance(entry.label, DataError):
                _check_label(f"{name}:{entry.record}", entry.label, names, self.labels)

    def read(self, seed: int, access: Access) -> Listing:
        """List all records; the reader says of some that they have no image or no label."""
        stores, listing = self._stores(), Listing()
        listing.samples = self._samples(stores, listing)
        return listing

    def reader(self, access: Access) -> DatabaseReader:
        """Reads records by ``database:record``."""
        stores = (store for split in self._stores().values() for store in split)
        return DatabaseReader({store.name: store for store in stores})

    def suggested_format(self) -> ImageFormat:
        """The size and colour of the first image, and the depth that an export tells.

        Raises:
            NotFound, DataError: there is none.
        """
        dtype = recorded_dtype(os.path.dirname(self.train)) or "uint8"
        stores, reader = self._stores()["train"], self.reader(Access())
        reason = DataError(f"{stores[0].path} has no records")
        records = (f"{s.name}:{e.record}" for s in stores for e in s.entries())
        for name in itertools.islice(records, _MOST_BAD):
            found = _format_of(next(reader.read([name])))
            if isinstance(found, ImageFormat):
                return replace(found, dtype=dtype)
            reason = DataError(f"{name}: {found}")
        raise reason

    def _databases(self) -> list[tuple[str, str]]:
        given = (("train", self.train), ("val", self.val), ("test", self.test))
        return [(split, path) for split, path in given if path is not None]

    def _stores(self) -> dict[str, list[Store]]:
        """The stores of each split, of which no two have one name.

        Raises:
            NotFound, DataError: there are none, or one is in two splits.
        """
        found = {split: find_stores(path, split) for split, path in self._databases()}
        seen: dict[str, str] = {}
        for split, stores in found.items():
            for store in stores:
                place = f"{os.path.realpath(store.path)}/{getattr(store, 'split', '')}"
                if place in seen:
                    raise DataError(f"{store.path} is given twice, for {seen[place]} and {split}")
                seen[place] = split
        names = [store.name for stores in found.values() for store in stores]
        if len(set(names)) < len(names):
            found = {
                split: find_stores(path, split, whole=True) for split, path in self._databases()
            }
        return found

    def _names(self) -> list[str]:
        return read_label_names(self.labels) if self.labels else []

    def _first(self, stores: Sequence[Store]) -> tuple[str, Entry]:
        for store in stores:
            for entry in store.entries():
                return store.name, entry
        raise DataError(f"{stores[0].path} has no records")

    def _samples(self, stores: Mapping[str, Sequence[Store]], listing: Listing) -> Iterator[Sample]:
        names, seen = self._names(), set[int]()
        without: list[Sample] = []  # those that precede every label
        reason = ""
        for split, parts in stores.items():
            to_draw = split == "train" and any(self.shares)
            for name, entry in ((s.name, entry) for s in parts for entry in s.entries()):
                full = f"{name}:{entry.record}"
                preset = "" if to_draw else split
                if isinstance(entry.label, DataError):
                    # Reading it tells why. It counts to a class that is there, so as to make none.
                    reason = reason or f"{full}: {entry.label}"
                    without.append(Sample(full, 0, preset))
                    _check_bad(len(without), reason)
                else:
                    _check_label(full, entry.label, names, self.labels)
                    seen.add(entry.label)
                    yield Sample(full, entry.label, preset)
                if seen:
                    yield from (sample._replace(label=min(seen)) for sample in without)
                    without.clear()
        if without:
            raise DataError(f"no record can be read; {reason}")
        listing.labels = names or [str(label) for label in range(max(seen, default=-1) + 1)]
        check_classes([listing.labels[label] for label in sorted(seen)], self.train)


def _format_of(image: Image) -> ImageFormat | DataError:
    """The size and colour of an image, or why it has none."""
    if isinstance(image, DataError):
        return image
    if isinstance(image, bytes):
        from workbench.data.images.decode import open_image

        try:
            picture = open_image(image)
        except DataError as error:
            return error
        channels = 1 if len(picture.getbands()) == 1 else 3
        return ImageFormat(width=picture.width, height=picture.height, channels=channels)
    height, width, channels = image.shape
    return ImageFormat(width=width, height=height, channels=channels)


def _check_bad(count: int, first: str) -> None:
    """End early where a database is none of images: its every record need not be named."""
    if count > _MOST_BAD:
        raise DataError(f"the first {count:,} records cannot be read; {first}")


def _check_label(name: str, label: int, names: Sequence[str], file: str | None) -> None:
    if label < 0:
        raise DataError(f"{name} has the label {label}; labels count from 0")
    if names and label >= len(names):
        raise DataError(f"{name} has the label {label}, but {file} names {len(names)} classes only")
    if label >= _MOST_CLASSES:
        raise DataError(f"{name} has the label {label}; at most {_MOST_CLASSES:,} classes are read")


@dataclass(frozen=True)
class DatabaseReader:
    """Reads records named ``database:record`` from stores by their names."""

    stores: Mapping[str, Store]

    def read(self, names: Sequence[str]) -> Iterator[bytes | np.ndarray | DataError]:
        """Each record's bytes or pixels, or why there are none; neighbours cost least.

        Raises:
            DataError: a database is gone or damaged.
        """
        parted = (name.rpartition(":") for name in names)
        for store, records in groupby(parted, key=lambda parts: parts[0]):
            wanted = [record for *_, record in records]
            if store in self.stores:
                yield from self.stores[store].read(wanted)
            else:
                yield from (DataError("its database is not part of the source") for _ in wanted)
