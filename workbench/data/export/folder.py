"""Image files in ``split/class/number.png``, with the lists that DIGITS reads."""

from __future__ import annotations

from pathlib import Path

from workbench.data.export.caffe import write_labels
from workbench.data.export.content import Content
from workbench.data.export.encode import encode_all
from workbench.data.export.names import folders
from workbench.data.images.encode import check_encoding
from workbench.errors import InvalidValue

_SUFFIXES = {"png": ".png", "jpeg": ".jpg"}


def check(content: Content) -> None:
    """Refuse pixels that no image file holds."""
    if content.encoding == "none":
        raise InvalidValue("a folder of images needs the encoding png or jpeg, got none")
    try:
        check_encoding(content.dataset.image, content.encoding)
    except InvalidValue as error:
        reason = str(error).partition(";")[0]
        raise InvalidValue(f"{reason}; export numpy, tfrecord or hdf5 instead") from None


def write(content: Content, folder: Path) -> None:
    """Write a file an image; ``train.txt`` and so on with ``path number`` lines; the labels."""
    names = folders(content.labels)
    for split in content.splits:
        for name in names:
            (folder / split / name).mkdir(parents=True)
        with (folder / f"{split}.txt").open("w", encoding="utf-8", newline="\n") as listed:
            for batch in content.batches(split):
                files = encode_all(batch.images, content.encoding, content.quality)
                labels = batch.targets.tolist()
                for place, (label, data) in enumerate(zip(labels, files, strict=True), batch.start):
                    path = f"{split}/{names[label]}/{place:08d}{_SUFFIXES[content.encoding]}"
                    (folder / path).write_bytes(data)
                    listed.write(f"{path} {label}\n")
    write_labels(content, folder)
