"""Weights in HDF5: Keras' ``.weights.h5`` and what lies in a ``.keras``, and Keras 2's ``.h5``.

Keras numbers a layer's arrays (``layers/conv2d_3/vars/0``) and notes the layer's name beside them;
Keras 2 names the arrays themselves (``conv1/conv1/kernel:0``). A ``.keras`` is a ZIP archive; its
description of the model is not even opened.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.networks.pretrained.damage import blamed
from workbench.networks.pretrained.stored import Stored, Weights

if TYPE_CHECKING:
    import h5py

_MEMBER = "model.weights.h5"
# Weights hardly compress: a member that claims to be so much larger than its archive is a trap.
_MOST_GROWTH = 20


@contextmanager
def opened_hdf5(path: Path) -> Iterator[Weights]:
    """Open an HDF5 file.

    Raises:
        DataError: it is damaged.
    """
    with _opened(path, path) as weights:
        yield weights


@contextmanager
def opened_keras(path: Path) -> Iterator[Weights]:
    """Open the weights in a ``.keras`` archive.

    Raises:
        DataError: it is damaged or holds none.
    """
    with tempfile.TemporaryFile() as aside:
        whole = blamed(f"{path} is not a whole .keras file with weights")
        with whole, zipfile.ZipFile(path) as archive:
            size = archive.getinfo(_MEMBER).file_size
            if size > _MOST_GROWTH * path.stat().st_size:
                raise ValueError(f"its weights claim to have {size:,} bytes")
            with archive.open(_MEMBER) as member:
                shutil.copyfileobj(member, aside)
        with _opened(aside, path) as weights:
            yield weights


@contextmanager
def _opened(source: Any, path: Path) -> Iterator[Weights]:
    import h5py

    with blamed(f"{path} is not a whole HDF5 file"):
        file = h5py.File(source, "r")
    with file:
        with blamed(f"{path} is not a whole HDF5 file"):
            weights = _weights(file, path)
        yield weights


def _weights(file: h5py.File, path: Path) -> Weights:
    import h5py

    names: dict[str, str] = {}
    arrays: dict[str, Any] = {}

    def visit(place: str, found: Any) -> None:
        if not isinstance(place, str) or place.startswith("optimizer"):
            return  # a name that is no text is nobody's
        if isinstance(found, h5py.Dataset):
            arrays[place] = found
        elif place.endswith("vars") and isinstance(found.attrs.get("name"), str):
            names[place.removesuffix("vars").rstrip("/")] = found.attrs["name"]

    # Neither soft links nor links to other files are followed.
    file.visititems(visit)
    return {
        _name(place, names): Stored(array.shape, _reader(array, place, path))
        for place, array in arrays.items()
        if array.shape is not None and not (array.is_virtual or array.external)
    }


def _name(place: str, names: dict[str, str]) -> str:
    """The name of the array at a place: ``conv1/0`` or ``conv1/conv1/kernel``.

    Where no name was noted, as Keras did not at first, the folder's own name has to do.
    """
    parts = place.removesuffix(":0").split("/")
    if len(parts) < 2 or parts[-2] != "vars":
        return "/".join(parts)
    around = ["/".join(parts[:end]) for end in range(1, len(parts) - 1)]
    noted = [names[a] for a in around if a in names] or parts[-3:-2]
    return "/".join([*noted, parts[-1]])


def _reader(array: Any, place: str, path: Path) -> Callable[[], np.ndarray]:
    def read() -> np.ndarray:
        with blamed(f"{place} in {path} cannot be read"):
            return np.asarray(array[()])

    return read
