"""What a store of images is, and what fills one."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Store(Protocol):
    """Images of one shape and type, by their place in the store."""

    shape: tuple[int, int, int]
    dtype: np.dtype

    def take(self, places: np.ndarray) -> np.ndarray:
        """The images at some places, ``(n, height, width, channels)``.

        Raises:
            DataError: a record is damaged.
        """

    def between(self, start: int, stop: int) -> np.ndarray:
        """The images from place ``start`` to ``stop``, without a copy where that can be."""

    def digests(self, places: np.ndarray) -> np.ndarray:
        """What the images at some places are by now (digest.py), uint64 ``(n,)``.

        Raises:
            DataError: a record is damaged.
        """


class Writer(Protocol):
    """Fills a store, stretch by stretch, in any order."""

    def put(self, start: int, content: object) -> np.ndarray:
        """Take what a decoding process made of the rows from ``start`` on.

        Returns:
            The place in the store of each of the rows.

        Raises:
            StorageError: the disk is full or failing.
        """

    def finish(self) -> None:
        """Complete the store.

        Raises:
            StorageError: the disk is full or failing.
        """

    def close(self) -> None:
        """Let go of it, finished or not."""
