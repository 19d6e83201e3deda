"""Exports: a finished dataset in the formats that other programs read, one a file."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.data.export.aside import folder_aside
from workbench.data.export.content import Content
from workbench.data.export.tensors import to_tf_data
from workbench.data.images.encode import ENCODINGS
from workbench.data.sources.stores.recorded import PIXELS
from workbench.storage import write_json
from workbench.validation import check_choice, check_whole

FORMATS = ("lmdb", "hdf5", "tfrecord", "folder", "numpy")

__all__ = ["ENCODINGS", "FORMATS", "export", "to_tf_data"]


def export(
    dataset: Any,
    format: str,
    folder: str | os.PathLike[str],
    *,
    encoding: str = "png",
    quality: int = 90,
    seed: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write a dataset into a new folder, whole or not at all; memory does not grow with it.

    Args:
        dataset: the dataset.
        format: ``lmdb`` (Caffe's Datum), ``hdf5`` or ``tfrecord`` as DIGITS writes them,
            ``folder`` of image files, or ``numpy``.
        folder: where; it must not exist, or be empty.
        encoding: ``png``, ``jpeg`` or ``none`` for pixels as they are. HDF5 and NumPy hold pixels.
        quality: of JPEG, 1 to 100.
        seed: shuffles each split, for readers that go through it in order; ``None`` keeps the
            dataset's order.
        progress: called with how many of how many images are written.

    Returns:
        The folder.

    Raises:
        InvalidValue: the folder is occupied, or the format cannot hold such images.
        StorageError: the disk is full, read-only or failing.
        MissingExtra: the format's library is not installed.
        DataError: the dataset has no images.
    """
    check_choice("format", format, FORMATS)
    check_choice("encoding", encoding, ENCODINGS)
    check_whole("quality", quality, 1, 100)
    if seed is not None:
        check_whole("seed", seed, 0)
    writer = importlib.import_module(f"{__name__}.{format}")
    content = Content(dataset, encoding, quality, seed, progress)
    writer.check(content)
    target = Path(os.path.abspath(os.path.expanduser(folder)))
    with folder_aside(target) as aside:
        writer.write(content, aside)
        # Caffe's floats, say, do not tell whether they were whole numbers of 16 bits.
        write_json(aside / PIXELS, {"dtype": content.dtype.name})
    return target
