"""The images of a split: an array that is read where it is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from workbench.data.records.base import Store


class Images:
    """Array-like ``(n, height, width, channels)``, read-only; indexing reads.

    Any key gives what it gives in NumPy. With a number, a slice, numbers or a mask at its beginning
    those images alone are read; with others, and by ``np.asarray``, all.

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
        if isinstance(key, tuple) and not key:
            return self[:]
        first, rest = (key[0], key[1:]) if isinstance(key, tuple) else (key, ())
        if isinstance(first, slice):
            found = self._read(np.arange(len(self))[first])
            return found[(slice(None), *rest)] if rest else found
        rows = self._chosen(first)
        if rows is None:
            return self[:][key]
        # Only the images that are wanted are read; of these the key says the same.
        found = self._read(rows.reshape(-1))
        if rows.ndim == 1 and not rest:
            return found
        place: Any = np.arange(rows.size).reshape(rows.shape) if rows.ndim else 0
        return found[(place, *rest)]

    def _chosen(self, index: Any) -> np.ndarray | None:
        """The images that a number, some numbers or a mask choose; None for other indices."""
        if isinstance(index, int | np.integer) and not isinstance(index, bool):
            return np.array(range(len(self))[index])  # counts from the end, refuses what is beyond
        array = np.asarray(index)
        # A single truth adds an axis, a mask of more axes chooses among pixels.
        if index is None or index is Ellipsis or (array.dtype == bool and array.ndim != 1):
            return None
        return np.asarray(np.arange(len(self))[list(index) if isinstance(index, tuple) else index])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        images = self[:]
        return images if dtype is None else images.astype(dtype)

    def _read(self, rows: np.ndarray) -> np.ndarray:
        if not len(rows):
            return np.empty((0, *self.shape[1:]), self.dtype)
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
    if (np.diff(places) == 1).all():
        return store.between(int(places[0]), int(places[-1]) + 1)
    return store.take(places)
