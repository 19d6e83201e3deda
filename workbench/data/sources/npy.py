"""NumPy's array files, alone or in an ``.npz``: heads, small arrays, rows of large ones."""

from __future__ import annotations

import math
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np

from workbench.data.sources.given import check_file
from workbench.data.sources.rows import DAMAGE, Streamed, check_images
from workbench.errors import DataError

_MOST_SMALL = 1 << 30


class Place(NamedTuple):
    """Where an array lies: a file by itself, or a member of an archive."""

    path: str
    member: str = ""

    @property
    def name(self) -> str:
        """The array's name, as people know it."""
        return self.member or os.path.splitext(os.path.basename(self.path))[0]

    def __str__(self) -> str:
        return f"{self.member} in {self.path}" if self.member else self.path


class Header(NamedTuple):
    """The head of an array file."""

    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype


def members(path: str) -> set[str]:
    """The names of the arrays in an archive.

    Raises:
        NotFound, DataError: there is no such file, or it is no archive.
    """
    check_file(path)
    try:
        with ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()}
    except DAMAGE as error:
        raise DataError(f"{path} is not a whole .npz archive: {error}") from error


@contextmanager
def _opened(place: Place) -> Iterator[tuple[IO[bytes], ZipInfo | None]]:
    """The bytes of an array file, decompressed, and its entry in the archive."""
    check_file(place.path)
    try:
        if not place.member:
            with open(place.path, "rb") as file:
                yield file, None
            return
        with ZipFile(place.path) as archive, archive.open(f"{place.member}.npy") as member:
            yield member, archive.getinfo(f"{place.member}.npy")
    except KeyError:
        raise DataError(f"{place.path} has no {place.member}") from None
    except DAMAGE as error:
        raise DataError(f"{place} cannot be read: {error}") from error


def _read_header(file: IO[bytes], place: Place, most: float) -> Header:
    """Read the head of an array file; nothing is unpickled.

    Raises:
        DataError: Python objects, or more bytes than ``most``.
    """
    version = np.lib.format.read_magic(file)
    old = version == (1, 0)
    read = np.lib.format.read_array_header_1_0 if old else np.lib.format.read_array_header_2_0
    header = Header(*read(file))
    if header.dtype.hasobject:
        raise DataError(f"{place} holds Python objects, which are never unpickled")
    if math.prod(header.shape) * header.dtype.itemsize > most:
        raise DataError(f"{place} declares an impossible shape {header.shape}")
    return header


def image_header(place: Place) -> Header:
    """The head of an array of images.

    Raises:
        NotFound, DataError: there is no such array, or it holds no images.
    """
    with _opened(place) as (file, info):
        whole = os.path.getsize(place.path) if info is None else info.file_size
        header = _read_header(file, place, whole)
        if header.fortran and info is not None and info.compress_type != ZIP_STORED:
            raise DataError(
                f"{place} is compressed in Fortran's order; save np.ascontiguousarray(…) of it"
            )
    check_images(header.shape, header.dtype, str(place))
    return header


def read_small(place: Place) -> np.ndarray:
    """A whole array of classes or names.

    Raises:
        NotFound, DataError: there is no such array, or it holds Python objects.
    """
    with _opened(place) as (file, _):
        header = _read_header(file, place, _MOST_SMALL)
        data = file.read(math.prod(header.shape) * header.dtype.itemsize)
        order: Any = "F" if header.fortran else "C"
        return np.frombuffer(data, header.dtype).reshape(header.shape, order=order)


def open_rows(place: Place) -> np.ndarray | Streamed:
    """Map an array of images, or stream it where it is compressed."""
    header = image_header(place)
    with _opened(place) as (_, info):
        start = 0 if info is None else _stored_at(place.path, info)
    if start is None:
        with ZipFile(place.path) as archive:
            member: Any = archive.open(f"{place.member}.npy")  # keeps the archive's file open
        _read_header(member, place, math.inf)
        return Streamed(member, member.tell(), header.shape, header.dtype)
    with open(place.path, "rb") as file:
        file.seek(start)
        _read_header(file, place, math.inf)
        offset = file.tell()
    order: Any = "F" if header.fortran else "C"
    return np.memmap(place.path, header.dtype, "r", offset, header.shape, order)


def _stored_at(path: str, info: ZipInfo) -> int | None:
    """Where in the archive an uncompressed member begins; ``None`` for a compressed one.

    Source: the local file header of the ZIP format (APPNOTE 4.3.7).
    """
    if info.compress_type != ZIP_STORED:
        return None
    with open(path, "rb") as file:
        file.seek(info.header_offset + 26)
        return info.header_offset + 30 + sum(struct.unpack("<HH", file.read(4)))
