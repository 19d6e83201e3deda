"""The idx files of the MNIST family: a magic number, the shape, the values; perhaps gzipped."""

from __future__ import annotations

import gzip
import math
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from workbench.data.images.image_format import ImageFormat
from workbench.data.sources.base import Access, Divided, Listing
from workbench.data.sources.given import settle_names, settle_paths
from workbench.data.sources.rows import (
    DAMAGE,
    Part,
    RowReader,
    Streamed,
    check_images,
    class_numbers,
    format_of,
    list_parts,
)
from workbench.errors import DataError, NotFound

_UNSIGNED_BYTE = 8
_MOST_BYTES = 1 << 32
# What gzip makes of zeros; no file holds more.
_DENSEST = 1100
_PIECE = 1 << 20
_SPLITS = {"train": "", "t10k": "test", "test": "test"}
# EMNIST and its like put their own name in front.
_NAME = re.compile(r"((?:.+-)?(train|t10k|test)-(images|labels))[-.]idx[13]-ubyte(?:\.gz)?")


@dataclass(frozen=True)
class IdxFiles(Divided):
    """A folder with the four files of MNIST, Fashion-MNIST, EMNIST …, gzipped or not.

    ``train-images…`` is divided by the percentages; ``t10k-images…`` becomes test. Gzipped
    images are decompressed in passing, one by one, in each process; others are mapped.

    Attributes:
        path: the folder.
        labels: names of the classes, in the order of their numbers; else they are their numbers.
        validation_percent, test_percent: shares of the training images; the second counts only
            in a folder without test files.

    Raises:
        InvalidValue: a field is out of range.
    """

    path: str
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        settle_paths(self, "path")
        settle_names(self, "labels")
        self.check_shares()

    @property
    def shares(self) -> tuple[float, float]:
        """Percent for validation and test; 0 for test where there are files of it."""
        try:
            own = any(_SPLITS[word] for _, word, _ in self._files())
        except (DataError, NotFound):
            own = False
        return self.validation_percent, 0 if own else self.test_percent

    def describe(self) -> str:
        """The folder."""
        return f"idx files {self.path}"

    def check(self, access: Access) -> None:
        """Refuse a folder without images and their classes."""
        self._listing()

    def read(self, seed: int, access: Access) -> Listing:
        """List the images of all files."""
        return self._listing()

    def reader(self, access: Access) -> RowReader:
        """Reads images one by one."""
        files = self._files()
        images = {name: path for (name, _, kind), path in files.items() if kind == "images"}
        return RowReader(images, open_rows)

    def suggested_format(self) -> ImageFormat:
        """The size of the images, grey.

        Raises:
            NotFound, DataError: there are no such files.
        """
        files = self._files()
        return format_of(next(image_shape(files[key]) for key in files if key[2] == "images"))

    def _listing(self) -> Listing:
        files = self._files()
        parts = []
        for (name, word, kind), path in files.items():
            if kind == "images":
                targets = files[(name.removesuffix("images") + "labels", word, "labels")]
                count = image_shape(path)[0]
                numbers = class_numbers(read_idx(targets, count), count, str(targets))
                parts.append(Part(name, _SPLITS[word], numbers))
        return list_parts(parts, self.labels, self.path)

    def _files(self) -> dict[tuple[str, str, str], Path]:
        """The files by name without ending, split and kind; those to train on first."""
        try:
            names = sorted(os.listdir(self.path), key=lambda name: ("train" not in name, name))
        except OSError:
            raise NotFound(f"there is no folder {self.path} that can be read") from None
        found: dict[tuple[str, str, str], Path] = {}
        for name in names:
            match = _NAME.fullmatch(name)
            if match is not None:
                found.setdefault((match[1], match[2], match[3]), Path(self.path, name))
        self._check_pairs(found)
        return found

    def _check_pairs(self, found: dict[tuple[str, str, str], Path]) -> None:
        if not any(_SPLITS[word] == "" for _, word, _ in found):
            raise DataError(
                f"{self.path} has no train-images-idx3-ubyte; give the folder of the idx files"
            )
        for name, word, kind in found:
            other = "labels" if kind == "images" else "images"
            partner = name.removesuffix(kind) + other
            if (partner, word, other) not in found:
                raise DataError(f"{self.path} has {name} and no {partner}")
        if sum(kind == "images" and not _SPLITS[word] for _, word, kind in found) > 1:
            raise DataError(f"{self.path} has several sets of idx files; give each its own folder")


def read_idx(path: Path, images: int | None = None) -> np.ndarray:
    """Read an idx file of unsigned bytes, gzipped if its name ends in ``.gz``; uint8.

    Source: the format description on MNIST's page.

    Args:
        images: how many there are, where the file is one of their classes; if it declares
            another number, its values are not read.

    Raises:
        DataError: the file is damaged or of another kind.
    """
    try:
        with _open(path) as file:
            shape = _read_shape(file, path)
            size = math.prod(shape)
            if images is not None and size != images:
                raise DataError(f"{path} has {size:,} classes for {images:,} images")
            data = _read_values(file, size)
    except DAMAGE as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    if len(data) != size:
        more = " or more" if len(data) > size else ""
        raise DataError(f"{path} should hold {size} values and holds {len(data)}{more}")
    return np.frombuffer(data, np.uint8).reshape(shape)


def _read_values(file: BinaryIO, size: int) -> bytearray:
    """So many bytes, fewer where the file ends, one more where it goes on; piece by piece."""
    data = bytearray()
    while piece := file.read(min(_PIECE, size + 1 - len(data))):
        data += piece
    return data


def image_shape(path: Path) -> tuple[int, ...]:
    """The shape ``(images, height, width)`` that a file's head declares.

    Raises:
        DataError: the file is damaged or of another kind.
    """
    try:
        with _open(path) as file:
            shape = _read_shape(file, path)
    except DAMAGE as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    check_images(shape, np.dtype(np.uint8), str(path))
    missing = 4 + 4 * len(shape) + math.prod(shape) - os.path.getsize(path)
    if path.suffix != ".gz" and missing > 0:
        raise DataError(f"{path} ends {missing:,} bytes too early; get it again")
    return shape


def open_rows(path: Path) -> np.ndarray | Streamed:
    """Map the images of a file, or stream them where it is gzipped."""
    shape = image_shape(path)
    offset = 4 + 4 * len(shape)
    if path.suffix == ".gz":
        return Streamed(_open(path), offset, shape, np.dtype(np.uint8))
    return np.memmap(path, np.uint8, "r", offset, shape)


def _open(path: Path) -> BinaryIO:
    file: Any = gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")
    return file


def _read_shape(file: BinaryIO, path: Path) -> tuple[int, ...]:
    head = file.read(4)
    if len(head) < 4 or head[:2] != b"\0\0" or head[2] != _UNSIGNED_BYTE:
        raise DataError(f"{path} is not an idx file of bytes")
    shape = tuple(np.frombuffer(file.read(4 * head[3]), ">u4").tolist())
    most = os.path.getsize(path) * _DENSEST if path.suffix == ".gz" else _MOST_BYTES
    if len(shape) != head[3] or math.prod(shape) > min(most, _MOST_BYTES):
        raise DataError(f"{path} declares an impossible shape {shape}")
    return shape
