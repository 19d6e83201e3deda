"""Decoded or encoded: which kind of records a dataset gets.

Decoded, memory-mapped images are what trains fastest, so they are kept that way as long as they
take at most half of the free disk and at most four times the machine's memory (beyond which reading
them in random order is as slow as the disk). Otherwise they are encoded: PNG, which loses nothing.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from workbench.data.images.encode import check_encoding
from workbench.data.images.image_format import ImageFormat
from workbench.errors import InvalidValue, StorageError

ENCODINGS = ("auto", "none", "png", "jpeg")
DISK_SHARE = 0.5
MEMORIES = 4
# Bytes of an encoded image to those of its pixels: photographs, measured.
_TYPICAL = {"none": 1.0, "png": 0.65, "jpeg": 0.12}


@dataclass(frozen=True)
class Machine:
    """Free disk and whole memory, bytes."""

    disk: int
    memory: int

    @classmethod
    def at(cls, folder: Path) -> Machine:
        """The machine as seen from the nearest existing parent of a folder."""
        while not folder.exists():
            folder = folder.parent
        return cls(shutil.disk_usage(folder).free, psutil.virtual_memory().total)


@dataclass(frozen=True)
class Choice:
    """An encoding and why.

    Attributes:
        encoding: ``none`` for decoded images, ``png`` or ``jpeg``.
        bytes: roughly what the records will take on disk.
        why: in words.
    """

    encoding: str
    bytes: int
    why: str


def pixel_bytes(image: ImageFormat) -> int:
    """Bytes of one decoded image."""
    import numpy as np

    return int(np.prod(image.shape)) * np.dtype(image.dtype).itemsize


def choose(encoding: str, image: ImageFormat, count: int, machine: Machine) -> Choice:
    """The kind of records for ``count`` images.

    Raises:
        StorageError: they cannot fit on the disk in any way.
    """
    decoded = count * pixel_bytes(image)
    if encoding != "auto":
        chosen, why = encoding, "as chosen"
    elif fits(decoded, machine):
        chosen, why = "none", "decoded images fit, and train fastest"
    elif _has_png(image):
        chosen, why = "png", "decoded images would fill the disk; PNG loses nothing"
    else:
        chosen, why = "none", "images of this type are kept decoded"
    size = int(decoded * _TYPICAL[chosen])
    if chosen == "none" and size > machine.disk:
        raise StorageError(
            f"{count:,} images need {_said(size)}, {_said(machine.disk)} are free; "
            "choose smaller images, an encoding, or another home with WORKBENCH_HOME"
        )
    return Choice(chosen, size, why)


def _said(size: int) -> str:
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def fits(decoded: int, machine: Machine) -> bool:
    """Whether decoded images of so many bytes are to be kept decoded."""
    return decoded <= DISK_SHARE * machine.disk and decoded <= MEMORIES * machine.memory


def _has_png(image: ImageFormat) -> bool:
    try:
        check_encoding(image, "png")
    except InvalidValue:
        return False
    return True
