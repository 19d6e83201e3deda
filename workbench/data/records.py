"""Records: one memory-mapped array of images and one of targets a split."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.lib.format import open_memmap

from workbench.errors import storage_error

_ROWS = 4096


def allocate(folder: Path, count: int, shape: tuple[int, int, int], targets: np.ndarray) -> None:
    """Make ``folder`` with room for ``count`` uint8 images and the given targets.

    The room is taken on the disk at once, so that a full disk is met here.

    Raises:
        StorageError: there is no room.
    """
    try:
        folder.mkdir(parents=True)
        images = open_memmap(
            folder / "images.npy", mode="w+", dtype=np.uint8, shape=(count, *shape)
        )
        images.flush()
        del images
        _reserve(folder / "images.npy")
        np.save(folder / "targets.npy", targets, allow_pickle=False)
    except OSError as error:
        raise storage_error("write", folder, error) from error


def _reserve(path: Path) -> None:
    import os

    if hasattr(os, "posix_fallocate"):
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)


def compact(folder: Path, keep: np.ndarray) -> None:
    """Keep only the rows where ``keep`` is true, moving them up in place.

    Raises:
        StorageError: the disk fails.
    """
    try:
        images = open_memmap(folder / "images.npy", mode="r+")
        rows = np.flatnonzero(keep)
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            images[start : start + len(part)] = images[part]
        images.flush()
        shape = images.shape
        del images
        _shorten(folder / "images.npy", shape, len(rows))
        targets = np.load(folder / "targets.npy", allow_pickle=False)
        np.save(folder / "targets.npy", targets[keep], allow_pickle=False)
    except OSError as error:
        raise storage_error("write", folder, error) from error


def _shorten(path: Path, shape: tuple[int, ...], count: int) -> None:
    """Rewrite the header for ``count`` rows and cut the file after them."""
    with path.open("r+b") as file:
        version = np.lib.format.read_magic(file)
        np.lib.format.read_array_header_1_0(file)
        start = file.tell()
        row = int(np.prod(shape[1:]))
        header = {"descr": "|u1", "fortran_order": False, "shape": (count, *shape[1:])}
        text = repr(header).encode()
        # Same place for the data: the header is padded with blanks to the length it had.
        text += b" " * (start - 10 - len(text) - 1) + b"\n"
        file.seek(0)
        file.write(np.lib.format.magic(*version) + len(text).to_bytes(2, "little") + text)
        file.truncate(start + count * row)
