"""An LMDB a split, of Caffe's Datum messages, as DIGITS writes it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from workbench.data.export.aside import plain
from workbench.data.export.caffe import channels_first, write_labels, write_mean
from workbench.data.export.content import Batch, Content
from workbench.data.export.encode import encode_all
from workbench.data.images.encode import check_encoding
from workbench.data.sources.messages import messages
from workbench.errors import MissingExtra

_MAP_BYTES = 256 << 20
_NOTHING = 1 << 20


def check(content: Content) -> None:
    """Refuse pixels that the encoding cannot hold, and a missing library."""
    _library()
    check_encoding(content.dataset.image, content.encoding)


def write(content: Content, folder: Path) -> None:
    """Write ``train_db`` and so on, the names of the classes and the mean."""
    for name in content.splits:
        _write_split(content, name, folder / f"{name}_db")
    write_labels(content, folder)
    write_mean(content, folder)


def _library() -> Any:
    try:
        import lmdb
    except ImportError:
        raise MissingExtra(
            "writing an LMDB needs a library; pip install 'jupyter-workbench[lmdb]'"
        ) from None
    return lmdb


def _write_split(content: Content, name: str, folder: Path) -> None:
    lmdb = _library()
    try:
        # Nothing else sees it before it is whole, so it needs no lock and one sync at the end.
        with lmdb.open(str(folder), map_size=_MAP_BYTES, lock=False, sync=False) as database:
            for batch in content.batches(name):
                _put(database, list(_datums(content, batch)))
            database.sync(True)
    except lmdb.Error as error:
        # A page that the disk takes in part only is an input/output error to this library.
        if shutil.disk_usage(folder.parent).free < _NOTHING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        raise plain(error) from error


def _put(database: Any, records: list[tuple[bytes, bytes]]) -> None:
    """Write a batch; where the map is too small for it, double the map and begin it again."""
    full = _library().MapFullError
    while True:
        try:
            with database.begin(write=True) as transaction:
                for key, value in records:
                    transaction.put(key, value, append=True)
            return
        except full:
            database.set_mapsize(2 * database.info()["map_size"])


def _datums(content: Content, batch: Batch) -> Iterator[tuple[bytes, bytes]]:
    make, (height, width, channels) = messages().Datum, content.shape
    shape = {"channels": channels, "height": height, "width": width}
    for place, (label, pixels) in enumerate(
        zip(batch.targets.tolist(), _pixels(content, batch.images), strict=True), batch.start
    ):
        yield b"%08d" % place, make(label=label, **shape, **pixels).SerializeToString()


def _pixels(content: Content, images: np.ndarray) -> Iterator[dict[str, Any]]:
    """The fields that hold each image: bytes encoded or raw, floats for what bytes cannot hold."""
    if content.encoding != "none":
        for data in encode_all(images, content.encoding, content.quality):
            yield {"data": data, "encoded": True}
        return
    for planes in channels_first(images):
        if planes.dtype == np.uint8:
            yield {"data": planes.tobytes()}
        else:
            yield {"float_data": planes.astype(np.float32).reshape(-1).tolist()}
