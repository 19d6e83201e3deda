"""Images that are there twice: the same file, or nearly the same picture.

Nearly equal pictures are found by their perceptual hashes and then compared: those that differ in
at most 3 of 64 bits agree in at least one quarter of the bits, so it is enough to look at images
that share a quarter. Where very many share one, each is compared with its next few in the order of
hashes only, which keeps the work in proportion to the number of images.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from workbench.data.images.fingerprint import small_grey
from workbench.data.statistics import BYTES
from workbench.data.table import blocks

NEAR_BITS = 3
# Two pictures are nearly equal when their grey values, small, differ by less than this on average
# and rise and fall together to this degree (Pearson's correlation).
NEAR_LEVELS = 6.0
NEAR_CORRELATION = 0.98
# Below this deviation, in grey levels, there is nothing to be seen by which to compare.
LEAST_SPREAD = 4.0
# Pictures whose deviations differ by more than this share need not be looked at.
NEAR_SPREAD = 0.05
_NEIGHBOURS = 32
_QUARTERS = 4
# Distances in the order of hashes that are looked at in turn. Of many alike, as of a film,
# neighbours join nearly all, and little is left to compare.
_PASSES = (range(1, 2), range(2, _NEIGHBOURS + 1))
_BLOCK = 512
# What is read at once to be compared.
_READ_BYTES = 8 << 20


def twins(hashes: np.ndarray) -> np.ndarray:
    """Number the sets of equal files: int32 ``(n,)``, -1 for a file that is there once.

    Args:
        hashes: uint8 ``(n, 32)``.
    """
    found = np.full(len(hashes), -1, np.int32)
    if not len(hashes):
        return found
    words = np.ascontiguousarray(hashes).view(np.uint64)
    order = np.lexsort(words.T)
    differ = np.zeros(len(order), bool)
    for start, stop in blocks(len(order) - 1, _BLOCK):
        rows = words[order[start : stop + 1]]
        differ[start + 1 : stop + 1] = (rows[1:] != rows[:-1]).any(axis=1)
    numbers = np.cumsum(differ)
    found[order] = _numbered(numbers, np.bincount(numbers))
    return found


def kin(
    looks: np.ndarray,
    spreads: np.ndarray,
    read: Callable[[np.ndarray], np.ndarray],
    range_: tuple[float, float] = BYTES,
    pause: Callable[[], object] = lambda: None,
) -> np.ndarray:
    """Number the sets of nearly equal images: int32 ``(n,)``, -1 for one that is alone.

    Args:
        looks: perceptual hashes, uint64 ``(n,)``.
        spreads: standard deviations of brightness; images without contrast are left alone.
        read: gives the images ``(m, height, width, channels)`` of some places, to compare.
        range_: the values that are black and white; of floats, which have units, what there is.
        pause: called between parts of the work; may raise to end it.
    """
    black, white = range_
    scale = 255 / ((white - black) or 1)
    spreads = spreads * scale

    def levels(places: np.ndarray) -> np.ndarray:
        return (_small(places, read).reshape(len(places), -1) - black) * scale

    kept = [np.zeros((0, 2), np.int64)]
    for distances in _PASSES:
        sets, _ = _roots(np.concatenate(kept), len(looks))
        pairs = _candidates(looks, spreads, distances, sets, pause)
        for start, stop in blocks(len(pairs), _BLOCK):
            pause()
            part = pairs[start:stop]
            kept.append(part[_alike(part, levels)])
    return _components(np.concatenate(kept), len(looks))


def _candidates(
    looks: np.ndarray,
    spreads: np.ndarray,
    distances: Iterable[int],
    sets: np.ndarray,
    pause: Callable[[], object],
) -> np.ndarray:
    """Pairs of places whose hashes differ in few bits, int64 ``(m, 2)``, each pair once.

    Args:
        distances: how far from each other in the order of hashes.
        sets: two of the same number are known to belong together.
    """
    places = np.flatnonzero(spreads >= LEAST_SPREAD)
    found = [np.zeros((0, 2), np.int64)]
    for quarter in range(_QUARTERS):
        bits = 64 // _QUARTERS
        turned = _rotated(looks[places], quarter * bits)
        order = np.argsort(turned, kind="stable")
        sorted_, ids = turned[order], places[order]
        shared = sorted_ >> np.uint64(64 - bits)
        for distance in distances:
            pause()
            same = shared[distance:] == shared[:-distance]
            if not same.any():
                break
            apart = np.bitwise_count(sorted_[distance:] ^ sorted_[:-distance])
            near = np.flatnonzero(same & (apart <= NEAR_BITS))
            pairs = np.sort(np.stack([ids[near], ids[near + distance]], axis=1), axis=1)
            one, other = pairs.T
            worth = np.abs(spreads[one] - spreads[other]) <= NEAR_SPREAD * spreads[one]
            found.append(pairs[worth & (sets[one] != sets[other])])
    return np.unique(np.concatenate(found), axis=0)


def _rotated(looks: np.ndarray, by: int) -> np.ndarray:
    if by == 0:
        return looks.copy()
    return (looks << np.uint64(by)) | (looks >> np.uint64(64 - by))


def _alike(pairs: np.ndarray, look: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Which pairs are nearly equal when one looks at them; bool ``(m,)``.

    Args:
        look: gives the grey levels ``(m, pixels)`` of some places.
    """
    places, inverse = np.unique(pairs, return_inverse=True)
    grey = look(places)
    # Whole levels, for many are compared.
    levels = np.clip(grey, 0, 255).astype(np.uint8)
    one, other = inverse.reshape(pairs.shape).T
    first, second = levels[one], levels[other]
    apart = np.maximum(first, second) - np.minimum(first, second)
    alike = apart.mean(axis=1) < NEAR_LEVELS
    alike[alike] = _correlation(grey[one[alike]], grey[other[alike]]) > NEAR_CORRELATION
    return alike


def _small(places: np.ndarray, read: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """The images at some places, small and grey; of the large ones there are never many."""
    found, start, count = [], 0, 1
    while start < len(places):
        images = read(places[start : start + count])
        found.append(small_grey(images))
        start += count
        count = max(1, _READ_BYTES // images[0].nbytes)
    return np.concatenate(found)


def _correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each row with that of the other."""
    first, second = (part - part.mean(axis=1, keepdims=True) for part in (first, second))
    norms = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    return (first * second).sum(axis=1) / np.maximum(norms, 1e-6)


def _components(pairs: np.ndarray, count: int) -> np.ndarray:
    return _numbered(*_roots(pairs, count))


def joined(first: np.ndarray, *others: np.ndarray) -> np.ndarray:
    """Number what belongs together by any of several numberings, -1 in each being alone.

    Returns:
        int64 ``(n,)``: equal numbers belong together; every row has one.
    """
    count = len(first)
    links = [_links(numbers) for numbers in (first, *others)]
    return _roots(np.concatenate(links), count)[0]


def _links(numbers: np.ndarray) -> np.ndarray:
    """Pairs that chain the members of each set, int64 ``(m, 2)``."""
    members = np.flatnonzero(numbers >= 0)
    order = members[np.argsort(numbers[members], kind="stable")]
    same = numbers[order[1:]] == numbers[order[:-1]]
    return np.stack([order[:-1][same], order[1:][same]], axis=1).astype(np.int64)


def _roots(pairs: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The number of the connected component of each place, and how large each component is."""
    root = np.arange(count)
    while len(pairs):
        low, high = np.sort(root[pairs], axis=1).T
        apart = low != high
        if not apart.any():
            break
        # Each root joins the lowest it touches; a root always points at a lower one or itself.
        np.minimum.at(root, high[apart], low[apart])
        while (root != root[root]).any():
            root = root[root]
        pairs = pairs[apart]
    _, numbers, sizes = np.unique(root, return_inverse=True, return_counts=True)
    return numbers, sizes


def _numbered(numbers: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Renumber sets of two or more from 0 on, in order; the others get -1."""
    plural = counts > 1
    fresh = np.where(plural, np.cumsum(plural) - 1, -1).astype(np.int32)
    return fresh[numbers]
