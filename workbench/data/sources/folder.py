"""Images in folders, a sub-folder a class."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.data.images.decode import SUFFIXES
from workbench.data.sources.base import Access, Divided, Listing, Sample, check_classes
from workbench.data.sources.files import FileReader
from workbench.data.sources.given import settle_paths
from workbench.data.splits import drawn
from workbench.errors import DataError, NotFound
from workbench.validation import check, check_whole

_LINK = "a link; links are not followed"
_NO_IMAGE = "not an image file by its name"


@dataclass(frozen=True)
class ImageFolder(Divided):
    """A folder with a sub-folder a class; deeper files belong to the top folder's class.

    Attributes:
        path: the folder of the training images.
        validation_percent, test_percent: shares of each class set aside, drawn by the seed.
        validation_folder, test_folder: folders with the same classes to use instead.
        min_per_class: a class with fewer images is left out.
        max_per_class: of a class with more images, this many are drawn by the seed.

    Raises:
        InvalidValue: a field is out of range.
    """

    path: str
    validation_folder: str | None = None
    test_folder: str | None = None
    min_per_class: int = 2
    max_per_class: int | None = None

    def __post_init__(self) -> None:
        settle_paths(self, "path", "validation_folder", "test_folder", what="folder")
        check(self.path is not None, "path must name a folder")
        self.check_shares()
        check_whole("min_per_class", self.min_per_class, 1)
        if self.max_per_class is not None:
            check_whole("max_per_class", self.max_per_class, self.min_per_class)

    @property
    def shares(self) -> tuple[float, float]:
        """Percent of the training folder for validation and test; 0 where a folder is given."""
        validation = 0 if self.validation_folder else self.validation_percent
        return validation, 0 if self.test_folder else self.test_percent

    def describe(self) -> str:
        """The folder."""
        return f"folder {self.path}"

    def check(self, access: Access) -> None:
        """Refuse a folder that is missing or has fewer than two classes with images."""
        classes = [name for name, path in class_folders(self.path) if _has_image(path)]
        if not classes:
            raise DataError(
                f"{self.path} has no sub-folder with images; give the folder that has a "
                "sub-folder a class"
            )
        check_classes(classes, self.path)
        for other in (self.validation_folder, self.test_folder):
            if other is not None:
                _check_same_classes(other, classes, self.path)

    def read(self, seed: int, access: Access) -> Listing:
        """List the images, class by class, then those of the other folders."""
        listing = Listing()
        listing.samples = self._samples(listing, seed)
        return listing

    def reader(self, access: Access) -> FileReader:
        """Names are paths."""
        return FileReader()

    def _samples(self, listing: Listing, seed: int) -> Iterator[Sample]:
        preset = "train" if self.shares == (0, 0) else ""
        for name, path in class_folders(self.path, listing):
            files = list(image_files(path, listing))
            if len(files) < self.min_per_class:
                if files:
                    reason = f"{len(files)} images, fewer than {self.min_per_class}"
                    listing.left_out.append((name, reason))
                continue
            label = len(listing.labels)
            listing.labels.append(name)
            for place in drawn(len(files), self.max_per_class, seed, label):
                yield Sample(files[place], label, preset)
        if len(listing.labels) < 2:
            raise DataError(
                f"{self.path} has {len(listing.labels)} classes with {self.min_per_class} images "
                "or more; a classifier needs two"
            )
        yield from self._others("val", self.validation_folder, listing)
        yield from self._others("test", self.test_folder, listing)

    def _others(self, split: str, folder: str | None, listing: Listing) -> Iterator[Sample]:
        if folder is None:
            return
        numbers = {name: number for number, name in enumerate(listing.labels)}
        for name, path in class_folders(folder, listing):
            if name in numbers:
                for file in image_files(path, listing):
                    yield Sample(file, numbers[name], split)


@dataclass(frozen=True)
class FolderSummary:
    """How many classes and images a folder has."""

    classes: int
    images: int


def inspect_folder(path: str | os.PathLike[str]) -> FolderSummary:
    """Count classes and images by their file names.

    Raises:
        NotFound: there is no such folder.
    """
    counts = [
        sum(1 for _ in image_files(folder, Listing()))
        for _, folder in class_folders(os.path.expanduser(path))
    ]
    return FolderSummary(sum(count > 0 for count in counts), sum(counts))


def class_folders(
    path: str | os.PathLike[str], listing: Listing | None = None
) -> list[tuple[str, str]]:
    """Name and path of each sub-folder, in natural order; hidden ones are skipped.

    Links and loose files are named in ``listing``.

    Raises:
        NotFound: there is no such folder.
        DataError: it cannot be read.
    """
    found, others = [], []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    found.append((entry.name, entry.path))
                elif entry.is_symlink():
                    others.append((entry.path, _LINK))
                else:
                    loose = is_image_name(entry.name)
                    others.append((entry.path, "not in a sub-folder" if loose else _NO_IMAGE))
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no folder {Path(path)}") from None
    except OSError as error:
        raise DataError(f"the folder {Path(path)} cannot be read: {error.strerror}") from error
    if listing is not None:
        listing.ignored += sorted(others)
    return sorted(found, key=lambda pair: natural_key(pair[0]))


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts ``2`` before ``10``, and is total over all names."""
    parts = re.split(r"([0-9]+)", name)
    numbers = ((0, int(p), p) if p.isascii() and p.isdigit() else (1, 0, p) for p in parts)
    return (*numbers, (2, 0, name))


def is_image_name(name: str) -> bool:
    """Whether a file is an image by its name; ``.png`` alone is no ending."""
    dot = name.rfind(".")
    return name[dot:].lower() in SUFFIXES and name[dot - 1 : dot] not in ("", "/")


def image_files(folder: str, listing: Listing) -> Iterator[str]:
    """Paths of the image files under ``folder``, in order.

    Other files, and folders that cannot be read, are named in ``listing``.
    """
    waiting = [folder]  # not by recursion: folders may lie deeper than Python calls
    while waiting:
        place = waiting.pop()
        try:
            names, deeper, others = _contents(place)
        except OSError as error:
            listing.left_out.append((place, f"the folder cannot be read: {error.strerror}"))
            continue
        listing.ignored += others
        beginning = os.path.join(place, "")
        for name in names:
            yield beginning + name
        waiting += reversed(deeper)


def _contents(folder: str) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Names of the images in a folder, paths of its sub-folders, and what is neither; sorted."""
    # Of a million files only the names are held.
    names, deeper, others = [], [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            if entry.is_symlink():
                others.append((entry.path, _LINK))
            elif entry.is_dir():
                deeper.append(entry.path)
            elif is_image_name(name):
                names.append(name)
            else:
                others.append((entry.path, _NO_IMAGE))
    return sorted(names), sorted(deeper), sorted(others)


def _has_image(folder: str) -> bool:
    return next(image_files(folder, Listing()), None) is not None


def _check_same_classes(folder: str, classes: list[str], train: str) -> None:
    names = [name for name, path in class_folders(folder) if _has_image(path)]
    if not names:
        raise DataError(f"{folder} has no sub-folder with images")
    strange = [name for name in names if name not in classes]
    if strange:
        raise DataError(f"{folder} has a class {strange[0]!r} that {train} does not have")
