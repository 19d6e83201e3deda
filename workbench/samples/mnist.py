"""MNIST, which comes with the package, laid out as folders of PNG files."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from workbench.data.export.aside import folder_aside
from workbench.data.sources.idx import read_idx
from workbench.errors import StorageError
from workbench.jobs import Home

_FILES = Path(__file__).with_name("mnist")
_SPLITS = {"train": "train", "test": "t10k"}
_BATCH = 500
_WRITERS = 4

Progress = Callable[[int, int], None]


def mnist(home: Home | None = None, progress: Progress | None = None) -> Path:
    """The folder ``samples/mnist`` of the home: ``train/<class>/*.png``, ``test/<class>/*.png``.

    Written on first use, in seconds.
    """
    folder = (home or Home()).path / "samples" / "mnist"
    if not folder.is_dir():
        write_mnist(folder, progress)
    return folder


def write_mnist(folder: Path, progress: Progress | None = None) -> Path:
    """Write all 70,000 digits as PNG with ``train.txt``, ``test.txt`` and ``labels.txt``.

    The folder appears in one step when everything is written. The lists have a line
    ``path label-number`` an image, as DIGITS reads them.

    Args:
        progress: called with images written and images in all.

    Raises:
        InvalidValue: the folder exists and is not empty.
        StorageError: it cannot be written.
    """
    folder = folder.absolute()
    try:
        with folder_aside(folder) as aside:
            _write_all(aside, folder, progress or (lambda done, total: None))
    except StorageError:
        # Somebody else may have finished the same folder first.
        if not (folder / "labels.txt").is_file():
            raise
    return folder


def _write_all(aside: Path, folder: Path, progress: Progress) -> None:
    (aside / "labels.txt").write_text("".join(f"{digit}\n" for digit in range(10)))
    read = {
        split: (
            read_idx(_FILES / f"{prefix}-images-idx3-ubyte.gz"),
            read_idx(_FILES / f"{prefix}-labels-idx1-ubyte.gz"),
        )
        for split, prefix in _SPLITS.items()
    }
    total, done = sum(len(labels) for _, labels in read.values()), 0
    # Threads: a spawned process would run the caller's script again.
    with ThreadPoolExecutor(_WRITERS) as pool:
        for split, (images, labels) in read.items():
            for digit in range(10):
                (aside / split / str(digit)).mkdir(parents=True)
            names = [f"{split}/{label}/{i:05d}.png" for i, label in enumerate(labels)]
            parts = [slice(start, start + _BATCH) for start in range(0, len(names), _BATCH)]
            batches = ([str(aside / name) for name in names[part]] for part in parts)
            for count in pool.map(_write_pngs, batches, (images[part] for part in parts)):
                done += count
                progress(done, total)
            lines = (f"{folder / n} {label}\n" for n, label in zip(names, labels, strict=True))
            (aside / f"{split}.txt").write_text("".join(lines))


def _write_pngs(paths: list[str], images: np.ndarray) -> int:
    for path, pixels in zip(paths, images, strict=True):
        _write_png(path, pixels)
    return len(paths)


def _write_png(path: str, pixels: np.ndarray) -> None:
    """Write 8-bit grey pixels; for pictures this small, faster than a general encoder."""
    height, width = pixels.shape
    rows = np.zeros((height, width + 1), np.uint8)  # each row begins with its filter: none
    rows[:, 1:] = pixels
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 1)), (b"IEND", b""))
    with open(path, "wb", buffering=0) as file:
        file.write(b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
