"""An image as its source has it, before it was brought into a dataset's format."""

from __future__ import annotations

import numpy as np

from workbench.data.dataset import Dataset
from workbench.data.images.decode import decode
from workbench.data.images.opencv import opencv
from workbench.data.images.pixels import Picture, from_array, to_channels
from workbench.data.images.visible import visible
from workbench.data.records import owners
from workbench.data.sources import Access
from workbench.data.sources.derived import FromDatasets, reference
from workbench.errors import DataError, WorkbenchError
from workbench.jobs import Home

MOST_SIDE = 1024


def original(dataset: Dataset, row: int, most_side: int = MOST_SIDE) -> np.ndarray:
    """The image that one row of a dataset was made of, to be looked at.

    It is read from the source, so that may be slow, and the source may be gone.

    Args:
        row: of the dataset's table.
        most_side: a larger image is made smaller.

    Returns:
        uint8 ``(height, width, 1 or 3)``.

    Raises:
        DataError: it cannot be read any more; the message is the reason.
    """
    try:
        owner, at = origin(dataset, row)
        name = owner.table.names[at]
        content = next(iter(owner.config.source.reader(Access()).read([name])), None)
        if content is None or isinstance(content, DataError):
            raise content or DataError("the source does not have it any more")
        picture = from_array(content) if isinstance(content, np.ndarray) else decode(content)
    except DataError:
        raise
    except (WorkbenchError, OSError) as error:
        raise DataError(str(error)) from error
    return _shown(picture, owner.image.background, most_side)


def origin(dataset: Dataset, row: int) -> tuple[Dataset, int]:
    """The dataset that was made from a source of images, and the row there, of an image.

    Raises:
        DataError: one of the datasets in between is gone.
    """
    while isinstance(dataset.config.source, FromDatasets):
        dataset, row = _parent(dataset, row)
    return dataset, row


def _parent(dataset: Dataset, row: int) -> tuple[Dataset, int]:
    """Where a row of a dataset that was made of datasets comes from: a step, or all the way."""
    home = Home(dataset.job.path.parents[1])
    part = owners(dataset.records, dataset.id)[int(dataset.table["part"][row])]
    if part != dataset.id:
        owner = Dataset(home.job(part, "dataset"))
        rows = np.flatnonzero(owner.table["record"] == dataset.table["record"][row])
        if not len(rows):
            raise DataError(f"the dataset {owner.name} does not have it any more")
        return owner, int(rows[0])
    # Converted anew: the name ends with the dataset and the row (sources/derived.py).
    parent, number = reference(dataset.table.names[row])
    return Dataset(home.job(parent, "dataset")), number


def _shown(picture: Picture, background: str, most_side: int) -> np.ndarray:
    """A picture for a screen: small enough, opacity laid on a background, uint8."""
    pixels = picture.pixels
    # Roughly first, so that an image of a hundred million pixels is not mixed in floats.
    step = max(1, max(pixels.shape[:2]) // (2 * most_side))
    pixels = pixels[::step, ::step]
    bare = pixels.shape[2] - picture.alpha
    if picture.alpha and bare in (1, 3):
        pixels = to_channels(Picture(pixels, True, picture.size), bare, background)
    return shrunk(visible(pixels), most_side)


def shrunk(image: np.ndarray, most_side: int) -> np.ndarray:
    """An image ``(height, width, channels)`` whose longer side is ``most_side`` at most."""
    height, width, channels = image.shape
    scale = most_side / max(height, width)
    if scale >= 1:
        return image
    size = max(1, round(width * scale)), max(1, round(height * scale))
    cv2 = opencv()
    small = cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA)
    return small.reshape(size[1], size[0], channels)
