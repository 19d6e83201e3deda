"""What augmentation makes of the person's own images: nine variants, drawn anew at every change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import numpy as np
import traitlets

from workbench.data import Dataset
from workbench.errors import WorkbenchError
from workbench.panels.guard import guarded
from workbench.panels.pictures import thumbnails
from workbench.panels.scripts import script
from workbench.training.augmentation import Augmentation

if TYPE_CHECKING:
    from workbench.panels.guard import Guarded

_MOST_SAMPLES = 32
_AT_ONCE = 32 << 20
_PICTURE_SIDE = 160


class AugmentationPreview(anywidget.AnyWidget):
    """Nine variants of one image in a grid, and a button for the next image.

    The pixels are made at once rather than in the background: nine small images take a few
    milliseconds, and then the pictures follow a slider that is being dragged.

    Args:
        page: under whose lock its button is answered, and where that shows its errors.

    Attributes:
        data: ``text`` below the pictures and whether it is an ``error``; the ``shape`` (height,
            width, channels) and the ``count`` of the pictures; whether there are ``more`` images.
        blob: the pictures' pixels, uint8.
    """

    _esm = script("dom.js", "augmentation_preview.js")
    _css = script("augmentation_preview.css")
    data = traitlets.Dict().tag(sync=True)
    blob = traitlets.Bytes().tag(sync=True)

    def __init__(self, page: Guarded) -> None:
        super().__init__(data=_described("Choose a dataset to see what is done to its images."))
        self.add_class("wb-augmentation-preview")
        self.lock, self.error = page.lock, page.error
        self._images: np.ndarray | None = None
        self._range: tuple[float, float] | None = None
        self._augmentation, self._crop, self._number = Augmentation(), 0, 0
        self.on_msg(self._receive)

    def show(
        self,
        images: np.ndarray,
        augmentation: Augmentation,
        crop: int = 0,
        range_: tuple[float, float] | None = None,
    ) -> None:
        """Show what becomes of images, beginning with the one in sight when they are the same.

        Args:
            images: ``(n, height, width, channels)`` as stored; the others are what an image is
                mixed with.
            crop: side of the square that is cut out, 0 for none.
            range_: the least and the greatest number of the data.
        """
        if images is not self._images:
            self._number = 0
            self._put(_described(""), b"")
        self._images, self._range = images, range_
        self._augmentation, self._crop = augmentation, crop
        self._draw()

    def _draw(self) -> None:
        if self._images is None or not len(self._images):
            self._put(_described("There is no image to show it on."), b"")
            return
        try:
            pictures = self._pictures()
        except WorkbenchError as error:
            # The last pictures stay, faded, so that nothing jumps.
            self._put({**self.data, "text": str(error), "error": True}, self.blob)
            return
        self._put(self._about(pictures), pictures.tobytes())

    def _pictures(self) -> np.ndarray:
        from workbench.training.augmentation.preview import COUNT, variants

        images = self._turned()
        made = variants(
            images[0],
            self._augmentation,
            others=images[1 : COUNT + 1],
            crop=self._crop,
            range_=self._range,
        )
        return thumbnails(made, most_side=_PICTURE_SIDE)

    def _turned(self) -> np.ndarray:
        """The images, the one in sight first."""
        assert self._images is not None
        return np.roll(self._images, -self._number, axis=0)

    def _about(self, pictures: np.ndarray) -> dict[str, Any]:
        assert self._images is not None
        count, *shape = pictures.shape
        where = f"Image {self._number + 1} of {len(self._images)}"
        if self._augmentation.active or self._crop:
            text = f"{where}, as training may see it"
        elif self._augmentation.whitening:
            text = f"{where}, whitened; nothing is left to chance"
        else:
            text = f"{where}, as it is: no change is on"
        return _described(text, shape=shape, count=count, more=len(self._images) > 1)

    def _put(self, data: dict[str, Any], pixels: bytes) -> None:
        with self.hold_sync():
            self.blob, self.data = pixels, data

    def _receive(self, _: object, content: dict[str, Any], __: object) -> None:
        if content.get("event") == "next":
            self._next()

    @guarded
    def _next(self) -> None:
        if self._images is not None and len(self._images):
            self._number = (self._number + 1) % len(self._images)
            self._draw()


def preview_images(dataset: Dataset) -> tuple[np.ndarray, tuple[float, float]]:
    """Some training images of a dataset to try augmentation on, and the range of its numbers.

    They are spread evenly over the split, and are fewer where images are large.
    """
    images = dataset.splits["train"].images
    fitting = max(1, _AT_ONCE * len(images) // images.nbytes)
    count = min(_MOST_SAMPLES, fitting, len(images))
    rows = np.linspace(0, len(images) - 1, count).astype(np.int64)
    return images[rows], dataset.range


def _described(
    text: str, shape: list[int] | None = None, count: int = 0, more: bool = False
) -> dict[str, Any]:
    return {"text": text, "error": False, "shape": shape or [], "count": count, "more": more}
