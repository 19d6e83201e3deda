"""Dividing the images of each class between training, validation and test.

What belongs together (a patient, the frames of a video, two copies of one picture) is a unit, and
a unit is never divided.
"""

from __future__ import annotations

import numpy as np

from workbench.data.mixed_units import place

SPLITS = ("train", "val", "test")
# How the splits are written in a table; 0 is an image in none of them.
CODES = {"": 0, "train": 1, "val": 2, "test": 3}


def drawn(count: int, most: int | None, seed: int, label: int) -> np.ndarray:
    """The places of the at most ``most`` of ``count`` images that are taken, sorted."""
    if most is None or count <= most:
        return np.arange(count)
    return np.sort(_random(seed, label, 1).permutation(count)[:most])


def divide(
    labels: np.ndarray, units: np.ndarray, shares: tuple[float, float], seed: int
) -> np.ndarray:
    """Divide images class by class.

    The division follows from the seed, the class and the order of its images alone. Shares are
    rounded; a class keeps at least one unit to train on. Units with images of several classes are
    divided first (mixed_units.py); what they leave to be set aside of a class comes of the others.

    Args:
        labels: the class of each image, ``(n,)``.
        units: the number of the unit of each image, ``(n,)``; equal numbers stay together.
        shares: percent for validation and test.

    Returns:
        The code (:data:`CODES`) of the split of each image, uint8 ``(n,)``.
    """
    codes = np.full(len(labels), CODES["train"], np.uint8)
    if not len(labels) or shares == (0, 0):
        return codes
    _, first, inverse, sizes = np.unique(
        units, return_index=True, return_inverse=True, return_counts=True
    )
    unit_codes = np.full(len(first), CODES["train"], np.uint8)
    unit_labels = labels[first]
    mixed = np.zeros(len(first), bool)
    mixed[inverse[labels != unit_labels[inverse]]] = True
    if mixed.any():
        unit_codes[mixed] = _divide_mixed(labels, inverse, mixed, shares, seed)
    wanted = _wanted(labels, unit_codes[inverse], shares)
    # Units in the order their first images were listed, so that numbering them does not matter.
    by_appearance = np.argsort(first, kind="stable")
    rest = by_appearance[~mixed[by_appearance]]
    for label in np.unique(unit_labels[rest]):
        mine = rest[unit_labels[rest] == label]
        unit_codes[mine] = _divide_class(sizes[mine], wanted[label], seed, int(label))
    codes[:] = unit_codes[inverse]
    return codes


def _wanted(
    labels: np.ndarray, codes: np.ndarray, shares: tuple[float, float]
) -> list[dict[str, int]]:
    """How many images of each class are still to be set aside for each split."""
    totals = np.bincount(labels).tolist()
    found: list[dict[str, int]] = [{} for _ in totals]
    for split, share in zip(("val", "test"), shares, strict=True):
        placed = np.bincount(labels[codes == CODES[split]], minlength=len(totals)).tolist()
        for label, total in enumerate(totals):
            found[label][split] = max(0, round(total * share / 100) - placed[label])
    return found


def _divide_mixed(
    labels: np.ndarray, units: np.ndarray, mixed: np.ndarray, shares: tuple[float, float], seed: int
) -> np.ndarray:
    """Split codes for the units that have images of several classes, those that are ``mixed``."""
    rows = np.flatnonzero(mixed[units])
    # Numbered by their first images, so that numbering them otherwise does not matter.
    _, first, again = np.unique(units[rows], return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first, kind="stable")] = np.arange(len(first))
    number = rank[again]
    validation, test = (share / 100 for share in shares)
    random = _random(seed, int(labels.max()) + 1, 0)
    parts = (1 - validation - test, validation, test)
    codes = (place(labels[rows], number, parts, random) + CODES["train"]).astype(np.uint8)
    pure = np.unique(labels[~mixed[units]])
    for label in np.setdiff1d(labels[rows], pure):
        mine = np.unique(number[labels[rows] == label])
        if not (codes[mine] == CODES["train"]).any():
            sizes = np.bincount(number)
            codes[mine[sizes[mine].argmin()]] = CODES["train"]
    return codes[rank]


def _divide_class(sizes: np.ndarray, wanted: dict[str, int], seed: int, label: int) -> np.ndarray:
    """Split codes for the units of one class, given how many images each has.

    Args:
        wanted: how many images to set aside; it is used up.
    """
    codes = np.full(len(sizes), CODES["train"], np.uint8)
    total = int(sizes.sum())
    order = _random(seed, label, 0).permutation(len(sizes))
    if sizes.max(initial=1) == 1:
        # The last unit stays for training.
        val = min(wanted["val"], total - 1)
        test = min(wanted["test"], total - 1 - val)
        codes[order[:val]] = CODES["val"]
        codes[order[val : val + test]] = CODES["test"]
        return codes
    left = len(sizes)
    # Twice: what fits, then what misses by less than leaving it would.
    for slack in (1, 2):
        for unit in order:
            split = max(wanted, key=lambda name: wanted[name])
            free = codes[unit] == CODES["train"] and 0 < sizes[unit] <= slack * wanted[split]
            if free and left > 1:
                left -= 1
                codes[unit] = CODES[split]
                wanted[split] -= int(sizes[unit])
    return codes


def _random(seed: int, label: int, purpose: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=[seed, 2 * label + purpose]))
