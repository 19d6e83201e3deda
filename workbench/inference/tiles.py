"""Arrays as pictures: a grid of equal tiles, one a channel or a filter."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workbench.data.images.visible import visible
from workbench.inference.colours import diverging, sequential

MOST_TILES = 256
_MOST_SIDE = 512
_GAP = 1


@dataclass(frozen=True)
class Tiles:
    """A picture of tiles.

    Attributes:
        picture: uint8 ``(height, width, 4)``; the gaps between tiles are transparent.
        rows, columns: tiles down and across.
        tile: height and width of one tile, pixels.
        shown, total: tiles in the picture, and tiles there are.
        what: what one tile is, in a word.
    """

    picture: np.ndarray
    rows: int
    columns: int
    tile: tuple[int, int]
    shown: int
    total: int
    what: str


def activation_tiles(activation: np.ndarray) -> Tiles:
    """A layer's output: a tile a channel of ``(height, width, channels)``, or a strip of units.

    All tiles share one scale, from the layer's least to its greatest value.
    """
    if activation.ndim == 3:
        return _grid(np.moveaxis(activation, -1, 0), sequential, "channel")
    return _strip(activation.reshape(-1), sequential, "unit")


def image_tiles(pixels: np.ndarray) -> Tiles:
    """Pixels ``(height, width, channels)`` as the picture they are, floats by their own range.

    One or three channels; of any other number each is a tile.
    """
    height, width, channels = pixels.shape
    if channels not in (1, 3):
        return activation_tiles(pixels)
    picture = np.full((height, width, 4), 255, np.uint8)
    picture[..., :3] = visible(pixels)
    return Tiles(picture, 1, 1, (height, width), 1, 1, "image")


def weight_tiles(weights: np.ndarray) -> Tiles:
    """A layer's weights: a tile a filter, a picture of the whole matrix, or a strip.

    A convolution ``(height, width, in, out)`` has a tile for each pair of in and out, an array
    ``(height, width, channels)`` a tile a channel. All tiles share one scale about zero.
    """
    if weights.ndim == 4:
        height, width = weights.shape[:2]
        filters = weights.transpose(3, 2, 0, 1).reshape(-1, height, width)
        return _grid(filters, diverging, "filter")
    if weights.ndim == 3:
        return _grid(np.moveaxis(weights, -1, 0), diverging, "channel")
    if weights.ndim == 2:
        return _matrix(weights)
    return _strip(weights.reshape(-1), diverging, "value")


Colour = Callable[[np.ndarray], np.ndarray]


def _grid(tiles: np.ndarray, colour: Colour, what: str) -> Tiles:
    total, shown = len(tiles), min(len(tiles), MOST_TILES)
    # Coloured before the cut: what is not shown still belongs to the scale.
    pixels = colour(tiles)[:shown]
    columns = _columns(shown)
    return _lay(pixels, columns, total, what)


def _columns(count: int) -> int:
    """Columns of a grid that is about twice as wide as high."""
    return max(1, min(count, math.ceil(math.sqrt(2 * count))))


def _lay(pixels: np.ndarray, columns: int, total: int, what: str) -> Tiles:
    shown, height, width, _ = pixels.shape
    rows = max(1, math.ceil(shown / columns))
    picture = np.zeros(
        (rows * (height + _GAP) - _GAP, columns * (width + _GAP) - _GAP, 4), np.uint8
    )
    for number, tile in enumerate(pixels):
        top = (number // columns) * (height + _GAP)
        left = (number % columns) * (width + _GAP)
        picture[top : top + height, left : left + width, :3] = tile
        picture[top : top + height, left : left + width, 3] = 255
    return Tiles(picture, rows, columns, (height, width), shown, total, what)


def _strip(values: np.ndarray, colour: Colour, what: str) -> Tiles:
    """A pixel a value, in rows of at most 64."""
    shown = min(len(values), MOST_TILES * 16)
    pixels = colour(values)[:shown].reshape(shown, 1, 1, 3)
    columns = min(64, max(1, shown))
    rows = max(1, math.ceil(shown / columns))
    picture = np.zeros((rows, columns, 4), np.uint8)
    picture.reshape(-1, 4)[:shown, :3] = pixels.reshape(-1, 3)
    picture.reshape(-1, 4)[:shown, 3] = 255
    return Tiles(picture, rows, columns, (1, 1), shown, len(values), what)


def _matrix(weights: np.ndarray) -> Tiles:
    """A dense layer's matrix as one picture, reduced by averaging where it is too large."""
    steps = [max(1, math.ceil(side / _MOST_SIDE)) for side in weights.shape]
    reduced = _average(_average(np.asarray(weights, np.float64), 0, steps[0]), 1, steps[1])
    pixels = diverging(reduced)
    opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    picture = np.concatenate([pixels, opaque], axis=-1)
    return Tiles(picture, 1, 1, picture.shape[:2], 1, 1, "matrix")


def _average(values: np.ndarray, axis: int, step: int) -> np.ndarray:
    if step == 1:
        return values
    starts = np.arange(0, values.shape[axis], step)
    sums = np.add.reduceat(values, starts, axis=axis)
    sizes = np.diff(np.append(starts, values.shape[axis]))
    return sums / np.expand_dims(sizes, 1 - axis)
