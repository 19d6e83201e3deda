"""Images in folders, a sub-folder a class."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from workbench.data.decode import SUFFIXES
from workbench.data.listing import Listing, Sample
from workbench.data.splits import split_class
from workbench.errors import DataError, InvalidValue, NotFound
from workbench.validation import Configuration, check, check_range, check_whole


@dataclass(frozen=True)
class ImageFolder(Configuration):
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
    validation_percent: float = 25
    test_percent: float = 0
    validation_folder: str | None = None
    test_folder: str | None = None
    min_per_class: int = 2
    max_per_class: int | None = None

    def __post_init__(self) -> None:
        for name in ("path", "validation_folder", "test_folder"):
            value = getattr(self, name)
            if value is not None:
                check(str(value).strip(), f"{name} must name a folder")
                object.__setattr__(self, name, os.path.abspath(os.path.expanduser(value)))
        check(self.path is not None, "path must name a folder")
        check_range("validation_percent", self.validation_percent, 0, 100)
        check_range("test_percent", self.test_percent, 0, 100)
        shares = self.shares
        together = shares[0] + shares[1]
        if together >= 100:
            raise InvalidValue(
                f"validation and test together must stay below 100 %, got {together:g} %"
            )
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

    def check(self) -> None:
        """Refuse a folder that is missing or has fewer than two classes with images."""
        classes = [name for name, path in class_folders(self.path) if _has_image(path)]
        if not classes:
            raise DataError(
                f"{self.path} has no sub-folder with images; give the folder that has a "
                "sub-folder a class"
            )
        if len(classes) == 1:
            raise DataError(
                f"{self.path} has one class only ({classes[0]!r}); a classifier needs two or more"
            )
        for other in (self.validation_folder, self.test_folder):
            if other is not None:
                _check_same_classes(other, classes, self.path)

    def read(self, seed: int) -> Listing:
        """List the images of all classes and divide them."""
        listing = Listing([], {})
        found: list[tuple[str, list[str]]] = []
        for name, path in class_folders(self.path):
            files = list(image_files(path, listing.ignored))
            if len(files) >= self.min_per_class:
                found.append((name, files))
            elif files or self.min_per_class == 1:
                reason = f"{len(files)} images, fewer than {self.min_per_class}"
                listing.left_out.append((name, reason))
        listing.labels = [name for name, _ in found]
        if len(found) < 2:
            raise DataError(
                f"{self.path} has {len(found)} classes with {self.min_per_class} images or more; "
                "a classifier needs two"
            )
        for label, (_, files) in enumerate(found):
            self._divide(files, label, seed, listing)
        self._add_folder("val", self.validation_folder, listing)
        self._add_folder("test", self.test_folder, listing)
        listing.splits = {name: samples for name, samples in listing.splits.items() if samples}
        return listing

    def _divide(self, files: list[str], label: int, seed: int, listing: Listing) -> None:
        if self.max_per_class is not None and len(files) > self.max_per_class:
            share = split_class(len(files), 0, 100 * self.max_per_class / len(files), seed, label)
            files = [files[i] for i in share["test"]][: self.max_per_class]
        for split, places in split_class(len(files), *self.shares, seed, label).items():
            samples = listing.splits.setdefault(split, [])
            samples.extend(Sample(files[place], label) for place in places)

    def _add_folder(self, split: str, folder: str | None, listing: Listing) -> None:
        if folder is None:
            return
        numbers = {name: number for number, name in enumerate(listing.labels)}
        samples = listing.splits.setdefault(split, [])
        for name, path in class_folders(folder):
            if name in numbers:
                files = image_files(path, listing.ignored)
                samples.extend(Sample(file, numbers[name]) for file in files)


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
        sum(1 for _ in image_files(folder, []))
        for _, folder in class_folders(os.path.expanduser(path))
    ]
    return FolderSummary(sum(count > 0 for count in counts), sum(counts))


def class_folders(path: str | os.PathLike[str]) -> list[tuple[str, str]]:
    """Name and path of each sub-folder, in natural order; hidden ones and links are skipped.

    Raises:
        NotFound: there is no such folder.
        DataError: it cannot be read.
    """
    try:
        with os.scandir(path) as entries:
            found = [
                (entry.name, entry.path)
                for entry in entries
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False)
            ]
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"there is no folder {Path(path)}") from None
    except OSError as error:
        raise DataError(f"the folder {Path(path)} cannot be read: {error.strerror}") from error
    return sorted(found, key=lambda pair: natural_key(pair[0]))


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts ``2`` before ``10``, and is total over all names."""
    parts = re.split(r"([0-9]+)", name)
    numbers = ((0, int(p), p) if p.isascii() and p.isdigit() else (1, 0, p) for p in parts)
    return (*numbers, (2, 0, name))


def image_files(folder: str, ignored: list[tuple[str, str]]) -> Iterator[str]:
    """Paths of the image files under ``folder``, in natural order; the others go to ``ignored``."""
    for root, folders, files in os.walk(folder):
        folders[:] = sorted((name for name in folders if not name.startswith(".")), key=natural_key)
        for name in sorted(files, key=natural_key):
            path = os.path.join(root, name)
            if name.startswith("."):
                continue
            if os.path.splitext(name)[1].lower() not in SUFFIXES:
                ignored.append((path, "not an image file by its name"))
            elif os.path.islink(path):
                ignored.append((path, "a link; links are not followed"))
            else:
                yield path


def _has_image(folder: str) -> bool:
    return next(image_files(folder, []), None) is not None


def _check_same_classes(folder: str, classes: list[str], train: str) -> None:
    names = [name for name, path in class_folders(folder) if _has_image(path)]
    if not names:
        raise DataError(f"{folder} has no sub-folder with images")
    strange = [name for name in names if name not in classes]
    if strange:
        raise DataError(f"{folder} has a class {strange[0]!r} that {train} does not have")
