"""How DIGITS makes a dataset (digits/tools/create_db.py), written anew to measure beside it.

Threads read with Pillow, resize and encode again; one writes batches into LMDB and sums the mean.
"""

from __future__ import annotations

import io
import queue
import tempfile
import threading

import numpy as np
from PIL import Image

_THREADS = 10
_BATCH = 100


def create(files: list[str], side: int, encoding: str, grey: bool) -> None:
    """Make a database of ``files``; encoding is ``png`` or ``jpeg``."""
    import lmdb

    work: queue.Queue = queue.Queue()
    done: queue.Queue = queue.Queue(maxsize=4096)
    for path in files:
        work.put(path)
    readers = [
        threading.Thread(target=_read, args=(work, done, side, encoding, grey))
        for _ in range(_THREADS)
    ]
    with tempfile.TemporaryDirectory() as place:
        database = lmdb.open(place, map_size=8 << 30, sync=False)
        for reader in readers:
            reader.start()
        total: np.ndarray | float = 0.0
        batch: list[tuple[bytes, bytes]] = []
        for number in range(len(files)):
            pixels, encoded = done.get()
            total = total + pixels.astype(np.float64)
            batch.append((f"{number:08d}".encode(), encoded))
            if len(batch) == _BATCH or number == len(files) - 1:
                with database.begin(write=True) as transaction:
                    for key, value in batch:
                        transaction.put(key, value)
                batch = []
        database.sync()
        database.close()


def _read(work: queue.Queue, done: queue.Queue, side: int, encoding: str, grey: bool) -> None:
    while True:
        try:
            path = work.get_nowait()
        except queue.Empty:
            return
        image = Image.open(path).convert("L" if grey else "RGB")
        image = image.resize((side, side), Image.Resampling.BILINEAR)
        file = io.BytesIO()
        image.save(file, encoding, **({"quality": 90} if encoding == "jpeg" else {}))
        done.put((np.asarray(image), file.getvalue()))
