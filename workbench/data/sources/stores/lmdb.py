"""An LMDB of Caffe's Datum messages, as DIGITS and Caffe's tools write it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

import numpy as np

from workbench.data.sources.messages import parse
from workbench.data.sources.stores.base import Entry, Image, check_shape, swap_colours
from workbench.data.sources.stores.btree import Tree
from workbench.data.sources.stores.recorded import recorded_dtype
from workbench.errors import DataError

FILE = "data.mdb"


@dataclass(frozen=True)
class LmdbStore:
    """The folder ``path`` with its ``data.mdb``."""

    name: str
    path: str

    def entries(self) -> Iterator[Entry]:
        """Every key with the label of its Datum."""
        with self._open() as tree:
            for key, value in tree.items():
                yield Entry(_text(key), _label(value))

    def read(self, records: Sequence[str]) -> Iterator[Image]:
        """The images of some keys."""
        dtype = recorded_dtype(os.path.dirname(self.path))
        with self._open() as tree:
            for record in records:
                try:
                    value = tree.get(unquote_to_bytes(record))
                    yield value if isinstance(value, DataError) else datum_image(value, dtype)
                except DataError as error:
                    yield error

    @contextmanager
    def _open(self) -> Iterator[Tree]:
        try:
            with Tree(os.path.join(self.path, FILE)) as tree:
                yield tree
        except DataError as error:
            raise DataError(f"{self.path} cannot be read: {error}") from error
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}") from error


def _label(value: bytes | DataError) -> int | DataError:
    if isinstance(value, DataError):
        return value
    try:
        datum = parse("Datum", value)
    except DataError as error:
        return error
    if not datum.data and not datum.float_data:
        return DataError("a Datum without an image")
    return datum.label


def datum_image(value: bytes, dtype: str | None = None) -> Image:
    """The encoded bytes of a Datum, or its pixels: uint8, or float32 from ``float_data``.

    Args:
        dtype: what is known of the pixels; ``uint16`` are kept as floats, too.
    """
    try:
        datum = parse("Datum", value)
        if not datum.data and (datum.encoded or not datum.float_data):
            return DataError("a Datum without an image")
        if datum.encoded:
            return datum.data
        pixels = _pixels(datum)
        return _whole(pixels) if dtype == "uint16" and pixels.dtype == np.float32 else pixels
    except DataError as error:
        return error


def _pixels(datum: Any) -> np.ndarray:
    size = check_shape(datum.height, datum.width, datum.channels)
    if len(datum.data) == size:
        flat = np.frombuffer(datum.data, np.uint8)
    elif len(datum.float_data) == size and not datum.data:
        flat = np.array(datum.float_data, np.float32)
    else:
        raise DataError(
            f"a Datum of {datum.width}×{datum.height}, {datum.channels} channels needs {size:,} "
            f"values and has {len(datum.data) or len(datum.float_data):,}"
        )
    image = flat.reshape(datum.channels, datum.height, datum.width).transpose(1, 2, 0)
    return np.ascontiguousarray(swap_colours(image))


def _whole(pixels: np.ndarray) -> np.ndarray:
    if not (pixels.min() >= 0 and pixels.max() <= 65535):
        raise DataError(f"values of {pixels.min():g}–{pixels.max():g}, beyond 0–65535")
    return np.rint(pixels).astype(np.uint16)


def _text(key: bytes) -> str:
    """A key as text that ``unquote_to_bytes`` turns back; a colon ends the database's name."""
    try:
        text = key.decode()
    except UnicodeDecodeError:
        return quote_from_bytes(key)
    if not text.isprintable():
        return quote_from_bytes(key)
    return text.replace("%", "%25").replace(":", "%3A")
