"""Two images in one: Mixup and CutMix; ``(b, h, w, c)`` of any dtype to the same."""

from __future__ import annotations

import numpy as np

from workbench.data.images.opencv import opencv
from workbench.training.augmentation.boxes import cutmix_boxes, kept, pasted
from workbench.training.augmentation.config import Augmentation
from workbench.training.augmentation.draws import Draws


def mix(
    images: np.ndarray, others: np.ndarray, augmentation: Augmentation, draws: Draws
) -> tuple[np.ndarray, np.ndarray]:
    """Mix each image with the other one at its place.

    Where both Mixup and CutMix are on, each image is treated by one of them, by even chance.

    Returns:
        The images, and the share that each has of its own label, float32 ``(b,)``.
    """
    by_cutmix = _by_cutmix(augmentation, draws)
    shares = np.ones(len(images), np.float32)
    if augmentation.mixup:
        drawn = draws.beta("mixing", augmentation.mixup).astype(np.float32)
        shares[~by_cutmix] = drawn[~by_cutmix]
        images = blended(images, others, shares)
    if augmentation.cutmix:
        size = images.shape[1:3]
        wanted = draws.beta("mixing", augmentation.cutmix)
        boxes = cutmix_boxes(draws.uniform("mixing_box", 3)[:, 1:], wanted, size)
        boxes[~by_cutmix] = 0
        images = pasted(images, others, boxes)
        shares[by_cutmix] = kept(boxes, size)[by_cutmix]
    return images, shares


def blended(images: np.ndarray, others: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Mixup (Zhang et al., 2018): ``share * image + (1 - share) * other``."""
    cv2 = opencv()
    found = images.copy()
    for i in np.flatnonzero(shares != 1):
        share = float(shares[i])
        cv2.addWeighted(images[i], share, others[i], 1 - share, 0, found[i])
    return found


def _by_cutmix(augmentation: Augmentation, draws: Draws) -> np.ndarray:
    if augmentation.mixup and augmentation.cutmix:
        return draws.uniform("mixing_box", 3)[:, 0] < 0.5
    return np.full(draws.count, augmentation.cutmix > 0)
