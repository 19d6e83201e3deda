"""Creating a dataset of MNIST's PNG files, against the limit and against the DIGITS algorithm.

The limit decodes and resizes the same files with OpenCV in as many processes as there are cores,
and keeps nothing. The DIGITS algorithm (digits/tools/create_db.py) reads with Pillow in threads,
resizes, encodes again and writes batches into LMDB, and sums its mean image up.
"""

from __future__ import annotations

import io
import os
import queue
import shutil
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image

import workbench as wb
from benchmarks import digits
from benchmarks.timing import paired, report, seconds

_PER_CLASS = 1000
_ROUNDS = 3
_SIDE = 28


def run() -> None:
    """Print the ratios."""
    with tempfile.TemporaryDirectory() as place:
        folder = _subset(Path(place))
        files = [str(path) for path in sorted(folder.rglob("*.png"))]
        for encoding in ("png", "jpeg"):
            time, reference, _ = paired(
                lambda: seconds(lambda: _ours(folder)),
                lambda encoding=encoding: seconds(lambda: _digits(files, encoding)),
                _ROUNDS,
            )
            figures = f"{len(files) / time:,.0f} vs {len(files) / reference:,.0f} images/s"
            what = f"dataset creation / DIGITS algorithm, {encoding.upper()} in LMDB"
            report(what, reference / time, "≥ 3", figures)
        time, reference, _ = paired(
            lambda: seconds(lambda: _ours(folder)), lambda: seconds(lambda: _limit(files)), _ROUNDS
        )
        figures = f"{len(files) / time:,.0f} vs {len(files) / reference:,.0f} images/s"
        report("dataset creation / decode and resize alone", reference / time, "", figures)


def _subset(place: Path) -> Path:
    folder = place / "train"
    for label in map(str, range(10)):
        (folder / label).mkdir(parents=True)
        for path in sorted((digits.folder() / "train" / label).glob("*.png"))[:_PER_CLASS]:
            os.link(path, folder / label / path.name) if _same_disk(path, folder) else shutil.copy(
                path, folder / label
            )
    return folder


def _same_disk(first: Path, second: Path) -> bool:
    return first.stat().st_dev == second.stat().st_dev


def _ours(folder: Path) -> None:
    image = wb.ImageFormat(width=_SIDE, height=_SIDE, channels=1)
    source = wb.ImageFolder(str(folder), validation_percent=0)
    dataset = wb.create_dataset("bench", source, image=image, runner="synchronous")
    wb.home().delete(dataset.job)


def _decode(files: list[str]) -> int:
    import cv2

    total = 0
    for path in files:
        pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
        total += cv2.resize(pixels, (_SIDE, _SIDE)).size
    return total


def _limit(files: list[str]) -> None:
    cores = os.cpu_count() or 1
    with ProcessPoolExecutor(cores, mp_context=get_context("spawn")) as pool:
        list(pool.map(_decode, [files[start::cores] for start in range(cores)]))


def _digits(files: list[str], encoding: str) -> None:
    """Threads that read, one that writes, as create_db has them."""
    import lmdb

    work: queue.Queue = queue.Queue()
    done: queue.Queue = queue.Queue(maxsize=4096)
    for path in files:
        work.put(path)

    def read() -> None:
        while True:
            try:
                path = work.get_nowait()
            except queue.Empty:
                return
            image = Image.open(path).convert("L").resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)
            file = io.BytesIO()
            image.save(file, encoding, **({"quality": 90} if encoding == "jpeg" else {}))
            done.put((np.asarray(image), file.getvalue()))

    readers = [threading.Thread(target=read) for _ in range(10)]
    with tempfile.TemporaryDirectory() as place:
        database = lmdb.open(place, map_size=1 << 30, sync=False)
        for reader in readers:
            reader.start()
        total = np.zeros((_SIDE, _SIDE), np.float64)
        batch = []
        for number in range(len(files)):
            pixels, encoded = done.get()
            total += pixels
            batch.append((f"{number:08d}".encode(), encoded))
            if len(batch) == 100 or number == len(files) - 1:
                with database.begin(write=True) as transaction:
                    for key, value in batch:
                        transaction.put(key, value)
                batch = []
        database.sync()
        database.close()
