"""What a decoding process does: a stretch of files straight into their rows.

Imports little, for every process imports it anew.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from workbench.data.decode import open_image, read_bytes
from workbench.data.image_format import ImageFormat, convert
from workbench.errors import DataError, NotFound


@dataclass(frozen=True)
class Stretch:
    """Files for the rows from ``start`` on of the images in ``folder``."""

    folder: str
    start: int
    paths: list[str]
    image: ImageFormat
    seed: int


@dataclass(frozen=True)
class Decoded:
    """One file that was read, or the reason why it was not."""

    sha256: str = ""
    width: int = 0
    height: int = 0
    reason: str | None = None


def decode_stretch(stretch: Stretch) -> list[Decoded]:
    """Decode the files of a stretch into their rows; one result a file, in order."""
    images = np.load(Path(stretch.folder) / "images.npy", mmap_mode="r+", allow_pickle=False)
    return [
        _decode(path, images, stretch.start + i, stretch) for i, path in enumerate(stretch.paths)
    ]


def _decode(path: str, images: np.ndarray, row: int, stretch: Stretch) -> Decoded:
    image = stretch.image
    enough = (2 * image.width, 2 * image.height) if image.resize == "squash" else None
    try:
        data = read_bytes(path)
        picture = open_image(data, enough)
        # The row seeds the padding's noise, so that no two images share it.
        images[row] = convert(picture, image, stretch.seed + row)
    except (DataError, NotFound) as error:
        return Decoded(reason=str(error))
    digest = hashlib.sha256(data, usedforsecurity=False).hexdigest()
    return Decoded(digest, *picture.size)


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
