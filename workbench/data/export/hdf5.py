"""HDF5 files with ``data`` and ``label``, as DIGITS writes them, and a list of their names."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.data.export.caffe import channels_first, write_labels, write_mean
from workbench.data.export.content import Batch, Content
from workbench.data.sources.stores.hdf5 import CHANNEL_ORDER, DTYPE

# Caffe reads no larger array.
MOST_BYTES = (2 << 30) - (1 << 20)
_LAYOUT_BYTES = 1 << 16


def check(content: Content) -> None:
    """Every kind of pixel can be held: as float32."""


def write(content: Content, folder: Path) -> None:
    """Write ``train_db/0.h5`` and so on with ``list.txt``, the names of the classes, the mean."""
    for name in content.splits:
        _write_split(content, name, folder / f"{name}_db")
    write_labels(content, folder)
    write_mean(content, folder)


def _write_split(content: Content, name: str, folder: Path) -> None:
    height, width, channels = content.shape
    per_file = max(1, MOST_BYTES // (4 * height * width * channels))
    total, files = len(content.splits[name]), []
    folder.mkdir()
    for start, batches in _by_file(content.batches(name), per_file):
        files.append(f"{start}.h5")
        _write_file(content, folder / files[-1], min(per_file, total - start), batches)
    (folder / "list.txt").write_text("".join(f"{file}\n" for file in files))


def _by_file(batches: Iterator[Batch], per_file: int) -> Iterator[tuple[int, Iterator[Batch]]]:
    """The first record of each file with its batches; one that ends a file is cut in two."""
    rest: list[Batch] = []

    def within(end: int) -> Iterator[Batch]:
        while batch := (rest.pop() if rest else next(batches, None)):
            kept = end - batch.start
            if kept < len(batch.targets):
                rest.append(Batch(end, batch.images[kept:], batch.targets[kept:]))
                batch = Batch(batch.start, batch.images[:kept], batch.targets[:kept])
            if len(batch.targets):
                yield batch
            if rest:
                return

    start = 0
    while rest or start == 0:
        yield start, within(start + per_file)
        start += per_file


def _write_file(content: Content, path: Path, count: int, batches: Iterator[Batch]) -> None:
    """Let the library lay the file out, and write the numbers into it.

    A write that fails within the library, the disk being full, ends the process later on.
    """
    height, width, channels = content.shape
    shape = (count, channels, height, width)
    _check_room(path, 4 * count * (channels * height * width + 1) + _LAYOUT_BYTES)
    data, labels = _lay_out(content, path, shape)
    with path.open("r+b") as file:
        for batch in batches:
            planes = channels_first(batch.images).astype("<f4")
            row = batch.start - int(path.stem)
            file.seek(data + row * planes[0].nbytes)
            file.write(planes.data.cast("B"))
            file.seek(labels + row * 4)
            file.write(batch.targets.astype("<f4").tobytes())


def _lay_out(content: Content, path: Path, shape: tuple[int, ...]) -> tuple[int, int]:
    """Make the file with room for ``data`` and ``label``; where in it each begins."""
    import h5py

    how = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    how.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    how.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    number = h5py.h5t.IEEE_F32LE
    with h5py.File(path, "w") as file:
        for name, extent in (("data", shape), ("label", shape[:1])):
            space = h5py.h5s.create_simple(extent)
            h5py.h5d.create(file.id, name.encode(), number, space, dcpl=how)
        file["data"].attrs[CHANNEL_ORDER] = "BGR" if shape[1] == 3 else "as given"
        file["data"].attrs[DTYPE] = content.dtype.name
        return file["data"].id.get_offset(), file["label"].id.get_offset()


def _check_room(path: Path, size: int) -> None:
    """Take the room that a file will need and give it back, so that a full disk is met here."""
    with path.open("wb") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
    path.unlink()
