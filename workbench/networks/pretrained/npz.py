"""Weights as NumPy's archive of arrays, named by path: ``conv1/kernel`` or ``conv1__kernel``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from workbench.networks.pretrained.damage import blamed
from workbench.networks.pretrained.stored import Stored, Weights


@contextmanager
def opened_npz(path: Path) -> Iterator[Weights]:
    """Open the archive; ``__`` in a name stands for ``/``, which no file's name may hold.

    Raises:
        DataError: it is damaged; reading an array of Python objects raises it too.
    """
    with blamed(f"{path} is not a whole .npz archive"):
        file = np.load(path, allow_pickle=False)
        if not isinstance(file, np.lib.npyio.NpzFile):
            raise ValueError("it holds a single array")
    with file:
        yield {
            name.replace("__", "/"): Stored(_shape(file, name, path), _reader(file, name, path))
            for name in file.files
        }


def _shape(file: Any, name: str, path: Path) -> tuple[int, ...]:
    """The shape that an array's head declares, without reading the array."""
    with blamed(f"{name} in {path} cannot be read"), file.zip.open(f"{name}.npy") as member:
        old = np.lib.format.read_magic(member) == (1, 0)
        kind = np.lib.format
        read = kind.read_array_header_1_0 if old else kind.read_array_header_2_0
        return tuple(read(member)[0])


def _reader(file: Any, name: str, path: Path) -> Callable[[], np.ndarray]:
    def read() -> np.ndarray:
        with blamed(f"{name} in {path} cannot be read"):
            return np.asarray(file[name])

    return read
