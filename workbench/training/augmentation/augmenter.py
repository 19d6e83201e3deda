"""What is done to the training images of a step.

Pixels are moved as they are stored, then changed in floats and brought back to what they were
stored as, a few images at a time, then mixed with each other. Measured on two processors, this
costs less than the same in TensorFlow's operations or Keras' layers (``benchmarks/augmentation``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from workbench.errors import InvalidValue
from workbench.training.augmentation.config import Augmentation
from workbench.training.augmentation.draws import Draws
from workbench.training.augmentation.mixing import mix
from workbench.training.augmentation.plan import Change, changes, movements
from workbench.training.augmentation.tones import Range, fitted
from workbench.validation import check

if TYPE_CHECKING:
    from workbench.data import Dataset
    from workbench.training.config import TrainConfig

# Floats that stay in a processor's cache while one change after the other is made to them.
_PIECE = 1 << 16


def augmenter_for(config: TrainConfig, dataset: Dataset) -> Augmenter | None:
    """What a run does to the training images of its dataset; None when that is nothing.

    Raises:
        InvalidValue: it cannot be done to such images.
    """
    if not config.crop and not config.augmentation.active:
        return None
    shape, seed = dataset.image.shape, config.seed or 0
    return Augmenter(config.augmentation, config.crop, seed, dataset.range, shape)


def check_fits(augmentation: Augmentation, crop: int, shape: tuple[int, int, int]) -> None:
    """Refuse what cannot be done to images of ``shape``, ``(height, width, channels)``.

    Raises:
        InvalidValue: it says why, and what to do.
    """
    height, width, channels = shape
    size = f"the images are {width}×{height}"
    check(crop <= min(height, width), f"crop must be at most {min(height, width)} px: {size}")
    if augmentation.quarter_turns in ("90", "all"):
        fitting = crop or height == width
        advice = "take 180 or none, or set crop"
        check(fitting, f"augmentation.quarter_turns needs square images, {size}; {advice}")
    for name in ("hue", "saturation", "value"):
        if getattr(augmentation, name) and channels != 3:
            raise InvalidValue(
                f"augmentation.{name} is for images of 3 channels, these have {channels}; set it "
                "to 0"
            )


class Augmenter:
    """Changes batches of images; what it does to an image follows from seed, step and place.

    It holds no state: any thread may call it, in any order.

    Args:
        augmentation: which changes.
        crop: side of the square that is cut out at random, 0 for none.
        seed: decides what is drawn.
        range_: the least and the greatest number of the training images; nothing leaves it.
        shape: height, width and channels of the images.

    Attributes:
        shape: height, width and channels of what it makes of them.
        mixes: whether images are mixed, so that each has two targets.

    Raises:
        InvalidValue: it cannot be done to images of that shape.
    """

    def __init__(
        self,
        augmentation: Augmentation,
        crop: int,
        seed: int,
        range_: Range,
        shape: tuple[int, int, int],
    ) -> None:
        check_fits(augmentation, crop, shape)
        self._augmentation, self._crop, self._seed, self._range = augmentation, crop, seed, range_
        self._size = shape[:2]
        self.shape = (crop, crop, shape[2]) if crop else shape
        self.mixes = bool(augmentation.mixup or augmentation.cutmix)

    def __call__(
        self, images: np.ndarray, targets: np.ndarray, step: int
    ) -> tuple[np.ndarray, ...]:
        """The batch of a step as it is trained on.

        Args:
            images: ``(b, h, w, c)`` as stored.
            targets: one an image.

        Returns:
            Images and targets; where images are mixed, also the targets of the other image and
            the share of the first in each, float32 ``(b,)``: the loss of an example is
            ``share * loss(target) + (1 - share) * loss(other target)``.
        """
        images = self.change(images, step)
        if not self.mixes:
            return images, targets
        # The batch is in random order, so an image's neighbour is as good as any other.
        others = np.roll(np.arange(len(images)), 1)
        images, share = self.mix(images, images[others], step)
        return images, targets, targets[others], share

    def change(self, images: np.ndarray, step: int) -> np.ndarray:
        """Each image by itself changed; as stored, ``(b, *shape)``."""
        draws = Draws(self._seed, step, len(images))
        moving = list(movements(self._augmentation, self._crop, self._size, draws))
        changing = list(changes(self._augmentation, self._range, self.shape[:2], draws))
        if not moving and not changing:
            return images
        found = np.empty((len(images), *self.shape), images.dtype)
        size = max(1, _PIECE // max(1, int(np.prod(images.shape[1:]))))
        for start in range(0, len(images), size):
            part = slice(start, start + size)
            piece = _apply(moving, images[part], part)
            if changing:
                piece = _apply(changing, piece.astype(np.float32), part)
                piece = fitted(piece, self._range, images.dtype)
            found[part] = piece
        return found

    def mix(
        self, images: np.ndarray, others: np.ndarray, step: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Changed images mixed with others, and the share of each, float32 ``(b,)``."""
        return mix(images, others, self._augmentation, Draws(self._seed, step, len(images)))


def _apply(wanted: list[Change], images: np.ndarray, part: slice) -> np.ndarray:
    for change, drawn in wanted:
        images = change(images, *(rows[part] for rows in drawn))
    return images
