"""A TFRecord file of TensorFlow's Example messages, read without TensorFlow.

A record is its length (8 bytes), the length's checksum (4), the data and the data's checksum (4).
"""

from __future__ import annotations

import os
import struct
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from workbench.data.images.decode import MAX_BYTES
from workbench.data.sources.crc32c import masked_crc32c
from workbench.data.sources.messages import parse
from workbench.data.sources.stores.base import Entry, Image, check_shape, number, whole_label
from workbench.errors import DataError

_HEAD = struct.Struct("<QI")
# As DIGITS names them, TensorFlow's image tools, and its datasets.
_IMAGE = ("image_raw", "image/encoded", "image")
_LABEL = ("label", "image/class/label")
_SHAPE = (("height", "image/height"), ("width", "image/width"), ("depth", "image/channels"))
_RAW = 0
# What the name of a record ends with whose checksum is to be compared when it is read.
_DAMAGED = "-damaged"
_TYPES = {1: "<u1", 2: "<u2", 4: "<f4"}


@dataclass(frozen=True)
class RecordStore:
    """One TFRecord file. Where its records begin is found out as far as it is needed."""

    name: str
    path: str
    _starts: array = field(default_factory=lambda: array("Q", [0]), compare=False, repr=False)

    def entries(self) -> Iterator[Entry]:
        """Every record's number with its label."""
        with self._open() as (file, size):
            place = 0
            while self._start(file, size, place) < size:
                data = _data(file, size, self._starts[place], place)
                mark = _DAMAGED if isinstance(data, DataError) else ""
                yield Entry(f"{place:08d}{mark}", _label(data))
                place += 1

    def read(self, records: Sequence[str]) -> Iterator[Image]:
        """The images of some records."""
        with self._open() as (file, size):
            for record in records:
                place = number(record.removesuffix(_DAMAGED))
                start = self._start(file, size, place)
                if start >= size:
                    yield DataError("there is no such record")
                    continue
                # Listing has compared the checksum; here it would cost as much as decoding.
                data = _data(file, size, start, place, compare=record.endswith(_DAMAGED))
                yield data if isinstance(data, DataError) else example_image(data)

    def _start(self, file: BinaryIO, size: int, place: int) -> int:
        """Where a record begins; the file's size beyond the last."""
        starts = self._starts
        while len(starts) <= place and starts[-1] < size:
            starts.append(starts[-1] + _length(file, size, starts[-1], len(starts) - 1) + 16)
        return starts[place] if place < len(starts) else size

    @contextmanager
    def _open(self) -> Iterator[tuple[BinaryIO, int]]:
        try:
            with open(self.path, "rb") as file:
                yield file, os.fstat(file.fileno()).st_size
        except DataError as error:
            raise DataError(f"{self.path} cannot be read: {error}") from error
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}") from error


def is_record_file(head: bytes) -> bool:
    """Whether a file that begins so is a TFRecord file."""
    if len(head) < _HEAD.size:
        return False
    _, checksum = _HEAD.unpack_from(head)
    return masked_crc32c(head[:8]) == checksum


def _length(file: BinaryIO, size: int, start: int, place: int) -> int:
    """How many bytes the record at ``start`` has; ``place`` is its number, for messages."""
    file.seek(start)
    head = file.read(_HEAD.size)
    if not is_record_file(head):
        raise DataError(f"it is damaged at record {place:,}: the length has a wrong checksum")
    length = _HEAD.unpack(head)[0]
    if start + length + 16 > size:
        raise DataError(f"it is cut short within record {place:,}")
    return length


def _data(
    file: BinaryIO, size: int, start: int, place: int, compare: bool = True
) -> bytes | DataError:
    """The bytes of the record at ``start``, or why they cannot be had."""
    length = _length(file, size, start, place)
    if length > MAX_BYTES:
        return DataError("larger than 1 GiB")
    file.seek(start + _HEAD.size)
    data, checksum = file.read(length), file.read(4)
    if len(checksum) < 4:
        return DataError("the file became shorter while it was read")
    if compare and masked_crc32c(data) != int.from_bytes(checksum, "little"):
        return DataError("damaged (wrong checksum)")
    return data


def _features(data: bytes) -> dict[str, Any]:
    """The first value of each feature of an Example."""
    found: dict[str, Any] = {}
    for entry in parse("Example", data).features.feature:
        for kind in ("bytes_list", "int64_list", "float_list"):
            values = getattr(entry.value, kind).value
            if len(values) == 1:
                found[entry.key] = values[0]
    return found


def _first(features: dict[str, Any], names: Sequence[str], what: str) -> Any:
    for name in names:
        if name in features:
            return features[name]
    raise DataError(f"an Example without {what} ({' or '.join(names)})")


def _label(data: bytes | DataError) -> int | DataError:
    if isinstance(data, DataError):
        return data
    try:
        return _label_of(_features(data))
    except DataError as error:
        return error


def _label_of(features: dict[str, Any]) -> int | DataError:
    _first(features, _IMAGE, "an image")
    return whole_label(_first(features, _LABEL, "a label"))


def example_image(data: bytes) -> Image:
    """The encoded bytes of an Example, or its pixels: uint8, uint16 or float32 by their number."""
    try:
        features = _features(data)
        label = _label_of(features)
        if isinstance(label, DataError):
            return label
        content = _first(features, _IMAGE, "an image")
        if not isinstance(content, bytes):
            return DataError("an Example whose image is no bytes")
        if features.get("encoding", _RAW) != _RAW:
            return content
        sides = [next((features[n] for n in names if n in features), None) for names in _SHAPE]
        if "encoding" not in features and not _fits(sides, len(content)):
            return content
        return _pixels(sides, content)
    except DataError as error:
        return error


def _fits(sides: Sequence[Any], size: int) -> bool:
    """Whether bytes of unstated encoding can be pixels."""
    if not all(isinstance(side, int) and side > 0 for side in sides):
        return False
    return size in {sides[0] * sides[1] * sides[2] * item for item in _TYPES}


def _pixels(sides: Sequence[Any], content: bytes) -> np.ndarray:
    if not all(isinstance(side, int) for side in sides):
        raise DataError("an Example of raw pixels without height, width and depth")
    height, width, depth = sides
    values = check_shape(height, width, depth)
    item, rest = divmod(len(content), values)
    if rest or item not in _TYPES:
        raise DataError(
            f"an Example of {width}×{height}, {depth} channels cannot have {len(content):,} bytes"
        )
    flat = np.frombuffer(content, _TYPES[item])
    return flat.astype(flat.dtype.newbyteorder("="), copy=False).reshape(height, width, depth)
