"""The sum of all images, kept by the processes that decode them, where they are at hand.

Each process has a file of its own: to give sums back with every stretch costs more than to sum.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from workbench.data.statistics import add_bytes
from workbench.errors import storage_error

# The sum of larger images, eight times as large, is too much for each process to keep.
MOST_SUMMED = 64 << 20


class RunningSum:
    """The sum of the 8-bit images that this process has seen.

    Args:
        folder: where its file is made.
        shape: of an image.

    Raises:
        StorageError: the disk is full or failing.
    """

    def __init__(self, folder: str, shape: tuple[int, ...]) -> None:
        path = Path(folder) / f"sum-{os.getpid()}.npy"
        try:
            # Written first: writing to a map of what a full disk does not have ends the process.
            np.save(path, np.zeros(shape), allow_pickle=False)
            self._kept = np.lib.format.open_memmap(path, "r+")
        except OSError as error:
            raise storage_error("write", path, error) from error

    def add(self, images: np.ndarray) -> None:
        """Add images ``(n, *shape)``."""
        add_bytes(self._kept, images)


def gathered(folder: Path) -> np.ndarray | None:
    """The sum of all processes, float64; their files are gone then. None where there are none."""
    total = None
    for path in sorted(folder.glob("sum-*.npy")):
        part = np.load(path, allow_pickle=False)
        total = part if total is None else total + part
        path.unlink()
    return total
