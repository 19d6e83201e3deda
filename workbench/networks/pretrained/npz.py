"""Weights as NumPy's archive of arrays, named by path: ``conv1/kernel`` or ``conv1__kernel``."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from workbench.errors import DataError
from workbench.networks.pretrained.stored import Stored, Weights

_DAMAGES = (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile, NotImplementedError)


@contextmanager
def opened_npz(path: Path) -> Iterator[Weights]:
    """Open the archive; ``__`` in a name stands for ``/``, which no file's name may hold.

    Raises:
        DataError: it is damaged, or holds Python objects.
    """
    try:
        file = np.load(path, allow_pickle=False)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("it holds a single array")
    except _DAMAGES as error:
        raise DataError(f"{path} is not a whole .npz archive: {error}") from error
    with file:
        yield {
            name.replace("__", "/"): Stored(_shape(file, name, path), _reader(file, name, path))
            for name in file.files
        }


def _shape(file: Any, name: str, path: Path) -> tuple[int, ...]:
    """The shape that an array's head declares, without reading the array."""
    try:
        with file.zip.open(f"{name}.npy") as member:
            old = np.lib.format.read_magic(member) == (1, 0)
            kind = np.lib.format
            read = kind.read_array_header_1_0 if old else kind.read_array_header_2_0
            return read(member)[0]
    except _DAMAGES as error:
        raise DataError(f"{name} in {path} cannot be read: {error}") from error


def _reader(file: Any, name: str, path: Path) -> Any:
    def read() -> np.ndarray:
        try:
            return file[name]
        except _DAMAGES as error:
            raise DataError(f"{name} in {path} cannot be read: {error}") from error

    return read
