"""An HDF5 file with ``data`` (images, channels, height, width) and ``label``, as by DIGITS."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.data.images.decode import MAX_BYTES
from workbench.data.sources.stores.base import (
    Entry,
    Image,
    check_shape,
    number,
    swap_colours,
    whole_label,
)
from workbench.errors import DataError

SIGNATURE = b"\x89HDF\r\n\x1a\n"
CHANNEL_ORDER, DTYPE = "channel_order", "dtype"  # attributes of ``data``
_LABELS = 65_536
_READ_BYTES = 32 << 20
_PROBED = 64
# What gzip, the densest filter of HDF5, makes of zeros.
_DENSEST = 1100


@dataclass(frozen=True)
class Hdf5Store:
    """One HDF5 file."""

    name: str
    path: str

    def entries(self) -> Iterator[Entry]:
        """Every row with its label."""
        with self._open() as (_, labels):
            for start in range(0, len(labels), _LABELS):
                for place, label in enumerate(labels[start : start + _LABELS].reshape(-1), start):
                    yield Entry(f"{place:08d}", whole_label(label.item()))

    def read(self, records: Sequence[str]) -> Iterator[Image]:
        """The images of some rows."""
        with self._open() as (data, labels):
            kind, swap = _kind(data), data.attrs.get(CHANNEL_ORDER, "RGB") == "BGR"
            for start, stop in _runs([number(record) for record in records], _most(data)):
                if start < 0 or stop > len(data):
                    yield from [DataError("there is no such record")] * (stop - start)
                    continue
                images = data[start:stop].transpose(0, 2, 3, 1)
                for image, label in zip(images, labels[start:stop].reshape(-1), strict=True):
                    why_not = whole_label(label.item())
                    if isinstance(why_not, DataError):
                        yield why_not
                    else:
                        yield _typed(swap_colours(image) if swap else image, kind)

    @contextmanager
    def _open(self) -> Iterator[tuple[Any, Any]]:
        import h5py

        try:
            with h5py.File(self.path, "r", locking=False) as file:
                data, labels = _dataset(file, h5py, "data"), _dataset(file, h5py, "label")
                _check_shapes(data, labels, os.path.getsize(self.path))
                yield data, labels
        except DataError as error:
            raise DataError(f"{self.path} cannot be read: {error}") from error
        # The library raises whatever its file makes it stumble over.
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise DataError(
                f"{self.path} cannot be read: it is damaged ({reason[:120]})"
            ) from error


def _dataset(file: Any, h5py: Any, name: str) -> Any:
    """A dataset that lies in the file itself; links to other files are not followed."""
    if name not in file:
        there = ", ".join(list(file)[:8]) or "nothing"
        raise DataError(f"it has no dataset {name!r}; it has {there}")
    if not isinstance(file.get(name, getlink=True), h5py.HardLink):
        raise DataError(f"its {name!r} is a link, which is not followed")
    found = file[name]
    if not isinstance(found, h5py.Dataset):
        raise DataError(f"its {name!r} is not a dataset")
    if found.external or found.is_virtual:
        raise DataError(f"its {name!r} lies in other files, which are not read")
    if found.dtype.kind not in "uif":
        raise DataError(f"its {name!r} has no numbers but {found.dtype}")
    return found


def _check_shapes(data: Any, labels: Any, file_size: int) -> None:
    if data.ndim != 4:
        raise DataError(
            f"its data has the shape {data.shape}, not (images, channels, height, width)"
        )
    count, channels, height, width = data.shape
    if labels.size != count or (labels.ndim and labels.shape[0] != count):
        raise DataError(f"it has {count:,} images and labels of the shape {labels.shape}")
    size = check_shape(height, width, channels, data.dtype.itemsize)
    for part in (data, labels):
        chunk = int(np.prod(part.chunks or (1,), dtype=object)) * part.dtype.itemsize
        if chunk > MAX_BYTES:
            raise DataError("it is stored in pieces of more than 1 GiB")
    if count * size > file_size * _DENSEST:
        raise DataError(f"it declares {count:,} images, more than a file of its size can hold")


def _most(data: Any) -> int:
    """How many images to read at once."""
    return max(1, _READ_BYTES // (int(np.prod(data.shape[1:])) * data.dtype.itemsize))


def _runs(rows: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
    """Ranges of consecutive rows, none longer than ``most``."""
    start = 0
    for place in range(1, len(rows) + 1):
        ends = place == len(rows) or rows[place] != rows[place - 1] + 1
        if ends or place - start == most:
            yield rows[start], rows[place - 1] + 1
            start = place


def _kind(data: Any) -> np.dtype:
    """The type that the numbers mean: as stated, else bytes where the first images are bytes."""
    stated = data.attrs.get(DTYPE)
    if stated in ("uint8", "uint16", "float32"):
        return np.dtype(stated)
    if data.dtype.kind != "f":
        return np.dtype(np.uint8) if data.dtype.itemsize == 1 else np.dtype(np.uint16)
    first = data[: min(_PROBED, _most(data))]
    # Floats that are all 0 or 1 may be shares of white, so they stay floats.
    is_bytes = first.size and first.min() >= 0 and 1 < first.max() <= 255
    return np.dtype(np.uint8 if is_bytes and (first == np.rint(first)).all() else np.float32)


def _typed(image: np.ndarray, kind: np.dtype) -> np.ndarray | DataError:
    if kind.kind == "f":
        return np.ascontiguousarray(image, np.float32)
    most = np.iinfo(kind).max
    if not (image.min() >= 0 and image.max() <= most):
        return DataError(f"values of {image.min():g}–{image.max():g}, beyond 0–{most}")
    return np.ascontiguousarray(np.rint(image) if image.dtype.kind == "f" else image, kind)
