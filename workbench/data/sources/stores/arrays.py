"""The export ``arrays.npz``: ``x_train`` and ``y_train`` as NumPy saves them, read row by row."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from tokenize import TokenError  # NumPy lets it out of damaged headers

import numpy as np

from workbench.data.sources.npy import Place, image_header, members, open_rows, read_small
from workbench.data.sources.rows import DAMAGE, Streamed
from workbench.data.sources.stores.base import Entry, Image, number, whole_label
from workbench.errors import DataError


@dataclass(frozen=True)
class ArrayStore:
    """One split of an ``.npz``."""

    name: str
    path: str
    split: str

    def entries(self) -> Iterator[Entry]:
        """Every row with its label."""
        try:
            count = image_header(self._place("x")).shape[0]
            labels = read_small(self._place("y"))
        except TokenError as error:
            raise DataError(f"{self.path} cannot be read: {error.args[0]}") from error
        if labels.shape != (count,):
            raise DataError(
                f"{self.path} has {count:,} images and labels of the shape {labels.shape}"
            )
        for place, label in enumerate(labels):
            yield Entry(f"{place:08d}", whole_label(label.item()))

    def read(self, records: Sequence[str]) -> Iterator[Image]:
        """The images of some rows."""
        try:
            rows, labels = open_rows(self._place("x")), read_small(self._place("y"))
            for record in records:
                yield _row(rows, labels, number(record))
        except (*DAMAGE, TokenError) as error:
            raise DataError(f"{self.path} cannot be read: {error}") from error

    def _place(self, letter: str) -> Place:
        return Place(self.path, f"{letter}_{self.split}")


def _row(rows: np.ndarray | Streamed, labels: np.ndarray, place: int) -> Image:
    if not 0 <= place < min(rows.shape[0], len(labels)):
        return DataError("there is no such record")
    label = whole_label(labels[place].item())
    if isinstance(label, DataError):
        return label
    image = rows[place]
    image = np.array(image, image.dtype.newbyteorder("="), order="C")
    return image if image.ndim == 3 else image[..., np.newaxis]


def splits_of(path: str) -> list[str]:
    """The splits that an ``.npz`` has arrays of; none where it is no archive."""
    if not zipfile.is_zipfile(path):
        return []
    found = members(path)
    return [split for split in ("train", "val", "test") if f"x_{split}" in found]
