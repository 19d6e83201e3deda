"""The images of a split: an array that is read where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from workbench.data.records.base import Store


class Images:
    """Array-like ``(n, height, width, channels)``, read-only; indexing reads.

    Understands a number, a slice, an array of numbers or a mask, and further indices after it;
    ``np.asarray`` reads everything.

    Args:
        stores: where the images lie.
        parts: which store each image is in.
        places: its place there.
    """

    ndim = 4

    def __init__(self, stores: Sequence[Store], parts: np.ndarray, places: np.ndarray) -> None:
        self._stores, self._places = list(stores), places
        self._parts = parts if len(stores) > 1 else None
        self.dtype = stores[0].dtype
        self.shape = (len(places), *stores[0].shape)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes of all images when read."""
        return int(np.prod(self.shape, dtype=object)) * self.dtype.itemsize

    def __repr__(self) -> str:
        return f"Images(shape={self.shape}, dtype={self.dtype})"

    def __iter__(self) -> Iterator[np.ndarray]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, key: Any) -> np.ndarray:
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) and key else (key, ())
        if first is Ellipsis or (isinstance(first, tuple) and not first):
            return self[:][key]
        if isinstance(first, int | np.integer):
            row = range(len(self))[int(first)]  # counts from the end, refuses what is beyond
            found = self._read(np.array([row]))[0]
            return found[rest] if rest else found
        if isinstance(first, slice):
            rows = np.arange(len(self))[first]
        else:
            rows = np.arange(len(self))[np.asarray(first)]
        found = self._read(rows)
        return found[(slice(None), *rest)] if rest else found

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        images = self[:]
        return images if dtype is None else images.astype(dtype)

    def _read(self, rows: np.ndarray) -> np.ndarray:
        places = self._places[rows]
        if self._parts is None:
            return _read(self._stores[0], places)
        images = np.empty((len(rows), *self.shape[1:]), self.dtype)
        parts = self._parts[rows]
        for part in np.unique(parts):
            mine = parts == part
            images[mine] = _read(self._stores[part], places[mine])
        return images


def _read(store: Store, places: np.ndarray) -> np.ndarray:
    """Neighbours in the store are read without a copy."""
    if len(places) and (np.diff(places) == 1).all():
        return store.between(int(places[0]), int(places[-1]) + 1)
    return store.take(places)
