"""What lies beside a DIGITS database: the names of the classes and the mean image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from workbench.data.export.content import Content
from workbench.data.export.names import lines
from workbench.data.sources.messages import messages
from workbench.data.sources.stores.base import swap_colours
from workbench.data.sources.stores.exported import LABELS_JSON
from workbench.storage import write_json


def write_labels(content: Content, folder: Path) -> None:
    """Write ``labels.txt``, a name a line, and ``labels.json``, the names as they are."""
    text = "".join(f"{line}\n" for line in lines(content.labels))
    (folder / "labels.txt").write_text(text, encoding="utf-8", newline="\n")
    write_json(folder / LABELS_JSON, content.labels)


def write_mean(content: Content, folder: Path) -> None:
    """Write ``mean.binaryproto``, a BlobProto of floats in BGR, and ``mean.jpg`` to look at."""
    mean = np.asarray(content.dataset.mean_image, np.float64)
    planes = channels_first(mean.astype(np.float32))
    blob = messages().BlobProto(num=1)
    blob.channels, blob.height, blob.width = planes.shape
    blob.data.extend(planes.reshape(-1).tolist())
    (folder / "mean.binaryproto").write_bytes(blob.SerializeToString())
    scale = {"uint8": 1.0, "uint16": 257.0}.get(content.dtype.name)
    if scale is not None and mean.shape[2] in (1, 3):
        pixels = np.rint(mean / scale).astype(np.uint8)
        Image.fromarray(pixels[..., 0] if mean.shape[2] == 1 else pixels).save(folder / "mean.jpg")


def channels_first(images: np.ndarray) -> np.ndarray:
    """Caffe's order: channels before rows, and BGR; of one image or of many."""
    return np.ascontiguousarray(np.moveaxis(swap_colours(images), -1, -3))
