"""A strip of a dataset's images, one of which is picked."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workbench.data import Dataset
from workbench.panels.pictures import range_of, thumbnails
from workbench.panels.view import View

SPLITS = {"val": "validation", "test": "test", "train": "training"}
_IMAGES = 24


def strip(pick: Callable[..., object]) -> View:
    """An empty strip; ``pick`` is called with ``index``, the number of an image in its split."""
    return View("sheet", {"pick": pick}, items=[], width=1, height=1, channels=1)


def show_strip(view: View, dataset: Dataset) -> str:
    """Show images evenly picked; return the split they are of: validation where there is one."""
    split = next(name for name in SPLITS if name in dataset.splits and len(dataset.splits[name]))
    part = dataset.splits[split]
    places = np.unique(np.linspace(0, len(part) - 1, _IMAGES).astype(int))
    pictures = thumbnails(part.images[places], range_of(dataset))
    _, height, width, channels = pictures.shape
    titles = [f"{dataset.labels[part.targets[i]]} · {split} image {i}" for i in places]
    view.show(
        blob=pictures.tobytes(),
        items=[{"index": int(i), "title": t} for i, t in zip(places, titles, strict=True)],
        width=width,
        height=height,
        channels=channels,
        cell=40,
        className="wb-strip",
    )
    return split
