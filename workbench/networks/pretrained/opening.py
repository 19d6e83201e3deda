"""Which kind of file holds weights, and opening it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.errors import DataError, NotFound
from workbench.networks.pretrained.npz import opened_npz
from workbench.networks.pretrained.stored import Weights

KINDS = ".npz, .keras, .weights.h5, .h5, or the folder of a SavedModel"


@contextmanager
def open_weights(path: str | os.PathLike[str]) -> Iterator[Weights]:
    """Open a file of weights: ``.npz``, ``.keras``, ``.h5`` or the folder of a SavedModel.

    Raises:
        NotFound: there is none.
        DataError: it is of another kind, or damaged.
    """
    place = Path(path).expanduser()
    if not place.exists():
        raise NotFound(f"there is no file of weights {str(place)!r}")
    if place.is_dir():
        from workbench.networks.pretrained.saved_model import opened_saved_model as opened
    elif place.suffix == ".npz":
        opened = opened_npz
    elif place.suffix == ".keras":
        from workbench.networks.pretrained.hdf5 import opened_keras as opened
    elif place.suffix in (".h5", ".hdf5"):
        from workbench.networks.pretrained.hdf5 import opened_hdf5 as opened
    else:
        raise DataError(f"{place} is no file of weights that can be read; give {KINDS}")
    with opened(place) as weights:
        yield weights
