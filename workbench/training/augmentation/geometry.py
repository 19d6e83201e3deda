"""Where pixels go: mirrored, turned, moved, cut out; ``(b, h, w, c)`` of any dtype to the same.

Every function takes one number, or one row of numbers, for each image, and leaves what it was
given as it was.
"""

from __future__ import annotations

import numpy as np

from workbench.data.images.opencv import opencv


def mirrored(images: np.ndarray, horizontal: np.ndarray, vertical: np.ndarray) -> np.ndarray:
    """Mirror those images for which it is true: left and right, top and bottom."""
    cv2 = opencv()
    codes = {(True, False): 1, (False, True): 0, (True, True): -1}
    found = images.copy()
    for i in np.flatnonzero(horizontal | vertical):
        cv2.flip(images[i], codes[bool(horizontal[i]), bool(vertical[i])], found[i])
    return found


def turned(images: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Turn each image by so many quarters, counterclockwise; square images unless by halves."""
    found = images.copy()
    for i in np.flatnonzero(turns % 4):
        found[i] = np.rot90(images[i], turns[i])
    return found


def moves(
    angles: np.ndarray, scales: np.ndarray, shifts: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Matrices ``(b, 2, 3)`` for :func:`moved`, about the middle of an image.

    Args:
        angles: degrees, counterclockwise.
        scales: 2 shows things twice as large.
        shifts: ``(b, 2)`` of the width to the right, and of the height downwards.
        size: height and width.
    """
    radians = np.deg2rad(angles)
    cosine, sine = np.cos(radians) / scales, np.sin(radians) / scales
    # From a pixel of the result to where it comes from, as warping wants it.
    linear = np.stack([np.stack([cosine, -sine], -1), np.stack([sine, cosine], -1)], -2)
    height, width = size
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    offset = middle - np.einsum("bij,bj->bi", linear, middle + shifts * (width, height))
    return np.concatenate([linear, offset[..., None]], -1)


def moved(images: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Rotate, scale and shift by matrices of :func:`moves`, in one bilinear interpolation.

    What comes in over the border repeats the border's pixels, which is black for what lies on
    black and adds no edge to a photograph.
    """
    found = np.empty(images.shape, images.dtype)
    for image, matrix, result in zip(images, matrices, found, strict=True):
        warp(image, matrix, result)
    return found


def warp(image: np.ndarray, matrix: np.ndarray, result: np.ndarray) -> None:
    """Fill ``result`` with an image moved by a matrix of :func:`moves`."""
    cv2 = opencv()
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    height, width = image.shape[:2]
    cv2.warpAffine(image, matrix, (width, height), result, flags, cv2.BORDER_REPLICATE)


def cut(images: np.ndarray, corners: np.ndarray, side: int) -> np.ndarray:
    """Cut a square out of each image, ``(b, side, side, c)``.

    Args:
        corners: ``(b, 2)``, its first row and its first column.
    """
    found = np.empty((len(images), side, side, images.shape[3]), images.dtype)
    for image, (top, left), result in zip(images, corners.tolist(), found, strict=True):
        result[...] = image[top : top + side, left : left + side]
    return found
