"""Arrays whose first axis counts images: listed by their class numbers, read row by row."""

from __future__ import annotations

import lzma
import math
import weakref
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from tokenize import TokenError
from typing import Any, BinaryIO, NamedTuple
from zipfile import BadZipFile

import numpy as np

from workbench.data.images.image_format import ImageFormat
from workbench.data.images.pixels import MAX_PIXELS
from workbench.data.sources.base import Listing, Sample, check_classes
from workbench.data.sources.folder import natural_key
from workbench.data.sources.given import check_names
from workbench.data.table import blocks
from workbench.errors import DataError

_MOST_CLASS = 1 << 31
_STEP = 1 << 20
_LISTED_AT_ONCE = 1 << 16
# What NumPy's and zip's readers raise when they meet damage.
DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    SyntaxError,
    TokenError,
    zlib.error,
    lzma.LZMAError,
    BadZipFile,
    RuntimeError,
)


class Part(NamedTuple):
    """The images of one array, and what they show.

    Attributes:
        name: the array's name.
        split: ``val`` or ``test``; empty where the split is to be drawn.
        targets: the class of each image ``(n,)``, numbers or names.
    """

    name: str
    split: str
    targets: np.ndarray


def list_parts(parts: Sequence[Part], names: Sequence[str], where: str) -> Listing:
    """List the images of all parts; without ``names`` the classes are those that occur.

    Raises:
        DataError: fewer than two classes, or class numbers beyond the names.
    """
    if len({part.targets.dtype.kind for part in parts}) > 1:
        raise DataError(f"{where} has classes both by name and by number; use one of them")
    values = np.unique(np.concatenate([part.targets for part in parts]))
    listing = Listing()
    if names and values.dtype.kind == "i":
        _check_named(values, names, where)
        listing.labels = [names[value] for value in values]
        present = set(listing.labels)
        listing.left_out = [(name, "no images") for name in names if name not in present]
        ranks = np.arange(len(values))
    else:
        order = sorted(range(len(values)), key=lambda place: natural_key(str(values[place])))
        listing.labels = [str(values[place]) for place in order]
        check_names(listing.labels, where)
        ranks = np.argsort(order)
    check_classes(listing.labels, where)
    listing.samples = _samples(parts, values, ranks)
    return listing


def _check_named(values: np.ndarray, names: Sequence[str], where: str) -> None:
    if values.size and values[-1] >= len(names):
        raise DataError(
            f"{where} has the class number {values[-1]}, but only {len(names)} names are given; "
            "numbers count from 0"
        )


def _samples(parts: Sequence[Part], values: np.ndarray, ranks: np.ndarray) -> Iterator[Sample]:
    for name, split, targets in parts:
        for start, stop in blocks(len(targets), _LISTED_AT_ONCE):
            labels = ranks[np.searchsorted(values, targets[start:stop])]
            for row, label in enumerate(labels, start):
                yield Sample(f"{name}[{row}]", int(label), split)


def class_numbers(array: np.ndarray, count: int, where: str) -> np.ndarray:
    """Check one class an image; int16, int64 or text ``(n,)``.

    Raises:
        DataError: another shape or type, or negative numbers.
    """
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        advice = "; of one-hot rows take .argmax(axis=1)" if array.ndim == 2 else ""
        raise DataError(f"{where} has shape {array.shape}; one class an image is expected{advice}")
    if len(array) != count:
        raise DataError(f"{where} has {len(array):,} classes for {count:,} images")
    if array.dtype.kind in "US":
        return as_text(array, where)
    if array.dtype.kind not in "iub":
        raise DataError(f"{where} holds {array.dtype}; whole class numbers are expected")
    if array.size and not 0 <= int(array.min()) <= int(array.max()) < _MOST_CLASS:
        strange = array.min() if array.min() < 0 else array.max()
        raise DataError(f"{where} holds {strange}; class numbers count from 0")
    # Bytes stay small: a file of them may be a thousandth of what they take.
    return array.astype(np.int16 if array.dtype.itemsize == 1 else np.int64)


def as_text(array: np.ndarray, where: str) -> np.ndarray:
    """Names as NumPy's text.

    Raises:
        DataError: there are bytes that are no UTF-8, or numbers that are no characters.
    """
    try:
        text = np.char.decode(array, "utf-8") if array.dtype.kind == "S" else array
        text.tolist()  # NumPy looks at the characters only now, and Python as it makes the text
    except (ValueError, SystemError):
        raise DataError(f"{where} holds names that are no text; save them as UTF-8") from None
    return text


def check_images(shape: tuple[int, ...], dtype: np.dtype, where: str) -> None:
    """Refuse what is no array of images ``(n, height, width[, channels])``.

    Raises:
        DataError: another shape or type.
    """
    if len(shape) not in (3, 4) or not all(shape):
        raise DataError(
            f"{where} has shape {shape}; (images, height, width) or "
            "(images, height, width, channels) is expected"
        )
    if len(shape) == 4 and shape[1] in (1, 3, 4) and shape[3] > 4:
        raise DataError(f"{where} has shape {shape}, channels first; transpose to (0, 2, 3, 1)")
    if dtype.kind != "f" and (dtype.kind != "u" or dtype.itemsize > 2):
        raise DataError(f"{where} holds {dtype}; uint8, uint16 or float is expected")
    if math.prod(shape[1:3]) > MAX_PIXELS:
        raise DataError(f"{where} has images of more than {MAX_PIXELS:,} pixels {shape}")


def format_of(shape: tuple[int, ...]) -> ImageFormat:
    """The size and colour of images in an array of that shape; alpha is laid on white."""
    channels = shape[3] if len(shape) == 4 else 1
    return ImageFormat(width=shape[2], height=shape[1], channels=3 if channels == 4 else channels)


class Streamed:
    """Images of a compressed array, one by one; only one is in memory.

    Rows in rising order cost one pass; a step back begins again at the start.

    Args:
        file: decompresses, and seeks; closed when this object goes.
        offset: where in the decompressed bytes the first row begins.
        shape, dtype: of the whole array, rows one after the other.
    """

    def __init__(
        self, file: BinaryIO, offset: int, shape: tuple[int, ...], dtype: np.dtype
    ) -> None:
        self.shape, self.dtype = shape, dtype
        self._file, self._offset = file, offset
        self._size = math.prod(shape[1:]) * dtype.itemsize
        self._position = file.tell()
        weakref.finalize(self, file.close)

    def __getitem__(self, row: int) -> np.ndarray:
        wanted = self._offset + row * self._size
        if wanted < self._position:
            self._file.seek(0)
            self._position = 0
        while self._position < wanted:
            self._read(min(_STEP, wanted - self._position))
        return np.frombuffer(self._read(self._size), self.dtype).reshape(self.shape[1:])

    def _read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._position += len(data)
        if len(data) < size:
            raise EOFError("it ends too early")
        return data


@dataclass
class RowReader:
    """Reads samples named ``array[row]``.

    Attributes:
        places: where each array lies, by its name.
        open: opens such a place; a function of a module, so that it can be sent to a process.
    """

    places: Mapping[str, Any]
    open: Callable[[Any], np.ndarray | Streamed]
    _opened: dict[str, np.ndarray | Streamed] = field(default_factory=dict, repr=False)

    def __getstate__(self) -> dict[str, Any]:
        return {"places": self.places, "open": self.open, "_opened": {}}

    def read(self, names: Sequence[str]) -> Iterator[np.ndarray | DataError]:
        """The pixels of each row ``(height, width[, channels])``, in the array's own type.

        Raises:
            DataError: the file is gone or damaged.
        """
        for name in names:
            array, _, row = name.removesuffix("]").rpartition("[")
            if array not in self.places or not row.isdecimal():
                yield DataError("the array is not in the file any more")
                continue
            try:
                rows = self._rows(array)
                yield _native(rows[int(row)]) if int(row) < rows.shape[0] else _GONE
            except DAMAGE as error:
                raise DataError(f"{array} cannot be read from image {row} on: {error}") from error

    def _rows(self, array: str) -> np.ndarray | Streamed:
        if array not in self._opened:
            self._opened[array] = self.open(self.places[array])
        return self._opened[array]


_GONE = DataError("the array has fewer images now")


def _native(pixels: np.ndarray) -> np.ndarray:
    return np.asarray(pixels, pixels.dtype.newbyteorder("="), order="C")
