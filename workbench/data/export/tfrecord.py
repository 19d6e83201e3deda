"""TFRecord files of Example messages with the keys that DIGITS gives them."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from workbench.data.export.caffe import write_labels, write_mean
from workbench.data.export.content import Batch, Content
from workbench.data.export.encode import encode_all
from workbench.data.images.encode import check_encoding
from workbench.data.sources.crc32c import masked_crc32c
from workbench.data.sources.messages import messages

# Readers go through one file in order and mix several, so records go round.
_SHARDS = 16
_ENCODINGS = {"none": 0, "png": 1, "jpeg": 2}


def check(content: Content) -> None:
    """Refuse pixels that the encoding cannot hold."""
    check_encoding(content.dataset.image, content.encoding)


def write(content: Content, folder: Path) -> None:
    """Write ``train_db/SHARD_000.tfrecords`` and so on, the names of the classes and the mean."""
    for name in content.splits:
        _write_split(content, name, folder / f"{name}_db")
    write_labels(content, folder)
    write_mean(content, folder)


def _write_split(content: Content, name: str, folder: Path) -> None:
    folder.mkdir()
    shards = min(_SHARDS, len(content.splits[name]))
    names = [f"SHARD_{shard:03d}.tfrecords" for shard in range(shards)]
    with ExitStack() as stack:
        files = [stack.enter_context((folder / each).open("wb")) for each in names]
        for batch in content.batches(name):
            for place, record in enumerate(_examples(content, batch), batch.start):
                files[place % shards].write(framed(record))
    (folder / "list.txt").write_text("".join(f"{each}\n" for each in names))


def framed(data: bytes) -> bytes:
    """A record as it lies in the file: length, its checksum, data, its checksum."""
    length = struct.pack("<Q", len(data))
    ends = (struct.pack("<I", masked_crc32c(part)) for part in (length, data))
    return b"".join((length, next(ends), data, next(ends)))


def _examples(content: Content, batch: Batch) -> Iterator[bytes]:
    height, width, depth = content.shape
    numbers = {"height": height, "width": width, "depth": depth}
    numbers["encoding"] = _ENCODINGS[content.encoding]
    for label, data in zip(batch.targets.tolist(), _images(content, batch), strict=True):
        example = messages().Example()
        for key, value in sorted({**numbers, "label": label, "image_raw": data}.items()):
            _add(example, key, value)
        yield example.SerializeToString()


def _images(content: Content, batch: Batch) -> Iterator[bytes]:
    if content.encoding != "none":
        yield from encode_all(batch.images, content.encoding, content.quality)
        return
    little = batch.images.astype(batch.images.dtype.newbyteorder("<"), copy=False)
    for image in little:
        yield image.tobytes()


def _add(example: Any, key: str, value: int | bytes) -> None:
    feature = example.features.feature.add(key=key).value
    values = feature.bytes_list if isinstance(value, bytes) else feature.int64_list
    values.value.append(value)
