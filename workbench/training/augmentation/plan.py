"""What is done to the images of one step: each change, and what was drawn for each image.

The order is fixed: pixels are mirrored, moved, cut and turned; then RandAugment, contrast and
brightness, colour, noise, and erasing last, so that noise does not cover it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from workbench.training.augmentation.boxes import erased, erasing_boxes
from workbench.training.augmentation.config import Augmentation
from workbench.training.augmentation.draws import TABLE, Draws
from workbench.training.augmentation.geometry import cut, mirrored, moved, moves, turned
from workbench.training.augmentation.rand_augment import OPERATIONS, rand_augmented
from workbench.training.augmentation.tones import Range, coloured, noisy, span_of, toned

# What is called with images and, for each of them, a row of every array.
Change = tuple[Callable[..., np.ndarray], tuple[np.ndarray, ...]]
Size = tuple[int, int]

_TURNS = {"90": (0, 1, 3), "180": (0, 2), "all": (0, 1, 2, 3)}


def movements(wanted: Augmentation, crop: int, size: Size, draws: Draws) -> Iterator[Change]:
    """What moves pixels of images of ``size`` and cuts squares of side ``crop`` out of them."""
    if wanted.flip != "none":
        yield _mirror(wanted, draws)
    if wanted.rotation or wanted.rescale or wanted.shift:
        yield _move(wanted, size, draws)
    if crop:
        free = np.array(size) - crop + 1
        corners = (draws.uniform("crop", 2) * free).astype(np.int64)
        yield partial(cut, side=crop), (corners,)
    if wanted.quarter_turns != "none":
        choices = np.array(_TURNS[wanted.quarter_turns])
        yield turned, (choices[_places(draws.uniform("turn", 1)[:, 0], len(choices))],)


def changes(wanted: Augmentation, range_: Range, size: Size, draws: Draws) -> Iterator[Change]:
    """What changes the values of pixels, in floats, of images of ``size``."""
    if wanted.rand_augment:
        yield _rand_augment(wanted, range_, draws)
    if wanted.contrast or wanted.brightness:
        yield _tone(wanted, range_, draws)
    if wanted.hue or wanted.saturation or wanted.value:
        yield _colour(wanted, range_, draws)
    if wanted.noise:
        starts = _places(draws.uniform("noise", 1)[:, 0], TABLE)
        yield partial(noisy, deviation=wanted.noise * span_of(range_)), (starts,)
    if wanted.erasing:
        numbers = draws.uniform("erasing", 6)
        boxes = erasing_boxes(numbers[:, :5], wanted.erasing, size)
        yield partial(erased, range_=range_), (boxes, _places(numbers[:, 5], TABLE))


def _mirror(wanted: Augmentation, draws: Draws) -> Change:
    chance = draws.uniform("flip", 2) < 0.5
    horizontal = chance[:, 0] & (wanted.flip in ("horizontal", "both"))
    vertical = chance[:, 1] & (wanted.flip in ("vertical", "both"))
    return mirrored, (horizontal, vertical)


def _move(wanted: Augmentation, size: Size, draws: Draws) -> Change:
    normal = draws.normal("move", 4)
    # Twice as large is as likely as half as large, and nothing is turned inside out.
    scales = np.exp(wanted.rescale * normal[:, 1])
    shifts = wanted.shift * normal[:, 2:]
    return moved, (moves(wanted.rotation * normal[:, 0], scales, shifts, size),)


def _rand_augment(wanted: Augmentation, range_: Range, draws: Draws) -> Change:
    numbers = draws.uniform("rand_augment", 2 * wanted.rand_augment)
    chosen = _places(numbers[:, ::2], len(OPERATIONS))
    strengths = np.where(numbers[:, 1::2] < 0.5, -1, 1) * (wanted.magnitude / 10)
    return partial(rand_augmented, range_=range_), (chosen, strengths)


def _tone(wanted: Augmentation, range_: Range, draws: Draws) -> Change:
    normal = draws.normal("tone", 2)
    contrast = np.maximum(1 + wanted.contrast * normal[:, 0], 0)
    return toned, (contrast, wanted.brightness * span_of(range_) * normal[:, 1])


def _colour(wanted: Augmentation, range_: Range, draws: Draws) -> Change:
    hue, saturation, value = draws.normal("colour", 3).T
    factors = [
        np.maximum(1 + wanted.saturation * saturation, 0),
        np.maximum(1 + wanted.value * value, 0),
    ]
    return partial(coloured, range_=range_), (wanted.hue * hue, *factors)


def _places(numbers: np.ndarray, count: int) -> np.ndarray:
    """Numbers from 0 to below 1 as places among ``count``."""
    return (numbers * count).astype(np.int64)
