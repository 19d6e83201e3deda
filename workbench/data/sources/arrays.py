"""Images in NumPy arrays: ``.npz`` as Keras' data sets come, or a pair of ``.npy``."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from workbench.data.images.image_format import ImageFormat
from workbench.data.sources.base import Access, Divided, Listing
from workbench.data.sources.given import check_names, settle_names, settle_paths
from workbench.data.sources.npy import Place, image_header, members, open_rows, read_small
from workbench.data.sources.rows import (
    Part,
    RowReader,
    as_text,
    class_numbers,
    format_of,
    list_parts,
)
from workbench.errors import DataError, NotFound
from workbench.validation import check

_SPELLINGS = (("x_{}", "y_{}"), ("{}_images", "{}_labels"))
_SPLITS = {"train": "", "val": "val", "valid": "val", "validation": "val", "test": "test"}
_NAMES = ("labels", "classes", "label_names", "class_names")


@dataclass(frozen=True)
class Arrays(Divided):
    """Images ``(n, height, width[, channels])`` of uint8, uint16 or float, and class numbers.

    An ``.npz`` holds ``x_train`` and ``y_train``, perhaps ``x_val``, ``y_val``, ``x_test`` and
    ``y_test`` (or ``train_images``, ``train_labels`` …) and names of the classes under ``labels``.
    Stored arrays are mapped; compressed ones are decompressed in passing, image by image, in each
    process. Nothing is unpickled.

    Attributes:
        path: the ``.npz``, or an ``.npy`` of images.
        labels_path: the ``.npy`` of class numbers, for an ``.npy``.
        labels: names of the classes, in the order of their numbers.
        validation_percent, test_percent: shares of ``x_train`` for splits the file does not have.

    Raises:
        InvalidValue: a field is out of range.
    """

    path: str
    labels_path: str | None = None
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        settle_paths(self, "path", "labels_path")
        settle_names(self, "labels")
        suffix = os.path.splitext(self.path)[1].lower()
        check(suffix in (".npz", ".npy"), f"path must end in .npz or .npy, got {self.path!r}")
        single = suffix == ".npy"
        check(not single or self.labels_path, "labels_path must name the .npy of class numbers")
        check(single or not self.labels_path, "labels_path goes with an .npy; an .npz has its own")
        self.check_shares()

    @property
    def shares(self) -> tuple[float, float]:
        """Percent for validation and test; 0 where the file has its own."""
        try:
            own = {split for split, _, _ in self._pairs()}
        except (DataError, NotFound):
            own = set()
        validation = 0 if "val" in own else self.validation_percent
        return validation, 0 if "test" in own else self.test_percent

    def describe(self) -> str:
        """The file."""
        return f"arrays {self.path}"

    def check(self, access: Access) -> None:
        """Refuse a file that is missing, or without arrays of images and their classes."""
        self._listing()

    def read(self, seed: int, access: Access) -> Listing:
        """List the images of all arrays."""
        return self._listing()

    def reader(self, access: Access) -> RowReader:
        """Reads rows; what is compressed, in passing."""
        return RowReader({image.name: image for _, image, _ in self._pairs()}, open_rows)

    def suggested_format(self) -> ImageFormat:
        """The size and colour of the arrays.

        Raises:
            NotFound, DataError: there is no such file, or it has no images.
        """
        return format_of(image_header(self._pairs()[0][1]).shape)

    def _listing(self) -> Listing:
        parts = []
        for split, image, target in self._pairs():
            count = image_header(image).shape[0]
            numbers = class_numbers(read_small(target), count, str(target))
            parts.append(Part(image.name, split, numbers))
        return list_parts(parts, self.labels or self._names(), self.path)

    def _names(self) -> tuple[str, ...]:
        """Names of the classes that the archive has."""
        found = members(self.path) if self.labels_path is None else ()
        for member in _NAMES:
            if member in found:
                place = Place(self.path, member)
                names = read_small(place)
                if names.ndim != 1 or names.dtype.kind not in "US":
                    raise DataError(f"{place} must be a row of names, got {names.dtype}")
                found_names = tuple(as_text(names, str(place)).tolist())
                check_names(found_names, str(place))
                return found_names
        return ()

    def _pairs(self) -> list[tuple[str, Place, Place]]:
        """Split, images and classes of each part; the part to train on comes first."""
        if self.labels_path is not None:
            return [("", Place(self.path), Place(self.labels_path))]
        found = members(self.path)
        pairs = list(_spelled(self.path, found))
        if not pairs or pairs[0][0]:
            named = ", ".join(sorted(found)[:10]) or "nothing"
            raise DataError(f"{self.path} has no x_train with y_train; it has {named}")
        return pairs


def _spelled(path: str, found: Collection[str]) -> Iterator[tuple[str, Place, Place]]:
    for images, targets in _SPELLINGS:
        for word, split in _SPLITS.items():
            image, target = images.format(word), targets.format(word)
            if image in found and target not in found:
                raise DataError(f"{path} has {image} and no {target}")
            if image in found:
                yield split, Place(path, image), Place(path, target)
